"""Clocks that run out go up the ladder by themselves: follows open incidents, and says which facts are missing."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from server import events
from server.events import IncidentJoined, IncidentOpened, IncidentParted, ReportReceived, SourceRevealed, WorkEscalated
from server.log import Draft, Fact
from server.work.clocks import ENDS, SEEING, Clock, Course, after, clocks, opened
from server.work.hidden import Hidden
from server.work.hours import Hours
from server.work.ladder import Ladder

JUDGED = (
    *(ReportReceived, events.ReportRead, events.ReportSorted, events.ReportReleased),
    *(IncidentOpened, *SEEING, WorkEscalated, events.SourceBlocked, events.SourceUnblocked),
)
AT_ONCE = 500  # facts in one step
SAME = "same message"  # how nothing new was said: what is decided of one is decided of both


@dataclass
class Open:
    """An open incident: its course, and of each clock who was told last, and at which hour of the room."""

    course: Course
    source: str
    rehearsal: bool
    told: dict[str, tuple[str, datetime]] = field(default_factory=dict)


class Climbing:
    """Keeps what is open, and of that looks only at what is due. Two of them, or a restart, add nothing twice."""

    wires = frozenset(kind.wire for kind in JUDGED)

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self.hours, self.hidden = Hours(), Hidden()
        self.open: dict[str, Open] = {}
        self._came: dict[str, tuple[str, str]] = {}  # report -> when it came, from whom
        self._standing: dict[str, tuple[Open, str]] = {}  # what was joined to another incident -> to which
        self._backed: set[str] = set()  # incidents of which more than one report told
        self._blocked: set[str] = set()  # sources
        self._due: list[tuple[datetime, str]] = []  # a heap: when to look at which incident

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        self.hidden.take(fact)
        if isinstance(event, ReportReceived):
            self._received(event)
        elif isinstance(event, IncidentOpened):
            self._opened(fact, event)
        elif isinstance(event, events.SourceBlocked):
            self._blocked.add(event.subject)
        elif isinstance(event, events.SourceUnblocked):
            self._blocked.discard(event.subject)
            self._look_at(incident for incident, one in self.open.items() if one.source == event.subject)
        elif isinstance(event, WorkEscalated):
            if event.subject in self.open:
                self.open[event.subject].told[event.clock] = (event.level, self.hours.of(fact))
                self._look_at([event.subject])
        else:
            self._worked(fact)

    def drafts(self, clock: datetime) -> list[Draft]:
        """The facts that are missing while the wall clock says `clock`. Only at the log's end."""
        now, found = self.hours.now(clock), list[Draft]()
        while self._due and self._due[0][0] < now and len(found) < AT_ONCE:
            _, incident = heapq.heappop(self._due)
            found += list(self._missing(incident, now))
        return found

    def _received(self, event: ReportReceived) -> None:
        before = self.hours.mixed
        self.hours.take(event)
        self._came[event.subject] = (event.at, event.source)
        if self.hours.mixed and not before:
            self.open = {incident: one for incident, one in self.open.items() if not one.rehearsal}

    def _opened(self, fact: Fact, event: IncidentOpened) -> None:
        came, source = self._came.get(event.subject, (None, ""))
        if came and not (event.rehearsal and self.hours.mixed):
            course = opened(event, fact.by, datetime.fromisoformat(came), self.hours.of(fact))
            self.open[event.subject] = Open(course, source, event.rehearsal)
            self._look_at([event.subject])

    def _worked(self, fact: Fact) -> None:
        """Whatever else is said of an incident."""
        event = fact.event
        incident = event.incident if isinstance(event, SourceRevealed) else event.subject
        if isinstance(event, IncidentJoined):
            self._backed.add(incident)
            if event.report in self.open:
                self._standing[event.report] = self.open.pop(event.report), "" if event.how == SAME else incident
        elif isinstance(event, IncidentParted):
            self._stand_alone([event.report])
        elif isinstance(event, events.IncidentDismissed):
            self._stand_alone([report for report, (_, head) in self._standing.items() if head == incident])
        if incident in self.open:
            one = self.open[incident]
            one.course = after(one.course, fact, self.hours.of(fact))
            if isinstance(event, ENDS):
                del self.open[incident]
            self._look_at([incident])

    def _stand_alone(self, reports: list[str]) -> None:
        """What was joined to another incident is one by itself again."""
        for report in reports:
            if report in self._standing:
                self.open[report], _ = self._standing.pop(report)
        self._look_at(reports)

    def _look_at(self, incidents: Iterable[str]) -> None:
        """Note when the next clock of each of these is to be looked at."""
        for incident in incidents:
            times = [at for clock in self._running(incident) if (at := self._next(incident, clock))]
            if times:
                heapq.heappush(self._due, (min(times), incident))

    def _running(self, incident: str) -> list[Clock]:
        one = self.open.get(incident)
        if one is None or (one.source in self._blocked and incident not in self._backed):
            return []
        found = clocks(one.course, self.hidden.is_hidden(incident), self._ladder)
        return [clock for clock in found if clock.met is None]

    def _next(self, incident: str, clock: Clock) -> datetime | None:
        """When somebody is to be told of this clock; None when nobody is left. One step at a time, however late."""
        told = self.open[incident].told.get(clock.name)
        if not self._ladder.above(told[0] if told else "", self.hidden.is_hidden(incident)):
            return None
        return max(clock.due, told[1] + self._ladder.hop) if told else clock.due

    def _missing(self, incident: str, now: datetime) -> Iterator[Draft]:
        for clock in self._running(incident):
            at = self._next(incident, clock)
            if at and at < now:
                told = self.open[incident].told.get(clock.name)
                level = self._ladder.above(told[0] if told else "", self.hidden.is_hidden(incident))
                event = WorkEscalated(subject=incident, clock=clock.name, level=level, due=clock.due.isoformat())
                yield Draft(event, by="lookout", once=(f"escalated:{incident}:{clock.name}:{level}",))
