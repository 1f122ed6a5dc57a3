"""What alerts know of one world, rehearsed or real, in memory: the last hours' reports, and what is usual."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from server.alerts import burst, coordinated, silence
from server.alerts.areas import Areas
from server.alerts.burst import PAST, Quiet, Voices
from server.alerts.found import Finding
from server.alerts.silence import Came
from server.alerts.stations import Stations
from server.alerts.told import Report, distinct
from server.country.schedule import Schedule

NIGHT = 360  # minutes without a report, after which what is usual is learnt anew
OFTEN = 5  # minutes between two looks for silence
DEEP = 50  # links from a report to the one that stands for its group, at most
DAY = 13.0  # hours of an election day


class World:
    """Reports as they come, and what stands out when a minute is over. Hours are minutes since 1970."""

    def __init__(self, schedule: Schedule, areas: Areas, stations: Stations) -> None:
        self.schedule, self.areas, self.stations = schedule, areas, stations
        self.hour = self.begun = 0  # 0: nothing came yet
        self.reports: dict[str, Report] = {}
        self.fresh: set[str] = set()  # told or changed since the last look
        self.likened = self.read = 0
        self._first: dict[str, list[float]] = defaultdict(list)  # area -> when each voice there was first heard
        self._voices: set[tuple[str, str]] = set()
        self._numbers: set[int] = set()
        self._strangers: dict[str, list[float]] = defaultdict(list)  # gateway -> when each was first heard
        self._sources: set[str] = set()
        self._came: dict[str, tuple[Counter[int], Counter[int]]] = {}

    def take(self, report: Report) -> None:
        """A report came."""
        self.begun = self.begun or int(report.at)
        self.reports[report.id] = report
        self._by(report.gateway)[0][int(report.at)] += 1
        if not report.monitor:
            self._numbers |= {report.number} - {0}
            if report.source not in self._sources:
                self._sources |= {report.source} - {""}
                insort(self._strangers[report.gateway], report.at)

    def understood(self, report: Report, first: bool = False) -> None:
        """It was read for the first time, or something of it changed."""
        self.fresh.add(report.id)
        self.read += first
        if first and report.kind != "checkin":  # such reports come all day, and check-ins in waves
            self._by(report.gateway)[1][int(report.at)] += 1
        voice = (report.area, report.station or report.source or report.id)
        if voice not in self._voices:
            self._voices.add(voice)
            insort(self._first[report.area], report.at)

    def pass_over(self, hour: int) -> None:
        """It is this minute now; what is too old to matter is forgotten."""
        if hour - self.hour > NIGHT:
            self.begun, self.read, self.likened = hour, 0, 0
        self.hour = hour
        for old in [each.id for each in self.reports.values() if each.at < hour - PAST]:
            del self.reports[old]

    def look(self, hour: int) -> list[Finding]:
        """What stands out when this minute begins."""
        self.pass_over(hour)
        fresh, self.fresh = self.fresh & self.reports.keys(), set()
        found = [*self._bursts(fresh), *self._coordinated(fresh)] if fresh else []
        return [*found, *self._silences()] if hour % OFTEN == 0 else found

    def came_since(self, gateway: str, minute: int) -> bool:
        """Whether anything came by this gateway, or by any ("") since then."""
        own = [every for name, (every, _) in self._came.items() if gateway in ("", name)]
        return any(at >= minute and n for every in own for at, n in every.items())

    def heard_since(self, station: str, minute: int) -> bool:
        """Whether there was a sign of life from this station later than that."""
        known = self.stations.at(station)
        return known is not None and known.last > minute + 1

    def _by(self, gateway: str) -> tuple[Counter[int], Counter[int]]:
        return self._came.setdefault(gateway, (Counter(), Counter()))

    def _bursts(self, fresh: Collection[str]) -> Iterator[Finding]:
        keys = {(self.reports[each].category, self.reports[each].restricted) for each in fresh}
        series: dict[tuple[str, bool], list[Report]] = defaultdict(list)
        for report in self.reports.values():
            if report.counts:
                series[report.category, report.restricted].append(report)
        daily = burst.in_a_day([each.at for own in series.values() for each in own], self.hour, self.begun)
        before = self.hour - burst.WINDOWS[-1]
        heard = {area: bisect_left(times, before) for area, times in self._first.items() if area}
        quiet = Quiet(Voices(heard, self.areas), daily, self.begun)
        for category, restricted in sorted(keys & series.keys()):
            events = distinct(series[category, restricted], self._root)
            yield from burst.bursts(category, restricted, events, fresh, self.hour, quiet)

    def _root(self, report: Report) -> str:
        """The report that stands for all that tell of the same thing."""
        found = report
        for _ in range(DEEP):
            if not found.group or found.group not in self.reports:
                break
            found = self.reports[found.group]
        return found.group or found.id

    def _coordinated(self, fresh: Collection[str]) -> Iterator[Finding]:
        since = self.hour - coordinated.WINDOW
        late = [each for each in self.reports.values() if each.at >= since]
        groups: dict[str, list[Report]] = defaultdict(list)
        for report in late:
            groups[report.alike or report.id].append(report)
        grown = {first: own for first, own in groups.items() if len(own) > 1 and any(each.id in fresh for each in own)}
        hours = max(1.0, (self.hour - self.begun) / 60)
        daily = max(burst.CALM, (self.read - self.likened) / hours * DAY)
        yield from coordinated.same_words(grown, self.likened, self.read, daily)
        strangers = [each for each in late if each.counts and not each.restricted and not each.monitor]
        if any(each.id in fresh for each in strangers):
            numbered = [each for each in strangers if each.number]
            yield from coordinated.close_numbers(numbered, fresh, self._numbers)
            begins = self.hour - coordinated.TURN
            before = {gateway: bisect_left(times, begins) for gateway, times in self._strangers.items()}
            yield from coordinated.one_gateway([each for each in strangers if each.at >= begins], before)

    def _silences(self) -> list[Finding]:
        came = {gateway: Came(every, usual) for gateway, (every, usual) in self._came.items()}
        gone = silence.gaps(came, self.hour) if self.begun else []
        if any(not each.mark for each in gone):
            return gone  # when nothing comes at all, no area is more silent than another
        return [*gone, *silence.missed(list(self.stations.heard()), self.schedule, self.areas, self.hour)]
