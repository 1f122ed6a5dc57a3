"""Which open incidents come first: what may be taken, and what is overdue. Nothing restricted is ever among them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from server.board import Board
from server.incidents import UNDECIDED
from server.measures import scopes
from server.work.hours import stamp

OVERDUE = (
    "((look_due != '' AND look_met = '' AND look_due < :now)"
    " OR (NOT restricted AND call_due != '' AND call_met = '' AND call_due < :now)) AND stands = ''"
)  # at the room's hour `:now`, as tasks.stamp writes it
OPEN = (
    f"kind = 'incident' AND status IN ({', '.join(repr(status) for status in UNDECIDED)})"
    f" AND {scopes.SCOPES['open']} AND {scopes.COUNTED}"
)
SOONEST = (
    "min(iif(look_due != '' AND look_met = '', look_due, '~'), iif(call_due != '' AND call_met = '', call_due, '~'))"
)


def to_take(
    board: Board, person: str, now: datetime, most: int, where: str = "1", values: Sequence[Any] = ()
) -> list[tuple[str, int]]:
    """The most urgent open incidents that nobody holds and that are assigned to nobody else, and the versions of the
    work on them. `where` (with `values` for its question marks) narrows them."""
    found = board.db.execute(
        f"SELECT id, work_version FROM cards WHERE {OPEN} AND (holder = '' OR held_until <= ?)"  # noqa: S608 - ours
        f" AND assigned IN ('', ?) AND ({where}) ORDER BY severity DESC, {scopes.TRUST}, {SOONEST}, at, row LIMIT ?",
        (stamp(now), person, *values, most),
    )
    return [(row["id"], row["work_version"]) for row in found]


def overdue(board: Board, now: datetime) -> list[str]:
    """Open incidents of which a clock has run out, the gravest first."""
    found = board.db.execute(
        f"SELECT id FROM cards WHERE {OPEN} AND {OVERDUE} ORDER BY severity DESC, at, row",  # noqa: S608 - ours
        {"now": stamp(now)},
    )
    return [row["id"] for row in found]


def grave(board: Board, least: int) -> list[str]:
    """Open incidents of this severity or more, the gravest first."""
    query = f"SELECT id FROM cards WHERE {OPEN} AND severity >= ? ORDER BY severity DESC, at, row"  # noqa: S608 - ours
    return [row["id"] for row in board.db.execute(query, (least,))]
