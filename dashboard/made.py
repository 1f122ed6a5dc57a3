"""What each page is told at one place of the log, as JSON, made once for all screens that are told the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import summed, views
from dashboard.frames import written
from server import queries
from server.coalition.terms import WHOLE
from server.guard import Room
from server.roles import Eyes, Person

MOST, MOST_CARDS = 64, 4096  # answers, and cards, that are kept: nobody who asks for all fills the memory with it


@dataclass(frozen=True, order=True)
class Page:
    """What all screens with it are sent alike: the eyes that look at it, and the scope of the cards on it."""

    eyes: Eyes
    scope: str

    @property
    def room(self) -> str:
        """The Socket.IO room of those who look at it."""
        return ":".join((self.eyes.role, self.scope, self.eyes.organisation.encode().hex()))


def page_of(person: Person, scope: str) -> Page:
    """Whom no agreement of the members tells apart look at the same, whatever organisation they are of."""
    return Page(Eyes(person.role, "" if person.role in WHOLE else person.organisation), scope)


class Made:
    """Kept as long as the board stands where it stood; figures that tell the hour, for a second, and in a crowd
    whatever the board does meanwhile."""

    def __init__(self, room: Room, clock: Callable[[], datetime]) -> None:
        self._room, self._clock = room, clock
        self._at: tuple[str, int] = ("", 0)
        self._cards: dict[Any, str] = {}
        self._counts: dict[tuple[str, datetime], str] = {}
        self._changes: dict[tuple[Page, str], str] = {}

    def cards(self, page: Page, rows: Iterable[queries.Row]) -> str:
        """Those of these cards that are for this page, one behind the other."""
        self._look()
        return ",".join(card for row in rows if (card := self._card(page, row)))

    def counts(self, role: str) -> str:
        """The room's figures for this role."""
        self._look()
        second = self._clock().replace(microsecond=0)
        key = (role, second)
        if key not in self._counts:
            self._counts = {kept: text for kept, text in self._counts.items() if kept[1] == second}
            self._counts[key] = written(summed.counts(self._room.board, role, self._room.pack, self._clock()))
        return self._counts[key]

    def changes(self, page: Page, after: str) -> str:
        """An answer with every card that changed behind a place on the log. Raises ValueError, OverflowError."""
        self._look()
        key = (page, after)
        if key not in self._changes:
            rows, cursor, more = queries.changes(self._room.board, after)
            head = written({"after": after, "cursor": cursor, "more": more})[:-1]
            if len(self._changes) >= MOST:
                self._changes.clear()
            self._changes[key] = f'{head},"cards":[{self.cards(page, rows)}]'
        return f'{self._changes[key]},"counts":{self.counts(page.eyes.role)}}}'

    def _card(self, page: Page, row: queries.Row) -> str:
        """ "" where there is nothing to tell."""
        share = self._room.board.treaty.of_card(page.eyes, row)
        key = (row["id"], views.ALIKE[page.eyes.role], page.scope, share)  # whoever has the same is told the same
        if key not in self._cards:
            if len(self._cards) >= MOST_CARDS:
                self._cards.clear()
            seen = self._room.see(row, page.eyes, page.scope)
            self._cards[key] = "" if seen is None else written(seen)
        return self._cards[key]

    def forget(self, crowd: bool = False) -> None:
        """The board moved, or was looked at while it did. In a crowd figures are counted once a second."""
        self._at = self._stands()
        for kept in (self._cards, self._changes) if crowd else (self._cards, self._changes, self._counts):
            kept.clear()

    def _look(self) -> None:
        if self._stands() != self._at:
            self.forget()

    def _stands(self) -> tuple[str, int]:
        return self._room.board.cursor, self._room.board.facts
