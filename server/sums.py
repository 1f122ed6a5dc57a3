"""Sums over the board: how many of what, by what, within a scope."""

from datetime import datetime, timedelta
from typing import Any

from server.board import Board
from server.queries import COUNTED, SCOPES, TOLD, WAITS

DAY = timedelta(hours=24)


def counts(board: Board, scope: str) -> dict[str, Any]:
    """How many of what, in scope; see the keys."""
    within = f"kind = 'incident' AND {COUNTED} AND {SCOPES[scope]}"
    return {
        "incidents": _count(board, within),
        "by_status": _by(board, "status", within),
        "by_severity": _by(board, "severity", within),
        "by_category": _by(board, "category", within),
        "by_province": _by(board, "province", f"{within} AND province != ''"),
        "unplaced": _count(board, f"{within} AND province = ''"),
    }


def totals(board: Board) -> dict[str, Any]:
    """Figures of the whole room that name nobody and no place. `restricted`: how many of those wait for a decision;
    in every other number there is none of them, or a number would tell of one."""
    kinds = _by(board, "iif(stands = '', kind, 'joined')", f"{TOLD} AND {SCOPES['open']}")
    newest = board.db.execute("SELECT at FROM cards ORDER BY row DESC LIMIT 1").fetchone()
    rehearsed = _by(board, "rehearsal", "1")
    return {
        "total": sum(kinds.values()),
        "kinds": kinds,
        "restricted": _count(board, f"{SCOPES['restricted']} AND {WAITS} AND standing != 'blocked'"),
        "sources": _distinct(board, "monitor", "known"),
        "sources_unknown": _distinct(board, "source", "unknown"),
        "blocked": _count(board, f"standing = 'blocked' AND {SCOPES['open']}"),
        "not_understood": _count(board, f"unread AND {TOLD} AND {SCOPES['open']}"),
        "crowded": _count(board, f"crowded AND {SCOPES['open']}"),
        "copies": _count(board, f"copy AND {SCOPES['open']}"),
        "rehearsal": "1" in rehearsed,
        "mixed": len(rehearsed) > 1,
        "newest": newest["at"] if newest else "",
    }


def series(board: Board, scope: str) -> dict[tuple[str, str], int]:
    """Reports of the day before the newest, by ten minutes of arrival (`2017-06-04T03:4`, UTC) and category."""
    within = f"{TOLD} AND {SCOPES[scope]}"
    newest = board.db.execute(f"SELECT max(at) FROM cards WHERE {within}").fetchone()[0]  # noqa: S608
    if newest is None:
        return {}
    since = (datetime.fromisoformat(newest) - DAY).isoformat()
    found = board.db.execute(
        f"SELECT substr(at, 1, 15) AS bucket, category, count(*) AS n FROM cards WHERE {within}"  # noqa: S608
        " AND at > ? GROUP BY bucket, category",
        (since,),
    )
    return {(row["bucket"], row["category"]): row["n"] for row in found}


def crossing(board: Board, scope: str) -> dict[tuple[str, str], int]:
    """Incidents by province and category."""
    found = board.db.execute(
        f"SELECT province, category, count(*) AS n FROM cards WHERE kind = 'incident' AND {COUNTED}"  # noqa: S608
        f" AND {SCOPES[scope]} GROUP BY province, category"
    )
    return {(row["province"], row["category"]): row["n"] for row in found}


def reports(board: Board, column: str, value: str) -> int:
    """How many reports came from a `source` or a `monitor`, but for restricted ones."""
    where = f"{column} = ? AND {SCOPES['open']}"
    return int(board.db.execute(f"SELECT count(*) FROM cards WHERE {where}", (value,)).fetchone()[0])  # noqa: S608


def _count(board: Board, where: str) -> int:
    return int(board.db.execute(f"SELECT count(*) FROM cards WHERE {where}").fetchone()[0])  # noqa: S608 - ours


def _distinct(board: Board, column: str, standing: str) -> int:
    where = f"{column} != '' AND standing = ? AND {SCOPES['open']}"
    return int(board.db.execute(f"SELECT count(DISTINCT {column}) FROM cards WHERE {where}", (standing,)).fetchone()[0])  # noqa: S608


def _by(board: Board, column: str, where: str) -> dict[str, int]:
    query = f"SELECT {column} AS name, count(*) AS n FROM cards WHERE {where} GROUP BY {column}"  # noqa: S608
    return {str(row["name"]): row["n"] for row in board.db.execute(query)}
