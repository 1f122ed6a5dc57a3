"""What people made of alerts: acknowledged, snoozed until it grows, or taken up in an incident."""

import sqlite3
from datetime import datetime
from typing import Any

from server import events
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section, moment
from server.work.hours import stamp

OPEN, ACKNOWLEDGED, SNOOZED, TAKEN = "open", "acknowledged", "snoozed", "taken"
NOBODY: dict[str, Any] = {"state": OPEN, "by": "", "at": "", "until": "", "incident": "", "note": "", "version": 0}

Row = dict[str, Any]


class Answered(Section):
    """Kept beside the alerts."""

    TABLES = "answered.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            events.AlertRaised: self._raised,
            events.AlertAcknowledged: self._acknowledged,
            events.AlertSnoozed: self._snoozed,
            events.AlertTaken: self._taken,
        }

    def of(self, alert: str, now: datetime) -> Row:
        """What was made of it, at this hour of the room."""
        found = self.db.execute("SELECT * FROM answered WHERE alert = ?", (alert,)).fetchone()
        row = {**NOBODY, **(dict(found) if found else {})}
        over = row["state"] == SNOOZED and row["until"] <= stamp(now)
        return {**row, "state": OPEN} if over else row

    def _raised(self, fact: Fact, event: events.AlertRaised) -> set[str]:
        """One that grew is no longer quiet."""
        self.db.execute("UPDATE answered SET state = 'open' WHERE alert = ? AND state = 'snoozed'", (event.subject,))
        return set()

    def _acknowledged(self, fact: Fact, event: events.AlertAcknowledged) -> set[str]:
        note = str(self.words("room", event.note).get("reason", ""))
        return self._answered(fact, ACKNOWLEDGED, note=note)

    def _snoozed(self, fact: Fact, event: events.AlertSnoozed) -> set[str]:
        return self._answered(fact, SNOOZED, until=stamp(datetime.fromisoformat(event.until)))

    def _taken(self, fact: Fact, event: events.AlertTaken) -> set[str]:
        return self._answered(fact, TAKEN, incident=event.incident)

    def _answered(self, fact: Fact, state: str, until: str = "", incident: str = "", note: str = "") -> set[str]:
        row = (fact.event.subject, state, fact.by.partition(":")[2], moment(fact.id), until, incident, note)
        self.db.execute("INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, fact.version))
        return set()
