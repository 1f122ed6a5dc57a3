"""The master key, which wraps every other key: where it comes from, and what it closes."""

import base64
import contextlib
import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox
from nacl.utils import random

from server.locking.keeping import asked, held
from server.locking.state import locked

WAYS = "ways.json"  # in the folder of keys: the ways to the master key, and how a right one is told from a wrong one
WRAPPED = b"sr1\n"  # stands before a key that the master closed
SIZE = 32  # bytes
DISKS = Path("/sys/dev/block")  # has a name for each disk that is in the machine
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)  # as on most sticks (FAT, exFAT)


class Locked(Exception):
    """Keys cannot be used just now: an outage, no fault of what was to be sealed or opened."""


def begin(folder: Path) -> None:
    """A master key for a folder of keys that has none yet, in a file beside DATA_DIR, so that a copy of DATA_DIR has
    all but that. Where only WAYS was lost, the key in that file is tried, and no other made. Raises Locked."""
    if (folder / WAYS).exists():
        return
    data_dir = folder.parent.resolve()
    path = data_dir.with_name(f"{data_dir.name}-key") / "master"
    closed = _closed(folder)
    try:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        master = path.read_bytes() if closed else kept(path, random(SIZE))
    except OSError as fault:
        raise Locked(f"the master key cannot be kept in {path} ({fault.strerror})") from None
    for name, key in closed.items():
        unwrapped(master, name, key)
    first = {"check": base64.b64encode(_check(master)).decode(), "file": str(path), "proved": []}
    kept(folder / WAYS, json.dumps(first).encode())


def of(folder: Path) -> bytes:
    """The master key of this folder of keys: from its file, or from the keeper. Raises Locked."""
    if locked(folder.parent):
        raise Locked("the room is locked: python -m server unlock opens it")
    known = ways(folder)
    try:
        master = Path(known["file"]).read_bytes() if known["file"] else b""
    except OSError:
        master = b""
    master = master or asked(folder)
    if not right(folder, master):
        raise Locked("the room has no master key: python -m server unlock opens it")
    return master


def at_hand(folder: Path) -> bool:
    """Whether processes that start now get a master key. It is not read: who asks outlives the next lock."""
    if not (folder / WAYS).exists():
        return not _closed(folder)  # a new room, or one whose keys are not wrapped yet
    try:
        path = ways(folder)["file"]
    except Locked:
        return False
    return bool(path) and is_there(Path(path)) or held(folder)


def is_there(path: Path) -> bool:
    """Whether a key's file is there, without reading it. On a disk that was pulled out it is not, although the kernel
    goes on answering for it from memory."""
    try:
        disk = path.stat().st_dev
    except OSError:
        return False
    if not os.major(disk) or not DISKS.exists():
        return True  # a folder of the network, or a machine that does not tell of its disks
    return (DISKS / f"{os.major(disk)}:{os.minor(disk)}").exists()


def ways(folder: Path) -> dict[str, Any]:
    """What is known of the master key: `check`, `file` (its path; empty for none), `proved` (the ways besides that file
    that opened once: copy, phrase, shares), and the closed key of a `phrase` where there is one. Raises Locked."""
    try:
        found: dict[str, Any] = json.loads((folder / WAYS).read_bytes())
    except (OSError, ValueError):
        raise Locked("keys/ways.json under DATA_DIR cannot be read") from None
    return found


def right(folder: Path, master: bytes) -> bool:
    """Whether this is the master key of this folder."""
    return base64.b64decode(ways(folder)["check"]) == _check(master)


def wrapped(master: bytes, name: str, raw: bytes) -> bytes:
    """The key of this name, closed."""
    return WRAPPED + bytes(_box(master, name).encrypt(raw))


def unwrapped(master: bytes, name: str, closed: bytes) -> bytes:
    """What `wrapped` closed. Raises Locked."""
    try:
        return _box(master, name).decrypt(closed.removeprefix(WRAPPED))
    except CryptoError:
        raise Locked(f"keys/{name} was not closed by this room's master key") from None


def kept(path: Path, fresh: bytes) -> bytes:
    """The bytes of `path`; first written whole, for the owner, and to the disk, when there are none."""
    if not path.exists():
        draft = written(path, fresh)
        try:
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                _put(draft, path, fresh)
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return path.read_bytes()


def _put(draft: Path, path: Path, fresh: bytes) -> None:
    try:
        os.link(draft, path)
    except OSError as fault:
        if fault.errno not in NO_LINKS:
            raise
        _write(path, fresh)


def written(path: Path, fresh: bytes) -> Path:
    """A draft of `path` beside it, on the disk to stay."""
    draft = path.with_name(f".{path.name}.{threading.get_native_id()}")
    draft.unlink(missing_ok=True)  # of one that was killed: in a container, the next has its number
    _write(draft, fresh)
    return draft


def _write(path: Path, fresh: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())


def _closed(folder: Path) -> dict[str, bytes]:
    """The keys in this folder that a master closed, by name."""
    found = {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
    return {name: key for name, key in found.items() if key.startswith(WRAPPED)}


def _check(master: bytes) -> bytes:
    return bytes(blake2b(b"", key=master, person=b"check", encoder=RawEncoder)) if len(master) == SIZE else b""


def _box(master: bytes, name: str) -> SecretBox:
    return SecretBox(blake2b(name.encode(), key=master, person=b"wrap", encoder=RawEncoder))
