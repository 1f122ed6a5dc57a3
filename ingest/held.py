"""The door of a locked room: what comes is closed with the room's public key, whole, and waits on the disk.

No alias and no id is computed here: with the key that makes them, somebody who takes the machine could try every number
of a country. `readmit` takes everything in when there are keys again.
"""

import contextlib
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from threading import Semaphore
from typing import Any

from ingest.gateways import Receipt, Sign, Text
from ingest.intake import COUNTED, Accepted
from ingest.message import Message
from ingest.pile import Pile
from ingest.spool import Full
from server import events
from server.callers import Unread
from server.seal import Closer
from server.settings import Settings

AT_ONCE = 4  # requests that may bring a photo at the same time
KEPT = "kept"  # what a sender is told of a photo: it is drawn anew when the room is open


class Held:
    """Stands where Intake, Signals and Attachments stand in an open room. `clock` says the hour (aware, UTC)."""

    def __init__(self, settings: Settings, closer: Closer, clock: Callable[[], datetime]) -> None:
        self._closer, self.clock = closer, clock
        self._pile = Pile(settings.data_dir)
        self._counts = {name: Counter[str]() for name in (*settings.gateways, "form")}
        self.unread = Unread()
        self._places = Semaphore(AT_ONCE)
        self._salt = os.urandom(32)  # in memory alone: the same message is one while this process lives

    def accept(self, message: Message) -> Accepted:
        """Keep a message. Returns only once it is safe on a disk. Raises Full."""
        report = str(uuid.UUID(bytes=self._once(message)))
        self._keep("message", report=report, message={**asdict(message), "address": ""})
        self.count(message.gateway, "spooled")
        return Accepted(report, events.reference(report), fresh=True)

    def _once(self, message: Message) -> bytes:
        if message.message_id:
            said = [message.gateway, message.account, message.message_id, str(message.rehearsal)]
            whole = "\0".join(said).encode("utf-8", "surrogatepass")
            return blake2b(whole, digest_size=16, key=self._salt).digest()
        return os.urandom(16)

    def place(self, patience: float) -> AbstractContextManager[None]:
        """One of the places for requests with a photo. Raises Full."""
        return self._place(patience)

    @contextlib.contextmanager
    def _place(self, patience: float) -> Iterator[None]:
        if not self._places.acquire(timeout=patience):
            raise Full
        try:
            yield
        finally:
            self._places.release()

    def attach(self, accepted: Accepted, raw: bytes, gateway: str) -> str:
        """Keep a photo as it came. KEPT, "" without a photo. Raises Full, long before the disk is: reports go first."""
        if not raw:
            return ""
        self._pile.lay(self._line("photo", report=accepted.report, gateway=gateway), self._closer.enclose(raw))
        return KEPT

    def receipt(self, gateway: str, receipt: Receipt) -> None:
        """Keep what became of one of our texts. Raises Full."""
        self._keep("receipt", gateway=gateway, receipt=asdict(receipt))

    def sign(self, gateway: str, sign: Sign) -> None:
        """What a phone says of itself is of today: it is let go."""

    def heard(self, gateway: str, what: str) -> None:
        """Nobody asks when a gateway was heard."""

    def waiting(self, gateway: str) -> Sequence[Text]:
        """No text leaves a locked room."""
        return ()

    def count(self, gateway: str, what: str) -> None:
        """One more spooled or refused at this gateway."""
        self._counts.setdefault(gateway, Counter())[what] += 1

    def stepped(self, seconds: float) -> None:
        """A locked room writes no fact; the log says it."""

    def tend(self) -> int:
        """Nothing is delivered."""
        return 0

    def health(self) -> dict[str, Any]:
        """As Intake tells it; the record is locked."""
        counts = {name: {what: count[what] for what in COUNTED} for name, count in self._counts.items()}
        spool = {"waiting": sum(count["spooled"] for count in self._counts.values()), "set_apart": 0}
        return {"record": "locked", "spool": spool, "gateways": counts, "unread": self.unread.count}

    def _keep(self, kind: str, **said: Any) -> None:
        self._pile.add(self._line(kind, **said))

    def _line(self, kind: str, **said: Any) -> bytes:
        body = {"kind": kind, "at": self.clock().isoformat(timespec="milliseconds"), **said}
        return self._closer.seal(body).encode() + b"\n"
