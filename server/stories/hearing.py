"""From the facts of one report to what it tells: opened words and places in, a telling out."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server import events
from server.pack import Pack
from server.places import EARLIER, ROSTER
from server.stories.ideas import Ideas
from server.stories.pieces import Pieces, identity, is_latin, pieces
from server.stories.telling import LEVELS, Telling

LONGEST_AGO = 8 * 60  # minutes that a clock in a report may lie back; beyond, it is no hour of this event
STATION = re.compile(r"[A-Z]{2}\d{4}")
FEW = 2  # ideas in a text, below which it is taken for hardly more than a code


@dataclass(frozen=True)
class Heard:
    """What is known of a report before it is read: who sent it by which source, and in which minutes since 1970."""

    person: str
    source: str
    rehearsal: bool
    at: int
    sent: int


def heard(event: events.ReportReceived, person: str) -> Heard:
    """What the door says of a report."""
    return Heard(person, event.source, event.rehearsal, _minutes(event.at), _minutes(event.sent_at or event.at))


class Hearing:
    """Makes tellings of reports, by the words and places of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack, self._cues, self._ideas = pack, Cues(pack), Ideas(pack)

    def telling(
        self, report: str, known: Heard, sorted_as: Any, words: Mapping[str, Any], where: Mapping[str, Any]
    ) -> Telling:
        """A report with what the reader made of it: `sorted_as` is its report.read, or what has the same fields."""
        text = str(words.get("text") or "")
        bare = _without(text, where.get("because") or ())
        return Telling(
            report=report,
            person=known.person,
            source=known.source,
            pool=(known.rehearsal, sorted_as.restricted),
            at=known.at,
            moment=self._moment(known, words.get("clock")),
            kind=sorted_as.kind,
            category=sorted_as.category,
            second=sorted_as.second,
            sub=sorted_as.sub,
            count=int(words.get("count") or 0),
            chain=self.chain(where),
            maybe=self._maybe(words, where),
            latin=is_latin(bare),
            told=pieces(bare),
            ideas=self._spoken(bare, sorted_as.sub),
            said=identity(text),
            cue=self._cues.in_words(bare),
            coded=bool(words.get("codes")),
            supposed=bool(where.get("because")) and {ROSTER, EARLIER}.issuperset(where["because"]),
            sos="SOS" in (words.get("because") or ()),
        )

    def _maybe(self, words: Mapping[str, Any], where: Mapping[str, Any]) -> frozenset[str]:
        """Places that it may mean: those that fit its words, and a station that is written with a wrong check digit."""
        written = STATION.findall(" ".join(map(str, words.get("unread") or ())))
        known = [code for code in written if code in self._pack.stations]
        fit = where.get("candidates") or () if not where.get("code") else ()
        return frozenset([*fit, *known, *(self._pack.stations[code].commune for code in known)])

    def _spoken(self, text: str, sub: str) -> Pieces:
        """What a report speaks of; of one that is hardly more than a code, what the code means."""
        found = self._ideas.of(text)
        known = self._pack.taxonomy.subs.get(sub)
        return self._ideas.of(" ".join([text, *known.name.values()])) if known and len(found) < FEW else found

    def chain(self, where: Mapping[str, Any]) -> tuple[str, str, str, str]:
        """The station, commune, district and province of a place; "" for what is finer than it is known."""
        code, found = str(where.get("station") or where.get("code") or ""), dict.fromkeys(LEVELS, "")
        if code in self._pack.stations:
            found["station"], code = code, self._pack.stations[code].commune
        while code in self._pack.places:
            found[self._pack.places[code].level] = code
            code = self._pack.places[code].parent
        return found["station"], found["commune"], found["district"], found["province"]

    def _moment(self, known: Heard, clock: Any) -> int:
        """When it happened: the hour that the report names, if that may be; else when it was sent."""
        if not clock:
            return known.sent
        try:
            hour, minute = map(int, str(clock).split(":"))
            sent = datetime.fromtimestamp(known.sent * 60, self._pack.zone)
            ago = (sent - sent.replace(hour=hour, minute=minute)) // timedelta(minutes=1)
        except (ValueError, OverflowError):
            return known.sent
        return known.sent - ago if 0 <= ago <= LONGEST_AGO else known.sent


class Cues:
    """Finds the words with which people go on with what they told before: follow_ups.json of packs and bundles."""

    def __init__(self, pack: Pack) -> None:
        files = [path for folder in pack.folders if (path := folder / "follow_ups.json").exists()]
        lists = [json.loads(path.read_text(encoding="utf-8")) for path in files]
        words = {word.lower() for own in lists for name, some in own.items() if name in pack.languages for word in some}
        every = sorted(words, key=len, reverse=True)
        latin = "|".join(re.escape(word) for word in every if word.isascii())
        other = "|".join(re.escape(word) for word in every if not word.isascii())
        parts = [part for part in (rf"\b(?:{latin})\b" if latin else "", other) if part]
        self._any = re.compile("|".join(parts) or r"(?!)")

    def in_words(self, text: str) -> bool:
        """Whether one of them stands in the text."""
        return self._any.search(text.lower().replace("\u200b", "")) is not None


def _minutes(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp()) // 60


def _without(text: str, understood: Iterable[str]) -> str:
    """The text without the words that named its place: that is compared for itself."""
    lower = text.lower()
    for words in understood:
        lower = lower.replace(str(words).lower(), " ")
    return lower
