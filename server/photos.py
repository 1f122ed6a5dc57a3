"""Photos, each sealed to the room in a file of its own beside the record."""

import os
import re
import shutil
from hashlib import sha256
from pathlib import Path

from server.seal import Opener, Sealer, key_of

NAME = re.compile(r"([0-9a-f-]{36})-[0-9a-f]{8}")  # the report's id and the first of the SHA-256 of what came
HEAD = 64  # bytes of a file, in which the name of its key stands
RESERVE = 1024**3  # bytes of the disk that photos leave to the record and the spool


class NoRoom(Exception):
    """The disk takes no more photos; reports it still takes."""


class Photos:
    """The folder of photos. The public door puts them there and can look at none."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "photos"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, photo: str, picture: bytes, sealer: Sealer) -> None:
        """Returns once the picture is sealed on the disk to stay. Raises NoRoom."""
        path = self._path(photo)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            if shutil.disk_usage(self._folder).free < RESERVE:
                raise NoRoom
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(sealer.enclose(picture))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError as fault:
            draft.unlink(missing_ok=True)
            raise NoRoom from fault

    def open(self, photo: str, opener: Opener) -> bytes:
        """The picture: a JPEG. Raises FileNotFoundError, seal.Forgotten."""
        return opener.disclose(self._path(photo).read_bytes())

    def key(self, photo: str) -> str:
        """The id of the key that opens it; "" when that is the room's, or the photo is gone."""
        try:
            with self._path(photo).open("rb") as file:
                return key_of(file.read(HEAD))
        except FileNotFoundError:
            return ""

    def destroy(self, photo: str) -> None:
        """Throw the file away. What it held opens nowhere only once its key is destroyed."""
        self._path(photo).unlink(missing_ok=True)

    def _path(self, photo: str) -> Path:
        if not NAME.fullmatch(photo):
            raise FileNotFoundError(photo)
        return self._folder / f"{photo}.sealed"


def name_of(report: str, raw: bytes) -> str:
    """The name of the photo that came with this report as these bytes: the same however often it comes."""
    return f"{report}-{sha256(raw).hexdigest()[:8]}"


def report_of(photo: str) -> str:
    """The report that a photo of this name came with; "" when that is no photo's name."""
    found = NAME.fullmatch(photo)
    return found[1] if found else ""
