"""What a redacted record tells by itself: its incidents as they stand at its end, its statements, its corrections."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from server.verify import Fold, Record

Row = dict[str, Any]
PUBLISHED = ("verified", "corroborated")  # verdicts of incidents that are listed one by one


@dataclass(frozen=True)
class Told:
    """`incidents`: case, status, category, sub, severity, province, basis, rehearsal, method ("": is not shown), sorted
    by case; only those that are listed one by one. `statements`: released documents with `withdrawn`, the reason or "",
    by number."""

    incidents: list[Row]
    statements: list[Row]
    facts: int
    at: int  # when its head was signed, Unix time


def told(record: Record) -> Told:
    """What the record says, from nothing but its shown facts. Raises verify.Fault."""
    fold = Fold()
    for fact in record.facts:
        fold.take(fact)
    end = record.head["size"]
    cases = sorted(fold.decided() - record.aside.get(end, frozenset()))
    rows = [_incident(case, fold.cases[case]) for case in cases]
    return Told([row for row in rows if row["status"] in PUBLISHED], _statements(record), end, record.head["at"])


def _incident(case: str, state: Row) -> Row:
    named = ("status", "category", "sub", "severity", "province", "basis", "rehearsal", "method")
    return {"case": case, **{name: state.get(name, "") for name in named}}


def _statements(record: Record) -> list[Row]:
    shown = [fact.fields for fact in record.facts]
    withdrawn = {one["statement"]: one["body.reason"] for one in shown if one["wire"] == "statement.withdrawn"}
    released = [one for one in shown if "body.document" in one]
    found = [json.loads(one["body.document"]) | {"withdrawn": withdrawn.get(one["statement"], "")} for one in released]
    return sorted(found, key=lambda one: int(one["number"]))


def counted(incidents: Iterable[Row], *names: str) -> dict[tuple[str, ...], int]:
    """How many incidents there are of each combination of these fields."""
    found: dict[tuple[str, ...], int] = {}
    for one in incidents:
        key = tuple(one[name] for name in names)
        found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items()))
