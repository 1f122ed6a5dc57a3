"""By which verdict each incident counts since when, as a part of the board: earlier figures can be counted again."""

import sqlite3
from typing import Any

from server import events
from server.log import Fact, place
from server.measures.scopes import COUNTED, SCOPES
from server.seal import Vault
from server.sections.section import Section

PUBLIC = f"kind = 'incident' AND ({SCOPES['verified']} OR status != 'verified' AND NOT restricted AND {COUNTED})"
COUNTS = f"iif({PUBLIC}, status, '')"  # as press/picture.py counts
LOOK = (
    f"SELECT id, {COUNTS} AS counts FROM turned CROSS JOIN cards ON id = turned.card"  # noqa: S608 - our own words
    " WHERE counts != ifnull((SELECT turns.counts FROM turns WHERE turns.card = id ORDER BY place DESC LIMIT 1), '-')"
)
AT = "SELECT counts FROM turns WHERE card = ? AND place <= ? ORDER BY place DESC LIMIT 1"


class Turns(Section):
    """Kept behind all that decides it."""

    TABLES = "turns.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = dict.fromkeys(events.KINDS.values(), self._look)

    def counted(self, incident: str, status: str, upto: str) -> bool:
        """Whether an incident counted, and by this verdict, when the log ended with the fact `upto`."""
        row = self.db.execute(AT, (incident, place(upto))).fetchone()
        return row is not None and row["counts"] == status

    def effective(self) -> set[str]:
        """The joins, by their place on the log, by which a report came to stand elsewhere."""
        return {row["fact"] for row in self.db.execute("SELECT fact FROM effective")}

    def shown(self, rehearsal: bool) -> set[str]:
        """The incidents, of a rehearsal or not, of which outsiders may learn: those that are not restricted."""
        cards = "SELECT id FROM cards WHERE number IS NOT NULL AND NOT restricted AND rehearsal = ?"
        found = self.db.execute(cards, (rehearsal,))
        return {row["id"] for row in found}

    def _look(self, fact: Fact, event: Any) -> set[str]:
        if self.db.execute("SELECT 1 FROM turned LIMIT 1").fetchone():
            rows = [(row["id"], place(fact.id), row["counts"]) for row in self.db.execute(LOOK).fetchall()]
            self.db.executemany("INSERT OR REPLACE INTO turns VALUES (?, ?, ?)", rows)
            self.db.execute("DELETE FROM turned")
        if isinstance(event, events.IncidentJoined):
            there = "INSERT INTO effective SELECT ? FROM joined WHERE report = ? AND incident = ?"
            self.db.execute(there, (fact.id, event.report, event.subject))
        return set()
