"""A backup of a room that goes on working: the record at one place, the files that belong to it, and apart its keys.

What flows into the record, and the copy that flows out of it, are read before the place is fixed, and so is how far
workers are: what leaves them afterwards is in the record already. Keys, photos and models are read behind it: each was
kept before the fact that needs it. What is there twice for this is taken once, by its `once` keys.
"""

import contextlib
import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from server.backups.closed import Recipient, closing
from server.backups.record import Taking
from server.locking import master
from server.log import START, Log
from server.roles import Refused
from server.sealing.file import FILE
from server.sealing.keys import public
from server.settings import Settings

FORMAT = 1
INWARD = ("held", "ledger", "quarantine", "spool")  # folders that are read before the place is fixed
# the record itself; what goes into the other file; what follows from both; of this machine
NEVER = ("redis", "keys", "vault", "picture", "run.lock")
ANEW, WIPED = "new", "redis-wiped"  # our own Redis while it is made anew; before a number, one that was wiped
SUFFIX = ".vault"  # behind a backup's name: the file with its keys


def make(given: Settings, log: Log, path: Path, to: Recipient, clock: Callable[[], datetime]) -> int:
    """Write `path` and, beside it, the file of its keys: how many facts are in it. Raises Refused, log.Down."""
    if log.head() == START:
        raise Refused("There is nothing on the record yet.")
    with closing(path, to) as out, Archive(out) as archive:
        head, n = _record(given, log, archive, clock)
        # before the first file is there: if we are killed between the two, no newer record has lost its keys
        with closing(path.with_name(path.name + SUFFIX), to) as beside, Archive(beside) as archive_of_keys:
            archive_of_keys.files(given.data_dir, _files(given.data_dir, ("keys",)))
            archive_of_keys.add("files/vault/vault.db", _vault(given.data_dir / FILE))
            archive_of_keys.rows("end", [_own(given, head)])
    return n


def _record(given: Settings, log: Log, archive: "Archive", clock: Callable[[], datetime]) -> tuple[str, int]:
    """Write all but the keys: the place up to which the record is in it, and how many facts."""
    home, taking = given.data_dir, Taking(log)
    credentials, groups = taking.names(), taking.groups()
    archive.files(home, _files(home, INWARD))
    head, n = log.head(), 0
    for rows in taking.facts(head):
        archive.rows("facts", rows)
        n += len(rows)
    for pairs in taking.once(head):
        archive.rows("once", pairs)
    for rows in taking.drawer(credentials, clock()):
        archive.rows("drawer", rows)
    rest = sorted({each.name for each in home.iterdir()} - {*INWARD, *NEVER, ANEW})
    archive.files(home, _files(home, (name for name in rest if not name.startswith(WIPED))))
    archive.rows("end", [{**_own(given, head), "facts": n, "groups": groups}])
    return head, n


def _own(given: Settings, head: str) -> dict[str, Any]:
    """What both files say: whose they are, and of when. Keys of another room, or from before the record, open nothing
    of it, and look as if all had been forgotten."""
    room = sha256(public(given.data_dir / "keys")).hexdigest()
    return {"format": FORMAT, "election": given.pack, "room": room, "head": head}


class Archive:
    """A tar file that is written as a stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|")  # noqa: SIM115 - closed by our own exit
        self._n = 0

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def add(self, name: str, content: bytes) -> None:
        """One file with these bytes."""
        self._put(name, len(content), io.BytesIO(content))

    def rows(self, kind: str, rows: list[Any]) -> None:
        """Rows of a kind, each a line of JSON."""
        self._n += 1
        self.add(f"{kind}/{self._n:06}", b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    def files(self, home: Path, paths: Iterator[Path]) -> None:
        """Files as long as they are now: what is added meanwhile stays behind, what went is not missed."""
        for path in paths:
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                size = path.stat().st_size
                self._put(f"files/{path.relative_to(home)}", size, io.BytesIO(file.read(size)))

    def _put(self, name: str, size: int, content: BinaryIO) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, content)


def _files(home: Path, names: Any) -> Iterator[Path]:
    """The files under these names, in the order of their names; no sockets, no drafts, whose names have a dot, and
    nowhere the master key: with it, whoever opens a backup opens all."""
    for name in names:
        top = home / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                found = path.lstat()
                if not stat.S_ISREG(found.st_mode) or path.name.startswith("."):
                    continue
                if found.st_size != master.SIZE or not master.right(home / "keys", path.read_bytes()):
                    yield path


def _vault(path: Path) -> bytes:
    """The vault as it is at one moment, whoever writes into it."""
    if not path.exists():
        raise Refused("There is no vault under DATA_DIR.")
    with (
        contextlib.closing(sqlite3.connect(path, timeout=10)) as there,
        contextlib.closing(sqlite3.connect(":memory:")) as copy,
    ):
        there.backup(copy)
        return copy.serialize()
