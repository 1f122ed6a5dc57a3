"""Where files that take seconds and much memory are handed to the printer, a process of its own, one at a time."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, get_args, get_origin, get_type_hints

from server.press.output.layout import Laid
from server.press.output.pictures import Drawn
from server.roles import Busy, Refused

KINDS = ("pdf", "docx", "png")
ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-s", "-m", "server.press.output.printer")
WAIT = 20.0  # seconds for which somebody waits for their turn
TURN = Lock()
BUSY = "Other files are being printed. Try again in half a minute."
FAILED = "This file could not be printed. Try again, or take another kind."
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is to be printed: one of KINDS, words and pictures of the languages that it is to have, a picture's size."""

    kind: str
    laid: Laid
    drawn: Drawn
    size: str

    def written(self) -> bytes:
        """As the printer is handed it."""
        return json.dumps(asdict(self), default=datetime.isoformat).encode()


def job(written: bytes) -> Job:
    """What was written."""
    made: Job = _again(Job, json.loads(written))
    return made


@contextmanager
def turn() -> Iterator[None]:
    """One's turn at the printer. Raises Busy when others have it for too long."""
    if not TURN.acquire(timeout=WAIT):
        raise Busy(BUSY)
    try:
        yield
    finally:
        TURN.release()


def printed(job: Job) -> bytes:
    """The file. The process ends by itself after a while, whatever it does. Raises Refused."""
    try:
        with TemporaryDirectory(prefix="printer-") as folder:  # for its unpacked type: gone even when it was killed
            done = subprocess.run(  # noqa: S603 - our own program
                COMMAND,
                input=job.written(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"TMPDIR": folder, "PYTHONHASHSEED": "0"},  # the same bytes each time
                cwd=ROOT,
            )
    except OSError:
        raise Refused(FAILED) from None
    if done.returncode or not done.stdout:
        logger.error("The printer made no %s: it ended with %s.", job.kind, done.returncode)
        raise Refused(FAILED)
    return done.stdout


def _again(kind: Any, told: Any) -> Any:
    """A value of this type, from its JSON."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _again(hints[name], each) for name, each in told.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        kinds = repeat(first) if others == [...] else (first, *others)
        return tuple(_again(*both) for both in zip(kinds, told, strict=False))
    return datetime.fromisoformat(told) if kind is datetime else told
