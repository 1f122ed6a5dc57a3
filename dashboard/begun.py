"""Brings a room up to the end of the record before anybody looks: from the picture that was kept, then fact by fact."""

import logging

from dashboard.live import Live
from server.log import Down
from server.outage import wait_out
from server.resumed import Picture
from server.sealing.used import started
from server.settings import Settings

logger = logging.getLogger("room")


def picture_of(live: Live, given: Settings) -> Picture:
    """What the next start of this room begins with."""
    tools = live.room
    known = (given.data_dir, tools.board, tools.vault, tools.log, given.pack)
    return Picture(*known, lambda: not tools.reckoning.balance.missing)


def begin_with(live: Live, kept: Picture, given: Settings) -> None:
    """Have all facts that there are on the board. An outage is waited for. A picture that has what the record has not,
    as when another Redis stands in for one that died, is thrown away: the next start folds the record."""
    log, board = live.room.log, live.room.board
    while True:
        try:
            logger.info("The room has %s facts from before.", board.facts or kept.resume())
            logger.info("The room has folded %s facts.", live.catch_up())
            if board.facts > log.ask(log.client.xlen, log.stream):
                raise RuntimeError("the picture has facts that the record has not")
            log.append(started(given, live.room.vault), by="room")
            return
        except Down:
            wait_out(log, "room")
        except Exception:
            kept.drop()
            raise
