"""The alerts that a board holds: what is unusual just now, and what was."""

import json
import sqlite3
from typing import Any

from server import events
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section

MOST = 200  # alerts in one answer
CLEAR = ("kind", "statistic", "category", "restricted", "rehearsal", "province", "since", "until", "found", "expected")
TOLD = "(:whole OR NOT restricted)"  # whether somebody who sees restricted reports asks

Row = dict[str, Any]


class Alerts(Section):
    """Alerts as rows; no card looks different because of one."""

    TABLES = "shown.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.AlertRaised: self._raised, events.AlertEnded: self._ended}

    def going_on(self, *, whole: bool, rehearsal: bool) -> int:
        """How many go on; `whole`: restricted ones, too."""
        counted = f"SELECT count(*) FROM alerts WHERE ended = '' AND rehearsal = :rehearsal AND {TOLD}"  # noqa: S608 - ours
        return int(self.db.execute(counted, {"whole": whole, "rehearsal": rehearsal}).fetchone()[0])

    def rows(self, *, whole: bool, state: str = "") -> list[Row]:
        """Alerts that are `open` or `past`, or both (""): those that go on first, each newest first, at most MOST."""
        found = self.db.execute(
            f"SELECT * FROM alerts WHERE {TOLD} AND :state IN ('', iif(ended = '', 'open', 'past'))"  # noqa: S608 - ours
            " ORDER BY ended != '', until DESC, id LIMIT :most",
            {"whole": whole, "state": state, "most": MOST},
        )
        return [{**dict(row), "evidence": json.loads(row["evidence"])} for row in found]

    def get(self, alert: str, *, whole: bool) -> Row | None:
        """One alert; `whole`: also if it is restricted."""
        told = {"id": alert, "whole": whole}
        row = self.db.execute(f"SELECT * FROM alerts WHERE id = :id AND {TOLD}", told).fetchone()  # noqa: S608 - ours
        return {**dict(row), "evidence": json.loads(row["evidence"])} if row else None

    def _raised(self, fact: Fact, event: events.AlertRaised) -> set[str]:
        evidence = json.dumps(self.words("room", event.evidence))
        values = {name: getattr(event, name) for name in (*CLEAR, "chance")}
        names = ", ".join(f"{name} = excluded.{name}" for name in (*values, "evidence"))
        self.db.execute(
            f"INSERT INTO alerts (id, {', '.join(values)}, evidence, ended, times)"  # noqa: S608 - our names
            f" VALUES ({', '.join('?' * (len(values) + 2))}, '', 1)"
            f" ON CONFLICT (id) DO UPDATE SET {names}, times = times + 1, ended = ''",
            (event.subject, *values.values(), evidence),
        )
        return set()

    def _ended(self, fact: Fact, event: events.AlertEnded) -> set[str]:
        self.db.execute("UPDATE alerts SET ended = ? WHERE id = ?", (event.at, event.subject))
        return set()
