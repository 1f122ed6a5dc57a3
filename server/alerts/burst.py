"""Burst: more events of one category in neighbouring districts, within an hour, than its own recent rate explains.

A prospective space-time scan (Kulldorff 2001, "Prospective time periodic geographical disease surveillance using a scan
statistic", J. R. Stat. Soc. A 164:61-72), with the chance by an analytic bound in place of his Monte Carlo, as it is
asked anew each minute:

- zones: each district, it with its one to three nearest neighbours, each province; windows: the last 10, 20, 30 and 60
  minutes. Only zones and windows that a new event lies in are looked at.
- expected: μ = λ·s/(1−s). s is the zone's share of the stations and senders heard so far (the more are heard, the more
  are told of). λ is what the rest of the country had of this category in the same window, drawn towards its rate in the
  two hours and more before: λ = (FIRM + m)/(FIRM/r + 1), m in the window, r expected by that rate. At the opening the
  whole country has more, and so is more expected here.
- the zone's own past: events there before the window, n₀ where μ₀ were expected, make it θ = max(1, (OWN + n₀)/(OWN +
  μ₀)) times as many. A district that had trouble all morning has to have still more.
- n events in the zone are judged by the negative binomial of mean μ·θ and shape OWN + n₀, in which districts differ.
- chance: each event of a day is tried, as the last of n, in about LOOKS zones and windows that have little in common:
  D·LOOKS·P(N ≥ n−1) bounds how many such findings a quiet day of D events has (Boole's inequality); D is what a day
  has of all categories at the rate of the hours before.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from server.alerts.areas import Areas, Zone
from server.alerts.chance import of_any, spread
from server.alerts.found import Finding
from server.alerts.told import Happened

NAME = "space-time scan"
WINDOWS = (10, 20, 30, 60)  # minutes
PAST = 180  # minutes that are looked back on in all
FEWEST = 3  # events of a burst
FIRM = 1.0  # events that the rate of the hours before counts for, beside those of the window
OWN = 8.0  # the smaller, the more districts may differ by nature
RATE = 2.0  # events before the window that a category is given which had fewer
SETTLED = 100.0  # voices that the stations of the pack count for, beside those that were heard
LOOKS = 12.0  # zones and windows that an event is tried in which do not overlap much
DAY = 13.0  # hours of an election day
CALM = 300.0  # events of a day, at least


@dataclass(frozen=True)
class Voices:
    """How many stations and senders were heard in each area, up to the longest window."""

    heard: Mapping[str, int]
    areas: Areas

    def share(self, zone: Zone) -> float:
        """The zone's share of all that were heard; as long as few were, of the stations of the pack."""
        here = sum(self.heard.get(part, 0) for part in zone.parts)
        prior = sum(self.areas.weight.get(part, 0.0) for part in zone.parts)
        return min(0.9, (here + SETTLED * prior) / (sum(self.heard.values()) + SETTLED))


@dataclass(frozen=True)
class Quiet:
    """What is usual: whose voices are heard where, how many events of all categories a day has, when it began."""

    voices: Voices
    daily: float
    begun: float


def bursts(
    category: str, restricted: bool, events: Sequence[Happened], fresh: Collection[str], hour: int, quiet: Quiet
) -> list[Finding]:
    """What stands out at `hour` among the events of one category of the last PAST minutes, the least likely first.

    Only zones with an event that a report in `fresh` tells of are looked at. No two findings share an area.
    """
    late = set(fresh)
    new = {event.area for event in events if event.area and not late.isdisjoint(event.reports)}
    zones = {zone.parts: zone for area in new for zone in quiet.voices.areas.zones(area)}
    told = _Told(events, quiet.voices.areas)
    found = [each for zone in zones.values() for each in _in_zone(zone, told, hour, quiet)]
    ranked = sorted(found, key=lambda each: (each.chance, len(each.parts), each.area, each.since))
    return [replace(each, category=category, restricted=restricted) for each in _apart(ranked)]


class _Told:
    """The events of one category, in their order, by area: of a nation's thousands a zone has few."""

    def __init__(self, events: Sequence[Happened], areas: Areas) -> None:
        self._by: dict[str, list[tuple[int, Happened]]] = defaultdict(list)
        for turn, event in enumerate(events):
            self._by[event.area].append((turn, event))
        placed = [event for event in events if event.area]
        self.placed = sorted(event.at for event in placed)  # when
        self.fine = sorted(event.at for event in placed if event.area in areas.finest)

    def here(self, zone: Zone) -> list[Happened]:
        """Those in a zone."""
        own = [each for part in zone.parts for each in self._by.get(part, ())]
        return [event for _, event in sorted(own, key=lambda each: each[0])]


def _in_zone(zone: Zone, told: _Told, hour: int, quiet: Quiet) -> Iterator[Finding]:
    here = told.here(zone)
    voices, reach = quiet.voices, min(PAST, hour - quiet.begun)
    if sum(event.at >= hour - WINDOWS[-1] for event in here) < FEWEST:
        return
    coarse = zone.area not in voices.areas.finest  # else what only names a province cannot be compared
    times, known, share = sorted(event.at for event in here), told.placed if coarse else told.fine, voices.share(zone)
    for minutes in WINDOWS:
        window = [event for event in here if event.at >= hour - minutes]
        if len(window) < FEWEST:
            continue
        past = max(minutes, reach - minutes)
        expected, shape = _expected(
            *_split(times, hour - minutes), *_split(known, hour - minutes), share, past / minutes
        )
        often = quiet.daily * LOOKS * spread(len(window) - 1, expected, shape)
        yield Finding(
            kind="burst",
            statistic=NAME,
            area=zone.area,
            parts=zone.parts,
            since=int(window[0].at),
            until=hour,
            found=len(window),
            expected=round(expected, 3),
            chance=of_any(often),
            reports=tuple(report for event in window for report in event.reports),
        )


def _expected(here: int, own: int, all_here: int, before: int, share: float, past: float) -> tuple[float, float]:
    """How many are expected in the window, and the shape of their spread.

    Of the zone and of the country: events in the window, and before it. `past`: how many windows lie before.
    """
    rate = max(RATE, before - own) / past
    country = (FIRM + all_here - here) / (FIRM / rate + 1)
    part = share / (1 - share)
    times = max(1.0, (OWN + own) / (OWN + (before - own) * part))
    return country * part * times, OWN + own


def _split(times: Sequence[float], begins: float) -> tuple[int, int]:
    """How many of these times, which are in order, are not before that moment, and how many are."""
    before = bisect_left(times, begins)
    return len(times) - before, before


def _apart(found: Sequence[Finding]) -> Iterator[Finding]:
    taken: set[str] = set()
    for each in found:
        if not taken & each.parts:
            taken |= each.parts
            yield each


def in_a_day(times: Sequence[float], hour: int, begun: float) -> float:
    """About how many events a day has that goes on as in the hours before this one; `times`: when each was told."""
    begins = hour - WINDOWS[-1]
    hours = max(1.0, (begins - max(begun, hour - PAST)) / 60)
    return max(CALM, sum(at < begins for at in times) / hours * DAY)
