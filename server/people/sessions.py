"""Sessions: begun, used, ended; kept under their hash, so that a stolen drawer opens nothing."""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import sha256

from server.drawer import Drawer

IDLE, LONGEST = 30 * 60, 12 * 3600  # seconds a session lives unused, and at most (OWASP ASVS 5.0 7.3)


def hashed(secret: str) -> str:
    """What we keep of a session id, a token or a one-time word."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Sessions:
    """Each under its hash: {name, csrf, since}, `since` in seconds of the clock; and what it is marked with."""

    def __init__(self, drawer: Drawer, clock: Callable[[], datetime]) -> None:
        self._drawer, self._clock = drawer, clock

    def begin(self, name: str, *marks: str) -> str:
        """A new session's id, which the browser alone keeps."""
        session, began = secrets.token_urlsafe(32), str(int(self._clock().timestamp()))
        kept = {"name": name, "csrf": secrets.token_urlsafe(24), "since": began, **dict.fromkeys(marks, "1")}
        self._drawer.put("session", hashed(session), kept, IDLE)
        return session

    def mark(self, key: str, mark: str) -> None:
        """Mark one that lives already."""
        self._drawer.mark("session", key, mark, "1", IDLE)

    def of(self, key: str) -> dict[str, str]:
        """The session of this hash; empty when there is none, or it has lived too long."""
        return self.all_of([key])[key]

    def all_of(self, keys: Collection[str]) -> dict[str, dict[str, str]]:
        """The same of each hash."""
        return {key: kept if self._lives(kept) else {} for key, kept in self._drawer.each("session", keys).items()}

    def age(self, key: str) -> float:
        """How many seconds ago it began."""
        return self._clock().timestamp() - int(self.of(key).get("since", 0))

    def _lives(self, kept: dict[str, str]) -> bool:
        return "since" in kept and self._clock().timestamp() - int(kept["since"]) < LONGEST

    def use(self, key: str) -> bool:
        """It lives on by being used. False when it has ended."""
        return self._drawer.touch("session", key, IDLE)

    def end(self, key: str) -> None:
        """End one everywhere."""
        self._drawer.drop("session", key)

    def end_all(self, name: str = "", but: str = "") -> int:
        """End all of this name, or everybody's, but for that of one hash: how many there were."""
        found = self.all(name) if name else dict.fromkeys(self._drawer.keys("session"))
        return sum(self._drawer.drop("session", key) for key in found if key != but)

    def all(self, name: str) -> dict[str, dict[str, str]]:
        """Every session of this name that lives, by its hash."""
        found = {key: self.of(key) for key in self._drawer.keys("session")}
        return {key: kept for key, kept in found.items() if kept.get("name") == name}
