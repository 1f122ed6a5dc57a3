"""Whom danger and very grave incidents page, and with which text; each incident reaches each person once at most.

A page says "look now" and no more, so that a few are as good as many: whoever floods the room reaches nobody's phone a
hundred times, and hides no danger behind it. What nobody looked at goes up the ladder, and pages again.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from server import events
from server.log import Draft, Fact
from server.pack import Pack
from server.seal import Sealer, Vault
from server.sections.section import moment
from server.settings import Settings
from server.texting import segments
from server.texting.texts import Texts
from server.work.climbing import Climbing
from server.work.duties import Duties, Duty, owner_of
from server.work.ladder import LOOK

SPAN = timedelta(minutes=10)
MOST, MOST_OF_DANGER = 3, 10  # pages that reach one person within that time
FORCED = events.accounts.AccountForced
KINDS = (events.IncidentOpened, events.IncidentTriaged, events.IncidentRecategorised, events.WorkEscalated, FORCED)
WIRES = frozenset(kind.wire for kind in KINDS)


class Paging:
    """Decides on each such fact. `clock` says the hour (aware, UTC). What it knows of duties, of open incidents and of
    texts others fold for it."""

    def __init__(
        self,
        duties: Duties,
        open_: Climbing,
        texts: Texts,
        vault: Vault,
        sealer: Sealer,
        pack: Pack,
        given: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._duties, self._open, self._asked, self._vault, self._sealer = duties, open_, texts, vault, sealer
        self._ladder, self._given, self._clock = pack.ladder, given, clock

    def pages(self, fact: Fact) -> list[Draft]:
        """The texts to ask for because of this fact; none for most. Raises seal.Locked."""
        event: Any = fact.event
        if isinstance(event, FORCED):
            return self._of_forced(fact, event)
        known = self._open.still_open(event.subject)
        if self._given.texts == "off" or known is None:
            return []
        hidden = self._open.hidden.is_hidden(event.subject)
        if not hidden and known.course.severity < self._ladder.pages:
            return []
        if isinstance(event, events.WorkEscalated):
            levels: Sequence[str] = (event.level,) if event.clock == LOOK else ()
        else:
            levels = self._ladder.told
        most, since = MOST_OF_DANGER if hidden else MOST, datetime.fromisoformat(moment(fact.id)) - SPAN
        reached = [duty for duty in self._reached(levels, hidden) if self._asked.pages_to(duty.id, since) < most]
        return list(self._texts(event.subject, reached, known.rehearsal, fact.id))

    def _of_forced(self, fact: Fact, event: events.accounts.AccountForced) -> list[Draft]:
        """Whoever hears of danger hears of somebody who is forced to sign in, but for that person."""
        if self._given.texts == "off":
            return []
        name = self._vault.open("room", event.sealed)["name"]
        on_duty = self._duties.paged(self._open.hours.now(self._clock()), self._ladder.danger)
        return list(self._texts(event.subject, [duty for duty in on_duty if duty.person != name], False, fact.id))

    def _reached(self, levels: Sequence[str], hidden: bool) -> list[Duty]:
        """Whoever is on duty at these levels; if nobody is there, whoever else is on duty. Of what may be restricted
        nobody but the security lead hears."""
        now = self._open.hours.now(self._clock())
        if hidden:
            return self._duties.paged(now, self._ladder.danger) if levels else []
        return self._duties.paged(now, levels) or (self._duties.paged(now, self._ladder.levels) if levels else [])

    def _texts(self, incident: str, reached: list[Duty], rehearsal: bool, cause: str) -> Iterator[Draft]:
        for duty in reached:
            number = self._duties.number(duty.id)
            if number:
                words = {"number": number, "words": self._ladder.page}
                asked = events.TextAsked(
                    subject=self._sealer.identity("text", "page", incident, duty.person),
                    source=duty.id,
                    why="page",
                    order="",
                    gateway=self._given.texts_by,
                    segments=segments.count(self._ladder.page),
                    rehearsal=rehearsal,
                    sealed=self._vault.seal(owner_of(duty.id), words),
                )
                yield Draft(asked, by="courier", cause=cause, once=(f"page:{incident}:{duty.person}",))
