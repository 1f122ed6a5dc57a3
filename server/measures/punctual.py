"""Whether people keep to the clocks of grave incidents, and how many clocks run just now."""

import sqlite3
from datetime import datetime

from server.asking.conditions import NEVER, SOONEST
from server.measures.paces import MEASURED
from server.work.hours import stamp

GRAVE = 4  # severity from which on clocks are counted
STOPPED = "coalesce(nullif({met}, ''), nullif(ended, ''), :now)"
KEPT = " AND ".join(
    f"(clocks.{name}_due = '' OR {STOPPED.format(met=f'clocks.{met}')} <= clocks.{name}_due)"
    for name, met in (("look", "looked"), ("call", "called"))
)


def grave(db: sqlite3.Connection, now: datetime) -> tuple[int, int]:
    """How many grave incidents kept to all their clocks so far, at the room's hour, and how many have any."""
    asked = (
        f"SELECT count(*) FILTER (WHERE {KEPT}), count(*) FROM clocks JOIN cards ON id = card"  # noqa: S608 - our words
        f" WHERE cards.severity >= {GRAVE} AND (clocks.look_due != '' OR clocks.call_due != '') AND {MEASURED}"
    )
    kept, of = db.execute(asked, {"now": stamp(now)}).fetchone()
    return int(kept), int(of)


def running(db: sqlite3.Connection, now: datetime) -> tuple[int, int]:
    """Incidents of which a clock runs, and those of them of which one has run out."""
    asked = (
        f"SELECT count(*), count(*) FILTER (WHERE {SOONEST} < :now) FROM cards"  # noqa: S608 - our words
        f" WHERE look_due != '' AND {MEASURED} AND {SOONEST} < '{NEVER}'"
    )
    runs, over = db.execute(asked, {"now": stamp(now)}).fetchone()
    return int(runs), int(over)
