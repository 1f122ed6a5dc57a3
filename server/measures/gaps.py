"""When a gateway brought nothing although it was to be expected: the gaps between its messages that are too long."""

import sqlite3
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

LEAST = timedelta(minutes=20)  # a shorter gap is none, however busy the gateway was
TIMES = 6  # a gap is longer than so many times the mean interval of its gateway
FEWEST = 20  # messages of a gateway, below which there is no saying what is to be expected
Row = dict[str, Any]


def gaps(db: sqlite3.Connection, until: datetime) -> list[Row]:
    """Every gap: `gateway`, `since`, `until` (aware), `minutes`; the last one may end with what is looked at.

    Restricted reports are not looked at, so that no gap tells of one by its absence.
    """
    found = []
    for (gateway,) in db.execute("SELECT DISTINCT gateway FROM cards WHERE NOT restricted ORDER BY gateway").fetchall():
        came = [
            datetime.fromisoformat(row["at"])
            for row in db.execute("SELECT at FROM cards WHERE gateway = ? AND NOT restricted ORDER BY at", (gateway,))
        ]
        if len(came) >= FEWEST:
            longest = max(LEAST, TIMES * (came[-1] - came[0]) / (len(came) - 1))
            ends = [*came, until] if until > came[-1] else came
            found += [_gap(gateway, one, other) for one, other in pairwise(ends) if other - one > longest]
    return found


def _gap(gateway: str, since: datetime, until: datetime) -> Row:
    return {"gateway": gateway, "since": since, "until": until, "minutes": round((until - since).total_seconds() / 60)}
