"""What the cards tell of floods: which came over a sender's share, which say the same, what was not understood."""

import json
import sqlite3
from typing import Any

from server import events
from server.log import Fact, place
from server.seal import Vault
from server.sections.section import Section

BESIDE = (
    "SELECT other.id FROM shifted JOIN cards AS own ON own.id = shifted.id"
    " JOIN cards AS other ON other.alike_of = own.id OR other.id = own.alike_of"
)


class Crowds(Section):
    """Kept beside the cards, behind them. A copy counts nowhere until somebody makes an incident of it."""

    TABLES = "crowds.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            events.ReportReceived: self._received,
            events.ReportLikened: self._likened,
            events.ReportRead: self._read,
            events.IncidentOpened: self._opened,
            events.ReportReleased: self._opened,
        }

    def _received(self, fact: Fact, event: events.ReportReceived) -> set[str]:
        if event.crowded:
            self._change(event.subject, kind="crowded", crowded=True)
        return set()

    def _likened(self, fact: Fact, event: events.ReportLikened) -> set[str]:
        row = self.db.execute("SELECT alike_of FROM cards WHERE id = ?", (event.first,)).fetchone()
        first = (row["alike_of"] if row else "") or event.first  # a burst is one group, link by link
        if first == event.subject:
            return set()
        self._change(event.subject, alike_of=first, changed=place(fact.id))
        self.db.execute("UPDATE cards SET copy = ? WHERE id = ? AND number IS NULL", (event.copy, event.subject))
        self.db.execute("UPDATE cards SET alike = alike + 1, changed = ? WHERE id = ?", (place(fact.id), first))
        return {event.subject, first}

    def _read(self, fact: Fact, event: events.ReportRead) -> set[str]:
        row = self.db.execute("SELECT detail, unread FROM cards WHERE id = ?", (event.subject,)).fetchone()
        if (unread := bool(json.loads(row["detail"]).get("unread"))) != row["unread"]:
            self._change(event.subject, unread=unread)
        return set()

    def _opened(self, fact: Fact, event: events.IncidentOpened | events.ReportReleased) -> set[str]:
        self.db.execute("UPDATE cards SET copy = 0 WHERE id = ? AND copy", (event.subject,))
        return set()

    def spread(self, at: int | None = None) -> set[str]:
        """The cards that say the same as one that was just hidden or shown, and so look different, too.

        `at`: the place of the fact that did it; None when nothing did but the first look at words nobody has read yet,
        of cards that came or were likened just now, and so stand as changed already.
        """
        if not self.db.execute("SELECT 1 FROM shifted").fetchone():
            return set()
        found = {row["id"] for row in self.db.execute(BESIDE)}
        self.db.execute("DELETE FROM shifted")
        if at is not None:
            self.db.executemany("UPDATE cards SET changed = ? WHERE id = ?", [(at, card) for card in found])
        return found

    def _change(self, card: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names
