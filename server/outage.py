"""An outage of the record is told once and waited out; nobody who only follows it can do more."""

import logging
import time

from server.log import Down, Log

logger = logging.getLogger(__name__)
BETWEEN = 1.0  # seconds between looks


def wait_out(log: Log, who: str) -> None:
    """Return when the record answers again."""
    logger.warning("The record cannot be reached; the %s waits for it.", who)
    while True:
        time.sleep(BETWEEN)
        try:
            log.ping()
        except Down:
            continue
        logger.info("The record is back.")
        return
