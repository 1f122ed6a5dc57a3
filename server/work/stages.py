"""How far each incident is, and where it stands, for whoever holds no board: what the board joins and takes back.

Where nobody without a board can tell whether a report was joined, it stands for itself: rather told of once too often.
"""

from dataclasses import dataclass
from typing import Any

from server import events
from server.events import IncidentJoined
from server.incidents import GRAVE, MAY_BE, VERDICTS
from server.log import Fact
from server.work.elsewhere import SAME, Elsewhere
from server.work.hidden import Hidden

READER = "reader"  # joins by itself, and hides nothing
DISMISSED = "dismissed"
TOLD = tuple(verdict for verdict in VERDICTS if verdict != "unverified")  # as server/sections/undone
BY_ITSELF = (events.IncidentVerified, events.IncidentRejected, events.IncidentUnverified, events.IncidentProposed)
SETTLES = (*BY_ITSELF[:3], events.IncidentDeclined, events.IncidentReopened, events.IncidentPlaced)


@dataclass
class Stage:
    """A report, and the incident that it opened (`opened`). `verdict`: "" while nothing is decided; `awaiting`: one
    waits for a second person; `unsure`: whether the board joined it somewhere cannot be told."""

    source: str
    rehearsal: bool
    severity: int = 0
    code: tuple[str, str] = ("", "")
    opened: bool = False
    verdict: str = ""
    awaiting: bool = False
    unsure: bool = False


class Stages:
    """Learns from facts, each after `hidden` has learnt it."""

    def __init__(self, hidden: Hidden) -> None:
        self.elsewhere = Elsewhere()
        self.blocked: set[str] = set()  # sources
        self._hidden = hidden
        self._known: dict[str, Stage] = {}

    def is_open(self, incident: str) -> bool:
        """Whether nothing is decided on it, and it stands for itself."""
        return self.is_undecided(incident) and self.elsewhere.head(incident) == incident

    def is_undecided(self, incident: str) -> bool:
        """Whether nothing is decided on it."""
        return not self._known[incident].verdict

    def may_stand_elsewhere(self, report: str) -> bool:
        """Whether it stands in another incident, or nobody without a board can tell."""
        one = self._known.get(report)
        return one is None or one.unsure or self.elsewhere.head(report) != report

    def take(self, fact: Fact) -> set[str]:
        """Learn one fact: the reports that stand otherwise, or whose verdict is another, now."""
        event: Any = fact.event
        if isinstance(event, events.ReportReceived):
            self._known[event.subject] = Stage(event.source, event.rehearsal)
        elif isinstance(event, events.SourceBlocked):
            self.blocked.add(event.subject)
        elif isinstance(event, events.SourceUnblocked):
            self.blocked.discard(event.subject)
        elif event.subject in self._known:
            return self._told(fact, self._known[event.subject])
        return set()

    def _told(self, fact: Fact, one: Stage) -> set[str]:
        event: Any = fact.event
        head, freed = self.elsewhere.head(event.subject), set[str]()
        if isinstance(event, events.ReportRead | events.ReportSorted):
            one.severity = one.severity if one.opened else event.severity
        elif isinstance(event, events.IncidentOpened):
            one.opened, one.verdict = True, ""
            one.severity, one.code = event.severity, (event.category, event.sub)
            freed = {event.subject} if fact.by != READER else freed
        elif isinstance(event, events.IncidentTriaged | events.IncidentRecategorised):
            self._changed(event, one)
        elif isinstance(event, IncidentJoined):
            self._joined(fact, event, head)
        elif isinstance(event, events.IncidentParted):
            freed = {event.report}
        elif isinstance(event, events.IncidentDismissed):
            one.verdict, one.severity, one.code = DISMISSED, 0, ("", "")
            one.awaiting = one.awaiting and head != event.subject
            freed = self.elsewhere.dismiss(event.subject)
        else:
            self._settled(event, one)
            freed = {event.subject} if isinstance(event, BY_ITSELF) else freed
        for report in freed & self._known.keys():
            self.elsewhere.free(report)
            self._known[report].unsure = False
        return {event.subject, head, getattr(event, "report", head), *freed}

    def _settled(self, event: Any, one: Stage) -> None:
        """Something on the way to a verdict, or one."""
        if isinstance(event, events.IncidentPlaced) and self._gravest(event.subject) >= GRAVE:
            self._take_back(event.subject, TOLD)
        if isinstance(event, events.IncidentVerified | events.IncidentRejected):
            one.verdict = event.verdict
        elif isinstance(event, BY_ITSELF + SETTLES) and one.verdict != DISMISSED:
            again = events.IncidentProposed | events.IncidentReopened
            unverified = isinstance(event, events.IncidentUnverified)
            one.verdict = "unverified" if unverified else "" if isinstance(event, again) else one.verdict
        one.awaiting = isinstance(event, events.IncidentProposed) or (one.awaiting and not isinstance(event, SETTLES))

    def _changed(self, event: Any, one: Stage) -> None:
        """It is of another severity or category: as `by_change` of server/sections/undone."""
        code = one.code if isinstance(event, events.IncidentTriaged) else (event.category, event.sub)
        if (code, event.severity) != (one.code, one.severity):
            head = self.elsewhere.head(event.subject)
            before = self._gravest(head)
            if event.severity >= GRAVE > before:
                self._take_back(head, VERDICTS)
            elif head == event.subject:
                graver = isinstance(event, events.IncidentRecategorised) and max(event.severity, before) >= GRAVE
                self._take_back(head, TOLD if graver else ())
        if isinstance(event, events.IncidentRecategorised) and one.verdict == DISMISSED:
            one.verdict = ""
        one.severity, one.code = event.severity, code

    def _joined(self, fact: Fact, event: IncidentJoined, head: str) -> None:
        report = self._known.get(event.report)
        if report is None:
            return
        alone = self.elsewhere.head(event.report) == event.report
        new = alone and (fact.by != READER or event.how != SAME)
        if new and self._gravest(event.report) >= GRAVE > self._gravest(head):
            self._take_back(head, VERDICTS)
        if event.report != head and alone and not report.unsure and self._may(event.report, head, fact.by):
            self.elsewhere.join(event.report, event.subject, event.how)

    def _may(self, name: str, head: str, by: str) -> bool:
        """As `server/stories/allowed`; no, where that cannot be told."""
        report, into = self._known[name], self._known[head]
        blocked = {report.source, into.source} & self.blocked
        if not into.opened or report.verdict or report.awaiting:
            return False
        if by != READER:
            return True
        if report.rehearsal != into.rehearsal or into.verdict not in ("", *MAY_BE) or blocked:
            return False
        hidden = {self._hidden.surely(each) for each in (name, head)}
        report.unsure = None in hidden
        return len(hidden) == 1 and not report.unsure

    def _gravest(self, card: str) -> int:
        return max(self._known[each].severity for each in self.elsewhere.of(card) if each in self._known)

    def _take_back(self, head: str, verdicts: tuple[str, ...]) -> None:
        self._known[head].awaiting = False
        if self._known[head].verdict in verdicts:
            self._known[head].verdict = ""
