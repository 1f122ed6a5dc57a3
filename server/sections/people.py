"""Who may sign in, folded from the facts about accounts."""

import sqlite3

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

    def _account(self, fact: Fact, event: events.AccountOpened | events.AccountClosed) -> set[str]:
        is_open = isinstance(event, events.AccountOpened)
        role = event.role if isinstance(event, events.AccountOpened) else self.role_of(event.subject)
        row = (event.subject, role or "", is_open, moment(fact.id))
        self.db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)", row)
        return set()
