"""Whom danger and very grave incidents page, and with which text; each incident reaches each person once at most."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from server import events
from server.log import Draft, Fact
from server.pack import Pack
from server.seal import Sealer, Vault
from server.settings import Settings
from server.texting import segments
from server.work.climbing import Climbing
from server.work.duties import Duties, Duty, owner_of
from server.work.ladder import LOOK

KINDS = (events.IncidentOpened, events.IncidentTriaged, events.IncidentRecategorised, events.WorkEscalated)
WIRES = frozenset(kind.wire for kind in KINDS)


class Paging:
    """Decides on each such fact. `clock` says the hour (aware, UTC). What it knows of duties and of open incidents
    others fold for it."""

    def __init__(
        self,
        duties: Duties,
        open_: Climbing,
        vault: Vault,
        sealer: Sealer,
        pack: Pack,
        given: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._duties, self._open, self._vault, self._sealer = duties, open_, vault, sealer
        self._ladder, self._given, self._clock = pack.ladder, given, clock

    def pages(self, fact: Fact) -> list[Draft]:
        """The texts to ask for because of this fact; none for most. Raises seal.Locked."""
        event: Any = fact.event
        known = self._open.open.get(event.subject)
        if self._given.texts == "off" or known is None:
            return []
        hidden = self._open.hidden.is_hidden(event.subject)
        if not hidden and known.course.severity < self._ladder.pages:
            return []
        if isinstance(event, events.WorkEscalated):
            levels: Sequence[str] = (event.level,) if event.clock == LOOK else ()
        else:
            levels = self._ladder.told
        return list(self._texts(event.subject, self._reached(levels, hidden), known.rehearsal, fact.id))

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
