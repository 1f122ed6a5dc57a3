"""Who works on an incident, by when something is due, and who is told because it was not done: for desks."""

from typing import Any

from server import queries

FIELDS = ("assigned", "held", "due", "clocks", "escalated", "mentions", "work_version")  # of a card
FACTS = ("to", "until", "clock", "level")  # of a fact about the work


def told(row: queries.Row) -> dict[str, Any]:
    """As JSON. Whether somebody still holds it, and what is overdue, a screen sees by the room's clock."""
    return {
        **{name: row[name] or None for name in ("assigned", "due", "escalated")},
        "held": {"by": row["holder"], "until": row["held_until"]} if row["holder"] else None,
        "clocks": [] if row["stands"] else [_clock(name, row, column) for name, column in _running(row)],
        "mentions": queries.read(row["mentions"]),
        "work_version": row["work_version"],
    }


def _running(row: queries.Row) -> list[tuple[str, str]]:
    calls = [] if row["restricted"] else [("call_back", "call")]
    return [(name, column) for name, column in [("look", "look"), *calls] if row[f"{column}_due"]]


def _clock(name: str, row: queries.Row, column: str) -> dict[str, Any]:
    return {"name": name, "due": row[f"{column}_due"], "met": row[f"{column}_met"] or None}
