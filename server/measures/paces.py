"""How long an incident took: from the arrival of its first report to the first look, call, check and verdict of people.

In a rehearsal time is counted on its own simulated clock, which is the hour of the newest report that had come.
"""

import sqlite3
from datetime import datetime
from typing import Any

from server import events
from server.incidents import UNDECIDED
from server.log import Fact, place
from server.measures.scopes import COUNTED
from server.seal import Vault
from server.sections.section import Section, moment
from server.work.clocks import CALLED, ENDS, PROGRAMS, SEEING

MEASURED = f"kind = 'incident' AND NOT restricted AND {COUNTED}"  # whose times are told, to anybody
STEPS = ("looked", "called", "checked", "settled")


class Paces(Section):
    """Seconds from arrival to each of STEPS, as columns of the cards; NULL until it is taken. What counts as a look,
    a call or an end is what stops the clocks, too."""

    TABLES = "paces.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        for step in STEPS:  # an index holds only what may be told
            db.execute(f"CREATE INDEX cards_{step} ON cards (severity, {step}) WHERE {step} IS NOT NULL AND {MEASURED}")
        db.execute(f"CREATE INDEX cards_unseen ON cards (severity, at) WHERE looked IS NULL AND {MEASURED}")
        db.execute(f"CREATE INDEX cards_unsettled ON cards (severity, at, called) WHERE settled IS NULL AND {MEASURED}")
        self.folds = {
            **dict.fromkeys(SEEING, self._seen),
            events.IncidentOpened: self._seen,
        }

    def _seen(self, fact: Fact, event: Any) -> set[str]:
        if fact.by in PROGRAMS:
            return set()
        called = isinstance(event, events.SourceRevealed) or getattr(event, "step", "") == CALLED
        taken = {"called": called, "checked": isinstance(event, events.IncidentChecked), "settled": _settles(event)}
        incident = event.incident if isinstance(event, events.SourceRevealed) else event.subject
        self._take(fact, incident, ["looked", *(step for step, now in taken.items() if now)])
        again = f"changed = ? AND settled IS NOT NULL AND status IN {UNDECIDED}"  # a verdict was taken back
        self.db.execute(f"UPDATE cards SET settled = NULL WHERE {again}", (place(fact.id),))  # noqa: S608 - our words
        return set()

    def _take(self, fact: Fact, card: str, steps: list[str]) -> None:
        """Note these steps, where they are taken for the first time."""
        row = self.db.execute("SELECT at, rehearsal FROM cards WHERE id = ?", (card,)).fetchone()
        if row is None:
            return
        now = self._newest() if row["rehearsal"] else moment(fact.id)
        seconds = max(0, round((datetime.fromisoformat(now) - datetime.fromisoformat(row["at"])).total_seconds()))
        named = ", ".join(f"{step} = ifnull({step}, :seconds)" for step in steps)
        self.db.execute(f"UPDATE cards SET {named} WHERE id = :card", {"seconds": seconds, "card": card})  # noqa: S608

    def _newest(self) -> str:
        """How far a rehearsal is, by its own clock: what comes late does not turn it back."""
        newest = "SELECT at FROM cards WHERE rehearsal ORDER BY at DESC LIMIT 1"
        return str(self.db.execute(newest).fetchone()["at"])


def _settles(event: events.Event) -> bool:
    """Whether this is a verdict; a dismissed one is no incident any more."""
    return isinstance(event, ENDS) and not isinstance(event, events.IncidentDismissed)
