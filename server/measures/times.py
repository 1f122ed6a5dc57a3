"""How long people took for the first look, the call back and the verdict, by severity; who waits, and who too long."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.measures.paces import MEASURED
from server.measures.ranks import ENOUGH, place

Limits = Mapping[int, Mapping[str, timedelta]]  # as of the ladder: severity -> clock -> how long it may take
CLOCK = {"looked": "look", "called": "call_back", "settled": ""}  # step -> the clock of the ladder that it stops
WAITING = {
    "looked": "looked IS NULL",
    "called": "settled IS NULL AND called IS NULL AND call_due != ''",
    "settled": "settled IS NULL",
}  # step -> which incidents wait for it: none is called that is decided, or must not be
SEVERITIES = (5, 4, 3, 2)


@dataclass(frozen=True)
class Pace:
    """Of one severity: how many took the step (`n`), their `median` and 90th percentile (`p90`, None of fewer than
    ENOUGH) in seconds, the `limit` in seconds (None without one), how many took longer (`over`); how many are
    `waiting`, and how many of these `overdue`."""

    severity: int
    n: int
    median: int | None
    p90: int | None
    limit: int | None
    over: int
    waiting: int
    overdue: int


def paces(db: sqlite3.Connection, step: str, limits: Limits, now: datetime) -> list[Pace]:
    """The pace of a step of CLOCK by severity, the gravest first, at the room's hour."""
    return [_pace(db, step, severity, limits.get(severity, {}).get(CLOCK[step]), now) for severity in SEVERITIES]


def _pace(db: sqlite3.Connection, step: str, severity: int, limit: timedelta | None, now: datetime) -> Pace:
    taken = f"FROM cards WHERE severity = :severity AND {step} IS NOT NULL AND {MEASURED}"
    late = now - limit if limit is not None else None
    values = {
        "severity": severity,
        "limit": round(limit.total_seconds()) if limit is not None else None,
        "late": late.isoformat() if late else "",
    }
    n, over = db.execute(f"SELECT count(*), count(*) FILTER (WHERE {step} > :limit) {taken}", values).fetchone()  # noqa: S608
    waiting = f"FROM cards WHERE severity = :severity AND {WAITING[step]} AND {MEASURED}"
    counted = f"SELECT count(*), count(*) FILTER (WHERE at < :late) {waiting}"  # noqa: S608 - our own words
    waits, overdue = db.execute(counted, values).fetchone()

    def rank(percent: int) -> int:
        ordered = f"SELECT {step} {taken} ORDER BY {step} LIMIT 1 OFFSET :skip"
        return int(db.execute(ordered, {**values, "skip": place(n, percent)}).fetchone()[0])

    known = (rank(50) if n else None, rank(90) if n >= ENOUGH else None)
    return Pace(severity, n, *known, values["limit"], over, waits, overdue)  # type: ignore[arg-type]
