"""The room's figures and the coverage as each role may see them."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dashboard.untold import FEWEST
from dashboard.views import DESKS, LEAD, SCOPE, WHOLE
from server import heard, sums
from server.board import Board
from server.heard import View
from server.pack import Pack


def counts(board: Board, role: str, pack: Pack, now: datetime) -> dict[str, Any]:
    """The room's figures as `role` may see them; `clock` is the room's hour, simulated in a rehearsal."""
    whole, scope = sums.totals(board), SCOPE[role]
    simulated = whole["rehearsal"] and not whole["mixed"]
    clock = whole["newest"] if simulated else now.astimezone(UTC).isoformat(timespec="seconds")
    shown = {
        "clock": clock,
        "rehearsal": whole["rehearsal"],
        "mixed": whole["mixed"],
        "total": whole["total"],
        **_heard(provinces(heard.today(board.attendance, whole, now), role)),
        "stations": len(pack.stations),
        **sums.counts(board, scope),
    }
    if role not in DESKS:
        return shown
    kinds, agreed = whole["kinds"], board.agreement.figures()
    named = {"checkins": kinds.get("checkin", 0), "set_aside": kinds.get("set_aside", 0), "raw": kinds.get("raw", 0)}
    return {
        **shown,
        **named,
        "unsorted": kinds.get("unsorted", 0),
        "waiting": kinds.get("crowded", 0),
        **{name: whole[name] for name in ("restricted", "not_understood", "crowded", "copies")},
        "security_leads": board.people.how_many(LEAD),
        "alerts": board.alerts.going_on(whole=WHOLE[role] == "all", rehearsal=bool(simulated)),
        **{name: whole[name] for name in ("sources", "sources_unknown", "blocked")},
        "agreement": {name: agreed[name] for name in ("decided", "agreed", "either")},
        "by_rules": board.agreement.by_rules(),
    }


def provinces(view: View, role: str) -> list[heard.Row]:
    """The coverage of each province that `role` is told of; see heard.areas."""
    rows = _provinces(view, view.attendance.version)
    return [row for row in rows if role in DESKS or row["monitors"] >= FEWEST]


def told(view: View, role: str) -> View:
    """The coverage that `role` is told of: press and viewers of no province with so few monitors that one shows."""
    known = {row["area"] for row in provinces(view, role)}
    return replace(view, without=tuple(area for area in _areas(view) if area not in known))


def _areas(view: View) -> list[str]:
    return [row["area"] for row in _provinces(view, view.attendance.version)]


@lru_cache(maxsize=8)
def _provinces(view: View, version: int) -> list[heard.Row]:
    """Counted once for all roles, as long as nothing changes and the hour is the same."""
    return heard.areas(view, "province")


def _heard(rows: list[heard.Row]) -> dict[str, int]:
    return {f"stations_{name}": sum(row[name] for row in rows) for name in ("heard", "expected")}
