"""Messages that came late, waited at our own door, came in part only, or could not be read; by gateway."""

import sqlite3
from typing import Any

from server.measures.ranks import ranks

LATE = 5 * 60  # seconds from sending to arrival, from which on a message was late
WAITED = 5  # seconds from arrival to the record, from which on a message lay in the spool
SKEW = 60  # seconds by which a sender's clock may be ahead
Row = dict[str, Any]


def delays(db: sqlite3.Connection) -> list[Row]:
    """Each gateway: `messages`; how many said when they were sent (`dated`), of these `median` and `p90` in seconds,
    how many were `late` and how many came before they were sent (`ahead`: a wrong clock); how many were `spooled` and
    for how long at most (`longest`; None in a rehearsal, whose hours are not the record's); `in_part`, `set_aside`."""
    found = db.execute(
        "SELECT gateway, count(*) AS messages, sum(kind = 'set_aside') AS set_aside,"
        " sum(kind != 'part' AND part != '') AS in_part"
        " FROM cards JOIN restrictions ON card = id WHERE NOT cards.restricted GROUP BY gateway ORDER BY gateway"
    )
    spooled = _spooled(db)
    return [{**dict(row), **_sent(db, row["gateway"]), **spooled.get(row["gateway"], _UNKNOWN)} for row in found]


_UNKNOWN: Row = {"spooled": None, "longest": None}


def _sent(db: sqlite3.Connection, gateway: str) -> Row:
    found = db.execute(
        "SELECT (julianday(at) - julianday(sent_at)) * 86400 AS took FROM cards"
        " WHERE gateway = ? AND sent_at != '' AND NOT restricted",
        (gateway,),
    )
    took = [row["took"] for row in found if row["took"] is not None]
    fair = [seconds for seconds in took if seconds >= -SKEW]
    known = ranks(max(0, seconds) for seconds in fair)
    late = sum(seconds > LATE for seconds in fair)
    return {"dated": len(took), "median": known.median, "p90": known.p90, "late": late, "ahead": len(took) - len(fair)}


def _spooled(db: sqlite3.Connection) -> dict[str, Row]:
    found = db.execute(
        "SELECT gateway, sum(waited > ?) AS spooled, max(waited) AS longest FROM"
        " (SELECT gateway, (julianday(history.at) - julianday(cards.at)) * 86400 AS waited FROM cards"
        " JOIN history ON card = id AND wire = 'report.received' WHERE NOT cards.restricted AND NOT rehearsal)"
        " GROUP BY gateway",
        (WAITED,),
    )
    return {row["gateway"]: {"spooled": row["spooled"], "longest": round(row["longest"])} for row in found}
