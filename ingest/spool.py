"""Reports wait here, in checksummed files, while the record is away; delivering them twice is harmless."""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from ingest.lines import drafts_of, line_of
from server.log import Draft, Log

SELDOM = 10.0  # seconds between two lines of the log about a disk that takes nothing
BATCH = 100  # drafts that go to the record in one step
logger = logging.getLogger(__name__)


class Full(Exception):
    """The disk did not take the report: it is not safe, and nobody may be told that it is."""


class Spool:
    """A folder of segments, each written by one process that holds its lock, so that any number may share it.

    A segment is lines of `length sum draft`. Drafts hold sealed reports: nothing here can be read.
    Whoever drains also delivers the segments of processes that died: their locks are free.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._lock = threading.Lock()
        self._open: tuple[Path, int] | None = None  # the segment that we write to
        self._unsent: set[Path] = set()  # ours, until they are delivered
        self.faults = 0  # how often the disk took nothing
        self._told = -SELDOM  # when that was said last

    @property
    def holding(self) -> bool:
        """Whether something that this process saved is not delivered yet."""
        return bool(self._unsent)

    def save(self, draft: Draft) -> None:
        """Returns once the draft is on the disk to stay. Raises Full."""
        self.save_all([draft])

    def save_all(self, drafts: Iterable[Draft]) -> None:
        """The same for several in one write; all of them or none. Raises Full."""
        with self._lock:
            try:
                self._write(b"".join(map(line_of, drafts)))
            except OSError as fault:
                self._close()  # after a failed fsync nobody knows what this file holds: the next report opens another
                self._tell(fault)
                raise Full from fault

    def _tell(self, fault: OSError) -> None:
        """Say it, and not a thousand times a second."""
        self.faults += 1
        if time.monotonic() - self._told >= SELDOM:
            self._told = time.monotonic()
            logger.error("The disk did not take reports into the spool (error %s).", fault.errno)

    def _write(self, record: bytes) -> None:
        if self._open is None:
            self._open = self._new_segment()
        path, handle = self._open
        end = os.fstat(handle).st_size
        try:
            if os.write(handle, record) < len(record):
                raise OSError("only a part was written")
            os.fsync(handle)
        except OSError:
            with contextlib.suppress(OSError):  # what stays is delivered: its sender tries again, and it is one report
                os.ftruncate(handle, end)
            raise
        self._unsent.add(path)

    def _new_segment(self) -> tuple[Path, int]:
        while True:
            taken = [int(path.name.partition(".")[0]) for path in self._folder.glob("[0-9]*.spool*")]
            path = self._folder / f"{max(taken, default=0) + 1:08d}.spool"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            except FileExistsError:
                continue
            if _take(handle):
                self._open = path, handle  # from now on it is let go of when anything fails
                _sync_folder(self._folder)
                return path, handle
            os.close(handle)  # a draining process came between, and removes it as an empty one

    def _close(self) -> Path | None:
        """Let go of the segment that we write to, if there is one."""
        if self._open is None:
            return None
        path, handle = self._open
        self._open = None
        try:
            if not os.fstat(handle).st_size:
                path.unlink()
        except OSError as fault:  # a disk that takes nothing may not let go of it either: what is empty costs nobody
            self._tell(fault)
        finally:
            os.close(handle)
        return path

    def drain(self, log: Log) -> int:
        """Deliver what waits, oldest segment first. How many reports. Raises Down; what is left waits on."""
        done = sum(self._deliver(path, log) for path in self.segments())
        with self._lock:
            closed = self._close()
        done += self._deliver(closed, log) if closed else 0
        with self._lock:
            self._unsent = {path for path in self._unsent if path.exists()}
        return done

    def _deliver(self, path: Path, log: Log) -> int:
        """All of one segment, which goes only when all of it is safe elsewhere; 0 if another process has it."""
        try:
            with path.open("rb") as file:
                if not _take(file.fileno()):
                    return 0
                done, bad, batch = 0, [], []
                for line in file:
                    drafts, rest = drafts_of(line)
                    batch += drafts
                    bad += [rest] if rest else []
                    if len(batch) >= BATCH:
                        done, batch = done + len(log.append_all(batch)), []
                done += len(log.append_all(batch))
                if bad:
                    self._set_apart(path, bad)
                path.unlink()
                return done
        except FileNotFoundError:  # delivered by another process
            return 0
        except OSError as fault:
            logger.error("Segment %s of the spool cannot be delivered (error %s).", path.name, fault.errno)
            return 0

    def _set_apart(self, path: Path, bad: list[bytes]) -> None:
        with path.with_name(f"{path.name}.bad").open("wb") as file:
            file.writelines(bad)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._folder)
        logger.error("%d damaged records of the spool are set apart in %s.bad.", len(bad), path.name)

    def segments(self) -> list[Path]:
        """The files that wait, oldest first, of this process and of all others."""
        return sorted(self._folder.glob("[0-9]*.spool"))

    def waiting(self) -> int:
        """How many reports wait."""
        return sum(map(_lines, self.segments()))

    def set_apart(self) -> int:
        """How many damaged records wait for a person."""
        return sum(map(_lines, self._folder.glob("*.bad")))

    def close(self) -> None:
        """Let go of our segment: whoever drains next delivers it."""
        with self._lock:
            self._close()


def _take(handle: int) -> bool:
    """Lock this file for us alone; False if another has it, or had it and removed it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0


def _sync_folder(folder: Path) -> None:
    """A new file is safe only once its folder knows of it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0
