"""Ways to the master key besides its file: a pass-phrase, shares of which three open, a copy kept elsewhere."""

import base64
import contextlib
import json
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from server.locking import master
from server.roles import Refused

SHARES, NEEDED = 5, 3
SHORTEST = 15  # characters of a pass-phrase
OPS, MEM = 4, 256 * 1024 * 1024  # of argon2id: a second or so, and bytes
KDF = pwhash.argon2id


def set_phrase(folder: Path, key: bytes, phrase: str) -> None:
    """Let this pass-phrase open from now on, and no earlier one. It is a way once it was proved. Raises Refused."""
    if len(phrase) < SHORTEST:
        raise Refused(f"A pass-phrase has {SHORTEST} characters or more: six words or so will do.")
    salt = random(KDF.SALTBYTES)
    closed = bytes(_box(phrase, salt, OPS, MEM).encrypt(key))
    said = {"salt": _text(salt), "ops": OPS, "mem": MEM, "closed": _text(closed)}
    _note(folder, phrase=said, proved=_proved(folder) - {"phrase"})


def by_phrase(folder: Path, phrase: str) -> bytes:
    """The master key. Raises Refused."""
    if not (said := master.ways(folder).get("phrase")):
        raise Refused("This room has no pass-phrase: give the key's file, or shares.")
    box = _box(phrase, base64.b64decode(said["salt"]), said["ops"], said["mem"])
    try:
        return box.decrypt(base64.b64decode(said["closed"]))
    except CryptoError:
        raise Refused("This is not the pass-phrase.") from None


def make_shares(key: bytes) -> list[str]:
    """Five new shares, each a line of words with a check in it, of which any three open. Shares that were made earlier
    open as well. They are a way once three of them were proved."""
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], key)
    return shares


def by_shares(shares: Sequence[str]) -> bytes:
    """The master key. Raises Refused."""
    try:
        return combine_mnemonics([" ".join(share.lower().split()) for share in shares])
    except (MnemonicError, ValueError):
        raise Refused(f"These are not {NEEDED} different shares of one key, without a slip of the pen.") from None


def by_file(folder: Path, path: Path) -> bytes:
    """The master key. Raises Refused."""
    try:
        key = path.read_bytes()
    except OSError as fault:
        raise Refused(f"This file cannot be read ({fault.strerror}).") from None
    if not master.right(folder, key):
        raise Refused("This file does not hold this room's master key.")
    return key


def prove(folder: Path, way: str) -> None:
    """This way (copy, phrase, shares) opened: from now on it is reason enough to destroy the key's file."""
    _note(folder, proved=_proved(folder) | {way})


def shares_alone(folder: Path) -> bool:
    """Let nothing open any more but shares, which were proved. Whether the key's file is gone; copies of it are not
    ours to destroy."""
    _note(folder, phrase=None, proved={"shares"})
    return drop_file(folder)


def copy(folder: Path, key: bytes, path: Path) -> None:
    """Write the key's file a second time, to be kept elsewhere. Raises Refused."""
    here = master.ways(folder)["file"]
    if here and path.exists() and Path(here).exists() and path.samefile(here):
        raise Refused("This is the key's own file: name another place for the copy.")
    _write(folder, path, key)
    prove(folder, "copy")


def move(folder: Path, key: bytes, path: Path) -> None:
    """Let the key's file lie here from now on, as on a stick that is pulled to lock the room. Raises Refused."""
    earlier, was_there = master.ways(folder)["file"], path.exists()
    _write(folder, path, key)
    proved = _proved(folder) - ({"copy"} if was_there else set())  # the copy is the file now
    _note(folder, file=str(path.resolve()), proved=proved)
    if earlier and Path(earlier) != path.resolve():
        destroy(Path(earlier), path)


def drop_file(folder: Path) -> bool:
    """Destroy the key's file on this machine, unless no other way was proved. Whether it is gone; never raises."""
    try:
        known = master.ways(folder)
        path = Path(known["file"]) if known["file"] else None
        if path is None or not path.exists():
            return True
        if _proved(folder):
            destroy(path)
        return not path.exists()
    except (OSError, master.Locked):
        return False


def file_stays(folder: Path) -> bool:
    """Whether a lock leaves the key's file, since no other way was proved, or that cannot be read; never raises."""
    try:
        known = master.ways(folder)
        return bool(known["file"]) and Path(known["file"]).exists() and not known.get("proved")
    except (OSError, master.Locked):
        return True


def destroy(path: Path, stays: Path | None = None) -> None:
    """Write over a key's file, unless `stays` is the same one by another name, and take it away."""
    with contextlib.suppress(OSError):
        if stays is None or not path.samefile(stays):
            with path.open("r+b") as file:
                file.write(bytes(master.SIZE))
                file.flush()
                os.fsync(file.fileno())
        path.unlink()


def _write(folder: Path, path: Path, key: bytes) -> None:
    if path.resolve().is_relative_to(folder.parent.resolve()):
        raise Refused("This is under DATA_DIR: whoever copies that would have the key. Name another place.")
    try:
        if master.kept(path, key) != key:
            raise Refused("There is another file of this name already.")
    except OSError as fault:
        raise Refused(f"The file cannot be written there ({fault.strerror}).") from None


def _note(folder: Path, **more: Any) -> None:
    said = {**master.ways(folder), **more}
    said["proved"] = sorted(said.get("proved", []))
    os.replace(master.written(folder / master.WAYS, json.dumps(said).encode()), folder / master.WAYS)


def _proved(folder: Path) -> set[str]:
    return set(master.ways(folder).get("proved", []))


def _box(phrase: str, salt: bytes, ops: int, mem: int) -> SecretBox:
    typed = unicodedata.normalize("NFC", phrase).encode("utf-8", "surrogatepass")  # two keyboards, one phrase
    return SecretBox(KDF.kdf(SecretBox.KEY_SIZE, typed, salt, opslimit=ops, memlimit=mem))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
