"""Sums over the board: how many of what, by what, within a scope. The board keeps them; nothing is counted here."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from server.board import Board
from server.measures import tallies
from server.measures.scopes import SCOPES
from server.queries import WAITS

DAY = timedelta(hours=24)
Buckets = dict[tuple[str, str], int]  # (ten minutes, `2017-06-04T03:4` in UTC; category) -> how many


def counts(board: Board, scope: str) -> dict[str, Any]:
    """How many incidents, in scope, by what; see the keys."""
    by_province, by_category, by_status = Counter[str](), Counter[str](), Counter[str]()
    for (province, category), n in tallies.of(board.db, "crossing", scope).items():
        by_province[province] += n
        by_category[category] += n
    for (_, status), n in tallies.of(board.db, "flow", scope).items():
        by_status[status] += n
    unplaced = by_province.pop("", 0)
    return {
        "incidents": by_category.total(),
        "by_status": dict(by_status),
        "by_severity": {severity: n for (severity, _), n in tallies.of(board.db, "severity", scope).items()},
        "by_category": dict(by_category),
        "by_province": dict(by_province),
        "unplaced": unplaced,
    }


def totals(board: Board) -> dict[str, Any]:
    """Figures of the whole room that name nobody and no place. `restricted`: how many of those wait for a decision;
    in every other number there is none of them, or a number would tell of one."""
    kinds = {kind: n for (kind, _), n in tallies.of(board.db, "kind", "open").items()}
    newest = board.db.execute("SELECT at FROM cards ORDER BY at DESC LIMIT 1").fetchone()
    rehearsed = {kind for kind, _ in tallies.of(board.db, "rehearsal", "all")}
    return {
        "total": sum(kinds.values()),
        "kinds": kinds,
        "restricted": _restricted(board),
        "sources": tallies.different(board.db, "known"),
        "sources_unknown": tallies.different(board.db, "unknown"),
        **{name: tallies.total(board.db, name, "open") for name in ("blocked", "not_understood", "crowded", "copies")},
        "rehearsal": "1" in rehearsed,
        "mixed": len(rehearsed) > 1,
        "newest": newest["at"] if newest else "",
    }


def rehearsed(board: Board) -> bool:
    """Whether there is a rehearsal on the record, and nothing else."""
    return {kind for kind, _ in tallies.of(board.db, "rehearsal", "all")} == {"1"}


def series(board: Board, scope: str, what: str = "report") -> Buckets:
    """Reports, or incidents (`opened`), of the day before the newest, by ten minutes of arrival and category."""
    found = tallies.of(board.db, what, scope)
    if not found:
        return {}
    newest = datetime.fromisoformat(f"{max(found)[0]}0:00").replace(tzinfo=UTC)
    since = (newest - DAY).isoformat()[:15]
    return {key: n for key, n in found.items() if key[0] > since}


def crossing(board: Board, scope: str) -> dict[tuple[str, str], int]:
    """Incidents by province and category."""
    return tallies.of(board.db, "crossing", scope)


def reports(board: Board, column: str, value: str) -> int:
    """How many reports came from a `source` or a `monitor`, but for restricted ones."""
    where = f"{column} = ? AND {SCOPES['open']}"
    return int(board.db.execute(f"SELECT count(*) FROM cards WHERE {where}", (value,)).fetchone()[0])  # noqa: S608


def _restricted(board: Board) -> int:
    where = f"{SCOPES['restricted']} AND {WAITS} AND standing != 'blocked'"
    return int(board.db.execute(f"SELECT count(*) FROM cards INDEXED BY cards_restricted WHERE {where}").fetchone()[0])  # noqa: S608
