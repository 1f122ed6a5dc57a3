"""Wrong tries at signing in, counted so that whoever guesses waits, and holds nobody else out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import new as mac

from server.drawer import Drawer
from server.roles import Busy

MOST, WINDOW = 10, 60  # tries from one place in so many seconds
MOST_THERE = 60  # wrong tries from one address in a minute of the clock, at whatever names: each costs work


@dataclass(frozen=True)
class Counted:
    """Under which keys a try was counted: its own, and that of its address where it counts there."""

    own: str
    there: str = ""


class Tries:
    """Counted for a name at one address; and apart from that for each browser in which this name signed in before, so
    that a guesser at the same address, or behind the same proxy, does not keep its owner waiting. `key` is secret: an
    address or a name must not be found out from a count that is on the disk."""

    def __init__(self, drawer: Drawer, key: bytes, clock: Callable[[], datetime]) -> None:
        self._drawer, self._key, self._clock = drawer, key, clock

    def begin(self, name: str, address: str, known: str) -> Counted:
        """Count one more: under which keys. Raises Busy. `known` is what the browser was given the last time."""
        if self.is_known(name, known):
            return Counted(self._count(f"browser {known} {name}", MOST))
        minute = int(self._clock().timestamp()) // WINDOW
        there = self._count(f"minute {minute} {address}", MOST_THERE)
        return Counted(self._count(f"address {address} {name}", MOST), there)

    def begin_here(self, session: str) -> Counted:
        """The same of whoever has signed in, in the session of this hash alone."""
        return Counted(self._count(f"session {session}", MOST))

    def end(self, counted: Counted) -> None:
        """It was right: forget the wrong ones before. Those of others at the address stay, or a guesser with an account
        of their own would begin anew; only this one is taken back, or a whole office would wait for each other."""
        self._drawer.drop("tries", counted.own)
        if counted.there:
            self._drawer.add("tries", counted.there, WINDOW, -1)

    def known(self, name: str) -> str:
        """What a browser is given in which this name signed in. It opens nothing."""
        word = secrets.token_urlsafe(16)
        return f"{word}.{self._mark(f'known {word} {name}')}"

    def is_known(self, name: str, known: str) -> bool:
        """Whether this was given to a browser in which this very name signed in."""
        word, _, mark = known.partition(".")
        return compare_digest(self._mark(f"known {word} {name}").encode(), mark.encode(errors="replace"))

    def _count(self, place: str, most: int) -> str:
        key = self._mark(place)
        if self._drawer.add("tries", key, WINDOW) > most:  # counted before the slow part: many may come at once
            raise Busy("Too many tries. Wait a minute.")
        return key

    def _mark(self, text: str) -> str:
        return mac(self._key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
