"""What the record says of the day on which everything is destroyed: announced, seen on which days, stopped or not."""

from datetime import date, datetime, timedelta
from typing import Any

from server import events
from server.log import Fact
from server.sources.agreed import HOLD, LIFT

AHEAD = timedelta(days=14)  # between the announcement and the day; and the longest time in which nobody looked
DAYS = 10  # different days on which it was there to be seen
REST = 20 * 3600  # seconds between two of them by what no clock can change: how long the machine is up


class Notice:
    """Folded from facts in the order of the log. A hold ends an announcement: what is let go on is announced anew."""

    wires = frozenset(
        kind.wire for kind in (events.acts.RetentionAnnounced, events.acts.RetentionLooked, events.acts.ActConfirmed)
    )

    def __init__(self) -> None:
        self.id = ""  # the place of the announcement; "" while there is none
        self.on = date.min
        self.held = False
        self.days: set[str] = set()
        self._at = self._last = date.min  # announced; last seen
        self._uptime = 0

    def kept(self) -> list[Any]:
        """What it has learnt, as JSON has it."""
        dates = [each.isoformat() for each in (self.on, self._at, self._last)]
        return [self.id, self.held, sorted(self.days), self._uptime, *dates]

    def resume(self, kept: list[Any]) -> None:
        """Know what `kept` told."""
        self.id, self.held, days, self._uptime, *dates = kept
        self.on, self._at, self._last = map(date.fromisoformat, dates)
        self.days = set(days)

    def take(self, fact: Fact) -> None:
        """Learn one fact of `wires`."""
        event: Any = fact.event
        if isinstance(event, events.acts.ActConfirmed):
            self.held = event.what == HOLD or (self.held and event.what != LIFT)
            self.id = "" if self.held else self.id
            return
        self._last = date.fromisoformat(event.day)
        if isinstance(event, events.acts.RetentionAnnounced):
            self.id, self.on, self._at = fact.id, date.fromisoformat(event.on), self._last
            self.days = set()
        else:
            self.days.add(event.day)
            self._uptime = event.uptime

    def stands(self, now: datetime) -> bool:
        """Whether it counts. A clock that was ahead, or a room that nobody ran for long, makes it worth nothing."""
        today = now.date()
        return bool(self.id) and not self.held and self._at <= today + timedelta(days=1) and today - self._last <= AHEAD

    def may_look(self, now: datetime, uptime: float) -> bool:
        """Whether today is another day, and not by the clock alone."""
        began_anew = uptime < self._uptime
        rested = (uptime if began_anew else uptime - self._uptime) >= REST or not self.days
        return str(now.date()) not in self.days and rested

    def came(self, now: datetime) -> bool:
        """Whether the day has come, and enough days have seen it announced."""
        return self.stands(now) and now.date() >= self.on and len(self.days) >= DAYS
