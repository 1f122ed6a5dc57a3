"""The numbers of incidents: a series without gaps for every desk, and one of what was restricted from the first.

A gap would tell every desk that there is something it must not know of, and when it came. So what is restricted when
it is opened gets a number below zero, which the security lead alone ever sees; when a person shows it to all desks it
gets their next one, and keeps that whatever becomes of it.
"""

import sqlite3

from server import events
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section

# CROSS: or SQLite walks all cards in their order, and asks of each whether it waits
WAITING = "SELECT id, number, restricted FROM unnumbered CROSS JOIN cards USING (id) ORDER BY row"
OPEN = "SELECT max(0, ifnull(max(number), 0)) + 1 FROM cards WHERE number IS NOT NULL"  # for which there is an index
HIDDEN = "UPDATE hidden_numbers SET last = last - 1 RETURNING last"  # none is given twice, or a lead would mistake them


class Numbers(Section):
    """It stands behind all sections that say who may see a card."""

    TABLES = "numbers.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = dict.fromkeys(events.KINDS.values(), self._give)

    def _give(self, fact: Fact, event: events.Event) -> set[str]:
        """Number what this fact opened or showed."""
        if not self.db.execute("SELECT 1 FROM unnumbered LIMIT 1").fetchone():
            return set()  # as with nearly every fact
        waiting = self.db.execute(WAITING).fetchall()
        due = [row for row in waiting if row["number"] == 0 or not row["restricted"]]
        for row in due:
            number = self.db.execute(HIDDEN if row["restricted"] else OPEN).fetchall()[0][0]
            self.db.execute("UPDATE cards SET number = ? WHERE id = ?", (number, row["id"]))
        self.db.execute("DELETE FROM unnumbered")
        return {row["id"] for row in due}
