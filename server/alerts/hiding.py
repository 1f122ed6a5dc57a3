"""Which joined reports are hidden: one that is restricted hides its incident, and that all that stands there."""

from collections.abc import Callable

from server.alerts.told import Report

SAME = "same message"  # how nothing new was said: it stays with an incident that turns out to be none
DEEP = 50  # links from a report to the incident where it stands, at most


class Hiding:
    """What stands where. `find`: a report that is remembered; `changed`: is told whom others see differently now."""

    def __init__(self, find: Callable[[str], Report | None], changed: Callable[[Report], None]) -> None:
        self._find, self._changed = find, changed
        self._joined: dict[str, tuple[str, str]] = {}  # report -> the incident that it was joined to, and how
        self._there: dict[str, dict[str, int]] = {}  # incident -> the reports that were joined to it, with their turns
        self._turn = 0

    def said(self, report: Report, restricted: bool) -> None:
        """Somebody said of it whether it is restricted."""
        report.own = report.restricted = restricted
        self._shade(report)

    def join(self, report: Report, incident: str, how: str) -> None:
        """It stands there from now on, with all that stands in it."""
        head = self._find(incident)
        if report.id not in self._joined and head is not None and self._head(head) is not report:
            self._joined[report.id] = (incident, how)
            self._turn += 1
            self._there.setdefault(incident, {})[report.id] = self._turn
            self._shade(report)

    def part(self, report: Report) -> None:
        """It stands for itself again, and is seen as what was said of itself has it."""
        if left := self._joined.pop(report.id, None):
            del self._there[left[0]][report.id]
            report.restricted = report.own
            self._changed(report)
            self._shade(report)

    def dismiss(self, incident: Report) -> None:
        """What people joined to it stands for itself again."""
        for name in list(self._there.get(incident.id, ())):
            if self._joined[name][1] != SAME and (report := self._find(name)):
                self.part(report)

    def _shade(self, report: Report) -> None:
        head = self._head(report)
        head.own = head.own or report.own
        for each in (head, *self._under(head)):
            if each.restricted != (each.own or head.own):
                each.restricted = each.own or head.own
                self._changed(each)

    def _under(self, head: Report) -> list[Report]:
        """All that stands in it, in the order in which it was joined; by what is joined to what, as in a crowded hour
        there are thousands."""
        found, left = list[tuple[int, Report]](), [head.id]
        for _ in range(DEEP):
            turns = [turn for name in left for turn in self._there.get(name, {}).items()]
            near = [(turn, each) for name, turn in turns if (each := self._find(name))]
            found, left = [*found, *near], [each.id for _, each in near]
            if not left:
                break
        return [each for _, each in sorted(found, key=lambda one: one[0])]

    def _head(self, report: Report) -> Report:
        """Where it stands; itself, while it stands for itself."""
        for _ in range(DEEP):
            where = self._joined.get(report.id)
            if where is None or (found := self._find(where[0])) is None:
                break
            report = found
        return report
