"""The vault: a key for each source, incident and order, and its destruction."""

import base64
import contextlib
import json
import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b as hashed
from pathlib import Path
from typing import Any

from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox
from nacl.utils import random

from server.locking.master import Locked
from server.sealing import keys
from server.sealing.file import FILE, opened

IN_ONE = 500  # keys that are asked for at once
MOST = 30_000  # keys in memory; a country has more people who send
LAST_TURN = 2**31  # SQLite keeps no larger number there
logger = logging.getLogger(__name__)
PICTURE = "picture"  # the owner of what holds words of many (`server/resumed.py`): its key goes with any of theirs
APART = ("model:", "duty:", "contact:")  # owners of whose words no picture has any: those keys go every hour
ALONE = "report:"  # an owner that what it closes names itself: whoever opens it may know no more than the source


class Forgotten(Exception):
    """The key of this owner was destroyed, or never was ours: nobody can open this again."""


class Buried(Forgotten):
    """The key was destroyed for good for whoever began before that: a vault that is opened now can make another."""


def packed(body: dict[str, Any]) -> bytes:
    """`body` as it is sealed."""
    # surrogateescape keeps bytes that were no UTF-8 exactly as they came
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


class Vault:
    """A key for each owner (`source:…`, `incident:…`, `room`), wrapped by the room's key, in one file outside Redis.

    Destroying an owner's key makes all that was sealed for that owner unreadable, wherever it was copied. Whoever opens
    one that is missing, or that another room's keys closed, gets Locked."""

    def __init__(self, data_dir: Path) -> None:
        private = keys.private(data_dir / "keys", "room.key")
        self._wrap = SecretBox(blake2b(b"", key=private, person=b"vault", encoder=RawEncoder))
        self._owners = private
        self._boxes: dict[str, SecretBox] = {}
        self._inside = 0  # how many are inside `at_once`
        self._turn = 0  # how often a key was destroyed, by any process, when `_boxes` was last right
        self._lock = threading.Lock()
        try:
            self._db = opened(data_dir, 10)
            for row in self._db.execute("SELECT wrapped FROM keys LIMIT 1"):
                self._wrap.decrypt(row[0])
            self._db.execute("CREATE TABLE IF NOT EXISTS buried (owner TEXT PRIMARY KEY, turn INTEGER NOT NULL)")
            self._began = self._db.execute("PRAGMA user_version").fetchone()[0]
        except (sqlite3.DatabaseError, CryptoError) as fault:
            logger.error("%s under DATA_DIR is missing, damaged or of another room: bring the right one back.", FILE)
            raise Locked(f"{FILE} under DATA_DIR is missing, damaged or of another room") from fault

    def seal(self, owner: str, body: dict[str, Any]) -> str:
        """`body` under the owner's key, which is made at its first use. Raises Locked; Buried: see `bury`."""
        text = base64.b64encode(self._box(owner, make=True).encrypt(packed(body))).decode()
        return f"{owner}.{text}" if owner.startswith(ALONE) else text

    def seal_all(self, bodies: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        """Each body under its owner's key, as `seal` does; missing keys are made in one step. Raises Locked."""
        with self._lock:
            try:
                self._look()
                fresh = {owner for owner, _ in bodies if owner not in self._boxes}
                self._db.execute("BEGIN IMMEDIATE" if fresh else "BEGIN")
                found = [(owner, self._row(self._name(owner), make=True)) for owner in fresh]
                self._db.execute("COMMIT")
            except sqlite3.DatabaseError as fault:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise Locked("the vault cannot be used") from fault
            self._boxes |= {owner: SecretBox(self._wrap.decrypt(row[0])) for owner, row in found if row}
        with self.at_once():
            return [self.seal(owner, body) for owner, body in bodies]

    @contextlib.contextmanager
    def at_once(self, owners: Iterable[str] = ()) -> Iterator[None]:
        """Inside, which is to be short, nobody looks again whether another process destroyed a key: that was looked up
        once, and the keys of these owners were read in one step. Raises Locked."""
        with self._lock:
            try:
                self._look()
                names = {self._name(owner): owner for owner in owners if owner not in self._boxes}
                rows = self._rows(list(names))
            except sqlite3.DatabaseError as fault:
                raise Locked("the vault cannot be used") from fault
            self._boxes |= {names[name]: SecretBox(self._wrap.decrypt(key)) for name, key in rows}
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def open(self, owner: str, sealed: str) -> dict[str, Any]:
        """What `seal` closed for this owner, or for the report alone that it names. Raises Forgotten, Locked."""
        alone, _, text = sealed.rpartition(".")
        owner = alone if alone.startswith(ALONE) else owner
        try:
            return json.loads(self._box(owner, make=False).decrypt(base64.b64decode(text)))
        except (CryptoError, ValueError) as fault:
            raise Forgotten("no key opens this") from fault

    def forget(self, owner: str) -> None:
        """Destroy the owner's key; no process opens anything with it from now on. Raises Locked."""
        self.forget_all([owner])

    def forget_all(self, owners: Iterable[str]) -> int:
        """Destroy the keys of these owners in one step. How many there were. Raises Locked."""
        return self._destroy([*owners], bury=False)

    def bury(self, owners: Iterable[str]) -> int:
        """The same, and whoever holds a vault since before makes none of them anew: they may still know what was sent
        until then, and would keep it under a fresh key. Raises Locked."""
        return self._destroy([*owners], bury=True)

    def _destroy(self, owners: Sequence[str], *, bury: bool) -> int:
        too = [] if owners and all(owner.startswith(APART) for owner in owners) else [(self._name(PICTURE),)]
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                turn = (self._db.execute("PRAGMA user_version").fetchone()[0] + 1) % LAST_TURN
                names = [(self._name(owner),) for owner in owners]
                gone = self._db.executemany("DELETE FROM keys WHERE owner = ?", names).rowcount if names else 0
                self._db.executemany("DELETE FROM keys WHERE owner = ?", too)
                rows = [(name, turn) for (name,) in [*(names if bury else []), *too]]
                self._db.executemany("INSERT OR REPLACE INTO buried VALUES (?, ?)", rows)
                self._db.execute(f"PRAGMA user_version = {turn}")
                self._db.execute("COMMIT")
            except sqlite3.DatabaseError as fault:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise Locked("the vault cannot be used") from fault
            self._boxes.clear()
            return int(gone)

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only this room's processes can make, the same each time for the same purpose."""
        return bytes(blake2b(purpose.encode(), key=self._owners, person=b"secret", encoder=RawEncoder))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _box(self, owner: str, *, make: bool) -> SecretBox:
        with self._lock:
            try:
                self._look()
                if owner in self._boxes:
                    return self._boxes[owner]
                row = self._row(self._name(owner), make)
            except sqlite3.DatabaseError as fault:
                raise Locked("the vault cannot be used") from fault
            if row is None:
                raise (Buried if make else Forgotten)("this owner's key was destroyed")
            return self._boxes.setdefault(owner, SecretBox(self._wrap.decrypt(row[0])))

    def _look(self) -> None:
        """Forget the keys in memory when another process has destroyed any, and when they are too many."""
        if self._inside:
            return
        turn = self._db.execute("PRAGMA user_version").fetchone()[0]
        if turn != self._turn or len(self._boxes) > MOST:
            self._boxes.clear()
            self._turn = turn

    def _row(self, name: str, make: bool) -> Any:
        since = "SELECT 1 FROM buried WHERE owner = ? AND turn > ?"
        if make and self._db.execute(since, (name, self._began)).fetchone() is None:
            fresh = bytes(self._wrap.encrypt(random(SecretBox.KEY_SIZE)))
            self._db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, fresh))
        return self._db.execute("SELECT wrapped FROM keys WHERE owner = ?", (name,)).fetchone()

    def _rows(self, names: list[str]) -> list[tuple[str, bytes]]:
        found = []
        for start in range(0, len(names), IN_ONE):
            some = names[start : start + IN_ONE]
            marks = ",".join("?" * len(some))
            found += self._db.execute(f"SELECT owner, wrapped FROM keys WHERE owner IN ({marks})", some).fetchall()  # noqa: S608 - marks alone
        return found

    def _name(self, owner: str) -> str:
        return hashed(owner.encode(), digest_size=32, key=self._owners, person=b"owner").hexdigest()
