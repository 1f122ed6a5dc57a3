"""The facts of an invented day, as door and reader would write them, straight from the truth and without a record."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from random import Random
from typing import Any

from ingest.cast import FORM, Person
from ingest.day import Delivery
from server import events, grammar
from server.log import Fact
from server.pack import Pack
from server.places import Context, Gazetteer
from server.reading.alike import NEAR, Sketch, likeness, sketch
from server.seal import Opener, Vault

TURN = 600  # seconds: as the reader compares what was said in this turn and the last
OPEN = {"quiet", "noise", "tally", "checkin"}  # kinds of delivery that tell of no incident


class Clear(Vault):
    """A vault that closes nothing: an invented day has nothing to hide, and sealing it would take most of the time."""

    def __init__(self) -> None:
        """It has no keys."""

    def seal(self, owner: str, body: dict[str, Any]) -> str:
        """The body as it is."""
        return json.dumps(body)

    def open(self, owner: str, sealed: str) -> dict[str, Any]:
        """What was not closed."""
        return dict(json.loads(sealed))

    def secret(self, purpose: str) -> bytes:
        """No secret."""
        return purpose.encode()


class Open(Opener):
    """Opens what was not closed."""

    def __init__(self) -> None:
        """It has no keys."""

    def open(self, sealed: str) -> dict[str, Any]:
        """A report's body."""
        return dict(json.loads(sealed))


class Invented:
    """Facts of one day. `slips`: the share of incidents that the reader takes for something else; `joined`: the share
    of reports of one event that are recognised as such."""

    def __init__(self, pack: Pack, gazetteer: Gazetteer, seed: int, slips: float, joined: float) -> None:
        self.pack, self.gazetteer, self.slips, self.joined = pack, gazetteer, slips, joined
        self.vault, self.dice = Clear(), Random(f"reader {seed}")  # noqa: S311 - a play, not a secret
        self._said: dict[tuple[str, int], list[tuple[str, Sketch]]] = defaultdict(list)
        self._events: dict[str, str] = {}  # event -> the report that told of it first
        self._stations: dict[str, tuple[str, ...]] = {}  # number -> its monitor's
        self._places = 0

    def roster(self, monitors: Sequence[Person]) -> Iterator[Fact]:
        """The day's monitors are enrolled."""
        for person in monitors:
            self._stations[person.number] = (person.station.code,)
            sealed = self.vault.seal("", {"stations": [person.station.code], "phones": [person.number]})
            rest: dict[str, Any] = {"organisation": "Invented", "language": "en", "replies": False, "rehearsal": True}
            subject = _alias(person.number) + "0" * 12
            yield self._fact(
                events.MonitorEnrolled(subject=subject, aliases=_alias(person.number), sealed=sealed, **rest)
            )

    def facts(self, delivery: Delivery) -> list[Fact]:
        """What stands on the record because of one delivery; nothing for a repetition."""
        if delivery.again:
            return []
        source, at = _alias(delivery.sender) if delivery.sender else "", delivery.at.isoformat()
        body = {"text": delivery.text, "sender": delivery.sender, "pin": ""}
        received = events.ReportReceived(
            subject=delivery.id,
            channel="web" if delivery.door == FORM else "sms",
            gateway=delivery.door,
            source=source,
            at=at,
            sent_at="",
            rehearsal=True,
            part="",
            whole="",
            crowded=False,
            sealed=self.vault.seal("", body),
        )
        reading, words = self._reading(delivery)
        like = self._likened(delivery, reading, words)
        told: list[events.Event] = [received, *([like] if like else []), reading]
        if reading.kind == "incident" and not (like and like.copy):
            told.append(self._opened(reading))
            told += self._suggested(delivery)
        return [self._fact(event) for event in told]

    def _reading(self, delivery: Delivery) -> tuple[events.ReportRead, str]:
        own = self._stations.get(delivery.sender, ())
        if delivery.kind == "checkin":  # always the code and the own station: no need to look for them
            return self._checked_in(delivery, own[0]), ""
        text = f"{delivery.text} {delivery.station}".strip()
        parsed = grammar.parse(text, self.pack.taxonomy, self.pack.prefixes)
        station = next((each.code for each in parsed.stations if each.right is not False), None)
        located = self.gazetteer.find(delivery.text, station, delivery.point, Context(own))
        kind, category, restricted = self._understood(delivery)
        named = station if located.level == "station" else None
        reading = _read(
            **{"subject": delivery.id, "kind": kind, "category": category, "restricted": restricted},
            province=located.province or "",
            place=self.vault.seal("", {**asdict(located), "station": named}),
            words="",
        )
        return reading, " ".join(word for word in parsed.words.split() if word not in located.because)

    def _checked_in(self, delivery: Delivery, station: str) -> events.ReportRead:
        return _read(
            **{"subject": delivery.id, "kind": "checkin", "category": "", "restricted": False},
            province=delivery.province,
            place=self.vault.seal("", {"code": station, "level": "station", "station": station}),
            words=self.vault.seal("", {"codes": [delivery.code]}),
        )

    def _understood(self, delivery: Delivery) -> tuple[str, str, bool]:
        """Kind, category and whether it is restricted: the truth, but for slips."""
        if delivery.kind in OPEN:
            return delivery.kind, "", False
        code, known = delivery.code, self.pack.taxonomy
        restricted = code == "SOS" or code in known.restricted
        if not restricted and self.dice.random() < self.slips:
            other = self.dice.choice(["", *(each.code for each in known.categories)])
            return ("incident" if other else "unsorted"), other, False
        return "incident", known.category_of(code) or str(self.pack.keywords["sos"]), restricted

    def _likened(self, delivery: Delivery, reading: events.ReportRead, words: str) -> events.ReportLikened | None:
        own, turn = sketch(words, b"k"), int(delivery.at.timestamp()) // TURN
        where = f"{reading.restricted}{reading.province}"
        near = [each for when in (turn - 1, turn) for each in self._said[where, when]] if own else []
        first = next((report for report, other in near if likeness(own, other) >= NEAR), "")
        if own:
            self._said[where, turn].append((delivery.id, own))
        if not first or delivery.code == "SOS":
            return None
        copy = delivery.sender not in self._stations or delivery.door == FORM
        return events.ReportLikened(subject=delivery.id, first=first, copy=copy)

    def _opened(self, reading: events.ReportRead) -> events.IncidentOpened:
        said: Mapping[str, Any] = {name: getattr(reading, name) for name in ("category", "sub", "severity", "province")}
        about: dict[str, Any] = {
            "subject": reading.subject,
            "report": reading.subject,
            "restricted": reading.restricted,
        }
        return events.IncidentOpened(**about, **said, rehearsal=True, reason="")

    def _suggested(self, delivery: Delivery) -> list[events.Event]:
        """Another who tells of the same event: recognised as such, as often as `joined` says."""
        first = self._events.setdefault(delivery.event, delivery.id) if delivery.event else delivery.id
        if first == delivery.id or self.dice.random() >= self.joined:
            return []
        rest: dict[str, Any] = {
            "how": "same event",
            "likely": 0.9,
            "text": 0.5,
            "place": "station",
            "minutes": 5,
            "category": True,
        }
        return [events.ReportSuggested(subject=delivery.id, into=first, **rest)]

    def _fact(self, event: events.Event) -> Fact:
        self._places += 1
        return Fact(f"{self._places}-0", event, "invented", "", 1)


def _read(**known: Any) -> events.ReportRead:
    rest: dict[str, Any] = {"sub": "", "second": "", "severity": 3, "confidence": 0.9, "reader": "truth"}
    return events.ReportRead(**known, **rest)


def _alias(number: str) -> str:
    return blake2b(number.encode(), digest_size=10).hexdigest()
