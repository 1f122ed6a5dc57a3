"""The observers of the national minute: who is enrolled, and what each of them sends. All invented, from a seed."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from ingest.cast import Person
from ingest.pen import Pen
from ingest.rehearse import plan_of
from server.monitors import enrolment, importing
from server.monitors.roster import Roster
from server.pack import Pack, Station
from server.seal import Sealer, Vault
from server.settings import Settings

TOGETHER = 4  # observers at one station, so that some tell of the same
CHECKINS = 0.5  # share of what is sent that is a check-in; a rehearsed day has three quarters
SAME = 0.25  # share of stations at which all tell one story
FORWARDED = 0.5  # share of those who tell it in the very words of whoever told it first there
COUNTRY = 74_671  # observers of the reference case
FIRST = 200_000  # the last six digits of the first observer's number; a million there are
SMSC = "bench"


@dataclass(frozen=True)
class Sent:
    """One message: the report that it becomes, and the HTTP request that carries it."""

    report: str
    source: str
    request: bytes


class Observers:
    """So many observers, four at a station; `pack` is the room's."""

    def __init__(self, pack: Pack, many: int, seed: int = 2017) -> None:
        self.pack, self.many, self.dice = pack, many, Random(seed)  # noqa: S311 - a play, not a secret
        self.plan = plan_of(pack.name)
        stations = [pack.stations[code] for code in sorted(pack.stations)]
        self.stations = Random(seed).sample(stations, min(len(stations), -(-many // TOGETHER)))  # noqa: S311
        self.pen = Pen(pack, self.plan, self.dice)

    def enrolled(self, sealer: Sealer, vault: Vault) -> importing.Plan:
        """All of them, as the import of their organisations' tables would have them."""
        entries = tuple(self._entry(n) for n in range(self.many))
        found = importing.candidates(enrolment.Checked(entries, (), self.many, 0), sealer, rehearsal=False)
        checked = enrolment.Checked(entries, (), self.many, 0)
        return importing.plan(checked, found, Roster.alone(vault), importing.Asked())

    def messages(self, given: Settings, sealer: Sealer, close: bool) -> Iterator[Sent]:
        """One message of each, in no order of places; `close`: on a connection of its own, as a new caller."""
        run, order = uuid.uuid4().hex[:8], list(range(self.many))
        told = {station.code: self.dice.choice(self.plan["stories"]["told"]) for station in self.stations}
        same = {station.code for station in self.stations if self.dice.random() < SAME}
        self.dice.shuffle(order)
        at, now = datetime.now(self.pack.zone), str(int(time.time()))
        first = dict[str, str]()
        for n in order:
            station = self._station(n)
            story = told[station.code] if station.code in same else None
            if (kept := first.get(station.code, "")) and self.dice.random() < FORWARDED:
                text = kept
            else:
                text, tells = self._text(n, station, at, story)
                if story and tells:
                    first.setdefault(station.code, text)
            fields = {"from": _number(n)[1:], "to": "1234", "text": text, "id": f"{run}-{n:06d}", "smsc": SMSC}
            query = urlencode({**fields, "ts": now, "charset": "UTF-8", "k": given.secrets["kannel"]})
            identity = sealer.identity("kannel", "", SMSC, "id", fields["id"])
            line = f"GET /in/kannel?{query} HTTP/1.1\r\nHost: 127.0.0.1:{given.intake_port}\r\nUser-Agent: Kannel\r\n"
            ends = "Connection: close\r\n\r\n" if close else "\r\n"
            yield Sent(str(uuid.UUID(hex=identity)), sealer.alias(_number(n)), (line + ends).encode())

    def _text(self, n: int, station: Station, at: datetime, story: Any) -> tuple[str, bool]:
        """A check-in, or what somebody saw: in code or in words, alone or with the others at the station. Whether it
        is the latter."""
        person, plan = self._person(n, station), self.plan
        if self.dice.random() < CHECKINS:
            checkin = self.dice.choice(plan["checkins"])
            return self.pen.write(person, ["{code} {station} {words}"], checkin["words"], at, checkin["code"])[0], False
        said = story or self.dice.choice(plan["situations"])
        coded = story is None and self.dice.random() < plan["coded"]
        forms = plan["coded_forms"] if coded else plan["placed"]["station"][person.languages[0]]
        slots = {name: "2" if name == "same" else "{n}" for name in ("same", "by", "colour")}
        told = {language: [_filled(one, slots) for one in said[language]] for language in self.pack.languages}
        return self.pen.write(person, forms, told, at, said["code"])[0], True

    def _person(self, n: int, station: Station) -> Person:
        style = sorted(self.plan["styles"])[n % len(self.plan["styles"])]
        languages = tuple(self.plan["styles"][style]["languages"])
        return Person(_number(n), station, self.pack.prefixes[station.code[:2]], "kannel", style, languages, True)

    def _station(self, n: int) -> Station:
        return self.stations[n // TOGETHER % len(self.stations)]

    def _entry(self, n: int) -> enrolment.Entry:
        names = {"reference": f"R{n:06d}", "name": f"Observer {n}", "supervisor": ""}
        lists = {"phones": [_number(n)], "stations": [self._station(n).code]}
        sealed = {**names, **lists, "pin": "", "no_signal": False}
        return enrolment.Entry(n, f"Organisation {n % 40}", self.pack.languages[0], True, sealed)


def _number(n: int) -> str:
    return f"+85512{FIRST + n:06d}"


def _filled(sentence: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        sentence = sentence.replace(f"{{{name}}}", value)
    return sentence
