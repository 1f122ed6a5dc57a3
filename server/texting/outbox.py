"""Texts that wait, sealed, until a gateway's phone comes to the public door and fetches them."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from server.drawer import Drawer
from server.log import Log
from server.sealing.keys import private

AT_ONCE = 20  # texts in one answer to a phone


@dataclass(frozen=True, repr=False)
class Waiting:
    """A text that is handed out now."""

    text: str
    number: str
    words: str


class Outbox:
    """Shared by the courier, which puts texts in, and the public door, which hands them out. Every method raises
    log.Down. Numbers and words stand in it sealed with a key that these two have and Redis has not."""

    def __init__(self, log: Log, keys: Path, clock: Callable[[], datetime]) -> None:
        self._drawer, self._clock = Drawer(log), clock
        self._box = SecretBox(private(keys, "outbox.key"))

    def put(self, gateway: str, text: str, number: str, words: str, until: datetime) -> None:
        """Let a text wait for this gateway until then. One that waits already stays as it is."""
        if self._drawer.get(_kind(gateway), text):
            return
        sealed = base64.b64encode(self._box.encrypt(json.dumps([number, words]).encode())).decode()
        values = {"sealed": sealed, "until": until.isoformat()}
        self._drawer.put(_kind(gateway), text, values, max(1, int((until - self._clock()).total_seconds())))

    def take(self, gateway: str) -> list[Waiting]:
        """What this gateway is to send now; each is handed out once. Whether the phone got it, nobody may know: its
        owner may be in danger by the time it could be handed out again, and not every phone says that it took it."""
        found: list[Waiting] = []
        for text in sorted(self._drawer.keys(_kind(gateway))):
            if len(found) < AT_ONCE and (waiting := self._hand_out(gateway, text)):
                found.append(waiting)
        return found

    def _hand_out(self, gateway: str, text: str) -> Waiting | None:
        kept = self._drawer.get(_kind(gateway), text)
        left = int((datetime.fromisoformat(kept["until"]) - self._clock()).total_seconds()) if kept else 0
        # counted, and not only dropped: two may call at once, and a courier that is late may put it in again
        if left <= 0 or self._drawer.add("handed", text, left + 60) > 1:
            return None
        self.drop(gateway, text)
        try:
            number, words = json.loads(self._box.decrypt(base64.b64decode(kept["sealed"])))
        except CryptoError:
            return None  # put in under a key that was changed since: it expires
        return Waiting(text, number, words)

    def drop(self, gateway: str, text: str) -> None:
        """It was handed out, or is no longer wanted."""
        self._drawer.drop(_kind(gateway), text)


def settled(text: str) -> str:
    """The `once` key of a text's end: whoever says it first, courier or public door, is right."""
    return f"settled:{text}"


def _kind(gateway: str) -> str:
    return f"outbox-{gateway}"
