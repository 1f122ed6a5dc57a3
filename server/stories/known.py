"""What the open incidents are and what was told of them, learnt from the log and kept in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from server import events
from server.monitors.roll import Roll
from server.pack import Pack
from server.seal import Forgotten, Vault, owner_of
from server.stories.hearing import Heard, Hearing, heard
from server.stories.likeness import Words
from server.stories.nearby import MOST, Nearby
from server.stories.pieces import Own, Weights
from server.stories.telling import Telling

NEVER = ("checkin", "tally")  # kinds of report that are asked for at their hour, and belong to nothing
Sets = tuple[Own, Own]
Value = TypeVar("Value")


class Newest(dict[str, Value]):
    """A dictionary of the newest keys, as many as reports are remembered."""

    def __setitem__(self, key: str, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > MOST:
            del self[next(iter(self))]


class Known:
    """The open incidents. It opens words and places with the vault; what was forgotten is passed over."""

    def __init__(self, vault: Vault, pack: Pack, roll: Roll) -> None:
        self._vault, self._roll, self._hearing = vault, roll, Hearing(pack)
        self.weights, self.ideas = Weights(), Weights()
        self.nearby = Nearby(self.weights)
        self.same: Newest[str] = Newest()  # what was said, in which pool and where -> the last report that said so
        self._older = 0  # readings that come now and are older than what is remembered
        self._heard: Newest[Heard] = Newest()
        self._copies: Newest[bool] = Newest()
        self._open: Newest[bool] = Newest()  # incident -> whether it is open
        self._into: Newest[str] = Newest()  # report -> the incident that it stands in
        self._linked: Newest[str] = Newest()  # report -> an incident that it was joined or suggested to
        self._apart: Newest[bool] = Newest()  # report and incident that a person keeps apart

    def expect(self, readings: int) -> None:
        """So many stand on the log already: of these only the newest are remembered, as many as ever."""
        self._older = max(0, readings - MOST)

    def hear(self, event: events.ReportReceived) -> None:
        """A report arrived."""
        self._heard[event.subject] = heard(event, self._roll.whose(event.source) or event.source)

    def copied(self, event: events.ReportLikened) -> None:
        """A report only says again what another one said: it stands where that does."""
        if event.copy:
            self._copies[event.subject] = True
            self.join(event.subject, event.first)

    def read(self, event: events.ReportRead) -> Telling | None:
        """What a report tells, now that it is read; None when nobody can open it, or when it is known already."""
        if self._older:  # too old to be remembered: it is not even opened
            self._older -= 1
            self._heard.pop(event.subject, None)
        known = self._heard.get(event.subject)
        if known is None:
            return None
        try:
            words = self._vault.open(owner_of(known.source, event.subject), event.words)
            where = self._vault.open("room", event.place)
        except Forgotten:
            return None
        return self.told(event, words, where)

    def told(self, event: events.ReportRead, words: Mapping[str, Any], where: Mapping[str, Any]) -> Telling:
        """What a report tells that was heard, by what its reading holds sealed."""
        found = self._hearing.telling(event.subject, self._heard[event.subject], event, words, where)
        del self._heard[event.subject]
        return found

    def remember(self, told: Telling) -> None:
        """Another report may belong to this one from now on. What says nothing new is found by who sent it alone."""
        if told.kind in NEVER or told.sos:
            return
        again = said(told) in self.same and self.head(told.report) != told.report
        self.nearby.put(told, only_by_person=again)
        if told.report not in self._copies:
            self.weights.hear(told.told)
            self.ideas.hear(told.ideas)
        if not again:
            self.same[said(told)] = told.report

    def change(self, report: str, **values: Any) -> None:
        """Somebody said that a report tells of something else."""
        told = self.nearby.get(report)
        if told is not None:
            self.nearby.put(replace(told, **values))

    def sorted(self, event: Any) -> None:
        """A report or incident was sorted otherwise than it was read."""
        told = self.nearby.get(event.subject)
        if told is not None:
            values = {"category": event.category, "sub": event.sub, "pool": (told.pool[0], event.restricted)}
            self.change(event.subject, **values, kind=getattr(event, "kind", "incident"))

    def release(self, report: str) -> None:
        """A report is not restricted."""
        told = self.nearby.get(report)
        if told is not None:
            self.change(report, pool=(told.pool[0], False))

    def placed(self, event: events.IncidentPlaced) -> None:
        """A person said where it was."""
        try:
            where: Mapping[str, Any] = self._vault.open("room", event.place)
        except Forgotten:
            return
        self.change(event.subject, chain=self._hearing.chain(where), maybe=frozenset())

    def stands(self, incident: str, is_open: bool) -> None:
        """An incident is open, or closed."""
        self._open[incident] = is_open

    def join(self, report: str, incident: str) -> None:
        """A report stands in an incident."""
        if self.head(incident) != report:
            self._into[report] = incident
            self.link(report, incident)

    def link(self, report: str, incident: str) -> None:
        """A report was said to tell of an incident."""
        mine = self.group(report)
        if self.group(incident) != mine:
            self._linked[mine] = incident

    def part(self, report: str, incident: str) -> None:
        """It is not of it, a person says."""
        self._into.pop(report, None)
        self._apart[f"{report} {incident}"] = True

    def are_apart(self, report: str, incident: str) -> bool:
        """Whether a person keeps the two apart."""
        return f"{report} {incident}" in self._apart

    def incident(self, report: str) -> str:
        """The open incident that a report stands in, or was suggested to; "" when there is none."""
        return self.stands_in(report) or self.stands_in(self._linked.get(report, ""))

    def stands_in(self, report: str) -> str:
        """The open incident that a report stands in; "" when there is none."""
        head = self.head(report)
        return head if self._open.get(head) else ""

    def head(self, report: str) -> str:
        """Where a report stands: with what it was joined to, with what that was joined to, or by itself."""
        return _last(self._into, report)

    def group(self, report: str) -> str:
        """The same for all reports that were joined or suggested to each other."""
        return _last(self._linked, report)

    def words(self, own: Sets, told: Telling, other: Telling) -> Words:
        """How alike the words of two reports are; `own`: what `own` says of the first."""
        text = self.weights.likeness(own[0], other.told) if told.latin == other.latin else None
        return Words(text, self.ideas.likeness(own[1], other.ideas))

    def own(self, told: Telling) -> Sets:
        """Pieces and ideas of a report that is compared with others, weighed once for all of them."""
        return self.weights.own(told.told), self.ideas.own(told.ideas)

    def is_blocked(self, told: Telling) -> bool:
        """Whether its source is blocked."""
        return self._roll.is_blocked(told.source)


def said(told: Telling) -> str:
    """The same for two reports that say exactly the same of the same place."""
    return " ".join([told.said, *map(str, told.pool), *told.chain, *sorted(told.maybe)])


def _last(into: Mapping[str, str], report: str) -> str:
    *_, last = _chain(into, report)
    return last


def _chain(into: Mapping[str, str], report: str) -> Iterator[str]:
    seen = set()
    while report not in seen:
        seen.add(report)
        yield report
        report = into.get(report, report)
