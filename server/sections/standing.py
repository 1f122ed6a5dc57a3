"""Whose report a card is: a monitor's, a stranger's, or that of a blocked source; judged anew as the roster changes."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from server import events
from server.log import Fact, place
from server.monitors.roll import PROVEN
from server.monitors.roster import Monitor, Roster, plain_pin
from server.seal import Vault, owner_of
from server.sections.section import Section

MOST_PINS = 10  # different ones typed with one number, after which none proves anything: somebody is guessing
ROW = "id, source, channel, rehearsal, standing, monitor, claims, organisation"


class Standing(NamedTuple):
    """`standing`: known, unknown or blocked. `monitor`: whose report it is, proven. `claims`: the monitor whose number
    was typed, unproven. Both "" when there is none; `organisation` is the proven monitor's."""

    standing: str
    monitor: str
    claims: str
    organisation: str


class Standings(Section):
    """The standing of each card, kept beside the cards. What the roster says now holds for earlier reports too."""

    TABLES = "standing.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, roster: Roster) -> None:
        super().__init__(db, vault)
        self._roster = roster
        self.folds = {
            events.ReportReceived: self._received,
            events.ReportRead: self._read,
            events.MonitorEnrolled: self._roster_changed,
            events.MonitorRetired: self._roster_changed,
            events.SourceBlocked: self._source_changed,
            events.SourceUnblocked: self._source_changed,
        }

    def _received(self, fact: Fact, event: events.ReportReceived) -> set[str]:
        return self._judge(fact, "id = ?", event.subject)

    def _read(self, fact: Fact, event: events.ReportRead) -> set[str]:
        row = self.db.execute("SELECT source, channel FROM cards WHERE id = ?", (event.subject,)).fetchone()
        if row["channel"] in PROVEN or not row["source"]:
            return set()
        pin = plain_pin(str(self.words(owner_of(row["source"], event.subject), event.words).get("pin") or ""))
        if not pin or not pin.isascii():  # a stranger may type anything; no roster has such a PIN
            return set()
        self.db.execute("INSERT OR REPLACE INTO typed VALUES (?, ?, ?)", (event.subject, row["source"], pin))
        return self._judge(fact, "id = ?", event.subject)

    def _roster_changed(self, fact: Fact, event: events.MonitorEnrolled | events.MonitorRetired) -> set[str]:
        aliases = event.aliases.split() if isinstance(event, events.MonitorEnrolled) else []
        marks = ",".join("?" * len(aliases))
        whose = f"monitor = ? OR claims = ? OR source IN ({marks})"
        return self._judge(fact, whose, event.subject, event.subject, *aliases)

    def _source_changed(self, fact: Fact, event: events.SourceBlocked | events.SourceUnblocked) -> set[str]:
        return self._judge(fact, "source = ?", event.subject)

    def _judge(self, fact: Fact, which: str, *values: str) -> set[str]:
        """Judge these cards anew: the ids of those that look different."""
        rows = self.db.execute(f"SELECT {ROW} FROM cards WHERE {which}", values).fetchall()  # noqa: S608 - our conditions
        return self._set(fact, ((row, self._standing(row)) for row in rows))

    def _set(self, fact: Fact, judged: Iterable[tuple[sqlite3.Row, Standing]]) -> set[str]:
        changed = set()
        for row, now in judged:
            if now != tuple(row[name] for name in Standing._fields):
                names = ", ".join(f"{name} = ?" for name in (*Standing._fields, "changed"))
                values = (*now, place(fact.id), row["id"])
                self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", values)  # noqa: S608 - our names
                changed.add(row["id"])
        return changed

    def _standing(self, row: sqlite3.Row) -> Standing:
        found = self._roster.of_alias(row["source"]) if row["source"] else None
        monitor = found if found and found.rehearsal == bool(row["rehearsal"]) else None
        proven = monitor is not None and self._proven(row, monitor)
        standing = "known" if proven else "unknown"
        if self._roster.is_blocked(row["source"]):
            standing = "blocked"
        if monitor and proven:
            return Standing(standing, monitor.id, "", monitor.organisation)
        return Standing(standing, "", monitor.id if monitor else "", "")

    def _proven(self, row: sqlite3.Row, monitor: Monitor) -> bool:
        """Whether the channel vouches for the number, or the monitor's PIN came with it."""
        if row["channel"] in PROVEN:
            return True
        typed = self.db.execute("SELECT pin FROM typed WHERE card = ?", (row["id"],)).fetchone()
        if typed is None or self._guessed(row["source"]):
            return False
        return self._roster.right_pin(monitor.id, typed["pin"])

    def _guessed(self, source: str) -> bool:
        tries = "SELECT DISTINCT pin FROM typed WHERE source = ? LIMIT ?"
        return len(self.db.execute(tries, (source, MOST_PINS + 1)).fetchall()) > MOST_PINS
