"""Quiet rehearsal days, and what is planted into them for the lookout to find: bursts, silence, copies, SIM blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any

from ingest.cast import FORM, Cast, Person
from ingest.day import Delivery
from ingest.pen import Pen
from server.alerts.areas import Areas, Zone
from server.pack import Pack, Station

SPAN = (20, 40)  # minutes that a plant lasts
EVENTS, SENDERS = (5, 15), (15, 60)
THIRD = 3  # reports that must be out before anybody can see something in them
NUMBER = "+8551097{:04d}"  # of nobody, beside those of a rehearsal's strangers


@dataclass(frozen=True)
class Plant:
    """What was planted: its kind, the ids of its deliveries, and the moment (aware) from which it can be found.

    That is when its third report is out; of silence, when the grace of the first check-in is over that three or more
    stations would have sent. `province`: where SMS is off.
    """

    kind: str
    ids: frozenset[str]
    moment: datetime
    province: str = ""


def quiet(plan: Mapping[str, Any], rate: float) -> dict[str, Any]:
    """The plan of a day on which nothing is planted, with `rate` times as many reports and monitors."""
    reports = {family: round(n * rate) for family, n in plan["reports"].items()}
    texts = {kind: {**each, "count": round(each["count"] * rate)} for kind, each in plan["texts"].items()}
    calm = {
        "burst": {**plan["burst"], "people": 0},
        "rumour": {**plan["rumour"], "copies": 0},
        "silent": {"province": "", "from": plan["hours"][0]},
        "monitors": round(plan["monitors"] * rate),
    }
    if "stories" in plan:
        calm["stories"] = {**plan["stories"], "events": round(plan["stories"]["events"] * rate)}
    return {**plan, "reports": reports, "texts": texts, **calm}


class Planter:
    """Plants by a pack's rehearsal.json. `cast` is that of the day, so that its monitors take part."""

    def __init__(self, pack: Pack, plan: Mapping[str, Any], seed: int, gateways: Sequence[str]) -> None:
        self.pack, self.plan, self.areas = pack, plan, Areas(pack)
        self.cast = Cast(pack, plan, Random(seed), gateways)  # noqa: S311 - a play, not a secret
        self.dice = Random(f"plants {seed}")  # noqa: S311
        self.pen = Pen(pack, plan, self.dice)
        self._numbers = iter(range(10_000))
        self._ids = iter(range(100_000))

    def plant(self, day: Sequence[Delivery]) -> tuple[list[Delivery], list[Plant]]:
        """The day with one thing of each kind in it; without silence when the day had no room for it."""
        left, silent = self._silence(day)
        plants, planted = [silent] if silent else [], []
        for kind, made in (("burst", self._burst), ("copies", self._copies), ("numbers", self._block)):
            told = list(made(silent.province if silent else ""))
            moment = sorted(each.at for each in told)[THIRD - 1]
            plants.append(Plant(kind, frozenset(each.id for each in told), moment))
            planted += told
        return sorted([*left, *planted], key=lambda each: (each.at, each.id, each.again)), plants

    def _burst(self, silent: str) -> Iterator[Delivery]:
        """Different events of one category, each at a station of its own, in a district or in neighbouring ones."""
        situations = self._situations()
        zone = self._zone(silent)
        there = [each for each in self.cast.stations if self.areas.of(each.commune) in zone.parts]
        begin, lasts = self._begin(situations[0]), self.dice.uniform(*SPAN)
        monitors = [one for one in self.cast.monitors if self.areas.of(one.station.commune) in zone.parts]
        for station in self.dice.sample(there, min(self.dice.randint(*EVENTS), len(there))):
            of_theirs = monitors and self.dice.random() < self.plan["from_monitors"]
            person = monitors.pop(self.dice.randrange(len(monitors))) if of_theirs else self._stranger(station)
            situation = self.dice.choice(situations)
            yield self._told("planted", person, situation, begin + timedelta(minutes=self.dice.random() * lasts))

    def _zone(self, silent: str) -> Zone:
        """A district, alone or with neighbours, in which SMS is on: the more stations, the more likely."""
        while True:
            district = self.areas.of(self.dice.choice(self.cast.stations).commune)
            zones = [each for each in self.areas.zones(district) if each.area == district]
            if all(self.areas.province(part) != silent for part in zones[-1].parts):
                return self.dice.choice(zones[:3])

    def _copies(self, silent: str) -> Iterator[Delivery]:
        """The same words, passed on by many."""
        rumour, lasts = self.plan["rumour"], self.dice.uniform(*SPAN)
        words, begin = self.dice.choice(rumour["texts"]), self._begin({"code": rumour["code"]})
        for _ in range(self.dice.randint(*SENDERS)):
            person = self._stranger(self._station(silent))
            text = self.dice.choice(rumour["forms"]).format(words=words)
            at = begin + timedelta(minutes=self.dice.random() * lasts)
            yield self._delivery("planted", person, text, rumour["code"], at)

    def _block(self, silent: str) -> Iterator[Delivery]:
        """One story in many words, from numbers that were bought together."""
        situations, lasts = self._situations()[:4], self.dice.uniform(*SPAN)
        begin, first = self._begin(situations[0]), self.dice.randrange(3000, 9000)
        for n in range(self.dice.randint(*SENDERS)):
            station = self._station(silent)
            number = NUMBER.format(first + 2 * n + self.dice.randint(0, 1))
            person = replace(self._stranger(station), number=number, door=self._by_phone())
            at = begin + timedelta(minutes=self.dice.random() * lasts)
            yield self._told("planted", person, self.dice.choice(situations), at)

    def _silence(self, day: Sequence[Delivery]) -> tuple[list[Delivery], Plant | None]:
        """SMS is off in one province."""
        province = self.dice.choice(sorted(set(self.pack.prefixes.values())))
        off = self._hour("07:40") + timedelta(minutes=self.dice.random() * 540)
        lost = [each for each in day if each.province == province and each.at >= off and each.door != FORM]
        for checkin in self.pack.schedule.checkins:
            missing = {each.sender for each in lost if each.kind == "checkin" and each.code == checkin.code}
            if len(missing) >= THIRD and checkin.until > off:
                ids = {each.id for each in lost}
                return [each for each in day if each.id not in ids], Plant(
                    "silence", frozenset(each.id for each in lost), checkin.until, province
                )
        return list(day), None

    def _situations(self) -> list[Mapping[str, Any]]:
        """The situations of one category, none of them restricted, in random order."""
        subs = self.pack.taxonomy.subs
        family = self.dice.choice(list(self.plan["reports"]))
        own = [each for each in self.plan["situations"] if subs[each["code"]].category == family]
        found = [each for each in own if not subs[each["code"]].restricted]
        return self.dice.sample(found, len(found))

    def _begin(self, situation: Mapping[str, Any]) -> datetime:
        """A moment at which there are such reports."""
        family = self.pack.taxonomy.category_of(situation["code"])
        begin, end = map(self._hour, self.plan["family_hours"][family])
        return begin + self.dice.random() * max(timedelta(), end - begin - timedelta(minutes=SPAN[1]))

    def _told(self, kind: str, person: Person, situation: Mapping[str, Any], at: datetime) -> Delivery:
        levels = self.plan["levels"]
        level = self.dice.choices(list(levels), list(levels.values()))[0]
        coded = person.monitor and self.dice.random() < self.plan["coded"]
        forms = self.plan["coded_forms"] if coded else self.plan["placed"][level][person.languages[0]]
        text, _ = self.pen.write(person, forms, situation, at, situation["code"])
        return self._delivery(kind, person, text, situation["code"], at)

    def _delivery(self, kind: str, person: Person, text: str, code: str, at: datetime) -> Delivery:
        unnamed = person.door == FORM and self.dice.random() < 0.6
        number = "" if unnamed else person.number
        made = (f"p{next(self._ids):05d}", person.door, number, person.province, text, kind, code)
        return Delivery(at.astimezone(UTC), *made, language=person.languages[0])

    def _stranger(self, station: Station) -> Person:
        """Somebody new there, of whom the day knows nothing."""
        person = self.cast.somebody(from_monitors=0)
        province = self.pack.prefixes[station.code[:2]]
        number = NUMBER.format(next(self._numbers) * 7 % 3000)
        return replace(person, number=number, station=station, province=province)

    def _station(self, silent: str) -> Station:
        """Any station where SMS is on."""
        while True:
            station = self.dice.choice(self.cast.stations)
            if self.pack.prefixes[station.code[:2]] != silent:
                return station

    def _by_phone(self) -> str:
        doors = [door for door in self.plan["doors"]["public"] if door in self.cast.doors and door != FORM]
        return self.dice.choice(doors)

    def _hour(self, clock: str) -> datetime:
        return datetime.combine(self.pack.day, time.fromisoformat(clock), self.pack.zone)
