"""From a report as it stands sealed to one that is opened, parsed and placed, ready to be sorted."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server import events, grammar, seal
from server.classify import Asked
from server.country import registry
from server.grammar import Parsed
from server.log import Fact
from server.monitors.roll import PROVEN, Roll
from server.monitors.word import FORCED
from server.pack import Pack
from server.places import NOT_WRITTEN, Gazetteer, Located
from server.reading.drafts import received
from server.reading.whereabouts import Whereabouts


@dataclass(frozen=True)
class Opened:
    """All that is known of a report before it is sorted."""

    fact: Fact
    body: dict[str, Any]
    parsed: Parsed
    located: Located
    asked: Asked

    @property
    def event(self) -> events.ReportReceived:
        """The report itself."""
        return received(self.fact)

    @property
    def owner(self) -> str:
        """Whose key closes its words."""
        return seal.owner_of(self.event.source, self.event.subject, typed=self.event.channel not in PROVEN)

    @property
    def place(self) -> dict[str, Any]:
        """Where it is about, as it is kept."""
        station = self.located.code if self.located.code == _station(self.parsed) else None  # else it is only supposed
        place = {**vars(self.located), "station": station}
        if not station and _point(self.body) is None:
            place |= {"lat": None, "lon": None}  # the middle of an area is nowhere in particular: no point on a map
        return place


class Opening:
    """Opens reports with the room's key, but for those that were forgotten: some have no other key."""

    def __init__(
        self, opener: seal.Opener, pack: Pack, gazetteer: Gazetteer, whereabouts: Whereabouts, roll: Roll
    ) -> None:
        self._opener, self._pack, self._gazetteer, self._whereabouts = opener, pack, gazetteer, whereabouts
        self._roll = roll

    @contextlib.contextmanager
    def at_once(self, facts: Sequence[Fact]) -> Iterator[None]:
        """Inside, which is to be short, the keys of these reports were looked up in one step. Raises seal.Locked."""
        reports = [received(fact) for fact in facts]
        with self._opener.at_once([report.sealed for report in reports]), self._whereabouts.at_once(reports):
            yield

    def open(self, fact: Fact, missing: Sequence[str] = ()) -> Opened:
        """One report. `missing`: the parts of its message that never came, as "2/3". Raises seal.Forgotten."""
        return self._opened(fact, self._body(fact), missing)

    def joined(self, parts: Sequence[Fact]) -> Opened:
        """The parts of one message, in order, as one report: the first stands for all of it."""
        bodies = [self._body(part) for part in parts]
        return self._opened(parts[0], {**bodies[0], "text": "".join(body["text"] for body in bodies)}, ())

    def same_words(self, one: Fact, other: Fact) -> bool:
        """Whether two reports say exactly the same."""
        texts = [self._body(fact)["text"] for fact in (one, other)]
        return bool(texts[0] == texts[1])

    def _body(self, fact: Fact) -> dict[str, Any]:
        if self._roll.is_forgotten(fact):
            raise seal.Forgotten("it was forgotten before it was read")
        return self._opener.open(received(fact).sealed)

    def asked(self, body: dict[str, Any], because: Sequence[str]) -> Asked:
        """What is to be sorted of an opened report: its text without the words `because` of which it was placed."""
        return self._asked(body["text"], self._parsed(body), because)

    def _opened(self, fact: Fact, body: dict[str, Any], missing: Sequence[str]) -> Opened:
        body, context = self._whereabouts.met(received(fact), body)
        parsed = self._parsed(body)
        station = _station(parsed) or _half_known(parsed)
        located = self._gazetteer.find(body["text"], station, _point(body), context)
        understood = replace(parsed, unread=(*parsed.unread, *self._strange(parsed), *missing))
        return Opened(fact, body, understood, located, self._asked(body["text"], parsed, located.because))

    def _asked(self, text: str, parsed: Parsed, because: Sequence[str]) -> Asked:
        # a place's name may hold a word of another meaning: it has been understood already
        return Asked(_without(text, because), replace(parsed, words=_without(parsed.words, because)))

    def _parsed(self, body: dict[str, Any]) -> Parsed:
        """What is coded in a text and in the station that was chosen or typed beside it."""
        chosen = str(body.get("station") or "")
        parsed = grammar.parse(body["text"], self._pack.taxonomy, self._pack.prefixes)
        parsed = replace(parsed, sos=parsed.sos or FORCED in body)  # a cry for help, whatever else they had to write
        if not chosen:
            return parsed
        beside = grammar.parse(chosen, self._pack.taxonomy, self._pack.prefixes).stations
        unread = parsed.unread if beside else (*parsed.unread, chosen)
        return replace(parsed, stations=(*parsed.stations, *beside), unread=unread)

    def _strange(self, parsed: Parsed) -> Iterator[str]:
        """Stations that were written and not taken: a wrong check digit and what it could be, unknown, or one more."""
        taken = _station(parsed)
        for station in parsed.stations:
            if station.right is False:
                meant = registry.could_be(station.code, str(station.check), self._pack.stations)
                arrow = ["→"] if meant else []
                yield " ".join([f"{station.code}-{station.check}", *arrow, *(f"{code}?" for code in meant)])
            elif station.code != taken or station.code not in self._pack.stations:
                yield station.code


def _station(parsed: Parsed) -> str | None:
    """The station that a report names: the first one written with a right check digit, or without."""
    return next((station.code for station in parsed.stations if station.right is not False), None)


def _half_known(parsed: Parsed) -> str | None:
    """A station with a wrong check digit: good for its two letters at most, so that its province is known."""
    return next((f"{station.code}-{station.check}" for station in parsed.stations), None)


def _without(text: str, understood: Sequence[str]) -> str:
    """The text without these words, whatever their capitals."""
    for words in (each for each in understood if each not in NOT_WRITTEN):
        text = _cut(text, words) if text.isascii() and words.isascii() else _sub(words, text)
    return text


def _cut(text: str, words: str) -> str:
    """The same for one of the words, where no letter has more than two shapes: a pattern for each station is dear."""
    lower, wanted, kept, end = text.lower(), words.lower(), "", 0
    while (at := lower.find(wanted, end)) >= 0 and wanted:
        kept, end = f"{kept}{text[end:at]} ", at + len(wanted)
    return kept + text[end:]


def _sub(words: str, text: str) -> str:
    return re.sub(re.escape(words), " ", text, flags=re.IGNORECASE)


def _point(body: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = body.get("lat"), body.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None
