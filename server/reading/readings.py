"""From what a report says to the facts that follow from it: its reading, and the incident that it opens."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from server import events, grammar, seal
from server.classify import Classifier, Sorting
from server.log import Down, Draft, Fact
from server.monitors.roll import Roll
from server.monitors.word import FORCED, SILENT
from server.pack import Pack
from server.places import Gazetteer
from server.reading import drafts
from server.reading.drafts import into
from server.reading.echoes import Echoes, Voice
from server.reading.finished import Finished
from server.reading.opening import Opened, Opening
from server.reading.sorter import Sorter
from server.reading.whereabouts import Whereabouts
from server.stories.stories import Stories

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Understood:
    """A report and all that was made of it: `place` and `words` as they are kept, not sealed yet."""

    opened: Opened
    sorting: Sorting
    place: dict[str, Any]
    words: dict[str, Any]

    @property
    def closed(self) -> tuple[str, dict[str, Any]]:
        """Whose key closes the words, and the words."""
        return self.opened.owner, self.words


class Readings:
    """Understands reports. Holds the room's keys; knows neither who asks nor who looks."""

    def __init__(
        self,
        opener: seal.Opener,
        vault: seal.Vault,
        pack: Pack,
        echoes: Echoes,
        roll: Roll,
        whereabouts: Whereabouts,
        sorter: Sorter,
        stories: Stories,
        finished: Finished,
    ) -> None:
        self.vault, self.echoes, self.roll, self.sorter = vault, echoes, roll, sorter
        self.stories, self.finished = stories, finished
        self.opening = Opening(opener, pack, Gazetteer(pack), whereabouts, roll)
        self.classifier, self._pack = Classifier(pack), pack

    def together(self, parts: Sequence[Fact]) -> list[Draft]:
        """What follows from the parts of one message, in order, as one report: the first stands for all of it.

        Raises seal.Forgotten, seal.Locked, Down; so does `apart`.
        """
        return [*(into(parts[0], part) for part in parts[1:]), *self._all([self.opening.joined(parts)])]

    def apart(self, parts: Sequence[Fact], missing: Sequence[str]) -> list[Draft]:
        """The same part by part, when others are `missing` ("2/3"): if one is restricted, so are all."""
        return self._all([self.opening.open(part, missing) for part in parts])

    def asked(self, opened: Sequence[Opened]) -> list[Sorting | None]:
        """What the model holds of each of these; None where it is not to be had."""
        return self.sorter.sort([each.asked for each in opened])

    def sorted(self, opened: Opened, by_model: Sorting | None) -> Sorting:
        """How a report is sorted: by the rules alone when the model did not."""
        return by_model or self.classifier.read(opened.asked.text, opened.asked.parsed)

    def understood(self, opened: Opened, by_model: Sorting | None) -> Understood:
        """A report, once it is sorted."""
        sorting = self.sorted(opened, by_model)
        return Understood(opened, sorting, opened.place, self._words(opened, sorting))

    def drafts(self, understood: Sequence[Understood]) -> list[list[Draft]]:
        """The facts that follow from each of these reports, one after the other. Raises seal.Forgotten, Locked, Down:
        then none of them is known to stories yet."""
        bodies = [(owner, body) for each in understood for owner, body in (("room", each.place), each.closed)]
        sealed = self.vault.seal_all(bodies)  # makes the missing keys in one step
        readings = [_reading(*each) for each in zip(understood, sealed[::2], sealed[1::2], strict=True)]
        likened = self._likened(understood, readings)
        return [self._follows(*each) for each in zip(understood, readings, likened, strict=True)]

    def _follows(
        self, understood: Understood, reading: events.ReportRead, like: events.ReportLikened | None
    ) -> list[Draft]:
        event, fact = understood.opened.event, understood.opened.fact
        likened = [Draft(like, by="reader", cause=fact.id, once=(f"likened:{event.subject}",))] if like else []
        opens = understood.sorting.kind == "incident" and not (like and like.copy)
        incident = drafts.incident(event, reading, reading.province) if opens else None
        own = [*likened, *drafts.reading(reading, fact.id, incident)]
        return [*own, *self._stories(understood, own)]

    def _all(self, opened: Sequence[Opened]) -> list[Draft]:
        """What follows from reports that came as one message."""
        understood = [self.understood(*each) for each in zip(opened, self.asked(opened), strict=True)]
        restricted = any(each.sorting.restricted for each in understood)
        alike = [replace(each, sorting=replace(each.sorting, restricted=restricted)) for each in understood]
        return [draft for each in self.drafts(alike) for draft in each]

    def _stories(self, understood: Understood, own: list[Draft]) -> list[Draft]:
        """What it has to do with what was told before. A bug there costs a suggestion, and no reading."""
        fact = understood.opened.fact
        report = fact.event.subject
        try:
            says = (understood.words, understood.place)
            found = [] if report in self.finished else self.stories.after(fact, own, *says)
            # after an outage it is known there from the first try: it is no copy of itself
            return [draft for draft in found if draft.event.of != f"incident:{report}"]
        except (Down, seal.Locked):
            raise
        except Exception:
            logger.exception("Nothing could be suggested for report %s.", report)
            return []

    def _likened(
        self, understood: Sequence[Understood], readings: Sequence[events.ReportRead]
    ) -> list[events.ReportLikened | None]:
        """What each of them only says again; who cries for help is never taken for the echo of somebody else."""
        calm = [at for at, each in enumerate(understood) if not each.opened.parsed.sos]
        found: list[events.ReportLikened | None] = [None] * len(understood)
        voices = [self._voice(understood[at].opened, readings[at]) for at in calm]
        for at, first in zip(calm, self.echoes.first(voices), strict=True):
            event = understood[at].opened.event
            copy = not self.roll.proves(event)
            found[at] = events.ReportLikened(subject=event.subject, first=first, copy=copy) if first else None
        return found

    def _voice(self, opened: Opened, reading: events.ReportRead) -> Voice:
        # the first of a group stands for all of it: one that is hidden must not stand for one that is not
        marks = {
            "rehearsal": opened.event.rehearsal,
            "restricted": reading.restricted,
            "blocked": self.roll.is_blocked(opened.event.source),
        }
        where = ":".join([*(mark for mark, is_so in marks.items() if is_so), reading.province])
        return Voice(opened.event.subject, opened.event.at, where, opened.asked.parsed.words)

    def _answered(self, opened: Opened) -> dict[str, bool]:
        """Whether the phone must stay dark for what stands there, where its owner is forced: else whoever forces would
        miss the answer that comes otherwise."""
        if FORCED not in opened.body:
            return {}
        written = grammar.parse(opened.body["text"], self._pack.taxonomy, self._pack.prefixes)
        return {SILENT: self.classifier.read(opened.asked.text, written).restricted}

    def _words(self, opened: Opened, sorting: Sorting) -> dict[str, Any]:
        """What a report says, as it is kept."""
        parsed = opened.parsed
        return {
            **opened.body,
            "because": list(sorting.because),
            "contradicted": sorting.contradicted,
            "count": parsed.count,
            "clock": parsed.clock,
            "unread": list(parsed.unread),
            "codes": [*parsed.codes, *parsed.checkins],
            **self._answered(opened),
        }


def _reading(understood: Understood, place: str, words: str) -> events.ReportRead:
    opened, sorting = understood.opened, understood.sorting
    return events.ReportRead(
        subject=opened.event.subject,
        kind=sorting.kind,
        category=sorting.category or "",
        sub=sorting.sub or "",
        second=sorting.second or "",
        severity=sorting.severity,
        confidence=round(sorting.confidence, 3),
        restricted=sorting.restricted,
        province=opened.located.province or "",
        reader=sorting.reader,
        place=place,
        words=words,
    )
