"""A key for each report and photo that comes in, kept in the vault's file: what is destroyed there opens nowhere."""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

from nacl.public import SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

from server.locking.master import Locked
from server.sealing.vault import opened

AHEAD = 64  # keys that the public door makes at once: one write to the disk for so many reports
PATIENCE = 2.0  # seconds to wait for others who write there; then a report is closed with the room's key alone
PAUSE = 30.0  # seconds for which nobody waits again after that: the public door has one thread
ID_LENGTH = 24  # hexadecimal digits
logger = logging.getLogger(__name__)


class NoKey(Locked):
    """The file of keys cannot be used just now."""


class Stock:
    """The keys of what arrives, each closed for the room: the public door makes them, and can open none of the file."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._ready: list[tuple[str, bytes]] = []
        self._db: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._again = 0.0  # by time.monotonic; 0 while keys can be made

    def take(self, room: SealedBox) -> tuple[str, bytes]:
        """The id of a fresh key and the key itself, which is safe on the disk. Raises NoKey."""
        with self._lock:
            if not self._ready:
                self._make(room)
            return self._ready.pop()

    def _make(self, room: SealedBox) -> None:
        if monotonic() < self._again:
            raise NoKey
        made = [(os.urandom(ID_LENGTH // 2).hex(), random(SecretBox.KEY_SIZE)) for _ in range(AHEAD)]
        try:
            with self._written() as db:
                rows = [(name, bytes(room.encrypt(key))) for name, key in made]
                db.executemany("INSERT INTO arrivals VALUES (?, ?)", rows)
        except NoKey:
            if not self._again:
                logger.error("No keys can be kept in the vault: what comes in is closed with the room's key alone.")
            self._again = monotonic() + PAUSE
            raise
        if self._again:
            logger.info("Keys can be kept in the vault again.")
        self._ready, self._again = made, 0.0

    def find(self, name: str) -> bytes | None:
        """The key of this id, closed for the room; None once it is destroyed, or never was. Raises NoKey."""
        with self._lock:
            try:
                row = self._opened().execute("SELECT sealed FROM arrivals WHERE id = ?", (name,)).fetchone()
            except sqlite3.Error as fault:
                raise NoKey from fault
            return bytes(row[0]) if row else None

    def destroy(self, names: Iterable[str]) -> int:
        """Destroy these keys. How many there were. Raises NoKey."""
        with self._lock, self._written() as db:
            return int(db.executemany("DELETE FROM arrivals WHERE id = ?", ((name,) for name in names)).rowcount)

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            db = opened(self._data_dir, PATIENCE)
            db.execute("CREATE TABLE IF NOT EXISTS arrivals (id TEXT PRIMARY KEY, sealed BLOB NOT NULL)")
            self._db = db
        return self._db

    @contextlib.contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """One step, whole on the disk or not at all."""
        try:
            db = self._opened()
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        except (sqlite3.Error, OSError) as fault:
            if self._db is not None and self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise NoKey from fault
