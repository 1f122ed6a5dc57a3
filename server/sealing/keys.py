"""The room's key files: made once, wrapped by the master key, and read here alone."""

import os
from pathlib import Path

from nacl.public import PrivateKey
from nacl.utils import random

from server.locking import master

SECRET = ("room.key", "pepper", "ledger.key", "form.key", "outbox.key", "pseudonyms.key")
PUBLIC = "room.pub"


def make_keys(folder: Path) -> None:
    """Create the keys of room, aliases (pepper), ledger, form, outbox and pseudonyms where they are missing (0600), and
    close those that an earlier version left open. Raises Locked."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    master.begin(folder)
    key = master.of(folder)
    for name in SECRET:
        closed = master.kept(folder / name, master.wrapped(key, name, random(master.SIZE)))
        if not closed.startswith(master.WRAPPED):
            _close(folder / name, master.wrapped(key, name, closed))
    master.kept(folder / PUBLIC, bytes(PrivateKey(private(folder, "room.key")).public_key))


def private(folder: Path, name: str) -> bytes:
    """The secret key of this name. Raises FileNotFoundError when there is none, Locked without the master key."""
    found = (folder / name).read_bytes()
    return master.unwrapped(master.of(folder), name, found) if found.startswith(master.WRAPPED) else found


def public(folder: Path) -> bytes:
    """The key that closes for the room, and opens nothing. Raises FileNotFoundError when there is none."""
    return (folder / PUBLIC).read_bytes()


def _close(path: Path, closed: bytes) -> None:
    """Put the closed key in the place of the open one, whose bytes on the disk are written over."""
    with path.open("r+b") as file:
        os.replace(master.written(path, closed), path)
        file.write(bytes(master.SIZE))
        file.flush()
        os.fsync(file.fileno())
