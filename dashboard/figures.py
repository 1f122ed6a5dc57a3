"""From the board to Plotly dictionaries: what people would rather look at than read. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server import sums
from server.board import Board
from server.incidents import UNDECIDED, VERDICTS
from server.pack import Pack

Figure = dict[str, Any]
Words = Mapping[str, str]  # key -> text in the reader's language

STATUSES = (*UNDECIDED, *VERDICTS)
MOST_ROWS = 10  # provinces in one figure


def figures(board: Board, scope: str, pack: Pack, words: Words, language: str) -> dict[str, Figure]:
    """Every figure of the room by its name, over the incidents in scope. Colours are the page's: see `meta`."""
    place = where(board, scope, pack, words, language)
    if scope == "verified":  # a picture of one status has no more to say about status, and must not speak of reports
        return {"verified": verified(board, pack, words), "where": place}
    return {"reports": reports(board, scope, pack, words), "where": place, "status": status(board, scope, words)}


def reports(board: Board, scope: str, pack: Pack, words: Words) -> Figure:
    """How many reports of each category arrived in each ten minutes; all, check-ins too, as a line on its own scale."""
    buckets = sums.series(board, scope)
    data, layout = _bars(buckets, pack, words["figures.time"], words["figures.reports.n"])
    times = sorted({bucket for bucket, _ in buckets})
    if times:
        every = [sum(n for (bucket, _), n in buckets.items() if bucket == time) for time in times]
        data.append(_line(words["figures.all"], [_local(time, pack.zone) for time in times], every))
        layout["yaxis2"] = {"overlaying": "y", "side": "right", "showgrid": False, "rangemode": "tozero"}
    return {"says": "figures.reports.says", "data": data, "layout": layout}


def verified(board: Board, pack: Pack, words: Words) -> Figure:
    """How many of the incidents that are verified were first told in each ten minutes, by category."""
    buckets = sums.series(board, "verified")
    data, layout = _bars(buckets, pack, words["figures.time"], words["figures.incidents.n"])
    return {"says": "figures.verified.says", "data": data, "layout": layout}


def _bars(buckets: Mapping[tuple[str, str], int], pack: Pack, x: str, y: str) -> tuple[list[Figure], Figure]:
    times = sorted({bucket for bucket, _ in buckets})
    present = {code for _, code in buckets}
    data: list[Figure] = [
        {
            "type": "bar",
            "name": code,
            "x": [_local(time, pack.zone) for time in times],
            "y": [buckets.get((time, code), 0) for time in times],
            "width": 9 * 60 * 1000,  # milliseconds: bars of nine minutes, so that ten of them do not touch
            "hovertemplate": "%{x|%H:%M} · %{y}<extra>" + code + "</extra>",
            "meta": {"category": code},
        }
        for code in (category.code for category in pack.taxonomy.categories)
        if code in present
    ]
    layout = _layout(x, y) | {"barmode": "stack"}
    layout["xaxis"] |= {"type": "date", "tickformat": "%H:%M"}
    return data, layout


def _line(name: str, x: list[str], y: list[int]) -> Figure:
    look = {"mode": "lines", "line": {"width": 1.5, "dash": "dot"}, "yaxis": "y2", "meta": {"other": True}}
    return {
        "type": "scatter",
        "name": name,
        "x": x,
        "y": y,
        "hovertemplate": "%{x|%H:%M} · %{y}<extra></extra>",
        **look,
    }


def where(board: Board, scope: str, pack: Pack, words: Words, language: str) -> Figure:
    """How many incidents of each category each province has: the provinces with most, the first on top."""
    cells = sums.crossing(board, scope)
    codes = [category.code for category in pack.taxonomy.categories]
    totals: dict[str, int] = {}
    for (province, _), n in cells.items():
        totals[province] = totals.get(province, 0) + n
    rows = sorted((code for code in totals if code), key=lambda code: (totals[code], code))[-MOST_ROWS:]
    rows = [*([""] if "" in totals else []), *rows]  # those without a place below all others
    counts = [[cells.get((row, code), 0) for code in codes] for row in rows]
    heatmap = {
        "type": "heatmap",
        "x": codes,
        "y": [pack.places[code].name.get(language, code) if code else words["place.none"] for code in rows],
        "z": counts,
        "text": [[n or "" for n in line] for line in counts],
        "texttemplate": "%{text}",
        "xgap": 1,
        "ygap": 1,
        "showscale": False,
        "hovertemplate": "%{y} · %{x}: %{z}<extra></extra>",
    }
    layout = _layout("", "")
    layout["xaxis"] |= {"type": "category"}
    layout["yaxis"] |= {"type": "category"}
    return {"says": "figures.where.says", "data": [heatmap] if rows else [], "layout": layout}


def status(board: Board, scope: str, words: Words) -> Figure:
    """How far the incidents are; a status that none has is left out."""
    found = sums.counts(board, scope)["by_status"]
    names = [name for name in reversed(STATUSES) if found.get(name)]
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": [words[f"status.{name}"] for name in names],
        "x": [found.get(name, 0) for name in names],
        "text": [str(found.get(name, 0)) for name in names],
        "textposition": "auto",
        "hovertemplate": "%{y}: %{x}<extra></extra>",
        "meta": {"status": names},
    }
    layout = _layout(words["figures.incidents.n"], "")
    layout["yaxis"] |= {"type": "category"}
    return {"says": "figures.status.says", "data": [bar] if sum(found.values()) else [], "layout": layout}


def _layout(x: str, y: str) -> Figure:
    return {
        "margin": {"l": 8, "r": 8, "t": 4, "b": 4},
        "xaxis": {"title": {"text": x}},
        "yaxis": {"title": {"text": y}},
    }


def _local(bucket: str, zone: ZoneInfo) -> str:
    """A bucket's beginning on the clock of the election; Plotly knows no zones."""
    return datetime.fromisoformat(f"{bucket}0:00+00:00").astimezone(zone).strftime("%Y-%m-%d %H:%M")
