"""Who may sign in, folded from the facts about accounts."""

import sqlite3
import unicodedata
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
            events.accounts.AccountRecast: self._recast,
            events.AccountClosed: self._closed,
            events.accounts.AccountForced: self._forced,
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
        return compared(row["organisation"]) if row else ""

    def organisation_written(self, name: str) -> str:
        """The same as its members write it."""
        row = self.db.execute("SELECT organisation FROM accounts WHERE name = ?", (name,)).fetchone()
        return str(row["organisation"]).strip() if row else ""

    def organisations(self, roles: Sequence[str]) -> int:
        """Of how many organisations there is somebody in these roles who counts for theirs: see vouched. Else any stray
        account would ask for a second organisation that nobody can speak for."""
        names = self.db.execute("SELECT name, role FROM accounts WHERE open AND vouched").fetchall()
        return len({self.organisation_of(row["name"]) for row in names if row["role"] in roles} - {""})

    def born(self, name: str) -> int:
        """The place on the log since when this is an account of its organisation."""
        row = self.db.execute("SELECT born FROM accounts WHERE name = ?", (name,)).fetchone()
        return int(row["born"]) if row else 0

    def vouched(self, name: str) -> bool:
        """Whether its organisation was named at the console, or by an account of that organisation, itself vouched for:
        otherwise whoever opens accounts could speak for every organisation."""
        row = self.db.execute("SELECT vouched FROM accounts WHERE name = ?", (name,)).fetchone()
        return bool(row and row["vouched"])

    def stands(self, name: str, at: int) -> bool:
        """Whether the account that this was at a place on the log is open still, in that role and organisation."""
        return self.role_of(name) is not None and self.born(name) <= at

    def openers(self, name: str) -> frozenset[str]:
        """Who let this account in: the one that opened it, those that moved it to another organisation, whoever let
        those in, and so on."""
        chain = (
            "WITH RECURSIVE above (name) AS (SELECT by FROM let_in WHERE name = ? UNION"
            " SELECT by FROM let_in JOIN above USING (name)) SELECT name FROM above"
        )
        return frozenset(row["name"] for row in self.db.execute(chain, (name,)))

    def _opened(self, fact: Fact, event: events.AccountOpened) -> set[str]:
        of, by = event.organisation, fact.by.partition(":")[2]
        row = (event.subject, event.role, True, moment(fact.id), of, place(fact.id), self._vouches(by, of))
        self.db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.db.execute("DELETE FROM let_in WHERE name = ?", (event.subject,))
        self._let_in(event.subject, by)
        return set()

    def _moved(self, fact: Fact, event: events.AccountMoved) -> set[str]:
        moved = "UPDATE accounts SET organisation = ?, born = ?, vouched = ? WHERE name = ?"
        by = fact.by.partition(":")[2]
        row = (event.organisation, place(fact.id), self._vouches(by, event.organisation), event.subject)
        self.db.execute(moved, row)
        self._let_in(event.subject, by)
        return set()

    def _recast(self, fact: Fact, event: events.accounts.AccountRecast) -> set[str]:
        recast = "UPDATE accounts SET role = ?, born = ? WHERE name = ? AND open"  # as young as a new one: see born
        self.db.execute(recast, (event.role, place(fact.id), event.subject))
        return set()

    def _closed(self, fact: Fact, event: events.AccountClosed) -> set[str]:
        shut = "UPDATE accounts SET open = 0, since = ? WHERE name = ?"
        self.db.execute(shut, (moment(fact.id), event.subject))
        return set()

    def forced(self) -> list[dict[str, str]]:
        """Who said, by the pass-phrase, that they are forced, and when; the newest first."""
        return [dict(row) for row in self.db.execute("SELECT name, at FROM forced ORDER BY row DESC LIMIT 50")]

    def _forced(self, fact: Fact, event: events.accounts.AccountForced) -> set[str]:
        told = self.words("room", event.sealed)
        self.db.execute("INSERT INTO forced (at, name) VALUES (?, ?)", (moment(fact.id), str(told.get("name", ""))))
        return set()

    def _let_in(self, name: str, by: str) -> None:
        if by:
            self.db.execute("INSERT OR IGNORE INTO let_in VALUES (?, ?)", (name, by))

    def _vouches(self, by: str, organisation: str) -> bool:
        return not by or (self.vouched(by) and self.organisation_of(by) == compared(organisation))


def compared(organisation: str) -> str:
    """An organisation's name so that two can be compared: small letters and digits, whatever stands between them."""
    plain = unicodedata.normalize("NFKC", organisation).casefold()
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LMN")
