"""Whether the wall clock was set while a process ran: times before and after are then not of one clock."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

LEAST = 2.0  # seconds: less is how clocks are kept right all the time
logger = logging.getLogger(__name__)


def since_start() -> float:
    """Seconds since the machine was started, asleep or awake; nobody sets this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Steps:
    """Looks at two clocks: the wall's (aware), and one that nobody sets (seconds)."""

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = since_start) -> None:
        self._clock, self._steady = clock, steady
        self._wall, self._ran = clock(), steady()

    def look(self) -> float:
        """By how many seconds the wall clock was set since the last look: ahead above zero; 0.0 when it was not. The
        log is told."""
        wall, ran = self._clock(), self._steady()
        stepped = (wall - self._wall - timedelta(seconds=ran - self._ran)).total_seconds()
        self._wall, self._ran = wall, ran
        if abs(stepped) < LEAST:
            return 0.0
        logger.warning("The clock of this machine was set by %+.0f s. Hours before and after do not compare.", stepped)
        return stepped
