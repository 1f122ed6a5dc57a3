"""Who may sign in, folded from the facts about accounts."""

import sqlite3
from collections.abc import Sequence

from server import events
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section, moment


class People(Section):
    """The accounts."""

    TABLES = "people.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.AccountOpened: self._account, events.AccountClosed: self._account}

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

    def organisations(self, roles: Sequence[str]) -> int:
        """Of how many organisations the open accounts of these roles are; those that name none are of none."""
        names = self.db.execute("SELECT name, role FROM accounts WHERE open").fetchall()
        return len({self.organisation_of(row["name"]) for row in names if row["role"] in roles} - {""})

    def _account(self, fact: Fact, event: events.AccountOpened | events.AccountClosed) -> set[str]:
        is_open = isinstance(event, events.AccountOpened)
        role = event.role if isinstance(event, events.AccountOpened) else self.role_of(event.subject)
        known = self.db.execute("SELECT organisation FROM accounts WHERE name = ?", (event.subject,)).fetchone()
        of = event.organisation if isinstance(event, events.AccountOpened) else known["organisation"] if known else ""
        row = (event.subject, role or "", is_open, moment(fact.id), of)
        self.db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?)", row)
        return set()
