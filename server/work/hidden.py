"""Which incidents only the security lead may hear of, for whoever holds no board: in doubt, rather one too many."""

from collections import defaultdict
from typing import Any

from server import events
from server.log import Fact
from server.work.clocks import PROGRAMS


class Hidden:
    """Learns from facts what may be restricted. Whatever a board hides is hidden here, too."""

    def __init__(self) -> None:
        self._unread: set[str] = set()  # reports that nobody has read yet: any of them may be
        self._reports: set[str] = set()  # reports and incidents that are restricted
        self._incidents: set[str] = set()
        self._sure: set[str] = set()  # incidents that a board hides, too
        self._decided: set[str] = set()  # of which a person has said whether they are
        self._whole: dict[str, str] = {}  # part of a longer message -> which its parts share
        self._parts: defaultdict[str, set[str]] = defaultdict(set)
        self._stands: defaultdict[str, set[str]] = defaultdict(set)  # report -> incidents that it may stand in

    def is_hidden(self, incident: str) -> bool:
        """Whether it may be restricted."""
        return incident in self._reports or incident in self._unread

    def surely(self, incident: str) -> bool | None:
        """Whether it is restricted; None when only a board can tell."""
        if incident in self._incidents and not self.is_hidden(incident):
            return False
        return True if incident in self._sure else None

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event: Any = fact.event
        if isinstance(event, events.ReportReceived):
            self._unread.add(event.subject)
            if event.whole:
                self._whole[event.subject] = event.whole
                self._parts[event.whole].add(event.subject)
        elif isinstance(event, events.ReportRead | events.ReportSorted):
            if isinstance(event, events.ReportRead):
                self._unread.discard(event.subject)
            self._told(event.subject, event.restricted, anew=isinstance(event, events.ReportRead))
        elif isinstance(event, events.IncidentOpened):
            self._opened(event, fact.by)
        elif isinstance(event, events.IncidentRecategorised):
            self._say(event.subject, event.restricted)
        elif isinstance(event, events.ReportReleased):
            if (
                event.subject not in self._incidents
            ):  # else it became one meanwhile, and this was said of something else
                self._say(event.subject, restricted=False)
        elif isinstance(event, events.IncidentJoined):
            self._stands[event.report].add(event.subject)
            if event.report in self._reports:
                self._spread(event.report)
        elif isinstance(event, events.IncidentParted):
            self._stands[event.report].discard(event.subject)

    def _opened(self, event: events.IncidentOpened, by: str) -> None:
        self._incidents.add(event.subject)
        if event.restricted and event.subject not in self._decided:
            self._sure.add(event.subject)
        if by in PROGRAMS:
            self._told(event.subject, event.restricted or event.subject in self._unread, anew=False)
        else:
            self._say(event.subject, event.restricted)

    def _told(self, report: str, restricted: bool, *, anew: bool) -> None:
        """What no person says may restrict and never opens, nor restricts what a person opened. What was decided of
        other words is not asked for here: a reading (`anew`) that restricts does so again."""
        parts = self._parts.get(self._whole.get(report, ""), {report})
        if restricted or any(part in self._reports for part in parts):
            for part in parts:
                if (anew and part == report) or part not in self._decided:
                    self._reports.add(part)
                    self._spread(part)

    def _say(self, report: str, restricted: bool) -> None:
        """A person said it."""
        self._decided.add(report)
        self._unread.discard(report)
        (self._sure.add if restricted else self._sure.discard)(report)
        if restricted:
            self._reports.add(report)
            self._spread(report)
        else:
            self._reports.discard(report)

    def _spread(self, report: str) -> None:
        """What is joined to an incident hides it, and that the one in which it stands itself."""
        left, seen = [report], {report}
        while left:
            heads = self._stands.get(left.pop(), set()) - seen
            self._reports |= heads
            seen |= heads
            left += heads
