"""Where things wait that came while the room was locked: closed lines in files, on the disk before any answer."""

import contextlib
import fcntl
import os
import shutil
import threading
import time
from pathlib import Path

from ingest.spool import Full
from server.photos import RESERVE

FOLDER = "held"  # under DATA_DIR
LINES, PHOTO, APART, DRAFT = ".held", ".photo", ".bad", ".draft"  # ends of names there
MOST = 1024**3  # bytes of photos that may wait: whoever sends more sends it again when the room is open
LEAST = 64 * 1024  # bytes for which a small photo counts, too: a disk has only so many files


class Pile:
    """A folder of files, a line for each thing that came; each file is written by one process, which holds its lock.
    Photos have files of their own: what is said of it in a line, and the photo."""

    def __init__(self, data_dir: Path) -> None:
        self._folder, self._lock, self._handle = data_dir / FOLDER, threading.Lock(), -1
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.glob(f"*{DRAFT}"):
            _let_go(path)

    def add(self, line: bytes) -> None:
        """Returns once it is on the disk to stay. Raises Full."""
        with self._lock:
            try:
                self._write(line)
            except OSError:
                self._handle = -1  # nobody knows what that file holds: the next line opens another
                raise Full from None

    def _write(self, line: bytes) -> None:
        if self._handle < 0:
            path = self._folder / (_name() + LINES)
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sync(self._folder)
        end = os.fstat(self._handle).st_size
        try:
            if os.write(self._handle, line) < len(line):
                raise OSError("only a part was written")
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, end)  # nobody was told that this is safe
            raise

    def lay(self, line: bytes, photo: bytes) -> None:
        """A photo that came. Returns once it is on the disk to stay. Raises Full where photos may take no more."""
        with self._lock:
            path = self._folder / (_name() + PHOTO)
            draft = path.with_suffix(DRAFT)
            try:
                if shutil.disk_usage(self._folder).free < RESERVE or self._photos() + len(photo) > MOST:
                    raise Full
                handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    file.writelines((line, photo))
                    file.flush()
                    os.fsync(file.fileno())
                    draft.replace(path)
                _sync(self._folder)
            except OSError:
                draft.unlink(missing_ok=True)
                raise Full from None

    def _photos(self) -> int:
        """The bytes that photos count for which wait already."""
        return sum(max(path.stat().st_size, LEAST) for path in self._folder.glob(f"*{PHOTO}"))


def _let_go(draft: Path) -> None:
    """Take away what a process that is gone had not finished: nobody was told that it is safe."""
    with contextlib.suppress(OSError), draft.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.unlink()


def _name() -> str:
    return f"{time.time_ns():020d}-{os.getpid()}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def files(data_dir: Path) -> list[Path]:
    """The files that wait, oldest first, photos behind all else."""
    return [path for end in (LINES, PHOTO) for path in sorted((data_dir / FOLDER).glob(f"*{end}"))]


class Standing:
    """How much waits; each line is counted once, for the door that tells it has other things to do."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._counted: dict[Path, tuple[int, int]] = {}  # file -> up to which byte, how many lines

    def look(self) -> dict[str, int]:
        """How many reports, receipts and photos wait, and how many of them were set apart for a person."""
        apart = (self._data_dir / FOLDER).glob(f"*{APART}")
        return {"waiting": sum(map(self._things, files(self._data_dir))), "set_apart": sum(map(self._things, apart))}

    def _things(self, path: Path) -> int:
        """A photo is one; else each line is."""
        if PHOTO in path.suffixes:
            return 1
        at, lines = self._counted.get(path, (0, 0))
        try:
            with path.open("rb") as file:
                file.seek(at)
                while part := file.read(1 << 20):
                    at, lines = at + len(part), lines + part.count(b"\n")
        except FileNotFoundError:
            return 0
        self._counted[path] = at, lines
        return lines


def set_apart(path: Path, line: bytes) -> None:
    """Keep a line that cannot be taken in beside the file it stood in, on the disk before this returns."""
    with path.with_name(path.name + APART).open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)
