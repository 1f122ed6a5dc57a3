"""Which gateway is alive: messages by ten minutes, the last one, and what became of the texts it was given."""

from datetime import datetime

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, axis, buckets, part
from server.board import Board
from server.measures.channels import STATUSES, Row, gateways

NAMES = ("gateway", "messages", "last", "ago", *STATUSES)


def channels(board: Board, desk: Desk) -> Sheet:
    """Messages of each gateway by ten minutes; ten minutes without any are left blank."""
    found = gateways(board.db)
    columns = [desk.words[f"fig.column.{each}"] for each in NAMES]
    rows: list[list[Cell]] = [
        [
            one["gateway"] or desk.words["fig.no_gateway"],
            one["messages"],
            desk.hour(one["last"]) if one["last"] else None,
            desk.span(_ago(one, desk)),
        ]
        + [one[status] for status in STATUSES]
        for one in found
    ]
    drawn = [one for one in reversed(found) if one["buckets"]]
    drawing = _drawing(drawn, desk) if drawn else ([], {})
    return desk.sheet("gateways", drawing, (columns, rows), _shows(drawn, found, desk))


def _ago(one: Row, desk: Desk) -> float | None:
    return max(0.0, (desk.now - datetime.fromisoformat(one["last"])).total_seconds()) if one["last"] else None


def _drawing(drawn: list[Row], desk: Desk) -> tuple[list[Figure], Figure]:
    times = buckets([bucket for one in drawn for bucket in one["buckets"]], desk.now)
    heat = {
        "type": "heatmap",
        "x": [desk.local(time) for time in times],
        "y": [one["gateway"] for one in drawn],
        "z": [[one["buckets"].get(time) for time in times] for one in drawn],
        "zmin": 0,
        "xgap": 1,
        "ygap": 3,
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": "%{y} · %{x|%H:%M}: %{z}<extra></extra>",
    }
    layout = {
        "xaxis": axis(desk.words["fig.axis.received"], type="date", tickformat="%H:%M", showgrid=False),
        "yaxis": axis(desk.words["fig.axis.gateway"], type="category", showgrid=False),
    }
    return [heat], layout


def _shows(drawn: list[Row], found: list[Row], desk: Desk) -> str:
    if not drawn:
        return desk.say("fig.gateways.shows", 0)
    quiet = min(drawn, key=lambda one: one["last"])
    told = {"name": quiet["gateway"], "at": desk.hour(quiet["last"]), "ago": desk.span(_ago(quiet, desk))}
    asked = sum(one[status] for one in found for status in STATUSES)
    failed = sum(one["failed"] for one in found)
    texts = desk.say("fig.gateways.texts", asked, failed=part(failed, asked))
    return f"{desk.say('fig.gateways.shows', len(drawn), **told)} {texts}"
