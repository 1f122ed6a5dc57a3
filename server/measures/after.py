"""What the record says of a whole day's work, after it: times, missed clocks, messages, gateways, alerts, texts."""

import sqlite3
from dataclasses import asdict
from datetime import datetime
from typing import Any

from server import heard, sums
from server.board import Board
from server.measures.by_hour import by_hour
from server.measures.channels import STATUSES, signals
from server.measures.delays import delays
from server.measures.gaps import gaps
from server.measures.missed import missed
from server.measures.times import CLOCK, paces
from server.pack import Pack

Row = dict[str, Any]


def after(board: Board, pack: Pack, clock: datetime) -> Row:
    """Everything, at the room's hour; of no restricted report. Moments are aware, durations are seconds."""
    totals = sums.totals(board)
    now = heard.today(board.attendance, totals, clock).now
    late = missed(board.db, now)
    agreed = board.agreement.figures()
    return {
        "pack": pack.name,
        "now": now,
        "rehearsal": bool(totals["rehearsal"]),
        "mixed": bool(totals["mixed"]),
        "reports": _sums(totals),
        "incidents": sums.counts(board, "open")["by_status"],
        "times": {step: [asdict(one) for one in paces(board.db, step, pack.ladder.limits, now)] for step in CLOCK},
        "hours": by_hour(board.db, pack.zone),
        "missed": late,
        "messages": delays(board.db),
        "gaps": gaps(board.db, now),
        "signals": signals(board.db),
        "alerts": alerts(board.db),
        "texts": texts(board.db),
        "failures": board.texts.reasons(),
        "agreement": {name: agreed[name] for name in ("decided", "agreed", "either")},
    }


def alerts(db: sqlite3.Connection) -> list[Row]:
    """Every alert that tells of nothing restricted, and what became of it: `state` ("" when nobody answered), `by`,
    and the `number` of the incident that deals with it, or None. An incident that is restricted is not told of."""
    found = db.execute(
        "SELECT alerts.id, alerts.kind, alerts.category, alerts.province, since, alerts.until, ended, found, expected,"
        " times, iif(state = 'taken' AND cards.id IS NULL, 'acknowledged', ifnull(state, '')) AS state,"
        " ifnull(answered.by, '') AS by, number FROM alerts"
        " LEFT JOIN answered ON alert = alerts.id"
        " LEFT JOIN cards ON cards.id = answered.incident AND NOT cards.restricted"
        " WHERE NOT alerts.restricted ORDER BY since, alerts.id"
    )
    return [dict(row) for row in found]


def texts(db: sqlite3.Connection) -> list[Row]:
    """Why texts were sent -> how many, by what became of them."""
    rows: dict[str, Row] = {}
    told = "SELECT why, status, count(*) AS n FROM texts WHERE why != 'page' GROUP BY why, status ORDER BY why"
    for row in db.execute(told):  # how many pages there were tells how much was in danger
        rows.setdefault(row["why"], {"why": row["why"], **dict.fromkeys(STATUSES, 0)})[row["status"]] = row["n"]
    return list(rows.values())


def _sums(totals: Row) -> Row:
    """What became of all that was accepted: every report is in one of these, and none in two."""
    kinds = dict(totals["kinds"])
    apart = {name: kinds.pop(name, 0) for name in ("joined", "set_aside", "noise")}
    return {"accepted": totals["total"], "shown": sum(kinds.values()), **apart, "copies": totals["copies"]}
