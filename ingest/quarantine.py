"""Refused calls stay here, sealed and few: a mistyped secret must not cost the reports that it turned away."""

import contextlib
import logging
import os
from base64 import b64decode, b64encode
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ingest.gateways import Call
from server.seal import Closer

MOST, MOST_BYTES = 2000, 8 * 1024 * 1024  # calls of one gateway on the disk
WAITING, WAITING_BYTES = 500, 4 * 1024 * 1024  # calls of one gateway on their way to it
SHARE = 20  # a minute may fill a twentieth of the room that is left
logger = logging.getLogger(__name__)


@dataclass
class _Gateway:
    """What one gateway may still leave here in this minute, and what waits to be written."""

    waiting: deque[tuple[Call, datetime]] = field(default_factory=deque)
    waiting_bytes: int = 0
    minute: str = ""
    calls: int = 0
    size: int = 0
    seen: set[bytes] = field(default_factory=set)  # hashes of what was kept


class Quarantine:
    """A folder for each gateway, in it a file for each refused call, sealed to the room's key.

    Nobody can tell a forged call from one that our own mistake refused, and forgers can send any number. So what is
    kept is never pushed out by what comes later; a minute fills no more than a twentieth of the room that is left,
    so that a flood leaves some for the next two hours; and what says the same is kept once, as gateways try again.
    """

    def __init__(self, folder: Path, sealer: Closer) -> None:
        self._folder, self._sealer = folder, sealer
        self._gateways: defaultdict[str, _Gateway] = defaultdict(_Gateway)
        self._n = 0

    def offer(self, gateway: str, call: Call, at: datetime) -> None:
        """Take note of a call that was refused at `at`. Its caller waits for nothing: `tend` does the work."""
        here, size = self._gateways[gateway], _size(call)
        if len(here.waiting) < WAITING and here.waiting_bytes + size <= WAITING_BYTES:
            here.waiting_bytes += size
            here.waiting.append((call, at))

    def tend(self) -> None:
        """One step of the background loop: write what there is room for. A disk that takes nothing costs only that."""
        for gateway, here in list(self._gateways.items()):
            while here.waiting:
                call, at = here.waiting.popleft()
                here.waiting_bytes -= _size(call)
                try:
                    self._keep(gateway, call, at)
                except OSError as fault:
                    logger.error("The disk did not take a refused call into the quarantine (error %s).", fault.errno)

    def _keep(self, gateway: str, call: Call, at: datetime) -> None:
        """Write the call, unless it says what another said, or there is no room for it in its minute."""
        here, minute = self._gateways[gateway], at.isoformat(timespec="minutes")
        if here.minute != minute:
            sizes = [size for path in self.kept(gateway) for size in _on_disk(path)]
            here.minute, here.calls = minute, -(-(MOST - len(sizes)) // SHARE)
            here.size = (MOST_BYTES - sum(sizes)) // SHARE
        said = blake2b(b"\0".join([call.method.encode(), call.query, call.body]), digest_size=16).digest()
        if said in here.seen or here.calls < 1:
            return
        sealed = self._sealer.seal(_body(call, at)).encode()
        if len(sealed) > here.size:
            return
        self._write(gateway, at, sealed)
        here.calls, here.size = here.calls - 1, here.size - len(sealed)
        if len(here.seen) >= MOST:
            here.seen.clear()
        here.seen.add(said)

    def _write(self, gateway: str, at: datetime, sealed: bytes) -> None:
        folder = self._folder / gateway
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._n += 1
        name = f"{int(at.timestamp() * 1000):015}-{os.getpid()}-{self._n:06}.sealed"
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    def kept(self, gateway: str) -> list[Path]:
        """The files of this gateway, oldest first."""
        return sorted((self._folder / gateway).glob("*.sealed"))


def opened(body: dict[str, Any]) -> tuple[Call, datetime]:
    """The call that was sealed, and when it came."""
    query, raw = b64decode(body["query"]), b64decode(body["body"])
    return Call(body["method"], body["path"], query, body["headers"], raw), datetime.fromisoformat(body["at"])


def _body(call: Call, at: datetime) -> dict[str, Any]:
    said = {"method": call.method, "path": call.path, "headers": dict(call.headers), "at": at.isoformat()}
    return {**said, "query": b64encode(call.query).decode(), "body": b64encode(call.body).decode()}


def _size(call: Call) -> int:
    return sum(len(name) + len(value) for name, value in call.headers.items()) + len(call.query) + len(call.body)


def _on_disk(path: Path) -> list[int]:
    with contextlib.suppress(FileNotFoundError):  # checked again and taken in meanwhile
        return [path.stat().st_size]
    return []
