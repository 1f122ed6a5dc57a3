"""Events of a rehearsal that several people tell of, each in their own words, and other events that look like them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from ingest.cast import FORM, Cast, Person
from server.pack import Pack, Station

ABOUT = 40  # minutes that an event is before or after the one it looks like
UNPLACED = ("commune", "district", "none")  # levels of place that somebody names who is passing by


@dataclass(frozen=True)
class Account:
    """One person's account of an event: `forms` and `said` are as for the pen. `event` is the truth, which no message
    carries; `at` is aware, local."""

    kind: str
    event: str
    person: Person
    forms: Sequence[str]
    said: Mapping[str, Sequence[str]]
    at: datetime
    code: str


class Witnesses:
    """Writes the accounts by a pack's `rehearsal.json`. All chance comes from `dice`."""

    def __init__(self, pack: Pack, plan: Mapping[str, Any], dice: Random, cast: Cast) -> None:
        self.pack, self.plan, self.dice, self.cast = pack, plan, dice, cast
        self.stories = plan["stories"]
        self._neighbours: defaultdict[str, list[Station]] = defaultdict(list)
        for station in cast.stations:
            self._neighbours[station.commune].append(station)

    def accounts(self) -> Iterator[Account]:
        """What everybody tells of every event, and what some of them tell later."""
        for number in range(self.stories["events"]):
            story = self.dice.choice(self.stories["told"])
            begin, end = self._hours(story)
            at, who = begin + self.dice.random() * (end - begin), self.cast.somebody(self.stories["from_monitors"])
            yield from self._event(f"{number:03d}", story, who, at)
            if self._does("next_door") and (other := self._like(story, at, same_family=True)):
                yield from self._few(f"{number:03d} next door", other, self._next_door(who), at)
            if self._does("same_station") and (other := self._like(story, at, same_family=False)):
                yield from self._few(f"{number:03d} also here", other, who.station, at)

    def _event(self, event: str, story: Mapping[str, Any], first: Person, at: datetime) -> Iterator[Account]:
        """All accounts of one event: by the first, by others who are there, perhaps by a monitor who passes by."""
        weights, told = self.stories["witnesses"], self._told(story)
        people = int(self.dice.choices(list(weights), list(weights.values()))[0])
        crowd = [(first, self._forms(first, ()))]
        passing = [one for one in self.cast.of_district(self._district(first)) if one.number != first.number]
        if passing and self._does("passing"):
            person = replace(self.dice.choice(passing), station=first.station)
            crowd.append((person, self._forms(replace(person, monitor=False), UNPLACED)))
        while len(crowd) < people:
            person = self.cast.bystander(first.station)
            crowd.append((person, self._forms(person, ())))
        for person, forms in crowd:
            when = at + timedelta(minutes=self.dice.random() * self.stories["minutes"])
            yield Account("story", event, person, forms, told, when, story["code"])
            if person.door != FORM and self.dice.random() < self.stories["later"]["share"]:
                yield self._later(event, story, person, when)

    def _later(self, event: str, story: Mapping[str, Any], person: Person, at: datetime) -> Account:
        """What somebody sends who told of it before: seldom with the place again."""
        later = self.stories["later"]
        levels = self.plan["placed"]["commune" if self.dice.random() < later["placed"] else "none"]
        when = at + timedelta(minutes=self.dice.uniform(*later["minutes"]))
        return Account("later", event, person, levels[person.languages[0]], story["later"], when, story["code"])

    def _few(self, event: str, story: Mapping[str, Any], station: Station, at: datetime) -> Iterator[Account]:
        """One or two people tell of another event, and name the station: else nobody could tell the two apart."""
        about = at + timedelta(minutes=self.dice.uniform(-ABOUT, ABOUT))
        for _ in range(self.dice.choice((1, 2))):
            person = self.cast.bystander(station)
            when = about + timedelta(minutes=self.dice.random() * self.stories["minutes"])
            forms = self._forms(person, ("station",))
            yield Account("story", event, person, forms, self._told(story), when, story["code"])

    def _told(self, story: Mapping[str, Any]) -> dict[str, list[str]]:
        """The sentences of a story with the number and other details that are the same for all who tell of it."""
        same = {"same": str(self.dice.randint(*story["same"]))}
        chosen = {
            name: self.dice.randrange(len(some[self.pack.languages[0]]))
            for name, some in self.stories["details"].items()
        }
        told = {}
        for language in self.pack.languages:
            named = {name: some[language][chosen[name]] for name, some in self.stories["details"].items()}
            told[language] = [_filled(sentence, same | named) for sentence in story[language]]
        return told

    def _forms(self, person: Person, levels: Sequence[str]) -> Sequence[str]:
        if person.monitor and self.dice.random() < self.plan["coded"]:
            return list(self.plan["coded_forms"])
        shares = {level: share for level, share in self.stories["levels"].items() if not levels or level in levels}
        level = self.dice.choices(list(shares), list(shares.values()))[0]
        return list(self.plan["placed"][level][person.languages[0]])

    def _like(self, story: Mapping[str, Any], at: datetime, *, same_family: bool) -> Mapping[str, Any] | None:
        """Another story that can happen at that hour, of the same family or of another one."""
        family = self._family(story)
        others = [
            other
            for other in self.stories["told"]
            if other is not story and (self._family(other) == family) == same_family
            if self._hours(other)[0] <= at - timedelta(minutes=ABOUT) <= self._hours(other)[1]
        ]
        return self.dice.choice(others) if others else None

    def _next_door(self, person: Person) -> Station:
        own = self._neighbours[person.station.commune]
        return self.dice.choice([one for one in own if one.code != person.station.code] or own)

    def _hours(self, story: Mapping[str, Any]) -> tuple[datetime, datetime]:
        usual = dict(zip(("from", "until"), self.plan["family_hours"][self._family(story)], strict=True)) | dict(story)
        begin, end = (time.fromisoformat(usual[hour]) for hour in ("from", "until"))
        day, zone = self.pack.day, self.pack.zone
        return datetime.combine(day, begin, zone), datetime.combine(day, end, zone)

    def _family(self, story: Mapping[str, Any]) -> str:
        return self.pack.taxonomy.subs[story["code"]].category

    def _district(self, person: Person) -> str:
        return self.pack.places[person.station.commune].parent

    def _does(self, share: str) -> bool:
        return self.dice.random() < float(self.stories[share])


def _filled(sentence: str, details: Mapping[str, str]) -> str:
    """The sentence with these details; other slots stay for the pen."""
    for name, detail in details.items():
        sentence = sentence.replace(f"{{{name}}}", detail)
    return sentence
