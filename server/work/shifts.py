"""Shifts that were handed over and taken over, with their sheets; and who may do so."""

import sqlite3
from typing import Any

from server import events
from server.log import Fact
from server.roles import Person, Refused
from server.seal import Vault
from server.sections.section import Section, moment
from server.work.ladder import LEAD

MOST = 100  # shifts in one list
LONGEST = 8000  # characters that somebody writes on a sheet

Row = dict[str, Any]


class Shifts(Section):
    """The shifts, in the order in which they ended."""

    TABLES = "shifts.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.ShiftHandedOver: self._handed_over, events.ShiftTakenOver: self._taken_over}

    def newest(self) -> list[Row]:
        """The newest ones, newest first, without their sheets."""
        found = self.db.execute("SELECT * FROM shifts ORDER BY rowid DESC LIMIT ?", (MOST,))
        return [_told(row) for row in found]

    def get(self, shift: str) -> Row | None:
        """One of them, with its `sheet`: empty once that cannot be opened any more. Raises seal.Locked."""
        row = self.db.execute("SELECT * FROM shifts WHERE id = ?", (shift,)).fetchone()
        return {**_told(row), "sheet": self.words("room", row["sheet"])} if row else None

    def _handed_over(self, fact: Fact, event: events.ShiftHandedOver) -> set[str]:
        row = (event.subject, fact.by.partition(":")[2], event.to, moment(fact.id), event.rehearsal, event.sheet)
        names = "id, by, name, at, rehearsal, sheet, version"
        self.db.execute(f"INSERT OR IGNORE INTO shifts ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, fact.version))  # noqa: S608
        return set()

    def _taken_over(self, fact: Fact, event: events.ShiftTakenOver) -> set[str]:
        note = str(self.words("room", event.note).get("reason", ""))
        taken = (fact.by.partition(":")[2], moment(fact.id), note, fact.version, event.subject)
        self.db.execute("UPDATE shifts SET taken_by = ?, taken_at = ?, note = ?, version = ? WHERE id = ?", taken)
        return set()


def may_hand_over(person: Person, to: str, words: str) -> None:
    """Raises Refused for a program, to oneself, or with more words than a sheet has room for."""
    if person.program:
        raise Refused("A program cannot hand over a shift: a person must.")
    if to == person.name:
        raise Refused("Somebody else takes over: choose whom.")
    if len(words) > LONGEST:
        raise Refused(f"Keep what you write under {LONGEST} characters.")


def may_take_over(person: Person, shift: Row) -> None:
    """Raises Refused unless this is whom the shift was handed to, or a security lead, and nobody has taken it over."""
    if person.program:
        raise Refused("A program cannot take over a shift: a person must.")
    if shift["taken"]:
        raise Refused("This shift is taken over already.")
    if person.name != shift["to"] and (person.role != LEAD or person.name == shift["by"]):
        raise Refused(f"This shift was handed to {shift['to']}.")


def _told(row: sqlite3.Row) -> Row:
    taken = {"by": row["taken_by"], "at": row["taken_at"], "note": row["note"] or None} if row["taken_by"] else None
    named = {name: row[name] for name in ("id", "by", "at", "version")}
    return {**named, "to": row["name"], "rehearsal": bool(row["rehearsal"]), "taken": taken}
