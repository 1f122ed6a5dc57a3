"""From what a report says to the facts that follow from it: its reading, and the incident that it opens."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from server import events, grammar, seal
from server.classify import Classifier, Sorting
from server.log import Down, Draft, Fact
from server.monitors.roll import Roll
from server.monitors.word import FORCED, SILENT
from server.pack import Pack
from server.places import Gazetteer
from server.reading import drafts
from server.reading.drafts import into
from server.reading.echoes import Echoes
from server.reading.finished import Finished
from server.reading.opening import Opened, Opening
from server.reading.sorter import Sorter
from server.reading.whereabouts import Whereabouts
from server.stories.stories import Stories

logger = logging.getLogger(__name__)


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
        """What the model holds of each of these; None where it is not to be had. Raises seal.Locked."""
        with suppress(seal.Forgotten):  # somebody who is forgotten just now: found out report by report
            self.vault.seal_all([(each.owner, {}) for each in opened])  # makes the missing keys in one step
        return self.sorter.sort([each.asked for each in opened])

    def sorted(self, opened: Opened, by_model: Sorting | None) -> Sorting:
        """How a report is sorted: by the rules alone when the model did not."""
        return by_model or self.classifier.read(opened.asked.text, opened.asked.parsed)

    def drafts(self, opened: Opened, sorting: Sorting) -> list[Draft]:
        """The facts that follow from one report, once it is sorted. Raises seal.Locked, Down."""
        event, reading = opened.event, self._reading(opened, sorting)
        # who cries for help is never taken for the echo of somebody else who does
        like = None if opened.parsed.sos else self._likened(event, reading, opened.asked.parsed.words)
        likened = [Draft(like, by="reader", cause=opened.fact.id, once=(f"likened:{event.subject}",))] if like else []
        opens = sorting.kind == "incident" and not (like and like.copy)
        incident = drafts.incident(event, reading, reading.province) if opens else None
        own = [*likened, *drafts.reading(reading, opened.fact.id, incident)]
        return [*own, *self._stories(opened.fact, own)]

    def _all(self, opened: Sequence[Opened]) -> list[Draft]:
        """What follows from reports that came as one message."""
        sortings = [self.sorted(*each) for each in zip(opened, self.asked(opened), strict=True)]
        restricted = any(sorting.restricted for sorting in sortings)
        sortings = [replace(sorting, restricted=restricted) for sorting in sortings]
        return [draft for each in zip(opened, sortings, strict=True) for draft in self.drafts(*each)]

    def _stories(self, fact: Fact, own: list[Draft]) -> list[Draft]:
        """What it has to do with what was told before. A bug there costs a suggestion, and no reading."""
        report = fact.event.subject
        try:
            found = [] if report in self.finished else self.stories.after(fact, own)
            # after an outage it is known there from the first try: it is no copy of itself
            return [draft for draft in found if draft.event.of != f"incident:{report}"]
        except (Down, seal.Locked):
            raise
        except Exception:
            logger.exception("Nothing could be suggested for report %s.", report)
            return []

    def _likened(
        self, event: events.ReportReceived, reading: events.ReportRead, words: str
    ) -> events.ReportLikened | None:
        # the first of a group stands for all of it: one that is hidden must not stand for one that is not
        marks = {
            "rehearsal": event.rehearsal,
            "restricted": reading.restricted,
            "blocked": self.roll.is_blocked(event.source),
        }
        where = ":".join([*(mark for mark, is_so in marks.items() if is_so), reading.province])
        first = self.echoes.first(event.subject, event.at, where, words)
        copy = not self.roll.proves(event)
        return events.ReportLikened(subject=event.subject, first=first, copy=copy) if first else None

    def _answered(self, opened: Opened) -> dict[str, bool]:
        """Whether the phone must stay dark for what stands there, where its owner is forced: else whoever forces would
        miss the answer that comes otherwise."""
        if FORCED not in opened.body:
            return {}
        written = grammar.parse(opened.body["text"], self._pack.taxonomy, self._pack.prefixes)
        return {SILENT: self.classifier.read(opened.asked.text, written).restricted}

    def _reading(self, opened: Opened, sorting: Sorting) -> events.ReportRead:
        parsed = opened.parsed
        words = {
            **opened.body,
            "because": list(sorting.because),
            "contradicted": sorting.contradicted,
            "count": parsed.count,
            "clock": parsed.clock,
            "unread": list(parsed.unread),
            "codes": [*parsed.codes, *parsed.checkins],
            **self._answered(opened),
        }
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
            place=self.vault.seal("room", opened.place),
            words=self.vault.seal(opened.owner, words),
        )
