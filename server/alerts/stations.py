"""Which stations were heard when, and how far down the day's check-ins they are; folded from signs of life."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server import coverage
from server.alerts.areas import Areas
from server.country.schedule import Schedule
from server.coverage import Sign


@dataclass(slots=True)
class Station:
    """A station that was heard: its district, first and last sign of life (minutes since 1970), check-ins met."""

    code: str
    area: str
    first: float
    last: float
    met: int


class Stations:
    """The stations of one world, rehearsal or real. What counts as a sign of life, coverage decides."""

    def __init__(self, schedule: Schedule, areas: Areas) -> None:
        self._schedule, self._areas = schedule, areas
        self._heard: dict[str, Station] = {}
        self._posted: dict[str, tuple[str, ...]] = {}  # monitor -> stations

    def post(self, monitor: str, stations: Sequence[str]) -> None:
        """From now on this monitor is expected at these stations, and at no other."""
        self._posted[monitor] = tuple(stations)

    def forget(self) -> None:
        """Another rehearsal begins: nothing was heard yet."""
        self._heard.clear()

    def of(self, monitor: str) -> tuple[str, ...]:
        """The stations at which this monitor is expected."""
        return self._posted.get(monitor, ())

    def hear(self, named: str, monitor: str, sign: Sign) -> None:
        """A known monitor's sign of life: for the station that it names, else for all of the monitor's."""
        if not self._schedule.begins <= sign.at < self._schedule.ends:
            return
        own = (named,) if named else self.of(monitor)
        if not named and len(own) > 1:
            sign = Sign(sign.at)  # a check-in that could be for several counts for none
        at, met = sign.at.timestamp() / 60, coverage.meets(sign, self._schedule)
        for code in own:
            known = self._heard.setdefault(code, Station(code, self._areas.of(code), at, at, met))
            known.first, known.last = min(known.first, at), max(known.last, at)
            known.met = max(known.met, met)

    def heard(self) -> Iterator[Station]:
        """Every station that was heard and still has a monitor."""
        expected = {code for stations in self._posted.values() for code in stations}
        return (station for code, station in self._heard.items() if code in expected)

    def at(self, code: str) -> Station | None:
        """What is known of one of them."""
        return self._heard.get(code)
