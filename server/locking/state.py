"""Whether the room is locked: a mark under DATA_DIR, which every process and every start obeys."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME, OPENED = "locked", "unlocked"  # the mark; when it was last taken away
SHUT = {"redis", "keeper", "sealed", "shut", "fetch"}  # what runs while the room is locked: none of it has a key


@dataclass(frozen=True)
class Lock:
    """When, by whom (as on the record) and how the room was locked: command, button, phones, start or key."""

    at: str = ""  # ISO 8601, UTC
    by: str = ""
    how: str = ""


def locked(data_dir: Path) -> bool:
    """Whether no process of this room may have a key."""
    return (data_dir / NAME).exists()


def lock(data_dir: Path, by: str, how: str, at: datetime) -> None:
    """Lock the room; `server.run` sees it at once, and every later start too. A second time changes nothing."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(data_dir / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(Lock(at.isoformat(timespec="milliseconds"), by, how)), file)
        file.flush()
        os.fsync(file.fileno())
    _sync(data_dir)


def read(data_dir: Path) -> Lock:
    """How it was locked; nothing in it when that cannot be read."""
    try:
        return Lock(**json.loads((data_dir / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return Lock()


def unlock(data_dir: Path, at: datetime) -> None:
    """Take the mark away, at this hour (aware, UTC); a full disk keeps the hour only if it can."""
    (data_dir / NAME).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (data_dir / OPENED).write_text(at.isoformat(timespec="milliseconds"))
    _sync(data_dir)


def unlocked(data_dir: Path) -> datetime:
    """When the room was last unlocked; long ago when it never was, or that cannot be read."""
    try:
        return datetime.fromisoformat((data_dir / OPENED).read_text())
    except (OSError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
