"""From what a report says to the facts that follow from it: its reading, and the incident that it opens."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from server import events, grammar, registry, seal
from server.classify import Classifier, Sorting
from server.echoes import Echoes
from server.grammar import Parsed
from server.log import Draft, Fact, Raw
from server.pack import Pack
from server.places import Gazetteer, Located

Judges = Callable[[events.ReportReceived], bool]
RULES = "rules-1"  # stands on each reading: which rules read it


class Readings:
    """Understands reports. Holds the room's keys; knows neither who asks nor who looks."""

    def __init__(
        self, opener: seal.Opener, vault: seal.Vault, pack: Pack, echoes: Echoes, known: Judges, blocked: Judges
    ) -> None:
        """`known`: whether a report is proven to be of a monitor on the roster. `blocked`: whether its source is."""
        self.opener, self.vault, self.pack, self.echoes = opener, vault, pack, echoes
        self.known, self.blocked = known, blocked
        self.gazetteer = Gazetteer(pack)
        self.classifier = Classifier(pack)

    def alone(self, fact: Fact, missing: Sequence[str] = ()) -> list[Draft]:
        """The facts that follow from one report: its reading, and the incident that it opens, if it tells of one.

        `missing`: the parts of its message that never came, as "2/3". Raises seal.Forgotten, seal.Locked.
        """
        event = received(fact)
        return self._drafts(fact, event, self.opener.open(event.sealed), missing)

    def together(self, parts: Sequence[Fact]) -> list[Draft]:
        """The same for the parts of one message, in order: the first stands for all of it."""
        bodies = [self.opener.open(received(part).sealed) for part in parts]
        body = {**bodies[0], "text": "".join(body["text"] for body in bodies)}
        joined = [into(parts[0], part) for part in parts[1:]]
        return [*joined, *self._drafts(parts[0], received(parts[0]), body, ())]

    def same_words(self, one: Fact, other: Fact) -> bool:
        """Whether two reports say exactly the same."""
        texts = [self.opener.open(received(fact).sealed)["text"] for fact in (one, other)]
        return bool(texts[0] == texts[1])

    def _drafts(
        self, fact: Fact, event: events.ReportReceived, body: dict[str, Any], missing: Sequence[str]
    ) -> list[Draft]:
        text = body["text"]
        parsed = self._parsed(text, str(body.get("station") or ""))
        located = self.gazetteer.find(text, _station(parsed) or _half_known(parsed), _point(body))
        # a place's name may hold a word of another meaning: it has been understood already
        rest = replace(parsed, words=_without(parsed.words, located.because))
        sorting = self.classifier.read(_without(text, located.because), rest)
        understood = replace(parsed, unread=(*parsed.unread, *self._strange(parsed), *missing))
        reading = self._reading(event, body, understood, located, sorting)
        # who cries for help is never taken for the echo of somebody else who does
        like = None if parsed.sos else self._likened(event, reading, rest.words)
        drafts = [Draft(like, by="reader", cause=fact.id, once=(f"likened:{event.subject}",))] if like else []
        drafts.append(Draft(reading, by="reader", cause=fact.id, once=once(event.subject)))
        if sorting.kind == "incident" and not (like and like.copy):
            opened = _incident(event, reading)
            drafts.append(Draft(opened, by="reader", cause="^", once=(f"opened:{event.subject}",)))
        return drafts

    def _parsed(self, text: str, chosen: str) -> Parsed:
        """What is coded in a text and in the station that was chosen or typed beside it."""
        parsed = grammar.parse(text, self.pack.taxonomy, self.pack.prefixes)
        if not chosen:
            return parsed
        beside = grammar.parse(chosen, self.pack.taxonomy, self.pack.prefixes).stations
        unread = parsed.unread if beside else (*parsed.unread, chosen)
        return replace(parsed, stations=(*parsed.stations, *beside), unread=unread)

    def _strange(self, parsed: Parsed) -> Iterator[str]:
        """Stations that were written and not taken: a wrong check digit and what it could be, unknown, or one more."""
        taken = _station(parsed)
        for station in parsed.stations:
            if station.right is False:
                meant = registry.could_be(station.code, str(station.check), self.pack.stations)
                arrow = ["→"] if meant else []
                yield " ".join([f"{station.code}-{station.check}", *arrow, *(f"{code}?" for code in meant)])
            elif station.code != taken or station.code not in self.pack.stations:
                yield station.code

    def _likened(
        self, event: events.ReportReceived, reading: events.ReportRead, words: str
    ) -> events.ReportLikened | None:
        # the first of a group stands for all of it: one that is hidden must not stand for one that is not
        marks = {"rehearsal": event.rehearsal, "restricted": reading.restricted, "blocked": self.blocked(event)}
        where = ":".join([*(mark for mark, is_so in marks.items() if is_so), reading.province])
        first = self.echoes.first(event.subject, event.at, where, words)
        return events.ReportLikened(subject=event.subject, first=first, copy=not self.known(event)) if first else None

    def _reading(
        self, event: events.ReportReceived, body: dict[str, Any], parsed: Parsed, located: Located, sorting: Sorting
    ) -> events.ReportRead:
        words = {
            **body,
            "because": list(sorting.because),
            "count": parsed.count,
            "clock": parsed.clock,
            "unread": list(parsed.unread),
            "codes": [*parsed.codes, *parsed.checkins],
        }
        station = _station(parsed) if located.level == "station" else None
        place = {**asdict(located), "station": station}
        if not station and _point(body) is None:
            place |= {"lat": None, "lon": None}  # the middle of an area is nowhere in particular: no point on a map
        return events.ReportRead(
            subject=event.subject,
            kind=sorting.kind,
            category=sorting.category or "",
            sub=sorting.sub or "",
            second=sorting.second or "",
            severity=sorting.severity,
            confidence=round(sorting.confidence, 3),
            restricted=sorting.restricted,
            province=located.province or "",
            reader=RULES,
            place=self.vault.seal("room", place),
            words=self.vault.seal(seal.owner_of(event.source, event.subject), words),
        )


def received(fact: Fact) -> events.ReportReceived:
    """The report that a fact brought; the reader takes no other facts."""
    assert isinstance(fact.event, events.ReportReceived)  # noqa: S101 - see above
    return fact.event


def once(report: str) -> tuple[str, ...]:
    """A report is read once, or joined once, or set aside once: never two of these."""
    return (f"read:{report}",)


def aside(raw: Raw, reason: str) -> Draft:
    """Sets a report aside for a person to look at."""
    report = raw.fields["about"].partition(":")[2]
    event = events.ReportSetAside(subject=report, reason=reason)
    return Draft(event, by="reader", cause=raw.id, once=once(report))


def into(first: Fact, part: Fact) -> Draft:
    """From now on the report `first` stands for this part, too."""
    event = events.ReportJoined(subject=part.event.subject, into=first.event.subject)
    return Draft(event, by="reader", cause=part.id, once=once(part.event.subject))


def _incident(event: events.ReportReceived, reading: events.ReportRead) -> events.IncidentOpened:
    return events.IncidentOpened(
        subject=event.subject,
        report=event.subject,
        category=reading.category,
        sub=reading.sub,
        severity=reading.severity,
        restricted=reading.restricted,
        province=reading.province,
        rehearsal=event.rehearsal,
        reason="",
    )


def _without(text: str, understood: tuple[str, ...]) -> str:
    """The text without these words, whatever their capitals."""
    for words in understood:
        text = re.sub(re.escape(words), " ", text, flags=re.IGNORECASE)
    return text


def _station(parsed: Parsed) -> str | None:
    """The station that the report names: the first one written with a right check digit, or without."""
    return next((station.code for station in parsed.stations if station.right is not False), None)


def _half_known(parsed: Parsed) -> str | None:
    """A station with a wrong check digit: good for its two letters at most, so that its province is known."""
    return next((f"{station.code}-{station.check}" for station in parsed.stations), None)


def _point(body: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = body.get("lat"), body.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None
