"""Who may sign in, folded from the facts about accounts."""

import sqlite3
from collections.abc import Sequence

from server import events
from server.log import Fact, place
from server.seal import Vault
from server.sections.section import Section, moment


class People(Section):
    """The accounts."""

    TABLES = "people.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            events.AccountOpened: self._opened,
            events.AccountMoved: self._moved,
            events.AccountClosed: self._closed,
        }

    def how_many(self, role: str) -> int:
        """Open accounts of this role."""
        return int(self.db.execute("SELECT count(*) FROM accounts WHERE role = ? AND open", (role,)).fetchone()[0])

    def role_of(self, name: str) -> str | None:
        """The role of an open account; None when there is none."""
        row = self.db.execute("SELECT role FROM accounts WHERE name = ? AND open", (name,)).fetchone()
        return row["role"] if row else None

    def organisation_of(self, name: str) -> str:
        """Of which organisation an account is, so that two can be compared; "" when none is named."""
        row = self.db.execute("SELECT organisation FROM accounts WHERE name = ?", (name,)).fetchone()
        return str(row["organisation"]).strip().casefold() if row else ""

    def organisation_written(self, name: str) -> str:
        """The same as its members write it."""
        row = self.db.execute("SELECT organisation FROM accounts WHERE name = ?", (name,)).fetchone()
        return str(row["organisation"]).strip() if row else ""

    def organisations(self, roles: Sequence[str]) -> int:
        """Of how many organisations the open accounts of these roles are; those that name none are of none."""
        names = self.db.execute("SELECT name, role FROM accounts WHERE open").fetchall()
        return len({self.organisation_of(row["name"]) for row in names if row["role"] in roles} - {""})

    def born(self, name: str) -> int:
        """The place on the log since when this is an account of its organisation."""
        row = self.db.execute("SELECT born FROM accounts WHERE name = ?", (name,)).fetchone()
        return int(row["born"]) if row else 0

    def openers(self, name: str) -> frozenset[str]:
        """Who let this account in: the one that opened it, the one that opened that, and so on."""
        chain = (
            "WITH RECURSIVE above (name) AS (SELECT opened_by FROM accounts WHERE name = ? UNION"
            " SELECT opened_by FROM accounts JOIN above USING (name)) SELECT name FROM above WHERE name != ''"
        )
        return frozenset(row["name"] for row in self.db.execute(chain, (name,)))

    def _opened(self, fact: Fact, event: events.AccountOpened) -> set[str]:
        of, by = event.organisation, fact.by.partition(":")[2]
        row = (event.subject, event.role, True, moment(fact.id), of, place(fact.id), by)
        self.db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return set()

    def _moved(self, fact: Fact, event: events.AccountMoved) -> set[str]:
        moved = "UPDATE accounts SET organisation = ?, born = ? WHERE name = ?"
        self.db.execute(moved, (event.organisation, place(fact.id), event.subject))
        return set()

    def _closed(self, fact: Fact, event: events.AccountClosed) -> set[str]:
        shut = "UPDATE accounts SET open = 0, since = ? WHERE name = ?"
        self.db.execute(shut, (moment(fact.id), event.subject))
        return set()
