"""The script of a rehearsal: from a seed to every message that the doors get on one invented day, in order. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from ingest.cast import FORM, Cast, Person
from ingest.pen import Pen
from ingest.witnesses import Witnesses
from server.pack import Pack, check_digit

NEAR = 0.004  # degrees that a phone's position is off its station, at most
FILLED = {"sender": 0.4, "station": 0.35, "point": 0.3}  # share of forms that have this field


@dataclass(frozen=True)
class Delivery:
    """One message as a door gets it; a gateway's repetition is a delivery of its own with the same `id`.

    `at`: aware, UTC, simulated. `kind`: checkin, report, story, later, burst, rumour, sos, quiet, noise or tally;
    `code`: what the sender means. `slip`: the check digit in the text is wrong. `sender` is "" for nobody. `station`
    and `point` (latitude, longitude) are fields of the form. `event`: the same for all that tell of one event, "" for
    one that nobody else tells of; like `kind` and `code` it is the truth, and never sent.
    """

    at: datetime
    id: str
    door: str
    sender: str
    province: str
    text: str
    kind: str
    code: str = ""
    slip: bool = False
    again: int = 0
    station: str = ""
    point: tuple[float, float] | None = None
    language: str = ""
    event: str = ""


def script(pack: Pack, plan: Mapping[str, Any], seed: int, gateways: Sequence[str]) -> list[Delivery]:
    """Every delivery of the day in order of time. `plan` is the pack's rehearsal.json; `gateways` are those open."""
    day = _Day(pack, plan, Random(seed), gateways)  # noqa: S311 - a play, not a secret
    first = [*day.checkins(), *day.reports(), *day.burst(), *day.rumour(), *day.sos(), *day.texts(), *day.stories()]
    again = [copy for delivery in first for copy in day.again(delivery)]
    heard = [each for each in [*first, *again] if day.hears(each)]
    return sorted(heard, key=lambda each: (each.at, each.id, each.again))


class _Day:
    def __init__(self, pack: Pack, plan: Mapping[str, Any], dice: Random, gateways: Sequence[str]) -> None:
        self.pack, self.plan, self.dice = pack, plan, dice
        self.cast, self.pen = Cast(pack, plan, dice, gateways), Pen(pack, plan, dice)
        self.ids = count(1)
        self.begins, self.ends = (self._hour(hour) for hour in plan["hours"])

    def checkins(self) -> Iterator[Delivery]:
        """What monitors send at the set hours; not everybody thinks of it."""
        for checkin in self.plan["checkins"]:
            begin, peak, end = (self._hour(checkin[hour]) for hour in ("from", "peak", "until"))
            for person in self.cast.monitors:
                if self.dice.random() < checkin["share"]:
                    at = begin + self.dice.triangular(0, 1, (peak - begin) / (end - begin)) * (end - begin)
                    forms, code = ["{code} {station} {words}"], checkin["code"]
                    yield self._written("checkin", person, forms, checkin["words"], at, code)

    def reports(self) -> Iterator[Delivery]:
        """Each situation at least once, and more of a family as the plan says, the milder the more often."""
        subs, often = self.pack.taxonomy.subs, self.plan["by_severity"]
        for family, more in self.plan["reports"].items():
            usual = dict(zip(("from", "until"), self.plan["family_hours"][family], strict=True))
            own = [usual | each for each in self.plan["situations"] if subs[each["code"]].category == family]
            weights = [often[str(subs[each["code"]].severity)] for each in own]
            for situation in [*own, *self.dice.choices(own, weights, k=more)]:
                person = self.cast.somebody(self.plan["from_monitors"])
                yield self._told("report", person, situation, self._within(situation))

    def burst(self) -> Iterator[Delivery]:
        """Many independent monitors of one district within minutes."""
        burst = self.plan["burst"]
        situations = [each for each in self.plan["situations"] if each["code"] in burst["codes"]]
        for person in self.cast.of_district(burst["district"])[: burst["people"]]:
            yield self._told("burst", person, self.dice.choice(situations), self._within(burst))

    def rumour(self) -> Iterator[Delivery]:
        """The same words by many senders who do not know each other."""
        rumour = self.plan["rumour"]
        for _ in range(rumour["copies"]):
            copied = self.dice.choice(rumour["forms"]).format(words=self.dice.choice(rumour["texts"]))
            person = self.cast.somebody(from_monitors=0)
            made = self._written("rumour", person, [copied], None, self._within(rumour), rumour["code"])
            yield replace(made, event="rumour")

    def sos(self) -> Iterator[Delivery]:
        """Monitors in danger."""
        sos = self.plan["sos"]
        for person in self.dice.sample(self.cast.monitors, sos["count"]):
            yield self._written("sos", person, sos["texts"][person.languages[0]], None, self._within(sos), "SOS")

    def texts(self) -> Iterator[Delivery]:
        """What is no incident: all is well, results, greetings and adverts."""
        for kind, texts in self.plan["texts"].items():
            for _ in range(texts["count"]):
                person = self.cast.somebody(texts["from_monitors"])
                forms = ["{words}"] if kind == "noise" else self._placed(person)
                yield self._written(kind, person, forms, texts, self._within(texts))

    def stories(self) -> Iterator[Delivery]:
        """Events that several people tell of, and whoever sends or passes on the same message once more."""
        plan = self.plan["stories"]
        for each in Witnesses(self.pack, self.plan, self.dice, self.cast).accounts():
            made = self._written(each.kind, each.person, each.forms, each.said, each.at, each.code)
            yield (told := replace(made, event=each.event))
            if self.dice.random() < plan["resent"]["share"]:
                yield self._repeated(told, plan["resent"]["minutes"])
            if each.kind == "story" and self.dice.random() < plan["forwarded"]["share"]:
                other = self.cast.bystander(each.person.station)
                sent = replace(told, door=other.door, sender=other.number, station="", point=None)
                yield self._repeated(replace(sent, language=other.languages[0]), plan["forwarded"]["minutes"])

    def again(self, delivery: Delivery) -> Iterator[Delivery]:
        """Repetitions: a gateway that did not hear our answer sends the same message once more."""
        plan, at = self.plan["again"], delivery.at
        if self.dice.random() < plan["share"]:
            for turn in range(self.dice.randint(1, plan["most"])):
                at += timedelta(seconds=self.dice.uniform(*plan["seconds"]))
                yield replace(delivery, at=at, again=turn + 1)

    def hears(self, delivery: Delivery) -> bool:
        """Whether it comes through: within the day, and not from the silent province."""
        silent = self.plan["silent"]
        cut_off = delivery.province == silent["province"] and delivery.at >= self._hour(silent["from"])
        return self.begins <= delivery.at < self.ends and not cut_off

    def _told(self, kind: str, person: Person, situation: Mapping[str, Any], at: datetime) -> Delivery:
        """A situation, in code or in words."""
        coded = person.monitor and self.dice.random() < self.plan["coded"]
        forms = self.plan["coded_forms"] if coded else self._placed(person)
        return self._written(kind, person, forms, situation, at, situation["code"])

    def _placed(self, person: Person) -> Sequence[str]:
        levels = self.plan["levels"]
        level = self.dice.choices(list(levels), list(levels.values()))[0]
        return self.plan["placed"][level][person.languages[0]]

    def _written(
        self, kind: str, person: Person, forms: Sequence[str], said: Any, at: datetime, code: str = ""
    ) -> Delivery:
        text, slip = self.pen.write(person, forms, said, at, code)
        who, where = person.number, person.province
        made = Delivery(at.astimezone(UTC), f"{next(self.ids):05d}", person.door, who, where, text, kind, code, slip)
        return self._typed(made, person) if person.door == FORM else made

    def _typed(self, delivery: Delivery, person: Person) -> Delivery:
        """The fields of the web form that this person fills in."""
        fills = {field: self.dice.random() < share for field, share in FILLED.items()}
        station = person.station
        near = (round(degrees + self.dice.uniform(-NEAR, NEAR), 5) for degrees in (station.lat, station.lon))
        return replace(
            delivery,
            sender=delivery.sender if fills["sender"] else "",
            station=f"{station.code}-{check_digit(station.code)}" if fills["station"] else "",
            point=(next(near), next(near)) if fills["point"] else None,
            language=person.languages[0],
        )

    def _repeated(self, delivery: Delivery, minutes: Sequence[float]) -> Delivery:
        """The same words once more, as a message of its own."""
        at = delivery.at + timedelta(minutes=self.dice.uniform(*minutes))
        return replace(delivery, id=f"{next(self.ids):05d}", at=at)

    def _within(self, hours: Mapping[str, Any]) -> datetime:
        begin, end = self._hour(hours["from"]), self._hour(hours["until"])
        return begin + self.dice.random() * (end - begin)

    def _hour(self, clock: str) -> datetime:
        return datetime.combine(self.pack.day, time.fromisoformat(clock), self.pack.zone)
