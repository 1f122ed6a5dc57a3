"""Who takes part in a rehearsal: monitors at a sample of stations, and anybody else who has a phone. All invented."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from server.pack import Pack, Station, check_digit

FORM = "form"
NUMBERS = range(100_000)  # the last five digits
MOST = 20_000  # people of one kind


@dataclass(frozen=True)
class Person:
    """One number, one door and one style (a key of the plan's `styles`); `languages` are those of the style."""

    number: str
    station: Station
    province: str
    door: str
    style: str
    languages: tuple[str, ...]
    monitor: bool


class Cast:
    """The people of one rehearsal by a pack's `rehearsal.json`. All chance comes from `dice`."""

    def __init__(self, pack: Pack, plan: Mapping[str, Any], dice: Random, gateways: Sequence[str]) -> None:
        self.pack, self.plan, self.dice = pack, plan, dice
        self.doors = {*gateways, FORM}
        # in no order: people who stand side by side did not buy their numbers together
        self.numbers = {kind: iter(Random(kind).sample(NUMBERS, MOST)) for kind in plan["numbers"]}  # noqa: S311
        self.stations = [pack.stations[code] for code in sorted(pack.stations)]
        self.monitors = [self._person(station, "monitors") for station in self._sample()]

    def somebody(self, from_monitors: float) -> Person:
        """A monitor with this probability, else somebody new at any station."""
        if self.dice.random() < from_monitors:
            return self.dice.choice(self.monitors)
        return self.bystander(self.dice.choice(self.stations))

    def bystander(self, station: Station) -> Person:
        """Somebody new who is at this station."""
        return self._person(station, "public")

    def of_district(self, district: str) -> list[Person]:
        """The monitors there."""
        return [person for person in self.monitors if self._district(person.station) == district]

    def roster(self) -> str:
        """The monitors as the table of an organisation (CSV), to be enrolled before the day as real ones are."""
        out, names = io.StringIO(), self.plan["organisations"]
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["organisation", "reference", "name", "phone", "station", "language", "supervisor"])
        for n, person in enumerate(self.monitors):
            code, own = person.station.code, names[n % len(names)]
            who = (own, f"R{n + 1:04d}", f"Rehearsal monitor {n + 1}", person.number)
            rows.writerow([*who, f"{code}-{check_digit(code)}", person.languages[0], f"Coordinator {person.province}"])
        return out.getvalue()

    def _sample(self) -> list[Station]:
        """Stations with a monitor: enough for the burst, then of each province as it is large, but a few of each."""
        burst = self.plan["burst"]
        there = [station for station in self.stations if self._district(station) == burst["district"]]
        chosen = self.dice.sample(there, min(burst["people"], len(there)))
        by_province: dict[str, list[Station]] = defaultdict(list)
        for station in self.stations:
            by_province[self._province(station)].append(station)
        for own in by_province.values():
            wanted = max(self.plan["fewest_in_province"], round(self._share(own) * self.plan["monitors"]))
            chosen += self.dice.sample(own, min(wanted, len(own)))
        return list({station.code: station for station in chosen}.values())

    def _share(self, stations: list[Station]) -> float:
        return len(stations) / len(self.stations)

    def _person(self, station: Station, kind: str) -> Person:
        doors = {door: share for door, share in self.plan["doors"][kind].items() if door in self.doors} or {FORM: 1}
        style = self._pick({name: style["share"] for name, style in self.plan["styles"].items()})
        return Person(
            number=self.plan["numbers"][kind].format(next(self.numbers[kind])),
            station=station,
            province=self._province(station),
            door=self._pick(doors),
            style=style,
            languages=tuple(self.plan["styles"][style]["languages"]),
            monitor=kind == "monitors",
        )

    def _pick(self, shares: Mapping[str, float]) -> str:
        return self.dice.choices(list(shares), list(shares.values()))[0]

    def _province(self, station: Station) -> str:
        return self.pack.prefixes[station.code[:2]]

    def _district(self, station: Station) -> str:
        return self.pack.places[station.commune].parent
