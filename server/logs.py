"""What a log line may say: one line, our own words and ids, never what a stranger sent."""

import logging
import sys
import traceback
from copy import copy
from types import TracebackType
from typing import Any

BENDS = (*range(0x2028, 0x202F), *range(0x2066, 0x206A))  # other line ends, and what turns the reading direction
CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), *BENDS)}


class PlainFormatter(logging.Formatter):
    """Time, level, logger and sentence; control characters escaped; an exception without its message.

    An exception's message may quote a report, a number or a secret, so only its type and the places in our code
    are written.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        own = copy(record)
        own.exc_text = own.stack_info = None  # how somebody else's handler told it, with its message
        return super().format(own).translate(CONTROL)

    def formatException(self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple) -> str:  # noqa: N802
        """The exception's type and where it was raised."""
        frames = reversed(traceback.extract_tb(ei[2]))
        places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        kind = ei[0].__name__ if ei[0] else "Exception"
        return f" {kind} at " + " < ".join(places)


def start(level: int = logging.INFO) -> None:
    """Send this process's log to standard error, plainly."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("engineio", "socketio", "geventwebsocket", "werkzeug", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for quoting in ("engineio.server", "socketio.server", "fpdf"):  # only faults: others quote what was sent
        logging.getLogger(quoting).setLevel(logging.ERROR)  # without a level they add a handler of their own, not plain
        logging.getLogger(quoting).addFilter(_is_fault)
    logging.getLogger("eventlet.wsgi").setLevel(logging.CRITICAL)  # all its lines tell who called, and for what
    sys.excepthook = _last_words


def _is_fault(record: logging.LogRecord) -> bool:
    return bool(record.exc_info)


def _last_words(*fault: Any) -> None:
    """What ends a process is told as plainly as all else: its message may quote a report."""
    logging.getLogger(__name__).critical("A fault ends this process.", exc_info=fault)
