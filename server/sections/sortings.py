"""What the model held of reports that the rules had read alone before it came; it changes nobody's decision."""

import json
import sqlite3
from typing import Any

from server import events
from server.log import Fact
from server.seal import Vault, owner_of
from server.sections.section import Section

HELD = ("kind", "category", "sub", "second", "severity", "confidence", "restricted", "reader")
CHANGED = ("category", "sub", "second", "severity", "confidence")
DECISIONS = (
    *(events.IncidentOpened, events.IncidentVerified, events.IncidentRejected, events.IncidentRecategorised),
    *(events.IncidentPlaced, events.IncidentDismissed, events.IncidentJoined, events.IncidentParted),
    *(events.IncidentTriaged, events.IncidentProposed, events.IncidentUnverified),
)


class Sortings(Section):
    """Kept beside the cards, behind them: what the model held stands in a card's detail as `sorted`."""

    TABLES = "sortings.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.ReportSorted: self._sorted, **dict.fromkeys(DECISIONS, self._decided)}

    def _decided(self, fact: Fact, event: Any) -> set[str]:
        if fact.by != "reader":
            report = getattr(event, "report", event.subject)
            self.db.execute("INSERT OR IGNORE INTO decided VALUES (?)", (report,))
        return set()

    def _sorted(self, fact: Fact, event: events.ReportSorted) -> set[str]:
        row = self.db.execute("SELECT * FROM cards WHERE id = ?", (event.subject,)).fetchone()
        words = self.words(owner_of(row["source"], event.subject), event.words)
        detail = {**json.loads(row["detail"]), "sorted": {name: getattr(event, name) for name in HELD} | words}
        values: dict[str, Any] = {}
        if not self.db.execute("SELECT 1 FROM decided WHERE card = ?", (event.subject,)).fetchone():
            if event.kind == "incident" or row["number"] is None:  # what the rules took for an incident stays one
                detail |= words
                values |= {name: getattr(event, name) for name in CHANGED}
            if row["number"] is None:
                values |= {"kind": event.kind, "version": fact.version}
        self._change(event.subject, detail=json.dumps(detail), **values)
        return {event.subject}

    def _change(self, card: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names
