"""Files that are closed for an age key: written as a stream, so that nothing of them lies on a disk in clear."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from server.roles import Refused


def new_key(path: Path) -> str:
    """Write a fresh secret key (0600); its public half, `age1…`. Raises Refused."""
    key = Identity.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror}.") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {key.to_public()}\n{key}\n")
    return str(key.to_public())


def recipient(text: str) -> Recipient:
    """The public half of an age key. Raises Refused."""
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise Refused("--to wants the public half of an age key: age1…") from None


def identity(path: Path) -> Identity:
    """The secret age key in a file, among lines that begin with #. Raises Refused."""
    try:
        said = [line.strip() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        return Identity.from_str(said[0])
    except (OSError, ValueError, IndexError, pyrage.IdentityError):
        raise Refused(f"{path} holds no secret age key.") from None


@contextlib.contextmanager
def closing(path: Path, to: Recipient) -> Iterator[BinaryIO]:
    """Where to write what is to stand in `path`, which is there once all of it is closed and on the disk. Raises
    Refused."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as fault:
        raise Refused(f"{path} cannot be written: {fault.strerror}.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            reader, writer = _pipe()
            with _Beside(
                lambda: pyrage.encrypt_io(reader, file, [to]), reader, writer, f"{path} could not be written."
            ):
                yield writer
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def opened(path: Path, key: Identity) -> Iterator[BinaryIO]:
    """What stands in `path`. Raises Refused, at the end too: a file that was cut or changed is known only then."""
    try:
        file = path.open("rb")
    except OSError as fault:
        raise Refused(f"{path} cannot be read: {fault.strerror}.") from None
    reader, writer = _pipe()
    why = f"This key does not open {path}, or it is not whole."
    with file, _Beside(lambda: pyrage.decrypt_io(file, writer, [key]), writer, reader, why):
        yield reader
        while reader.read(1 << 16):  # to its end, or nobody learns whether it was cut
            pass


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    read, write = os.pipe()
    return os.fdopen(read, "rb"), os.fdopen(write, "wb")


class _Beside:
    """Work at the far end of a pipe, in a thread, while we are at the near end. Its failure is told as `why`."""

    def __init__(self, work: Callable[[], object], far: BinaryIO, near: BinaryIO, why: str) -> None:
        self._work, self._far, self._near, self._why = work, far, near, why
        self._failed = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._work()
        except Exception:  # whatever the library raises is one sentence to a person
            self._failed = True
        finally:
            with contextlib.suppress(OSError):
                self._far.close()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        failed = self._failed  # before we let go of our end, which would be a failure of its own
        with contextlib.suppress(OSError):
            self._near.close()
        self._thread.join()
        if failed or (kind is None and self._failed):
            raise Refused(self._why) from None
