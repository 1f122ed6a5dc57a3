"""A key for each report and photo that comes in, kept in the vault's file: what is destroyed there opens nowhere.

The keys of one step are closed with a key of that step, which is closed for the room and forgotten here: one dear seal
for all of them. Each row has both: once it is destroyed, nothing opens what its key closed.
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic

from nacl.public import SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

from server.locking.master import Locked
from server.sealing.file import opened

AHEAD = 64  # keys that the public door makes at once: one write to the disk for so many reports
MOST = 1024  # the same in a crowded hour
CROWDED = 2.0  # seconds: where the keys of one step last no longer, the next makes twice as many
PATIENCE = 0.5  # seconds that the door waits for others who write there; then a report has no key of its own
ASIDE = 5.0  # seconds that all others wait, in nobody's way
PAUSE = 30.0  # seconds for which nobody waits again after that: the public door has one thread
STEP = 10  # random bytes of an id before the number in its step: the rows of a step lie together in the file
IN_ONE = 500  # keys that are asked for at once
CLOSED = 80  # bytes of a key that is closed for the room
STEPS = 256  # keys of steps that stay open in a room's memory: they open nothing whose row is destroyed
logger = logging.getLogger(__name__)
Made = list[tuple[str, bytes]]  # ids and keys


class NoKey(Locked):
    """The file of keys cannot be used just now."""


class Stock:
    """The keys of what arrives, each closed for the room: the public door makes them, and can open none of the file."""

    def __init__(self, data_dir: Path, *, hurried: bool = False) -> None:
        """`hurried`: a door, where everybody behind waits as well."""
        self._data_dir, self._patience = data_dir, PATIENCE if hurried else ASIDE
        self._ready: Made = []
        self._many, self._since = AHEAD, -CROWDED  # how many keys the last step made, and when
        self._db: sqlite3.Connection | None = None
        self._second: sqlite3.Connection | None = None  # of whoever makes keys aside
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
        try:
            self._ready = _made(self._opened(), room, self._next())
        except NoKey:
            if not self._again:
                logger.error("No keys can be kept in the vault: what comes in is closed with the room's key alone.")
            self._again = monotonic() + PAUSE
            raise
        self._kept()

    def _kept(self) -> None:
        if self._again:
            logger.info("Keys can be kept in the vault again.")
        self._again = 0.0

    def _next(self) -> int:
        """How many keys this step makes."""
        crowded, self._since = monotonic() - self._since < CROWDED, monotonic()
        self._many = min(2 * self._many, MOST) if crowded else max(self._many // 2, AHEAD)
        return self._many

    def fill(self, room: SealedBox, aside: Callable[[Callable[[], Made]], Made]) -> None:
        """In a crowded hour, or once none could be made, make keys before they are missed. `aside` runs what waits for
        the disk, in nobody's way; it is asked for one thing at a time."""
        if (self._many == AHEAD and not self._again) or len(self._ready) > self._many // 2:
            return
        many = self._many if self._again else self._next()
        with contextlib.suppress(NoKey):  # whoever misses one says so
            made = aside(lambda: self._aside(room, many))
            with self._lock:
                self._ready = made + self._ready
                self._kept()

    def _aside(self, room: SealedBox, many: int) -> Made:
        if self._second is None:
            self._second = _connected(self._data_dir, ASIDE)
        return _made(self._second, room, many)

    def find(self, names: Sequence[str]) -> dict[str, bytes]:
        """The keys of these ids, each closed for the room; without those that were destroyed, or never were. Raises
        NoKey."""
        found: dict[str, bytes] = {}
        with self._lock:
            db = self._opened()
            for start in range(0, len(names), IN_ONE):
                some = names[start : start + IN_ONE]
                marks = ",".join("?" * len(some))
                try:
                    found.update(db.execute(f"SELECT id, sealed FROM arrivals WHERE id IN ({marks})", some))  # noqa: S608 - marks alone
                except sqlite3.Error as fault:
                    raise NoKey from fault
        return found

    def destroy(self, names: Iterable[str]) -> int:
        """Destroy these keys. How many there were. Raises NoKey."""
        with self._lock, _written(self._opened()) as db:
            return int(db.executemany("DELETE FROM arrivals WHERE id = ?", ((name,) for name in names)).rowcount)

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = _connected(self._data_dir, self._patience)
        return self._db


def _connected(data_dir: Path, patience: float) -> sqlite3.Connection:
    """Raises NoKey."""
    try:
        db = opened(data_dir, patience)
        db.execute("CREATE TABLE IF NOT EXISTS arrivals (id TEXT PRIMARY KEY, sealed BLOB NOT NULL)")
    except (sqlite3.Error, OSError) as fault:
        raise NoKey from fault
    return db


def _made(db: sqlite3.Connection, room: SealedBox, many: int) -> Made:
    """So many fresh keys, on the disk before anybody has one. Raises NoKey."""
    step, start = random(SecretBox.KEY_SIZE), os.urandom(STEP).hex()
    made = [(f"{start}{number:04x}", random(SecretBox.KEY_SIZE)) for number in range(many)]
    head, box = bytes(room.encrypt(step)), SecretBox(step)
    rows = [(name, head + bytes(box.encrypt(key))) for name, key in made]
    with _written(db):
        db.executemany("INSERT INTO arrivals VALUES (?, ?)", rows)
    return made


@contextlib.contextmanager
def _written(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One step, whole on the disk or not at all. Raises NoKey."""
    try:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    except (sqlite3.Error, OSError) as fault:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise NoKey from fault


class Opening:
    """Opens keys of the stock for the room, whose private half it has; a step's key is opened once for many of them."""

    def __init__(self, room: SealedBox) -> None:
        self._room = room
        self._steps: dict[bytes, SecretBox] = {}

    def key(self, kept: bytes) -> bytes:
        """The key itself. Raises CryptoError."""
        if len(kept) == CLOSED:  # from before keys were made in steps
            return bytes(self._room.decrypt(kept))
        head = kept[:CLOSED]
        box = self._steps.get(head)
        if box is None:
            box = SecretBox(self._room.decrypt(head))
            if len(self._steps) >= STEPS:
                self._steps.clear()
            self._steps[head] = box
        return bytes(box.decrypt(kept[CLOSED:]))
