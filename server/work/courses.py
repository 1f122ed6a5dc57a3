"""The course of each incident's work, kept in a table, and what of it a card shows while its clocks run."""

import sqlite3
from datetime import datetime
from typing import Any

from server.work import clocks
from server.work.clocks import Course
from server.work.hours import stamp
from server.work.ladder import CALL_BACK, LOOK, Ladder

COLUMNS = {LOOK: "look", CALL_BACK: "call"}  # clock -> how its columns begin
SHOWN = ("look_due", "look_met", "call_due", "call_met", "escalated")  # columns of a card


class Courses:
    """Rows of the table `clocks`."""

    def __init__(self, db: sqlite3.Connection, ladder: Ladder) -> None:
        self._db, self._ladder = db, ladder

    def get(self, card: str) -> Course | None:
        """The course of the work on an incident."""
        row = self._row(card)
        if row is None:
            return None
        received, begins = (datetime.fromisoformat(row[name]) for name in ("received", "begins"))
        looked, called, ended = (_moment(row[name]) for name in ("looked", "called", "ended"))
        return Course(received, begins, row["severity"], bool(row["unsafe"]), looked, called, ended)

    def keep(self, card: str, course: Course) -> dict[str, str]:
        """Keep it: what the card shows of it from now on, by SHOWN."""
        found = {clock.name: clock for clock in clocks.clocks(course, restricted=False, ladder=self._ladder)}
        dues = {f"{name}_due": stamp(found[clock].due) if clock in found else "" for clock, name in COLUMNS.items()}
        known = {name: stamp(getattr(course, name)) for name in ("received", "begins", "looked", "called", "ended")}
        told = {} if course.ended else self._nobody_told(card)
        self._write(card, {**known, "severity": course.severity, "unsafe": course.unsafe, **dues, **told})
        nothing = dict.fromkeys(SHOWN, "")
        if course.ended:
            return nothing
        met = {f"{COLUMNS[clock.name]}_met": stamp(clock.met) for clock in found.values()}
        return {**nothing, **dues, **met, "escalated": self._level(card, course)}

    def tell(self, card: str, clock: str, level: str) -> None:
        """Note who was told that this clock ran out."""
        told = {"look": "UPDATE clocks SET look_told = ?", "call": "UPDATE clocks SET call_told = ?"}[COLUMNS[clock]]
        self._db.execute(f"{told} WHERE card = ?", (level, card))

    def _level(self, card: str, course: Course) -> str:
        """The highest level that was told of a clock that still runs."""
        row = self._row(card)
        told = (
            [row["look_told"]] * (course.looked is None) + [row["call_told"]] * (course.called is None) if row else []
        )
        return max(told, key=("", *self._ladder.levels).index, default="")

    def _nobody_told(self, card: str) -> dict[str, str]:
        """What is to be forgotten of who was told, when it was decided until now."""
        row = self._row(card)
        return dict.fromkeys(("look_told", "call_told"), "") if row and row["ended"] else {}

    def _row(self, card: str) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute("SELECT * FROM clocks WHERE card = ?", (card,)).fetchone()
        return found

    def _write(self, card: str, values: dict[str, Any]) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        newer = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._db.execute(
            f"INSERT INTO clocks (card, {names}) VALUES (?, {marks}) ON CONFLICT (card) DO UPDATE SET {newer}",  # noqa: S608
            (card, *values.values()),
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
