"""The one-time word by which the first administrator comes in."""

import secrets
from collections.abc import Callable
from datetime import datetime

from server.drawer import Drawer
from server.people.sessions import hashed

INVITATION = 15 * 60  # seconds


class Invitations:
    """Each word under its hash: {until}, in seconds of the clock."""

    def __init__(self, drawer: Drawer, clock: Callable[[], datetime]) -> None:
        self._drawer, self._clock = drawer, clock

    def make(self) -> str:
        """A word that is good for 15 minutes."""
        word = secrets.token_urlsafe(24)
        self._keep(word, self._now() + INVITATION, INVITATION)
        return word

    def until(self, word: str) -> int:
        """Until when the word opens, in seconds of the clock; 0 when it does not."""
        return int(self._drawer.get("invitation", hashed(word)).get("until", 0))

    def take(self, word: str) -> bool:
        """Use it: of two who come at once, one has it."""
        return self._drawer.drop("invitation", hashed(word))

    def give_back(self, word: str, until: int) -> None:
        """It was used in vain, and opens for the rest of its time."""
        if (left := until - self._now()) > 0:
            self._keep(word, until, left)

    def _keep(self, word: str, until: int, seconds: int) -> None:
        self._drawer.put("invitation", hashed(word), {"until": str(until)}, seconds)

    def _now(self) -> int:
        return int(self._clock().timestamp())
