"""Ends the reader when one report keeps it from all others: nothing else stops what hangs.

The report is handed out again, and set aside after a few such deaths. Only work and standing still count: a machine
with too much to do ends nobody.
"""

import logging
import os
import signal
import threading
import time

from server.reading.effort import effort

WORK = 6.0  # seconds of work on one report, or on one step of a batch, which takes a tenth of a second
STILL = 12.0  # seconds of standing still: longer than an answer of the record, or the vault, is waited for
LOOK = 0.5  # seconds between two looks
logger = logging.getLogger(__name__)


class Patience:
    """How long a thread may be at one piece of work; told now and then how far it is."""

    def __init__(self) -> None:
        self._piece = self._still = self._began = self._busy = 0.0

    def is_over(self, piece: int, passed: float, worked: float, waited: float) -> bool:
        """`piece`: the number of the piece, 0 for none. Seconds: `passed` since the last look, `worked` and `waited`
        for a processor in all. A process that was paused as a whole did not stand still: it was not looked at."""
        idle = min(passed, 2 * LOOK) - (worked + waited - self._busy)
        self._busy = worked + waited
        if piece != self._piece or not piece:
            self._piece, self._still, self._began = piece, 0.0, worked
            return False
        self._still += max(0.0, idle)
        return worked - self._began > WORK or self._still > STILL


class Watch:
    """Over the thread that starts it. Before that it watches nothing, and may be told of pieces of work as well."""

    def __init__(self) -> None:
        self._piece = 0
        self._numbers = 0
        self._started = False

    def start(self) -> None:
        """Watch this thread from now on."""
        self._started = True
        threading.Thread(target=self._look, args=[threading.get_native_id()], daemon=True, name="watch").start()

    def go_on(self) -> None:
        """A piece of work is done, and the next one begins."""
        self._numbers += 1
        self._piece = self._numbers
        if self._started:
            # what never gives the interpreter back, as a pattern may, leaves no thread to look: the kernel does it then
            signal.setitimer(signal.ITIMER_PROF, WORK + 4 * LOOK)

    def rest(self) -> None:
        """There is nothing to do."""
        self._piece = 0
        if self._started:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, thread: int) -> None:
        patience, last = Patience(), time.monotonic()
        while True:
            time.sleep(LOOK)
            before, last = last, time.monotonic()
            if patience.is_over(self._piece, last - before, *effort(thread)):
                logger.error("The reader gets no further with one report: it ends, and begins again.")
                os._exit(os.EX_SOFTWARE)
