"""Destroys what everybody sent, so many days after the election: announced first, and unless two persons stop that."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from server import events
from server.log import START, Draft, Log, Stale
from server.sources.forgetting import Forgetting
from server.sources.notice import AHEAD, Notice

LOOKS = 3600.0  # seconds between two looks
TRIES = 5  # to be the next on the record: whoever stops it is never overtaken
HERE = Path("vault") / "announced"  # under DATA_DIR and in no backup: which announcement this room saw itself
logger = logging.getLogger(__name__)


class Schedule:
    """The `day` of the election, and how many `days` after it everything is destroyed: 0 until somebody decides."""

    def __init__(self, log: Log, day: date, days: int) -> None:
        self.days, self._log, self._day = days, log, day
        self._began: date | None = None  # the day of the record's first fact

    def due(self) -> date | None:
        """From which day on everything is to be destroyed; None on an empty record, where no day is set, and where the
        election was before the record began: it is another one's. Raises Down."""
        if self.days and self._began is None:
            first = self._log.read(START, 1)
            moment = int(first[0].id.partition("-")[0]) / 1000 if first else None
            self._began = datetime.fromtimestamp(moment, UTC).date() if moment else None
        return self._day + timedelta(days=self.days) if self._began and self._began <= self._day else None

    def announced(self, notice: Notice, now: datetime) -> date | None:
        """The day that all are told; None while none is. Raises Down."""
        return notice.on if notice.stands(now) and self.due() else None

    def earliest(self, notice: Notice, now: datetime) -> date | None:
        """The day as it is announced, else when it could be; None where it never comes. Raises Down."""
        due = self.due()
        return self.announced(notice, now) or (max(due, now.date() + AHEAD) if due else None)


class Retention:
    """`clock` says the hour (aware, UTC), which may jump; `uptime` counts seconds and does not."""

    def __init__(
        self,
        log: Log,
        schedule: Schedule,
        forgetting: Forgetting,
        data_dir: Path,
        clock: Callable[[], datetime],
        uptime: Callable[[], float],
    ) -> None:
        self._schedule, self._forgetting, self._here = schedule, forgetting, data_dir / HERE
        self._log, self._clock, self._uptime = log, clock, uptime
        self._next = uptime()

    def look(self) -> int:
        """Announce the day, note that today it was there to be seen, or destroy what is due; at most once an hour. How
        many sources and monitors went. Raises Down, Locked."""
        if self._uptime() < self._next:
            return 0
        due, now, forgetting = self._schedule.due(), self._clock(), self._forgetting
        forgetting.look()
        gone, notice = 0, forgetting.notice
        if due and not notice.held and now.date() >= due - AHEAD:
            if not notice.stands(now) or notice.on < due or self._seen() != notice.id:
                self._announce(max(due, now.date() + AHEAD), now)
                forgetting.look()
            if notice.may_look(now, self._uptime()):
                looked = events.acts.RetentionLooked(subject="room", day=str(now.date()), uptime=int(self._uptime()))
                self._log.append(looked, by="lookout", once=(f"looked:{notice.id}:{looked.day}",))
            gone = self._destroy(now)
        self._next = self._uptime() + LOOKS
        return gone

    def _announce(self, on: date, now: datetime) -> None:
        announced = events.acts.RetentionAnnounced(subject="room", day=str(now.date()), on=str(on))
        placed = self._log.append(announced, by="lookout")
        with suppress(OSError):  # a full disk: it is announced again
            self._here.write_text(placed.id)
        logger.warning("All that people sent is destroyed from %s on, unless two persons stop that.", on)

    def _seen(self) -> str:
        return self._here.read_text() if self._here.exists() else ""

    def _destroy(self, now: datetime) -> int:
        """Say that the day has come as the very next fact behind all that was read: nobody stops it unseen."""
        forgetting = self._forgetting
        for _ in range(TRIES):
            forgetting.look()
            if not forgetting.notice.came(now) or not forgetting.anything():
                return 0
            came = events.acts.RetentionCame(subject="room")
            try:
                placed = self._log.append_all([Draft(came, "lookout", head=forgetting.upto)])[0]
            except Stale:
                continue
            return forgetting.forget_all(placed.id)
        return 0
