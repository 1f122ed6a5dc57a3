"""Finds what a report has to do with what was told before: the same message again, the same event, a follow-up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from server import events
from server.log import Draft, Fact
from server.monitors.roll import Roll
from server.pack import Pack
from server.seal import Vault
from server.stories import follow_ups, likeness
from server.stories.known import NEVER, Known, Sets, said
from server.stories.likeness import LIKELY, Likeness, Told, Words, weighed
from server.stories.telling import Telling

AGAIN = 30  # minutes in which somebody who hears no answer sends the same message again
COPIED = 30  # minutes in which a message goes from hand to hand
MOST_SUGGESTED = 2  # incidents for one report
AS_WELL = 0.9  # how likely a second one must be


class Match(NamedTuple):
    """A report that may belong to an incident, and why."""

    report: str
    into: str
    how: str
    like: Likeness


class Stories:
    """What open incidents say, in memory; it learns from the log, and is asked once for each report that is read.

    The same message again is joined at once: exactly the same words (see pieces.identity) of exactly the same place,
    within AGAIN by the same person, or within COPIED by anybody if the words are many enough to be likened. All else
    is suggested, for people to decide. Nothing goes across restricted and open, or rehearsal and real; nothing is
    asked of blocked sources and cries for help.
    """

    def __init__(self, vault: Vault, pack: Pack, roll: Roll) -> None:
        known = self._known = Known(vault, pack, roll)
        self._takes: dict[type[events.Event], Callable[[Any], None]] = {
            events.ReportReceived: known.hear,
            events.ReportLikened: known.copied,
            events.ReportRead: self._read,
            events.ReportSorted: known.sorted,
            events.ReportReleased: lambda event: known.release(event.subject),
            events.ReportSuggested: lambda event: known.link(event.subject, event.into),
            events.ReportKeptApart: lambda event: known.part(event.subject, event.incident),
            events.IncidentOpened: self._opened,
            events.IncidentVerified: lambda event: known.stands(event.subject, True),
            events.IncidentRejected: lambda event: known.stands(event.subject, False),
            events.IncidentDismissed: lambda event: known.stands(event.subject, False),
            events.IncidentReopened: lambda event: known.stands(event.subject, True),
            events.IncidentRecategorised: known.sorted,
            events.IncidentPlaced: known.placed,
            events.IncidentJoined: lambda event: known.join(event.report, event.subject),
            events.IncidentParted: lambda event: known.part(event.report, event.subject),
        }
        self.wires = frozenset(kind.wire for kind in self._takes)

    def expect(self, readings: int) -> None:
        """So many reports were read before this begins to learn: it opens only the newest of them."""
        self._known.expect(readings)

    def take(self, fact: Fact) -> None:
        """Learn one fact. Raises seal.Locked; it may be given the same fact again, then."""
        self._takes[type(fact.event)](fact.event)

    def after(
        self, fact: Fact, drafts: Sequence[Draft], words: Mapping[str, Any], where: Mapping[str, Any]
    ) -> list[Draft]:
        """What else follows from the report that `fact` brought, once `drafts` say how it was read; `words` and `where`
        are what these hold sealed.

        The report is remembered at once, so that the next one of the same batch is compared with it.
        """
        found = {type(draft.event): draft.event for draft in drafts}
        read: Any = found.get(events.ReportRead)
        if not isinstance(fact.event, events.ReportReceived) or read is None:
            return []
        self._known.hear(fact.event)
        told = self._known.told(read, words, where)
        like: Any = found.get(events.ReportLikened)
        if like is not None:
            self._known.copied(like)
        facts = self._follows(told, like, opens=events.IncidentOpened in found)
        if events.IncidentOpened in found:
            self._known.stands(told.report, True)
        for event in facts:
            self._takes[type(event)](event)
        self._known.remember(told)
        return [_draft(event, fact.id) for event in facts]

    def _follows(self, told: Telling, like: events.ReportLikened | None, opens: bool) -> list[events.Event]:
        if told.sos or told.kind in NEVER or self._known.is_blocked(told):
            return []
        again = self._again(told, like)
        if again:
            joined = events.IncidentJoined(subject=again, report=told.report, how="same message", reason="")
            return [joined]
        if like is not None and like.copy:
            return []
        best: dict[str, Match] = {}
        for match in sorted(self._matches(told, opens), key=lambda each: -each.like.likely):
            best.setdefault(self._known.group(match.into if match.report == told.report else match.report), match)
        found = list(best.values())[:MOST_SUGGESTED]
        return [_suggested(each) for each in found if each is found[0] or each.like.likely >= AS_WELL]

    def _again(self, told: Telling, like: events.ReportLikened | None) -> str:
        """The open incident that was told by exactly this message before; "" when this is another."""
        before = self._known.nearby.get(self._known.same.get(said(told), ""))
        if before is None or told.kind != "incident" or before.report == told.report or not self._beside(told, before):
            return ""
        same_person = bool(told.person) and told.person == before.person
        within = AGAIN if same_person else COPIED if like else -1
        return self._known.stands_in(before.report) if abs(told.at - before.at) <= within else ""

    def _beside(self, told: Telling, before: Telling) -> bool:
        """Whether the board would join them: the earlier one may have been hidden, shown or blocked since it came, and
        so may the incident in which it stands."""
        there = [before, self._known.nearby.get(self._known.head(before.report))]
        return all(each is None or (each.pool == told.pool and not self._known.is_blocked(each)) for each in there)

    def _matches(self, told: Telling, opens: bool) -> Iterator[Match]:
        """Every incident that this may tell of; and earlier reports nobody could sort that may tell of this one."""
        own = self._known.own(told)
        for before in self._known.nearby.by_same(told):
            yield from self._match(told, before, own, follow_ups.compare, follow_ups.WEIGHTS, "follow-up")
        for before in self._known.nearby.like(told):
            if not told.person or before.person != told.person:
                compared = (likeness.compare, likeness.WEIGHTS, "same event")
                yield from self._match(told, before, own, *compared)
                if opens and before.kind != "incident" and not self._known.incident(before.report):
                    yield from self._match(before, told, self._known.own(before), *compared, into=told.report)

    def _match(
        self,
        told: Telling,
        before: Telling,
        own: Sets,
        compare: Callable[[Telling, Telling, Words], Told | None],
        weights: Any,
        how: str,
        into: str = "",
    ) -> Iterator[Match]:
        into = into or self._known.incident(before.report)
        if not into or into == told.report or self._known.are_apart(told.report, into):
            return
        words = self._known.words(own, told, before)
        speaks = compare(told, before, words)
        if speaks is not None and not self._known.is_blocked(before):
            like = weighed(told, before, words, speaks, weights)
            if like.likely >= LIKELY:
                yield Match(told.report, into, how, like)

    def _read(self, event: events.ReportRead) -> None:
        told = self._known.read(event)
        if told is not None:
            self._known.remember(told)

    def _opened(self, event: events.IncidentOpened) -> None:
        self._known.sorted(event)
        self._known.stands(event.subject, True)


def _suggested(match: Match) -> events.ReportSuggested:
    like = match.like
    return events.ReportSuggested(
        subject=match.report,
        into=match.into,
        how=match.how,
        likely=like.likely,
        text=like.text,
        place=like.place,
        minutes=like.minutes,
        category=like.category,
    )


def _draft(event: events.Event, cause: str) -> Draft:
    into = event.into if isinstance(event, events.ReportSuggested) else "again"
    about = event.report if isinstance(event, events.IncidentJoined) else event.subject
    return Draft(event, by="reader", cause=cause, once=(f"story:{about}:{into}",))
