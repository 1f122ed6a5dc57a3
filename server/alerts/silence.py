"""Silence: an area, or a gateway, that was reporting stops.

- *missed check-ins*, for provinces and districts: of the n stations there that were heard before the check-in which
  was due last (or whose grace was over last), k have not met it. The rest of the country, at the same hour, has the
  share q = (missing + 1)/(stations + 2) of such stations. k is judged by the beta-binomial of n, q and FIRMNESS: places
  differ by nature, by roads and networks, more than the plain binomial allows. Only where most are missing (MOST of n).
  A day asks about each area at TURNS moments of each check-in (Boole's inequality).
- *gap*, for a gateway and for all of them: nothing came for W minutes where λ were to be expected, by the quieter of
  the two stretches of that length before; check-ins, which come in waves, are not counted for it. The chance is that
  of a Poisson process: e^−λ, for each of the day's stretches and gateways.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp

from server import coverage
from server.alerts.areas import Areas
from server.alerts.chance import beta_binomial, of_any
from server.alerts.found import Finding
from server.alerts.stations import Station
from server.country.schedule import Schedule

MISSED, GAP = "missed check-ins", "gap"
FEWEST = 4  # stations of an area that can be judged
MOST = 0.6  # of its stations that are missing at least
FIRMNESS = 40.0
TURNS = 3.0
STRETCHES = (10, 20, 60)  # minutes without a message
DAY = 13.0  # hours of an election day
EXPECTED = 3.0  # messages in a stretch, below which its silence says nothing

Minutes = Mapping[int, int]  # minute since 1970 -> messages


@dataclass(frozen=True)
class Came:
    """What came by one gateway, by minute: all of it, and without check-ins."""

    every: Minutes
    usual: Minutes


def missed(stations: Sequence[Station], schedule: Schedule, areas: Areas, hour: int) -> list[Finding]:
    """The areas in which too many stations that had been heard miss a check-in, the least likely first."""
    now = datetime.fromtimestamp(hour * 60, schedule.begins.tzinfo)
    if not schedule.begins <= now < schedule.ends:
        return []
    asked, over = coverage.due(schedule, now)
    turns = {turn for turn in (asked, over) if turn}
    found = [each for turn in turns for each in _missed(turn, stations, schedule, areas, hour)]
    return sorted(found, key=lambda each: (each.chance, -each.found, each.area))


def _missed(turn: int, stations: Sequence[Station], schedule: Schedule, areas: Areas, hour: int) -> Iterator[Finding]:
    opens = schedule.checkins[turn - 1].opens.timestamp() / 60
    before = [station for station in stations if station.first < opens and station.area]
    absent = [station for station in before if station.met < turn]
    within = [{station.area, areas.province(station.area)} for station in before]
    heard = Counter(area for each in within for area in each)
    missing = Counter(area for station in absent for area in {station.area, areas.province(station.area)})
    tried = sum(n >= FEWEST for n in heard.values()) * len(schedule.checkins) * TURNS
    for area, n in missing.items():
        if heard[area] < FEWEST or n < MOST * heard[area]:
            continue
        share = (len(absent) - n + 1) / (len(before) - heard[area] + 2)
        gone = [station for station in absent if area in (station.area, areas.province(station.area))]
        yield Finding(
            kind="silence",
            statistic=MISSED,
            area=area,
            parts=frozenset({area, *(station.area for station in gone)}),
            since=int(max(station.last for station in gone)),
            until=hour,
            found=n,
            expected=round(share * heard[area], 2),
            chance=of_any(tried * beta_binomial(n, heard[area], share, FIRMNESS)),
            stations=tuple(sorted(station.code for station in gone)),
        )


def gaps(came: Mapping[str, Came], hour: int) -> list[Finding]:
    """The gateways by which nothing comes any more; when that is all of them, one finding of all."""
    whole = Came(_sum([each.every for each in came.values()]), _sum([each.usual for each in came.values()]))
    tried = 1 + len(came)
    if found := _gap("", whole, hour, tried):
        return [found]
    return [found for gateway, each in sorted(came.items()) if (found := _gap(gateway, each, hour, tried))]


def _gap(gateway: str, came: Came, hour: int, tried: int) -> Finding | None:
    best: Finding | None = None
    for stretch in STRETCHES:
        begins = hour - stretch
        if _count(came.every, begins, hour):
            continue
        usual = float(
            min(_count(came.usual, begins - turn * stretch, begins - (turn - 1) * stretch) for turn in (1, 2))
        )
        chance = of_any(tried * DAY * 60 / stretch * exp(-usual))
        if usual >= EXPECTED and (best is None or chance < best.chance):
            last = max((minute for minute, n in came.every.items() if n and minute < hour), default=begins)
            found = {"kind": "silence", "statistic": GAP, "mark": gateway, "since": last, "until": hour}
            best = Finding(**found, found=hour - last, expected=usual, chance=chance)  # type: ignore[arg-type]
    return best


def _count(minutes: Minutes, begins: int, ends: int) -> int:
    return sum(minutes.get(minute, 0) for minute in range(begins, ends))


def _sum(each: Sequence[Minutes]) -> Minutes:
    total: Counter[int] = Counter()
    for minutes in each:
        total.update(minutes)
    return total
