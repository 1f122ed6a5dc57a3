"""The picture, sealed in a file now and then, so that a room that is started again folds only what came since.

It is a copy that can be thrown away: the record alone is true, and whatever does not fit it, or this program, is not
used. It holds words of many, so its key is destroyed, for good, with any key of what it may hold (`Vault.bury`).
"""

import contextlib
import ctypes
import json
import logging
import os
import platform
import signal
import sqlite3
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from server.board import Board
from server.log import START, Down, Log, Raw
from server.seal import Forgotten, Locked, Vault
from server.sealing.vault import PICTURE

FOLDER, FILE = "picture", "board"  # under DATA_DIR
PIECE = 4 * 1024 * 1024  # bytes that are closed together
BEHIND = 20_000  # facts that a file may lack: some seconds of folding
PAUSE = 60.0  # seconds between two files: each costs about as much as folding 5,000 facts
LONGEST = 600.0  # seconds for one: a copy of a process with threads may have been made in a bad moment, and hang
DIES_TOO = 1  # prctl: a signal when the parent is gone
logger = logging.getLogger(__name__)


class Picture:
    """The file of one board. `look` writes it aside; `resume` reads it. `sound`: every report is accounted for."""

    def __init__(
        self, data_dir: Path, board: Board, vault: Vault, log: Log, pack: str, sound: Callable[[], bool]
    ) -> None:
        self._folder, self._board, self._vault, self._log = data_dir / FOLDER, board, vault, log
        self._sound = sound
        self._path, self._program = self._folder / FILE, program(pack)
        self._facts, self._began, self._child = 0, 0.0, 0  # of the newest file; 0: nobody writes

    def resume(self) -> int:
        """Put the picture of the file on the board, which is still empty. How many facts it has; 0 when there is no
        file that can be used. Raises log.Down."""
        for draft in self._folder.glob(f".{FILE}.*"):  # of one that was killed while it wrote
            draft.unlink(missing_ok=True)
        wrong = (OSError, Forgotten, CryptoError, ValueError, LookupError, sqlite3.Error)
        with contextlib.suppress(*wrong), self._path.open("rb") as file:
            kept = self._vault.open(PICTURE, file.readline().decode())
            if self._fits(kept):
                with contextlib.closing(sqlite3.connect(":memory:")) as tables:
                    tables.deserialize(_opened(file, kept))
                    self._board.resume(tables, kept["board"])
                self._facts = self._board.facts
        if not self._facts:
            self.drop()
        return self._facts

    def drop(self) -> None:
        """Have the next start fold the whole record."""
        self._path.unlink(missing_ok=True)

    def look(self, at: float) -> None:
        """Let another process write the file, where that is due at `at` (by time.monotonic). While a report is missing
        on the board there is none: the next start folds the whole record anew."""
        if not self._sound():
            self.drop()
            self._facts = self._board.facts
            return
        if self._child:
            ended, how = os.waitpid(self._child, os.WNOHANG)
            if not ended:
                if at - self._began > LONGEST:
                    os.kill(self._child, signal.SIGKILL)
                return
            self._child = 0
            if how:
                logger.warning("The picture could not be kept: a restart would fold the record from an earlier place.")
        if self._board.facts - self._facts < BEHIND or at - self._began < PAUSE:
            return
        self._began = at
        with contextlib.suppress(Forgotten, Locked, Down, OSError):  # somebody was forgotten: the room ends in a moment
            header, box = self._header()
            self._child, self._facts = _aside(lambda: self._write(header, box)), self._board.facts

    def keep(self) -> None:
        """Write the file here and now. Raises seal.Forgotten when somebody was forgotten; seal.Locked, OSError."""
        self._write(*self._header())
        self._facts = self._board.facts

    def _header(self) -> tuple[bytes, SecretBox]:
        key = random(SecretBox.KEY_SIZE)
        size = [self._board.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")]
        known = {"board": self._board.kept(), "program": self._program, "size": size[0] * size[1]}
        known["ends"] = [_digest(raw) for raw in self._ends(self._board.cursor)]
        return self._vault.seal(PICTURE, {**known, "key": b64encode(key).decode()}).encode() + b"\n", SecretBox(key)

    def _ends(self, cursor: str) -> list[Raw]:
        """The first fact of the record, and the one at this place."""
        last = self._log.at(cursor)
        return [*self._log.read(START, 1), *([last] if last else [])]

    def _fits(self, kept: Mapping[str, Any]) -> bool:
        """Whether it is of this program and this record."""
        ends = [_digest(raw) for raw in self._ends(kept["board"]["cursor"])]
        return bool(kept["program"] == self._program and kept["ends"] == ends and len(ends) == 2)

    def _write(self, header: bytes, box: SecretBox) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = self._folder / f".{FILE}.{os.getpid()}"
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(header)
                for piece in _closed(self._board.db.serialize(), box):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        finally:
            draft.unlink(missing_ok=True)


def keep(picture: Picture) -> None:
    """Keep it for the next start, now and then, for ever."""
    while True:
        time.sleep(1.0)
        picture.look(time.monotonic())


def program(pack: str) -> str:
    """What a picture depends on beside the record: these programs, their data, the tables' format."""
    found = sha256(json.dumps([pack, sqlite3.sqlite_version, platform.python_version()]).encode())
    home = Path(__file__).parent
    for path in sorted(each for each in home.rglob("*") if each.is_file() and "__pycache__" not in each.parts):
        found.update(f"{path.relative_to(home)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _digest(raw: Raw) -> str:
    return sha256(json.dumps([raw.id, raw.fields], sort_keys=True).encode()).hexdigest()


def _nonce(piece: int) -> bytes:
    return piece.to_bytes(SecretBox.NONCE_SIZE, "big")  # the key is of one file alone


def _closed(content: bytes, box: SecretBox) -> Iterator[bytes]:
    for n, start in enumerate(range(0, len(content), PIECE)):
        yield box.encrypt(content[start : start + PIECE], _nonce(n)).ciphertext


def _opened(file: BinaryIO, kept: Mapping[str, Any]) -> bytearray:
    """Raises CryptoError when it is not as it was written; ValueError when it is not whole."""
    content, box = bytearray(), SecretBox(b64decode(kept["key"]))
    while piece := file.read(PIECE + SecretBox.MACBYTES):
        content += box.decrypt(piece, _nonce(len(content) // PIECE))
    if len(content) != kept["size"]:
        raise ValueError("not the whole picture")
    return content


def _aside(write: Callable[[], None]) -> int:
    """Do this in a process of its own, which has the memory as it is now and ends with ours. Its id."""
    libc = ctypes.CDLL(None)
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        with contextlib.suppress(AttributeError):  # elsewhere than on Linux
            libc.prctl(DIES_TOO, signal.SIGKILL)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # or our ports would stay open behind us
        os.nice(10)
        write()
        failed = 0
    finally:
        os._exit(failed)
