"""From the record: which report was what, as analysts decided, for a model to learn from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from server import events
from server.log import Fact
from server.model import decisions
from server.model.decisions import Standing
from server.seal import Forgotten, Vault, owner_of

SAME = "same message"  # why a report was joined that says nothing new


@dataclass
class Report:
    """A report as far as it can teach: whose key closes its words, and how it stands, from each decision on. What is
    `hidden` teaches nothing: the figures about a model, which every desk sees, would tell of it."""

    owner: str
    rehearsal: bool
    words: str = ""
    place: str = ""
    second: str = ""
    copy_of: str = ""
    hidden: bool = False
    stood: list[Standing] = field(default_factory=lambda: [Standing()])

    def at(self, upto: int) -> Standing:
        """How it stood at this place of the log."""
        return next(stands for stands in reversed(self.stood) if stands.at <= upto)


@dataclass(frozen=True)
class Lesson:
    """One report that people sorted. `second` is known only where they left the reading as it was."""

    report: str
    first: str  # the report of which it is a copy; itself if it is none
    text: str
    category: str
    second: str
    sub: str
    owner: str  # whose key closes its words
    at: int  # place on the log of the decision


class Corrections:
    """Learns from the facts that it is given in the order of the log; keeps words only as they are sealed there."""

    wires = frozenset(
        kind.wire
        for kind in (*decisions.DECISIONS, *decisions.READINGS)
        + (events.ReportReceived, events.ReportLikened, events.IncidentJoined, events.IncidentParted)
        + (events.ReportReleased,)
    )

    def __init__(self) -> None:
        self._reports: dict[str, Report] = {}
        self._real = False  # whether any report was no rehearsal

    @property
    def rehearsal(self) -> bool:
        """Whether all reports so far are a rehearsal's; only then may those teach."""
        return not self._real

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if not isinstance(event, events.ReportReceived) and not self._knows(event):
            return
        if hasattr(event, "restricted") or isinstance(event, events.ReportReleased):
            self._reports[event.subject].hidden = getattr(event, "restricted", False)
        if isinstance(event, events.ReportReceived):
            owner = owner_of(event.source, event.subject)
            self._reports[event.subject] = Report(owner, event.rehearsal)
            self._real = self._real or not event.rehearsal
        elif isinstance(event, decisions.READINGS):
            self._read(fact, event)
        elif isinstance(event, decisions.DECISIONS):
            self._stands(event.subject, fact)
        elif isinstance(event, events.ReportLikened):
            if event.copy:
                self._reports[event.subject].copy_of = event.first
        elif isinstance(event, events.IncidentJoined | events.IncidentParted):
            said_again = isinstance(event, events.IncidentJoined) and event.how == SAME
            self._reports[event.report].copy_of = event.subject if said_again else ""

    def pass_over(self, report: str) -> None:
        """A report of which something is not understood: it teaches nothing, whatever is said of it later."""
        self._reports.pop(report, None)

    def _knows(self, event: events.Event) -> bool:
        """Whether this is about a report that can be understood."""
        return str(getattr(event, "report", event.subject)) in self._reports

    def _read(self, fact: Fact, event: events.ReportRead | events.ReportSorted) -> None:
        report = self._reports[event.subject]
        report.second = event.second
        if isinstance(event, events.ReportRead):
            report.words, report.place = event.words, event.place
        self._stands(event.subject, fact)

    def _stands(self, name: str, fact: Fact) -> None:
        """Add how it stands now; before the first decision only that."""
        stood = self._reports[name].stood
        stands = decisions.after(stood[-1], fact)
        if stands.at == stood[-1].at:
            stood.pop()
        stood.append(stands)

    def places(self) -> list[int]:
        """Where on the log the decisions stand that may teach, in order."""
        return sorted(report.stood[-1].at for report in self._teaching() if report.stood[-1].at)

    def lessons(self, vault: Vault, upto: int) -> list[Lesson]:
        """One for each report that people had sorted by `upto` (a place on the log), in the order of the decisions; of
        copies only the one decided last. What was forgotten is left out. Raises seal.Locked."""
        found: dict[str, tuple[int, str]] = {}
        for name, report in self._reports.items():
            stands = report.at(upto)
            if stands.decided and self._teaches(report) and report.words:
                first = self._first(name)
                found[first] = max(found.get(first, (0, "")), (stands.at, name))
        return [lesson for at, name in sorted(found.values()) for lesson in self._lesson(name, at, vault)]

    def gone(self, owners: Iterable[str], vault: Vault) -> set[str]:
        """Those of `owners` whose words no key opens any more."""
        words = {report.owner: report.words for report in self._reports.values() if report.words}
        return {owner for owner in owners if _opened(vault, owner, words.get(owner, "")) is None}

    def _teaching(self) -> Iterator[Report]:
        return (report for report in self._reports.values() if self._teaches(report))

    def _teaches(self, report: Report) -> bool:
        return report.rehearsal == self.rehearsal and not report.hidden

    def _lesson(self, name: str, at: int, vault: Vault) -> Iterator[Lesson]:
        report = self._reports[name]
        words, where = _opened(vault, report.owner, report.words), _opened(vault, "room", report.place)
        if words is None:
            return
        stands = report.at(at)
        text = _without(str(words["text"]), (where or {}).get("because") or [])
        sub = "" if stands.decided in decisions.LABELS.values() else stands.sub
        second = report.second if stands.confirmed else ""
        yield Lesson(name, self._first(name), text, stands.decided, second, sub, report.owner, at)

    def _first(self, name: str) -> str:
        """The report that this one is a copy of; itself if it is none."""
        seen = {name}
        while (first := self._reports[name].copy_of) in self._reports and first not in seen:
            name = first
            seen.add(name)
        return name


def _opened(vault: Vault, owner: str, sealed: str) -> dict[str, Any] | None:
    try:
        return vault.open(owner, sealed)
    except Forgotten:
        return None


def _without(text: str, places: Iterable[str]) -> str:
    """The text without the words that told the place, as the reader sorts it."""
    for words in places:
        text = re.sub(re.escape(words), " ", text, flags=re.IGNORECASE)
    return text
