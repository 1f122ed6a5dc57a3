"""Worker: take reports as they arrive, understand each once, and put the reading on the log."""

import logging
import os
import re
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

from server import events, grammar, logs, seal, settings
from server.classify import Classifier, Sorting
from server.grammar import Parsed
from server.log import Down, Draft, Fact, Log, Raw
from server.outage import wait_out
from server.pack import Pack
from server.pack import load as load_pack
from server.places import Gazetteer, Located

GROUP = "reader"
RULES = "rules-1"  # stands on each reading: which rules read it
BATCH = 200
LONGEST_WAIT = 2.0  # seconds
ABANDONED = 15.0  # seconds after which another worker's unfinished facts are taken over
MOST_TRIES = 3  # a report that was handed out more often has ended the reader each time

logger = logging.getLogger(__name__)


class Reader:
    """Reports in, readings out. Holds the room's keys; knows neither who asks nor who looks."""

    def __init__(self, log: Log, opener: seal.Opener, vault: seal.Vault, pack: Pack, worker: str) -> None:
        self.log, self.opener, self.vault, self.pack, self.worker = log, opener, vault, pack, worker
        self.gazetteer = Gazetteer(pack)
        self.classifier = Classifier(pack)
        self._survived: Counter[str] = Counter()  # fact -> how often it was handed out in vain, through outages
        log.join(GROUP)

    def step(self, wait: float = 0.0) -> int:
        """Read what is waiting, at most one batch. How many facts were taken. Raises Down."""
        self.log.adopt(GROUP, self.worker, ABANDONED)
        taken = self.log.take(GROUP, self.worker, BATCH, wait)
        try:
            tries = self.log.deliveries(GROUP, self.worker) if taken else {}
            for raw in taken:
                if raw.fields["wire"] == events.ReportReceived.wire:
                    self._one(raw, tries.get(raw.id, 1) - self._survived[raw.id])
            self.log.done(GROUP, [raw.id for raw in taken])
        except Down:
            self._survived.update(raw.id for raw in taken)  # an outage hands facts out again; nobody died of them
            raise
        for raw in taken:
            self._survived.pop(raw.id, None)
        return len(taken)

    def _one(self, raw: Raw, tries: int) -> None:
        report = raw.fields["about"].partition(":")[2]
        try:
            drafts = [self._aside(raw, "It ended the reader each time.")]
            if tries <= MOST_TRIES:
                drafts = self.read(raw.fact())
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault
        except Exception:
            logger.exception("The reader could not read report %s.", report)
            drafts = [self._aside(raw, "The reader met a fault of its own in this report.")]
        self.log.append_all(drafts)

    def _aside(self, raw: Raw, reason: str) -> Draft:
        report = raw.fields["about"].partition(":")[2]
        event = events.ReportSetAside(subject=report, reason=reason)
        return Draft(event, by="reader", cause=raw.id, once=(f"read:{report}",))

    def read(self, fact: Fact) -> list[Draft]:
        """The facts that follow from one report: its reading, and the incident that it opens, if it tells of one."""
        event = fact.event
        assert isinstance(event, events.ReportReceived)  # noqa: S101 - step() takes no other
        body = self.opener.open(event.sealed)
        text = body["text"]
        parsed = grammar.parse(text, self.pack.taxonomy)
        located = self.gazetteer.find(text, _station(parsed, body), _point(body))
        # a place's name may hold a word of another meaning: it has been understood already
        rest = replace(parsed, words=_without(parsed.words, located.because))
        sorting = self.classifier.read(_without(text, located.because), rest)
        reading = self._reading(event, body, parsed, located, sorting)
        drafts = [Draft(reading, by="reader", cause=fact.id, once=(f"read:{event.subject}",))]
        if sorting.kind == "incident":
            opened = _incident(event, reading)
            drafts.append(Draft(opened, by="reader", cause="^", once=(f"opened:{event.subject}",)))
        return drafts

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
        station = _station(parsed, body) if located.level == "station" else None
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


def _station(parsed: Parsed, body: dict[str, Any]) -> str | None:
    """The station that the report names: written in code with a right (or no) check digit, else chosen in the form."""
    for station in parsed.stations:
        if station.right is not False:
            return station.code
    return str(body.get("station") or "").partition("-")[0].upper() or None


def _point(body: dict[str, Any]) -> tuple[float, float] | None:
    lat, lon = body.get("lat"), body.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None


def main() -> None:
    """Read reports for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    worker = settings.process_name("reader")
    keys, reader = given.data_dir / "keys", None
    while True:
        try:
            if reader is None:
                reader = Reader(log, seal.Opener(keys), seal.Vault(given.data_dir), load_pack(given.pack), worker)
                logger.info("The reader is ready (process %s).", os.getpid())
            while True:
                reader.step(LONGEST_WAIT)
        except Down:
            wait_out(log, "reader")


if __name__ == "__main__":
    main()
