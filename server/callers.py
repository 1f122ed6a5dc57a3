"""Who is at a door: each address has its share, each call its time, and what nobody could read is counted."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

SELDOM = 60.0  # seconds between two lines of the log about requests that could not be read
logger = logging.getLogger(__name__)


class Unread:
    """How many requests could not be read since the start. The log is told at once, and then once a minute at most, or
    a provider that begins to write oddly looks like a quiet day. `note` is called for each."""

    def __init__(
        self, note: Callable[[], None] = lambda: None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.count = 0
        self.note, self._monotonic = note, monotonic
        self._untold, self._told = 0, -SELDOM

    def one(self) -> None:
        """One more; nothing is said of what it was, and of whom."""
        self.count += 1
        self._untold += 1
        self.note()
        if self._monotonic() - self._told >= SELDOM:
            logger.warning("%s requests could not be read and were refused (%s in all).", self._untold, self.count)
            self._untold, self._told = 0, self._monotonic()


class _Sharing:
    """What is put before a server's own class of connections."""

    share: int
    inside: Counter[str]  # connections of each address that has any
    client_address: Any

    def handle(self) -> None:
        """Serve its requests, unless its address has its share of the places already."""
        address = self.client_address[0]
        if self.inside[address] >= self.share:
            return
        self.inside[address] += 1
        try:
            super().handle()  # type: ignore[misc]
        finally:
            self.inside[address] -= 1
            if not self.inside[address]:
                del self.inside[address]


def sharing(protocol: type, share: int) -> Any:
    """A server's class of connections, of which no address has more than `share` at once: the next is closed."""
    return type("Sharing", (_Sharing, protocol), {"share": share, "inside": Counter()})


def ending(protocol: Any, seconds: float, shut_after: Callable[[float, Any], Any]) -> Any:
    """A server's class of connections, of which each request ends in so many seconds, but for live screens: they stay
    all day. `shut_after`: shuts a socket then, unless what it returns is cancelled."""

    class Ending(protocol):
        def handle_one_request(self) -> None:
            self._late = shut_after(seconds, self.request)
            try:
                super().handle_one_request()
            finally:
                self._late.cancel()

        def get_environ(self) -> dict[str, Any]:
            environ: dict[str, Any] = super().get_environ()
            live = environ["PATH_INFO"].startswith("/socket.io/")
            if live and environ.get("HTTP_UPGRADE", "").lower() == "websocket":
                self._late.cancel()
            return environ

    return Ending
