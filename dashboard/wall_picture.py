"""What the wall shows, as one picture for every screen and language: codes and numbers, nobody's words. Pure."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard import summed
from server import heard, sums
from server.board import Board
from server.incidents import VERDICTS
from server.measures import tallies
from server.measures.accounted import TERMS, Balance
from server.measures.alive import alive
from server.measures.punctual import grave, running
from server.measures.reach import ENOUGH, reach
from server.measures.scopes import SCOPES
from server.pack import Pack

MOST = 7  # headlines
LISTED = (3, 4)  # severities that are told one by one; the pack's ladder lets 5 become public by decision of two alone
LOOKING = "viewer"  # whose eyes the wall has: it is told what they are, and less

Picture = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """What takes longer to count, of a moment ago: stations `heard` on time of those with a monitor, `calm` of those
    that anything was `reached` from; grave incidents that kept to their clocks; `quiet` provinces are not named."""

    heard: list[int]
    calm: list[int]
    in_time: list[int]
    reached: dict[str, int]  # place -> stations
    quiet: frozenset[str]


def ground(board: Board, now: datetime) -> Ground:
    """Count stations and clocks at the moment `now` of the wall clock, as far as the wall is told of them."""
    view = heard.today(board.attendance, sums.totals(board), now)
    rows, seen = summed.provinces(view, LOOKING), summed.told(view, LOOKING)
    reached = reach(seen).heard
    on_time, expected, calm = (sum(row[name] for row in rows) for name in ("heard", "expected", "calm"))
    spoken = sum(reached.get(row["area"], 0) for row in rows)
    in_time = list(grave(board.db, board.tasks.now(now)))
    return Ground([on_time, expected], [calm, spoken], in_time, reached, frozenset(seen.without))


def picture(board: Board, pack: Pack, now: datetime, balance: Balance, known: Ground) -> Picture:
    """Everything that the wall shows at the moment `now` of the wall clock; see the keys."""
    whole, hour = sums.totals(board), board.tasks.now(now)
    runs, over = running(board.db, hour)
    return {
        "numbers": numbers(board, known),
        "clocks": {"running": runs, "overdue": over},
        **where(board, pack, known),
        "headlines": headlines(board, known.quiet),
        "next": upcoming(pack, hour),
        "statement": announced(board, now, whole["rehearsal"]),
        "gateways": alive(board.db, hour),
        "balance": balanced(balance, now),
        "rehearsal": whole["rehearsal"],
        "mixed": whole["mixed"],
        "empty": not whole["newest"],
    }


def numbers(board: Board, known: Ground) -> dict[str, list[int]]:
    """The big numbers, each with what it is of; of all incidents so many are verified, or decided at all."""
    counts = sums.counts(board, "open")
    decided = sum(counts["by_status"].get(status, 0) for status in VERDICTS)
    return {
        "heard": known.heard,
        "calm": known.calm,
        "verified": [counts["by_status"].get("verified", 0), counts["incidents"]],
        "decided": [decided, counts["incidents"]],
        "in_time": known.in_time,
    }


def where(board: Board, pack: Pack, known: Ground) -> Picture:
    """Verified incidents by province, beside how many that is per 100 stations heard from, where those are enough;
    `elsewhere`: without a place, or where so few monitors are that it might point at one. `few`: the least stations."""
    found: dict[str, int] = {}
    for (province, _), n in tallies.of(board.db, "crossing", "verified").items():
        told = province if province in pack.places and province not in known.quiet else ""
        found[told] = found.get(told, 0) + n
    elsewhere = found.pop("", 0)
    provinces = {
        code: {"verified": found.get(code, 0), "per_100": _rate(found.get(code, 0), known.reached.get(code, 0))}
        for code, place in pack.places.items()
        if place.level == "province" and code not in known.quiet
    }
    return {"provinces": provinces, "elsewhere": elsewhere, "few": ENOUGH}


def headlines(board: Board, quiet: Set[str]) -> list[dict[str, Any]]:
    """The incidents that were verified last, of LISTED: `category`, `province` ("" where it is not named) and `at`."""
    marks = ",".join(map(str, LISTED))
    rows = board.db.execute(
        f"SELECT category, province, severity, at FROM cards WHERE kind = 'incident' AND {SCOPES['verified']}"  # noqa: S608
        f" AND severity IN ({marks}) ORDER BY unixepoch(at) + ifnull(settled, 0) DESC, row DESC LIMIT ?",
        (MOST,),
    )
    return [
        {**dict(row), "province": "" if row["province"] in quiet else row["province"], "at": row["at"][:16] + "Z"}
        for row in rows
    ]


def upcoming(pack: Pack, hour: datetime) -> dict[str, str] | None:
    """The check-in that is due next on the day: `code` and `due` (ISO 8601)."""
    schedule = pack.schedule
    if not schedule.begins - timedelta(days=1) <= hour < schedule.ends:
        return None
    following = next((one for one in schedule.checkins if one.due > hour), None)
    return {"code": following.code, "due": following.due.isoformat()} if following else None


def announced(board: Board, now: datetime, rehearsal: bool) -> str | None:
    """When the next statement may be out: the first end of an embargo (ISO 8601, UTC); nothing else is told of it."""
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    held = [row for row in board.statements.rows() if not row["ended"] and (rehearsal or not row["rehearsal"])]
    return min((row["until"] for row in held if row["until"] > at), default=None)


def balanced(balance: Balance, now: datetime) -> dict[str, int]:
    """What became of the reports that were accepted; `minutes`: how long some have been missing; `known`: or nobody can
    say."""
    minutes = round((now - balance.since).total_seconds() / 60) if balance.since else 0
    told = {name: getattr(balance, name) for name in ("accepted", *TERMS, "missing")}
    return told | {"minutes": max(0, minutes), "known": balance.known(now)}


def _rate(n: int, stations: int) -> float | None:
    return round(n * 100 / stations, 2) if stations >= ENOUGH else None
