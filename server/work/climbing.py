"""Clocks that run out go up the ladder by themselves: follows open incidents, and says which facts are missing."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from server import events
from server.events import IncidentJoined, IncidentOpened, IncidentParted, ReportReceived, SourceRevealed, WorkEscalated
from server.log import Draft, Fact
from server.work.clocks import PROGRAMS, SEEING, Clock, Course, after, again, clocks, joined, opened, warned
from server.work.hidden import Hidden
from server.work.hours import Hours
from server.work.ladder import Ladder
from server.work.stages import Stages

JUDGED = (
    *(ReportReceived, events.ReportRead, events.ReportSorted, events.ReportReleased),
    *(IncidentOpened, *SEEING, WorkEscalated, events.SourceBlocked, events.SourceUnblocked),
)
AT_ONCE = 500  # facts in one step


@dataclass
class Incident:
    """An incident: its course, of each clock who was told last, and at which hour of the room; `again`: how often what
    was decided on it was taken back."""

    course: Course
    source: str
    rehearsal: bool
    told: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    again: int = 0


class Climbing:
    """Keeps all incidents, and of these looks only at what is due. Two of them, or a restart, add nothing twice."""

    wires = frozenset(kind.wire for kind in JUDGED)

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self.hours, self.hidden = Hours(), Hidden()
        self.stages = Stages(self.hidden)
        self._incidents: dict[str, Incident] = {}
        self._came: dict[str, tuple[str, str]] = {}  # report -> when it came, from whom
        self._backed: set[str] = set()  # incidents of which more than one report told
        self._due: list[tuple[datetime, str]] = []  # a heap: when to look at which incident

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        self.hidden.take(fact)
        changed = self.stages.take(fact)
        if isinstance(event, ReportReceived):
            self.hours.take(event)
            self._came[event.subject] = (event.at, event.source)
        elif isinstance(event, IncidentOpened):
            self._opened(fact, event)
        elif isinstance(event, events.SourceUnblocked):
            changed = {incident for incident, one in self._incidents.items() if one.source == event.subject}
        elif isinstance(event, WorkEscalated):
            if event.subject in self._incidents:
                self._incidents[event.subject].told[event.clock] = (event.level, self.hours.of(fact))
                changed = {event.subject}
        else:
            self._worked(fact, changed)
        self._look_at(changed)

    def still_open(self, incident: str) -> Incident | None:
        """This incident; None when it is decided, stands in another, or is of a rehearsal beside the real day."""
        one = self._incidents.get(incident)
        over = one is None or not self.stages.is_open(incident) or (one.rehearsal and self.hours.mixed)
        return None if over else one

    def drafts(self, clock: datetime) -> list[Draft]:
        """The facts that are missing while the wall clock says `clock`. Only at the log's end."""
        now, found = self.hours.now(clock), list[Draft]()
        while self._due and self._due[0][0] < now and len(found) < AT_ONCE:
            _, incident = heapq.heappop(self._due)
            found += list(self._missing(incident, now))
        return found

    def _opened(self, fact: Fact, event: IncidentOpened) -> None:
        came, source = self._came.get(event.subject, (None, ""))
        if came:
            course = opened(event, fact.by, datetime.fromisoformat(came), self.hours.of(fact))
            self._incidents[event.subject] = Incident(course, source, event.rehearsal)

    def _worked(self, fact: Fact, changed: set[str]) -> None:
        """Whatever else is said of an incident, and what else changed by it."""
        event, hour = fact.event, self.hours.of(fact)
        incident = event.incident if isinstance(event, SourceRevealed) else event.subject
        if isinstance(event, IncidentJoined) and self.stages.may_stand_elsewhere(event.report):
            self._backed |= {incident, self.stages.elsewhere.head(incident)}
        if one := self._incidents.get(incident):
            self._keep(incident, after(one.course, fact, hour))
        self._gathered(fact, changed, hour)
        for each in {incident, *changed}:
            one = self._incidents.get(each)
            if one and one.course.ended and self.stages.is_undecided(each):
                self._keep(each, again(one.course, hour))
        self._look_at([incident])

    def _gathered(self, fact: Fact, changed: set[str], hour: datetime) -> None:
        """What a report brings to the clocks of the incident that it stands in, or takes along: as tasks.py has it."""
        event, incidents, head = fact.event, self._incidents, self.stages.elsewhere.head
        if isinstance(event, IncidentParted | events.IncidentDismissed) and event.subject in incidents:
            for each in changed & incidents.keys() - {event.subject, head(event.subject)}:
                self._keep(each, warned(incidents[each].course, incidents[event.subject].course))
        elif isinstance(event, IncidentJoined | events.IncidentRecategorised):
            report = event.report if isinstance(event, IncidentJoined) else event.subject
            into = head(report)
            if report != into and {report, into} <= incidents.keys():
                here, brought = incidents[into].course, incidents[report].course
                self._keep(into, warned(here, brought) if fact.by in PROGRAMS else joined(here, brought, hour))

    def _keep(self, incident: str, course: Course) -> None:
        """When what was decided is taken back, whoever was told is told again."""
        one = self._incidents[incident]
        if one.course.ended and not course.ended:
            one.told, one.again = {}, one.again + 1
        one.course = course

    def _look_at(self, incidents: Iterable[str]) -> None:
        """Note when the next clock of each of these is to be looked at."""
        for incident in incidents:
            times = [at for clock in self._running(incident) if (at := self._next(incident, clock))]
            if times:
                heapq.heappush(self._due, (min(times), incident))

    def _running(self, incident: str) -> list[Clock]:
        one = self.still_open(incident)
        if one is None:
            return []
        if one.source in self.stages.blocked and incident not in self._backed:
            return []
        hidden = self.hidden.surely(incident) is True  # in doubt the security lead is told of every clock
        found = clocks(one.course, hidden, self._ladder)
        return [clock for clock in found if clock.met is None]

    def _next(self, incident: str, clock: Clock) -> datetime | None:
        """When somebody is to be told of this clock; None when nobody is left. One step at a time, however late."""
        told = self._incidents[incident].told.get(clock.name)
        if not self._ladder.above(told[0] if told else "", self.hidden.is_hidden(incident)):
            return None
        return max(clock.due, told[1] + self._ladder.hop) if told else clock.due

    def _missing(self, incident: str, now: datetime) -> Iterator[Draft]:
        for clock in self._running(incident):
            at = self._next(incident, clock)
            if at and at < now:
                told = self._incidents[incident].told.get(clock.name)
                level = self._ladder.above(told[0] if told else "", self.hidden.is_hidden(incident))
                event = WorkEscalated(subject=incident, clock=clock.name, level=level, due=clock.due.isoformat())
                anew = self._incidents[incident].again
                once = f"escalated:{incident}:{clock.name}:{level}" + f":{anew}" * bool(anew)
                yield Draft(event, by="lookout", once=(once,))
