"""An outage of the record is told once and waited out; nobody who only follows it can do more."""

import logging
import time
from weakref import WeakKeyDictionary

from server.log import Down, Log

logger = logging.getLogger(__name__)
BETWEEN = 1.0  # seconds between looks
AT_ONCE = 0.1  # seconds before the first one: a line that died is often all that was lost
CALM = 10.0  # seconds since the last outage after which another one is looked at at once
FULL = 5.0  # seconds between tries while the record can be read and nothing be added
_ended: WeakKeyDictionary[Log, float] = WeakKeyDictionary()  # when each was back, by the monotonic clock


def wait_out(log: Log, who: str) -> None:
    """Return when the record answers again; while it is full, when it is worth another try."""
    if log.full:
        logger.error("The record's memory is full: nothing can be added; the %s tries again.", who)
        time.sleep(FULL)
        return
    logger.warning("The record cannot be reached; the %s waits for it.", who)
    pause = AT_ONCE if time.monotonic() - _ended.get(log, -2 * CALM) > CALM else BETWEEN
    while True:
        time.sleep(pause)
        pause = BETWEEN
        try:
            log.ping()
        except Down:
            continue
        _ended[log] = time.monotonic()
        logger.info("The record is back.")
        return
