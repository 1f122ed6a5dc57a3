"""What an alert rests on: the reports to look at in the feed, and a small picture of what came when."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard import views
from dashboard.words import words_for
from server import queries
from server.alerts.shown import Row
from server.board import Board
from server.guard import me, room
from server.measures import scopes
from server.pack import Pack
from server.roles import allow

evidence = Blueprint("evidence", __name__, url_prefix="/api/v1")
PAST = timedelta(hours=3)  # of a picture, before the end of what the alert tells of
STEP = timedelta(minutes=10)
Figure = dict[str, Any]


@evidence.get("/alerts/<alert>/figure")
@allow(*views.DESKS)
def figure(alert: str) -> Any:
    """What came in each ten minutes, beside what was to be expected: ?lang=."""
    row = _row(room().board, alert, me().role)
    asked = request.args.get("lang", "") or request.cookies.get("lang", "")
    language = asked if asked in room().pack.languages else room().pack.languages[0]
    if row is None:
        abort(404)
    return jsonify(picture(room().board, row, room().pack, words_for(language)))


def reports(board: Board, alert: str, role: str) -> tuple[str, ...]:
    """The ids of the reports that an alert rests on; none for an alert that is not there, or not for this role."""
    row = _row(board, alert, role)
    return tuple(row["evidence"].get("reports", ())) if row else ()


def picture(board: Board, row: Row, pack: Pack, words: dict[str, str]) -> Figure:
    """A Plotly dictionary: of a burst, all incidents of its category in its area, else the reports that it rests on."""
    until = datetime.fromisoformat(row["until"])
    since = min(datetime.fromisoformat(row["since"]), until - PAST if row["kind"] == "burst" else until - STEP)
    begins = since - timedelta(minutes=since.minute % 10, seconds=since.second)
    steps = [begins + STEP * n for n in range(int((until - begins) / STEP) + 1)]
    times = [datetime.fromisoformat(at) for at in _times(board, row, (begins, until), pack)]
    bars = {
        "type": "bar",
        "x": [_local(step, pack) for step in steps],
        "y": [sum(step <= at < step + STEP for at in times) for step in steps],
        "width": 9 * 60 * 1000,  # milliseconds: bars of nine minutes, so that ten of them do not touch
        "hovertemplate": "%{x|%H:%M} · %{y}<extra></extra>",
        "meta": {"category": row["category"]} if row["category"] else {"other": True},
    }
    axes = {"xaxis": {"title": {"text": ""}, "type": "date", "tickformat": "%H:%M"}, "yaxis": {"title": {"text": ""}}}
    layout = {"margin": {"l": 8, "r": 8, "t": 4, "b": 4}, **axes}
    return {"says": words["alerts.figure"], "data": [bars, *_expected(row, pack)], "layout": layout}


def _expected(row: Row, pack: Pack) -> list[Figure]:
    """What was to be expected in each ten minutes of the window, as a line; only a burst is of a rate."""
    if row["kind"] != "burst":
        return []
    since, until = (datetime.fromisoformat(row[name]) for name in ("since", "until"))
    each = row["expected"] / max(1.0, (until - since) / STEP)
    ends = [_local(moment, pack) for moment in (since, until)]
    look = {"mode": "lines", "hovertemplate": f"{each:.1f}<extra></extra>", "meta": {"expected": True}}
    return [{"type": "scatter", "x": ends, "y": [each, each], **look}]


def _times(board: Board, row: Row, between: tuple[datetime, datetime], pack: Pack) -> list[str]:
    """When the reports of the picture came, none that is restricted but in an alert that is."""
    parts, ids = set(row["evidence"].get("parts", ())), set(row["evidence"].get("reports", ()))
    if row["kind"] != "burst":
        return [each["at"] for each in queries.rows_of(board, ids) if row["restricted"] or not each["restricted"]]
    within = f"{scopes.COUNTED} AND {scopes.SCOPES['all' if row['restricted'] else 'open']}"
    found = board.db.execute(
        "SELECT id, at, province, station, json_extract(place, '$.code') AS code FROM cards"  # noqa: S608 - ours
        f" WHERE kind = 'incident' AND category = ? AND rehearsal = ? AND {within}"
        " AND datetime(at) BETWEEN datetime(?) AND datetime(?)",
        (row["category"], row["rehearsal"], *(each.isoformat() for each in between)),
    )
    return [each["at"] for each in found if each["id"] in ids or not parts.isdisjoint(_areas(each, pack))]


def _areas(row: queries.Row, pack: Pack) -> set[str]:
    """The areas that an incident lies in."""
    code = pack.stations[row["station"]].commune if row["station"] in pack.stations else row["code"] or row["province"]
    areas = set()
    while code in pack.places:
        areas.add(code)
        code = pack.places[code].parent
    return areas


def _row(board: Board, alert: str, role: str) -> Row | None:
    rows = board.alerts.rows(whole=views.WHOLE[role] == "all")
    return next((row for row in rows if row["id"] == alert), None)


def _local(moment: datetime, pack: Pack) -> str:
    """A moment on the clock of the election; Plotly knows no zones."""
    return moment.astimezone(pack.zone).strftime("%Y-%m-%d %H:%M")
