"""Reports that the rules read alone, while the model was away, wait here for it; the record says which they are."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from server import events
from server.classify import Asked, Sorting
from server.log import Down, Draft, Fact, Log
from server.monitors.roll import PROVEN
from server.reading import drafts
from server.reading.drafts import received
from server.reading.opening import Opening
from server.reading.sorter import Sorter
from server.seal import Forgotten, Locked, Vault, owner_of

BATCH = 20  # reports asked about at once: what is new does not wait longer than for these
STRIKES = 3  # a report over which the model failed so often, but not over others, stays as the rules read it
WITH_MODEL = "+"  # stands in the name of a reader that is more than rules
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A report that waits, as it was read."""

    report: events.ReportReceived
    read: events.ReportRead
    cause: str  # place of the reading
    asked: Asked

    def sorted(self, sorting: Sorting, words: str, copy: bool) -> list[Draft]:
        """The facts that follow from the sorting; `words` are its reasons, sealed. A copy opens no incident."""
        event = events.ReportSorted(
            subject=self.read.subject,
            kind=sorting.kind,
            category=sorting.category or "",
            sub=sorting.sub or "",
            second=sorting.second or "",
            severity=sorting.severity,
            confidence=round(sorting.confidence, 3),
            restricted=sorting.restricted or self.read.restricted,
            reader=sorting.reader,
            words=words,
        )
        opens = sorting.kind == "incident" and self.read.kind != "incident" and not copy
        incident = drafts.incident(self.report, event, self.read.province) if opens else None
        return drafts.sorting(event, self.cause, incident)


class Unsorted:
    """Which reports wait. A person who decided about one of them was first: it waits no more."""

    wires = frozenset(kind.wire for kind in events.KINDS.values() if kind.about == "incident") | {
        kind.wire for kind in (events.ReportRead, events.ReportSorted, events.ReportLikened)
    }

    def __init__(self, log: Log, opening: Opening, vault: Vault, sorter: Sorter) -> None:
        self._log, self._opening, self._vault, self._sorter = log, opening, vault, sorter
        self._waiting: dict[str, str] = {}  # report -> place of its reading on the log, oldest first
        self._copies: set[str] = set()  # of reports that wait, and of those that are just being read
        self._strikes: dict[str, tuple[int, int]] = {}  # report -> how often it failed, questions answered by then
        self._many = BATCH

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, events.ReportLikened):  # stands before the reading
            self._copies |= {event.subject} if event.copy else set()
        elif isinstance(event, events.ReportRead) and WITH_MODEL not in event.reader:
            self._waiting[event.subject] = fact.id
        elif isinstance(event, events.ReportRead | events.ReportSorted):
            self._drop(event.subject)
        elif fact.by != "reader" and not isinstance(event, events.IncidentNoted):
            self._drop(str(getattr(event, "report", event.subject)))

    def sort(self) -> int:
        """Have the oldest of them sorted. How many were. Raises log.Down, seal.Locked."""
        if not self._waiting or not self._sorter.ready():
            return 0
        oldest = [*islice(self._waiting.items(), self._many)]
        opened = [each for each in (self._open(*one) for one in oldest) if each]
        found = self._sorter.sort([each.asked for each in opened])
        done = 0
        for each, sorting in zip(opened, found, strict=True):
            if sorting and WITH_MODEL in sorting.reader:
                self._put(each, sorting)
                done += 1
            else:
                self._strike(each.read.subject)
        self._many = min(2 * self._many, BATCH) if done else 1  # one alone shows whether it is to blame
        return done

    def _open(self, report: str, place: str) -> Waiting | None:
        """A report that waits, opened; None, and it waits no more, when it can no longer be opened or understood."""
        raw = self._log.at(place)
        first = raw and self._log.at(raw.fields["cause"])
        try:
            if raw and first:
                event, read = received(first.fact()), raw.fact().event
                assert isinstance(read, events.ReportRead)  # noqa: S101 - as it was taken
                body: dict[str, Any] = self._vault.open(owner_of(event.source, report), read.words)
                because = self._vault.open("room", read.place).get("because") or ()
                return Waiting(event, read, place, self._opening.asked(body, because))
        except (Forgotten, events.Unknown):
            pass
        except (Down, Locked):
            raise
        except Exception:
            logger.exception("Report %s cannot be sorted later, and stays as the rules read it.", report)
        self._drop(report)
        return None

    def _put(self, each: Waiting, sorting: Sorting) -> None:
        report = each.read.subject
        reasons = {"because": list(sorting.because), "contradicted": sorting.contradicted}
        typed = each.report.channel not in PROVEN
        with suppress(Forgotten):  # since it was opened
            words = self._vault.seal(owner_of(each.report.source, report, typed=typed), reasons)
            self._log.append_all(each.sorted(sorting, words, report in self._copies))
        self._drop(report)

    def _strike(self, report: str) -> None:
        """It goes behind the others; the model's failure is held against it when others were sorted meanwhile."""
        strikes, answered = self._strikes.get(report, (0, self._sorter.answered))
        strikes += self._sorter.answered > answered
        self._strikes[report] = (strikes, self._sorter.answered)
        self._waiting[report] = self._waiting.pop(report)
        if strikes >= STRIKES:
            self._drop(report)
            logger.error("The model fails over report %s, which stays as the rules read it.", report)

    def _drop(self, report: str) -> None:
        self._waiting.pop(report, None)
        self._strikes.pop(report, None)
        self._copies.discard(report)
