"""Statements as a part of the board: all versions of their texts, frozen figures, check, signatures, how they ended."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from server import events
from server.log import Fact, place
from server.measures.scopes import LIVES
from server.press.document import Figure, Item
from server.seal import Vault
from server.sections.people import compared
from server.sections.section import Section, moment
from server.sections.verifying import account

Row = dict[str, Any]
STATE = ("status", "category", "sub", "severity", "province", "station", "basis", "stands", "restricted", "lives")
BASIS = "ifnull((SELECT basis FROM grounds WHERE card = cards.id), '')"
NOW = f"status, category, sub, severity, province, station, {BASIS}, stands, restricted, {LIVES}"  # STATE of a card
CITE = (
    f"INSERT INTO cited SELECT :statement, :token, id, :wanted, {NOW}, changed <= :upto FROM cards"  # noqa: S608 - ours
    " WHERE id IN (SELECT value FROM json_each(:incidents))"
)
LOOKED = (
    f"UPDATE cited SET ({', '.join(STATE)}) = (SELECT {NOW} FROM cards WHERE id = incident), sure = 1"  # noqa: S608 - ours
    " WHERE statement = ? AND incident = ? AND (SELECT changed FROM cards WHERE id = incident) <= ?"
)


class Statements(Section):
    """All statements. Whatever is said of one that has ended, but its withdrawal, changes nothing.

    `news`: ids of those that changed since they were last taken.
    """

    TABLES = "kept.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.news: set[str] = set()
        own: dict[type[events.Event], Callable[[Fact, Any], None]] = {
            events.StatementDrafted: self._drafted,
            events.StatementFrozen: self._frozen,
            events.StatementReviewed: self._reviewed,
            events.StatementChecked: self._checked,
            events.StatementSigned: self._signed,
            events.StatementUnsigned: self._unsigned,
            events.StatementEmbargoed: self._embargoed,
            events.StatementReleased: self._released,
            events.StatementRehearsed: self._released,
            events.StatementWithdrawn: self._withdrawn,
            events.StatementAbandoned: self._abandoned,
        }
        self.folds = {
            events.StatementBegun: self._begun,
            **{kind: self._folded(fold) for kind, fold in own.items()},
            events.IncidentVerified: self._grounded,
            events.IncidentRejected: self._grounded,
        }

    def take(self) -> list[str]:
        """The statements that changed since this was last asked."""
        changed, self.news = sorted(self.news), set()
        return changed

    def rows(self) -> list[Row]:
        """All statements, the one that changed last first."""
        found = [dict(row) for row in self.db.execute("SELECT * FROM statements")]
        return sorted(found, key=lambda row: place(row["changed"]), reverse=True)

    def row(self, statement: str) -> Row | None:
        """One statement."""
        found = self.db.execute("SELECT * FROM statements WHERE id = ?", (statement,)).fetchone()
        return dict(found) if found else None

    def versions(self, statement: str) -> list[Row]:
        """Each version of its text, the first one first: version, at, by, and `texts`: language -> title, body."""
        found = self.db.execute("SELECT * FROM drafts WHERE statement = ? ORDER BY version", (statement,))
        return [{**dict(row), "texts": json.loads(row["texts"])} for row in found]

    def signatures(self, statement: str) -> list[Row]:
        """Who signed what: organisation, member (as names are compared), hash, by, at; in the order of time."""
        found = self.db.execute("SELECT * FROM signed WHERE statement = ? ORDER BY at, member", (statement,))
        return [dict(row) for row in found]

    def figures(self, statement: str) -> dict[str, Figure]:
        """Its frozen figures, by token."""
        found = self.db.execute("SELECT * FROM frozen WHERE statement = ? ORDER BY token", (statement,))
        return {row["token"]: _figure(row) for row in found}

    def hashes(self, statement: str) -> dict[str, str]:
        """Token -> the hash over what its frozen figure counts."""
        found = self.db.execute("SELECT token, hash FROM frozen WHERE statement = ?", (statement,))
        return {row["token"]: row["hash"] for row in found}

    def number(self, rehearsal: bool) -> int:
        """The number that the next one will have."""
        found = self.db.execute("SELECT max(number) FROM statements WHERE rehearsal = ?", (rehearsal,)).fetchone()
        return int(found[0] or 0) + 1

    def _folded(self, fold: Callable[[Fact, Any], None]) -> Callable[[Fact, Any], set[str]]:
        def folded(fact: Fact, event: Any) -> set[str]:
            row = self.row(event.subject)
            if row and (not row["ended"] or isinstance(event, events.StatementWithdrawn)):
                fold(fact, event)
            self._set(event.subject, version=fact.version, changed=fact.id)
            return set()

        return folded

    def _begun(self, fact: Fact, event: events.StatementBegun) -> set[str]:
        self.db.execute(
            "INSERT OR IGNORE INTO statements (id, kind, corrects, rehearsal, begun_at, begun_by, begun, version,"
            " changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, event.kind, event.corrects, event.rehearsal, moment(fact.id), account(fact.by))
            + (place(fact.id), fact.version, fact.id),
        )
        self.news.add(event.subject)
        return set()

    def _drafted(self, fact: Fact, event: events.StatementDrafted) -> None:
        words = json.dumps(self.words(owner_of(event.subject), event.words))
        row = (event.subject, fact.version, moment(fact.id), account(fact.by), words)
        self.db.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, ?)", row)

    def _frozen(self, fact: Fact, event: events.StatementFrozen) -> None:
        found = self.db.execute("SELECT token, upto FROM frozen WHERE statement = ?", (event.subject,)).fetchall()
        old = [(event.subject, row["token"]) for row in found if row["upto"] != event.upto]  # all are of one moment
        for table in ("frozen", "cited"):
            drop = f"DELETE FROM {table} WHERE statement = ? AND token = ?"  # noqa: S608 - our names
            self.db.executemany(drop, [*old, (event.subject, event.token)])
        stations = self.words(owner_of(event.subject), event.sealed).get("stations", "")
        self.db.execute(
            "INSERT INTO frozen VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, event.token, moment(fact.id), account(fact.by), event.upto, event.facts)
            + (event.figure, event.incidents, stations, event.hash),
        )
        named = {"statement": event.subject, "token": event.token, "wanted": json.loads(event.figure)["basis"]}
        self.db.execute(CITE, {**named, "upto": place(event.upto), "incidents": json.dumps(event.incidents.split())})

    def _reviewed(self, fact: Fact, event: events.StatementReviewed) -> None:
        self.db.execute(LOOKED, (event.subject, event.incident, place(event.upto)))

    def _checked(self, fact: Fact, event: events.StatementChecked) -> None:
        weighed = self.words(owner_of(event.subject), event.reason).get("reason", "")
        by = {"checked_by": account(fact.by), "checked_at": moment(fact.id)}
        self._set(event.subject, checked=event.hash, accepted=event.accepted, weighed=weighed, **by)

    def _signed(self, fact: Fact, event: events.StatementSigned) -> None:
        row = (event.subject, compared(event.organisation), event.organisation, event.hash, account(fact.by))
        self.db.execute("INSERT OR REPLACE INTO signed VALUES (?, ?, ?, ?, ?, ?)", (*row, moment(fact.id)))

    def _unsigned(self, fact: Fact, event: events.StatementUnsigned) -> None:
        row = (event.subject, compared(event.organisation))
        self.db.execute("DELETE FROM signed WHERE statement = ? AND member = ?", row)

    def _embargoed(self, fact: Fact, event: events.StatementEmbargoed) -> None:
        self._set(event.subject, embargoed=event.hash if event.until else "", until=event.until)

    def _released(self, fact: Fact, event: events.StatementReleased | events.StatementRehearsed) -> None:
        how = {"number": event.number, "document": event.document}
        self._set(event.subject, ended=event.wire.partition(".")[2], ended_at=moment(fact.id), **how)

    def _withdrawn(self, fact: Fact, event: events.StatementWithdrawn) -> None:
        self._set(event.subject, ended="withdrawn", ended_at=moment(fact.id), reason=event.reason)

    def _abandoned(self, fact: Fact, event: events.StatementAbandoned) -> None:
        reason = self.words(owner_of(event.subject), event.reason).get("reason", "")
        self._set(event.subject, ended="abandoned", ended_at=moment(fact.id), reason=reason)

    def _grounded(self, fact: Fact, event: events.IncidentVerified | events.IncidentRejected) -> set[str]:
        self.db.execute("INSERT OR REPLACE INTO grounds VALUES (?, ?)", (event.subject, event.basis))
        return set()

    def _set(self, statement: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE statements SET {names} WHERE id = ?", (*values.values(), statement))  # noqa: S608
        self.news.add(statement)


def owner_of(statement: str) -> str:
    """Whose key closes what a statement says, as long as it is not public."""
    return f"statement:{statement}"


def _figure(row: sqlite3.Row) -> Figure:
    told = json.loads(row["figure"])
    items = tuple(Item(**item) for item in told.pop("items"))
    told |= {"incidents": tuple(row["incidents"].split()), "stations": tuple(row["stations"].split())}
    return Figure(row["token"], items=items, upto=row["upto"], facts=row["facts"], **told)
