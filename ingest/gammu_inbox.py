"""The inbox folder of gammu-smsd: which messages are complete, and how they leave it without a trace.

There are no locks: what looks the same twice is complete. Files whose names begin with a dot are let be.
"""

import contextlib
import json
import logging
import os
import time
from hashlib import sha256
from pathlib import Path

from ingest.gammu_files import label, unbroken

PARTS = 60.0  # seconds to wait for the missing files of a message
ASIDE = "aside"  # the folder inside the inbox for what a person has to look at
NOTE = ".safe"  # which files of one message are safe elsewhere, until they are wiped
GOING = ".going"  # behind the name of a file that is being removed
logger = logging.getLogger(__name__)


class Inbox:
    """The folder, and what it held when it was last looked at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[list[tuple[str, int, int]], float]] = {}  # message -> its files, since when so

    def complete(self) -> list[list[Path]]:
        """The files of each message that smsd has finished, oldest first. Others' files are set aside."""
        self._wipe_rest()
        found: dict[str, list[Path]] = {}
        for path in sorted(self._folder.iterdir()):
            if path.is_dir() or path.name.startswith("."):
                continue
            named = label(path.name) if path.is_file() and not path.is_symlink() else None
            found.setdefault(named.message if named else "", []).append(path)
        self.aside(found.pop("", []))
        ready = [paths for message, paths in found.items() if self._finished(message, paths)]
        self._seen = {message: seen for message, seen in self._seen.items() if message in found}
        return ready

    def _finished(self, message: str, paths: list[Path]) -> bool:
        now = time.monotonic()
        looks = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        before, since = self._seen.get(message, ([], now))
        if before != looks:
            self._seen[message] = (looks, now)
            return False
        return unbroken([each for path in paths if (each := label(path.name))]) or now - since > PARTS

    def wipe(self, paths: list[Path]) -> None:
        """Overwrite and remove the files of a message that is safe elsewhere."""
        if len(paths) > 1:  # after a death in between, the rest of them would look like another, shorter message
            sums = {path.name: _sum(path) for path in paths}
            draft = self._folder / f"{NOTE}.new"
            write(draft, json.dumps(sums).encode())
            draft.rename(self._folder / NOTE)
            sync(self._folder)
        for path in reversed(paths):  # smsd uses a name again once the first part is gone
            overwrite(path)
        (self._folder / NOTE).unlink(missing_ok=True)
        sync(self._folder)

    def _wipe_rest(self) -> None:
        """Finish what a death interrupted. A newer file of the same name stays."""
        finish(self._folder)
        note = self._folder / NOTE
        if not note.exists():
            return
        for name, was in sorted(json.loads(note.read_bytes()).items(), reverse=True):
            path = self._folder / Path(name).name
            if path.exists() and _sum(path) == was:
                overwrite(path)
        note.unlink()
        sync(self._folder)

    def aside(self, paths: list[Path]) -> None:
        """Put away, for a person to look at, what cannot be sent."""
        if not paths:
            return
        logger.error("%d files of the inbox cannot be sent: they go into its folder %s.", len(paths), ASIDE)
        try:
            (self._folder / ASIDE).mkdir(mode=0o700, exist_ok=True)
            for path in paths:
                there, n = self._folder / ASIDE / path.name, 0
                while there.exists():
                    there, n = there.with_name(f"{path.name}.{n}"), n + 1
                path.rename(there)
            sync(self._folder / ASIDE)
            sync(self._folder)
        except OSError as fault:  # it must not hold up the messages
            logger.error("A file of the inbox cannot be moved (error %s).", fault.errno)


def write(path: Path, content: bytes) -> None:
    """Write a file that only this account reads, to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def overwrite(path: Path) -> None:
    """Remove a file, zeros over its words. A disk that writes elsewhere than where it was told keeps them."""
    hidden = path.with_name(f".{path.name}{GOING}")
    with contextlib.suppress(FileNotFoundError):
        path.rename(hidden)  # at once: a death in between must not leave a file of zeros that looks like a message
        _zero(hidden)


def finish(folder: Path) -> None:
    """Remove what a death left half removed."""
    for hidden in folder.glob(f".*{GOING}"):
        _zero(hidden)


def _zero(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(os.fstat(file.fileno()).st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def sync(folder: Path) -> None:
    """Make new names in a folder, and missing ones, stay so."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
