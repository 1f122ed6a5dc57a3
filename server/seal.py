"""Keys: seal to the room, open in the room, a key for each source, and its destruction."""

import base64
import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from typing import Any

from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

KEY_NAME = "k1"  # stands before each sealed text, so that the room's key can change and old texts still open
ALIAS_LENGTH = 20  # hexadecimal digits: 80 bits, no two of a country's numbers will share one


class Forgotten(Exception):
    """The key of this owner was destroyed, or never was ours: nobody can open this again."""


def make_keys(folder: Path) -> None:
    """Create the keys of room, aliases (pepper), ledger, form, outbox and pseudonyms where they are missing (0600)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = PrivateKey(_keep(folder / "room.key", bytes(PrivateKey.generate())))
    _keep(folder / "room.pub", bytes(private.public_key))
    _keep(folder / "pepper", random(32))
    _keep(folder / "ledger.key", random(32))
    _keep(folder / "form.key", random(32))
    _keep(folder / "outbox.key", random(32))
    _keep(folder / "pseudonyms.key", random(32))


def _keep(path: Path, fresh: bytes) -> bytes:
    """The bytes of `path`; first written whole, and to the disk, when there are none."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


def _pack(body: dict[str, Any]) -> bytes:
    # surrogateescape keeps bytes that were no UTF-8 exactly as they came
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


class Locked(Exception):
    """The vault cannot be read or written just now: an outage, no fault of what was to be sealed or opened."""


class Sealer:
    """The public door's side: it can close, and can open nothing."""

    def __init__(self, folder: Path) -> None:
        self._box = SealedBox(PublicKey((folder / "room.pub").read_bytes()))
        self._pepper = (folder / "pepper").read_bytes()

    def seal(self, body: dict[str, Any]) -> str:
        """`body` so that only the room opens it."""
        return f"{KEY_NAME}." + base64.b64encode(self._box.encrypt(_pack(body))).decode()

    def enclose(self, raw: bytes) -> bytes:
        """The same for bytes, as they are: a picture."""
        return f"{KEY_NAME}.".encode() + self._box.encrypt(raw)

    def alias(self, number: str) -> str:
        """The keyed alias of a sender (E.164 where it is a number): always the same, worthless without the pepper."""
        return self._mac(b"alias", number)[:ALIAS_LENGTH]

    def identity(self, *parts: str) -> str:
        """32 hexadecimal digits that are the same for the same parts, and tell nothing of them without the pepper."""
        return self._mac(b"identity", json.dumps(parts))[:32]

    def _mac(self, purpose: bytes, text: str) -> str:
        return hmac(self._pepper, purpose + b":" + text.encode("utf-8", "surrogatepass"), sha256).hexdigest()


class Opener:
    """The room's side of the seal."""

    def __init__(self, folder: Path) -> None:
        self._box = SealedBox(PrivateKey((folder / "room.key").read_bytes()))

    def open(self, sealed: str) -> dict[str, Any]:
        """What Sealer.seal closed. Raises Forgotten if it was not closed for this room."""
        try:
            return json.loads(self._box.decrypt(base64.b64decode(sealed.partition(".")[2])))
        except (CryptoError, ValueError) as fault:
            raise Forgotten("not sealed to this room's key") from fault

    def disclose(self, enclosed: bytes) -> bytes:
        """What Sealer.enclose closed. Raises Forgotten as `open` does."""
        try:
            return self._box.decrypt(enclosed.partition(b".")[2])
        except CryptoError as fault:
            raise Forgotten("not sealed to this room's key") from fault


class Vault:
    """A key for each owner (`source:…`, `incident:…`, `room`), wrapped by the room's key, in one file outside Redis.

    Destroying an owner's key makes all that was sealed for that owner unreadable, wherever it was copied.
    """

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / "vault"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        private = (data_dir / "keys" / "room.key").read_bytes()
        self._wrap = SecretBox(blake2b(b"", key=private, person=b"vault", encoder=RawEncoder))
        self._owners = private
        self._boxes: dict[str, SecretBox] = {}
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "vault.db", check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=DELETE")  # no side file that outlives a destroyed key
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute("CREATE TABLE IF NOT EXISTS keys (owner TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")

    def seal(self, owner: str, body: dict[str, Any]) -> str:
        """`body` under the owner's key, which is made at its first use. Raises Locked."""
        return base64.b64encode(self._box(owner, make=True).encrypt(_pack(body))).decode()

    def seal_all(self, bodies: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        """Each body under its owner's key, as `seal` does; missing keys are made in one step. Raises Locked."""
        with self._lock:
            fresh = [owner for owner, _ in bodies if owner not in self._boxes]
            try:
                self._db.execute("BEGIN IMMEDIATE")
                found = [(owner, self._row(self._name(owner), make=True)) for owner in fresh]
                self._db.execute("COMMIT")
            except sqlite3.DatabaseError as fault:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise Locked("the vault cannot be used") from fault
            self._boxes |= {owner: SecretBox(self._wrap.decrypt(row[0])) for owner, row in found}
        return [self.seal(owner, body) for owner, body in bodies]

    def open(self, owner: str, sealed: str) -> dict[str, Any]:
        """What `seal` closed for this owner. Raises Forgotten, Locked."""
        try:
            return json.loads(self._box(owner, make=False).decrypt(base64.b64decode(sealed)))
        except (CryptoError, ValueError) as fault:
            raise Forgotten("no key opens this") from fault

    def forget(self, owner: str) -> None:
        """Destroy the owner's key."""
        with self._lock:
            self._boxes.pop(owner, None)
            self._db.execute("DELETE FROM keys WHERE owner = ?", (self._name(owner),))

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only this room's processes can make, the same each time for the same purpose."""
        return bytes(blake2b(purpose.encode(), key=self._owners, person=b"secret", encoder=RawEncoder))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _box(self, owner: str, *, make: bool) -> SecretBox:
        with self._lock:
            if owner in self._boxes:
                return self._boxes[owner]
            try:
                row = self._row(self._name(owner), make)
            except sqlite3.DatabaseError as fault:
                raise Locked("the vault cannot be used") from fault
            if row is None:
                raise Forgotten("this owner's key was destroyed")
            self._boxes[owner] = SecretBox(self._wrap.decrypt(row[0]))
            return self._boxes[owner]

    def _row(self, name: str, make: bool) -> Any:
        if make:
            fresh = bytes(self._wrap.encrypt(random(SecretBox.KEY_SIZE)))
            self._db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, fresh))
        return self._db.execute("SELECT wrapped FROM keys WHERE owner = ?", (name,)).fetchone()

    def _name(self, owner: str) -> str:
        return blake2b(owner.encode(), key=self._owners, person=b"owner").decode()


def owner_of(source: str, report: str) -> str:
    """Whose key closes a report's words: its source's, or its own when nobody is named."""
    return f"source:{source}" if source else f"report:{report}"
