"""Clocks that ran out: by when somebody should have looked or called back, when it was done, and who was told."""

import sqlite3
from datetime import datetime
from typing import Any

from server.measures.paces import MEASURED

CLOCKS = (("look", "looked"), ("call", "called"))  # name of the clock's columns, and of what stops it
Row = dict[str, Any]


def missed(db: sqlite3.Connection, now: datetime) -> list[Row]:
    """Every clock that ran out, the gravest and longest first: `number` and `severity` of the incident, `category`,
    `clock`, `due` and `met` (aware; None: not yet), `over` in seconds, `told`: the level that was told, or ""."""
    found = []
    for clock, stopped in CLOCKS:
        rows = db.execute(
            f"SELECT number, cards.severity, category, clocks.{clock}_due AS due, clocks.{stopped} AS met,"  # noqa: S608
            f" clocks.ended AS ended, {clock}_told AS told FROM clocks JOIN cards ON id = card"
            f" WHERE clocks.{clock}_due != '' AND {MEASURED}"
        )
        found += [_clock(clock, row, now) for row in rows]
    late = [row for row in found if row["over"] > 0]
    return sorted(late, key=lambda row: (-row["severity"], -row["over"], row["number"]))


def _clock(clock: str, row: sqlite3.Row, now: datetime) -> Row:
    due = datetime.fromisoformat(row["due"])
    met = datetime.fromisoformat(row["met"] or row["ended"]) if row["met"] or row["ended"] else None
    named = {name: row[name] for name in ("number", "severity", "category", "told")}
    return {**named, "clock": clock, "due": due, "met": met, "over": round(((met or now) - due).total_seconds())}
