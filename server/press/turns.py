"""What outsiders may know of each incident since when, as a part of the board: earlier figures can be counted again."""

import sqlite3
from typing import Any

from server import events
from server.log import Fact, place
from server.measures.scopes import COUNTED, FEWEST, SCOPES
from server.seal import Vault
from server.sections.section import Section
from server.sections.undone import TOLD as DECIDED

PUBLIC = f"kind = 'incident' AND ({SCOPES['verified']} OR status != 'verified' AND NOT restricted AND {COUNTED})"
SURE = (  # what was restricted behind its verdict is looked at again before it is public: from the next verdict on
    f"(status NOT IN {DECIDED} OR id NOT IN (SELECT card FROM unsure))"  # noqa: S608 - our own words
)
COUNTS = f"iif({PUBLIC} AND {SURE}, status, '')"  # as press/picture.py counts
LOOK = (
    f"SELECT id, {COUNTS} AS counts, restricted FROM turned CROSS JOIN cards ON id = turned.card"  # noqa: S608 - our own
    " WHERE counts || restricted != ifnull((SELECT turns.counts || turns.restricted FROM turns WHERE turns.card = id"
    " ORDER BY place DESC LIMIT 1), '-')"
)
AT = "SELECT counts FROM turns WHERE card = ? AND place <= ? ORDER BY place DESC LIMIT 1"
AGAIN = "DELETE FROM unsure WHERE card = ? AND NOT EXISTS (SELECT 1 FROM cards WHERE id = unsure.card AND restricted)"
ENOUGH = (  # FEWEST monitors or more
    f"SELECT count(*) = {FEWEST} FROM (SELECT DISTINCT monitor FROM posts WHERE province = ? AND rehearsal = ?"  # noqa: S608
    f" LIMIT {FEWEST})"
)
LAST = "SELECT enough FROM crowds WHERE province = ? AND rehearsal = ? ORDER BY place DESC LIMIT 1"
KNOWN = (  # whether there were enough of them in a province when an incident was opened
    "ifnull((SELECT enough FROM crowds WHERE crowds.province = {province} AND crowds.rehearsal = cards.rehearsal"
    " AND crowds.place <= (SELECT min(turns.place) FROM turns WHERE turns.card = cards.id)"
    " ORDER BY crowds.place DESC LIMIT 1), 0)"
)
NAMED = KNOWN.format(province="cards.province")  # of a card: whether its province may be told


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

    def named(self, incident: str, province: str) -> bool:
        """Whether it may be told that an incident was in this province: it had FEWEST monitors or more when the
        incident was opened. Who joins or leaves later uncovers and hides nothing."""
        asked = f"SELECT {KNOWN.format(province='?')} AS named FROM cards WHERE id = ?"  # noqa: S608 - our own words
        row = self.db.execute(asked, (province, incident)).fetchone()
        return row is not None and bool(row["named"])

    def closed(self, incident: str) -> list[tuple[int, int | None]]:
        """When it was restricted: from which place on the log on, up to which (that not among them; None: still)."""
        rows = self.db.execute(
            "SELECT place, restricted FROM turns WHERE card = ? ORDER BY place", (incident,)
        ).fetchall()
        ends = [*(row["place"] for row in rows[1:]), None]
        return [(row["place"], end) for row, end in zip(rows, ends, strict=True) if row["restricted"]]

    def effective(self) -> set[str]:
        """The joins, by their place on the log, by which a report came to stand elsewhere."""
        return {row["fact"] for row in self.db.execute("SELECT fact FROM effective")}

    def shown(self, rehearsal: bool) -> set[str]:
        """The incidents, of a rehearsal or not, of which outsiders may learn: those that are not restricted."""
        return self._numbered("NOT restricted", rehearsal)

    def every(self, rehearsal: bool) -> set[str]:
        """The same with those that are restricted."""
        return self._numbered("1", rehearsal)

    def _numbered(self, which: str, rehearsal: bool) -> set[str]:
        cards = f"SELECT id FROM cards WHERE number IS NOT NULL AND {which} AND rehearsal = ?"  # noqa: S608 - our own
        return {row["id"] for row in self.db.execute(cards, (rehearsal,))}

    def _look(self, fact: Fact, event: Any) -> set[str]:
        if isinstance(event, events.IncidentVerified | events.IncidentRejected):
            self.db.execute(AGAIN, (event.subject,))
        if self.db.execute("SELECT 1 FROM turned LIMIT 1").fetchone():
            rows = [(row["id"], place(fact.id), row["counts"], row["restricted"]) for row in self.db.execute(LOOK)]
            self.db.executemany("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?)", rows)
            self.db.executemany("INSERT OR IGNORE INTO unsure VALUES (?)", [(row[0],) for row in rows if row[3]])
            self.db.execute("DELETE FROM turned")
        if isinstance(event, events.MonitorEnrolled | events.MonitorRetired):
            self._crowded(fact)
        if isinstance(event, events.IncidentJoined):
            there = "INSERT INTO effective SELECT ? FROM joined WHERE report = ? AND incident = ?"
            self.db.execute(there, (fact.id, event.report, event.subject))
        return set()

    def _crowded(self, fact: Fact) -> None:
        for row in self.db.execute("SELECT province, rehearsal FROM posted").fetchall():
            enough = self.db.execute(ENOUGH, (*row,)).fetchone()[0]
            last = self.db.execute(LAST, (*row,)).fetchone()
            if enough != (last["enough"] if last else 0):
                self.db.execute("INSERT INTO crowds VALUES (?, ?, ?, ?)", (*row, place(fact.id), enough))
        self.db.execute("DELETE FROM posted")
