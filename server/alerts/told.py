"""What alerts know of each report, and how many events several reports tell of: one event seen by many is one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ALWAYS = float("inf")
ONE = {  # minutes within which two reports of one category that have this in common are of one event
    "group": ALWAYS,
    "source": 90.0,  # who writes once more adds to what they told
    "station": 30.0,
    "commune": 30.0,
    "commune alone": 30.0,
}


@dataclass(slots=True)
class Report:
    """One report in memory. `at`: minutes since 1970, by the reports' own hours.

    `monitor` is the known monitor who sent it, `number` a stranger's, kept in memory only; 0 for none. `area` is the
    district, or the province when no more is known, or "". `group` is another report that tells of the same thing,
    `alike` the one that said the same words first; "" when there is none. `decided`: by a person, not by the reader.
    `own`: whether it is restricted by what was said of itself; `restricted`: by that, or by the incident it stands in.
    """

    id: str
    at: float
    source: str
    gateway: str
    rehearsal: bool
    monitor: str = ""
    number: int = 0
    kind: str = ""
    category: str = ""
    own: bool = True
    restricted: bool = True
    area: str = ""
    commune: str = ""
    station: str = ""
    group: str = ""
    alike: str = ""
    incident: bool = False
    copy: bool = False
    blocked: bool = False
    decided: bool = False

    @property
    def counts(self) -> bool:
        """Whether it tells of an incident that stands. Copies and blocked sources count nowhere."""
        return self.incident and not self.copy and not self.blocked


@dataclass(frozen=True)
class Happened:
    """One event: when and where it was first told, by which reports."""

    at: float
    area: str
    reports: tuple[str, ...]


def distinct(reports: Iterable[Report], group_of: Callable[[Report], str]) -> list[Happened]:
    """The events behind reports of one category, in the order in which they were first told.

    Reports of one group, as `group_of` says, are one event. So are, within the minutes of ONE, reports that come from
    one sender or name one station, and one that names only a commune and any other of that commune. The order in which
    they are given does not matter.
    """
    events: list[list[Report]] = []
    last: dict[tuple[str, str], tuple[int, float]] = {}  # what makes two reports one -> which event, and when it was
    for report in sorted(reports, key=lambda each: (each.at, each.id)):
        wanted, kept = _marks(report, group_of(report))
        known = [(mark[0], *last[mark]) for mark in wanted if mark[1] and mark in last]
        turns = [turn for what, turn, at in known if report.at - at <= ONE[what]]
        turn = min(turns, default=len(events))
        if turn == len(events):
            events.append([])
        events[turn].append(report)
        last |= {mark: (turn, report.at) for mark in kept if mark[1]}
    return [_event(each) for each in events]


def _marks(report: Report, group: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What another report must have had to be of the same event, and what this one has for those that follow."""
    both = [("group", group), ("station", report.station), ("source", report.source)]
    if report.station:
        return [*both, ("commune alone", report.commune)], [*both, ("commune", report.commune)]
    near = ("commune", report.commune)
    return [*both, near], [*both, near, ("commune alone", report.commune)]


def _event(reports: Sequence[Report]) -> Happened:
    """Where: the first that says it most finely."""
    area = max((each.area for each in reports), key=len)
    return Happened(reports[0].at, area, tuple(each.id for each in reports))
