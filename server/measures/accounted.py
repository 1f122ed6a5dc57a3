"""Whether every accepted report is accounted for: counted by the record, counted by the board, and set against it.

What came of a report is one of these, for each report exactly one (`tallies.TERM`), in this order:

- *unread*: nobody has read it yet. It is accepted, and not accounted for.
- *joined*: its words stand on another card: it was joined to another report's incident, or is part of a longer message.
- *set aside*: it could not be read, and lies there for a person.
- *spam*: a blocked source sent it and nobody else tells of it, or a stranger copied another report. It counts nowhere.
- *shown*: all others have a card of their own, whatever they were taken for.

*Accepted* is counted elsewhere: by the script that appends to the record, and by the files in which reports wait while
the record is away. So a report that the board lost, or that nobody reads, is a difference.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server import events
from server.board import Board
from server.log import Log, place
from server.measures import tallies
from server.recorded import recorded, recount

TERMS = ("shown", "joined", "set_aside", "spam")
LATE = timedelta(seconds=60)  # a difference that lasts longer is an alarm; a younger one is a report on its way
PARTS = timedelta(seconds=240)  # the same for a part, which waits three minutes for the others
OVERDUE = (
    "SELECT count(*) FROM cards LEFT JOIN restrictions ON card = id WHERE kind IN ('raw', 'crowded')"
    " AND changed < iif(ifnull(whole, '') = '', ?, ?)"
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Balance:
    """What became of the reports that were accepted. `accepted` is all of TERMS and what is `missing`, `since` when.

    Of restricted reports none is in TERMS, nor in `accepted`, or a number would tell of one; what is missing is of all.
    Reports on their way are in neither: a number that went up for a moment and down again would tell of one, too.
    """

    shown: int = 0
    joined: int = 0
    set_aside: int = 0
    spam: int = 0
    missing: int = 0
    since: datetime | None = None
    counted: datetime | None = field(default=None, compare=False)  # None: not yet, and nothing here means anything

    def known(self, now: datetime) -> bool:
        """Whether it was counted within the last minute; `now` is aware."""
        return self.counted is not None and now - self.counted < LATE

    @property
    def accepted(self) -> int:
        """All together."""
        return self.shown + self.joined + self.set_aside + self.spam + self.missing


class Reckoning:
    """Counts both sides whenever it is told to. `waiting` tells how many reports wait outside the record."""

    def __init__(self, board: Board, log: Log, waiting: Callable[[], int]) -> None:
        self._board, self._log, self._waiting = board, log, waiting
        self._differs: dict[str, datetime] = {}  # kind of difference -> since when it lasts
        self._before = ""  # where the board was when we last looked
        self._since: datetime | None = None
        self.balance = Balance()

    def look(self, now: datetime) -> Balance:
        """Count anew; `now` is aware. An alarm that begins or ends is a line in the log. Raises server.log.Down."""
        board, received = self._board, events.ReportReceived.wire
        cursor, here = board.cursor, tallies.total(board.db, "term", "all")
        accepted, ahead = recorded(self._log, received, cursor)
        coming = sum(raw.fields["wire"] == received for raw in ahead)
        lost = 0 if accepted is None else accepted - here - coming
        if self._lasts("uncounted", lost < 0, now):
            recount(self._log)
        stands = bool(coming) and cursor == self._before
        self._before = cursor
        outside = self._waiting()
        missing = self._overdue(now)
        for what, n, differs in (("lost", lost, lost > 0), ("coming", coming, stands), ("outside", outside, True)):
            missing += n if self._lasts(what, bool(n) and differs, now) else 0
        self._tell(missing, now)
        found = tallies.of(board.db, "term", "open")
        terms = {term: found.get((term, ""), 0) for term in TERMS}
        self.balance = Balance(**terms, missing=missing, since=self._since, counted=now)
        return self.balance

    def _overdue(self, now: datetime) -> int:
        """How many reports nobody has read in time."""
        limits = [place(f"{int((now - late).astimezone(UTC).timestamp() * 1000)}-0") for late in (LATE, PARTS)]
        return int(self._board.db.execute(OVERDUE, limits).fetchone()[0])

    def _lasts(self, what: str, differs: bool, now: datetime) -> bool:
        """Whether this difference is one, and has been for LATE."""
        if not differs:
            self._differs.pop(what, None)
            return False
        return now - self._differs.setdefault(what, now) >= LATE

    def _tell(self, missing: int, now: datetime) -> None:
        if missing and self._since is None:
            self._since = now - LATE
            logger.error("Accepted reports are not accounted for since a minute: %d.", missing)
        elif not missing and self._since is not None:
            self._since = None
            logger.warning("Every accepted report is accounted for again.")
