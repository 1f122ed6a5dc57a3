"""From the board to Plotly dictionaries: what people would rather look at than read. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from server import queries
from server.board import Board
from server.pack import Pack

Figure = dict[str, Any]
Words = Mapping[str, str]  # key -> text in the reader's language

COLOURS = {  # Okabe and Ito's eight colours that the colour-blind tell apart, less black, and three greys and browns
    "PR": "#0072B2",
    "ID": "#56B4E9",
    "IN": "#D55E00",
    "VS": "#B3261E",
    "OB": "#CC79A7",
    "BU": "#E69F00",
    "BX": "#009E73",
    "CT": "#8C6D1F",
    "AC": "#7A7A7A",
    "LG": "#5B5EA6",
}
OTHER = "#9AA3AD"
STATUSES = ("new", "verified", "rejected")


def figures(board: Board, scope: str, pack: Pack, words: Words, language: str) -> dict[str, Figure]:
    """Every figure of the room by its name, over the incidents in scope."""
    return {
        "flow": flow(board, scope, pack, words),
        "heat": heat(board, scope, pack, words, language),
        "status": status(board, scope, words),
    }


def flow(board: Board, scope: str, pack: Pack, words: Words) -> Figure:
    """How many reports of each category arrived in each ten minutes."""
    buckets = queries.series(board, scope)
    times = sorted({bucket for bucket, _ in buckets})
    local = [_local(bucket, pack.zone) for bucket in times]
    codes = [category.code for category in pack.taxonomy.categories]
    data = [
        {
            "type": "bar",
            "name": code or words["figure.other"],
            "x": local,
            "y": [buckets.get((bucket, code), 0) for bucket in times],
            "marker": {"color": COLOURS.get(code, OTHER)},
            "hovertemplate": "%{x|%H:%M} · %{y}<extra>" + (code or words["figure.other"]) + "</extra>",
        }
        for code in [*codes, ""]
        if any((bucket, code) in buckets for bucket in times)
    ]
    layout = _layout(words, "flow", "figure.time", "figure.reports")
    layout |= {"barmode": "stack", "bargap": 0.08}
    layout["xaxis"] |= {"type": "date", "tickformat": "%H:%M", "rangemode": "normal"}
    return _figure(words, "flow", data, layout)


def heat(board: Board, scope: str, pack: Pack, words: Words, language: str) -> Figure:
    """How many incidents of each category each province has; the provinces with most first."""
    cells = queries.crossing(board, scope)
    codes = [category.code for category in pack.taxonomy.categories]
    totals: dict[str, int] = {}
    for (province, _), n in cells.items():
        totals[province] = totals.get(province, 0) + n
    rows = sorted(totals, key=lambda code: (totals[code], code))[-12:]
    names = [pack.places[code].name.get(language, code) if code else words["figure.unplaced"] for code in rows]
    counts = [[cells.get((row, code), 0) for code in codes] for row in rows]
    heatmap = {
        "type": "heatmap",
        "x": codes,
        "y": names,
        "z": counts,
        "text": [[n or "" for n in line] for line in counts],
        "texttemplate": "%{text}",
        "colorscale": [[0, "rgba(0,114,178,0)"], [0.02, "rgba(0,114,178,0.14)"], [1, "rgba(0,114,178,0.85)"]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{y} · %{x}: %{z}<extra></extra>",
    }
    layout = _layout(words, "heat", "figure.category", "")
    layout["xaxis"] |= {"type": "category"}
    layout["yaxis"] |= {"type": "category", "automargin": True}
    return _figure(words, "heat", [heatmap] if rows else [], layout)


def status(board: Board, scope: str, words: Words) -> Figure:
    """How far the incidents are."""
    found = queries.counts(board, scope)["by_status"]
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": [words[f"status.{name}"] for name in reversed(STATUSES)],
        "x": [found.get(name, 0) for name in reversed(STATUSES)],
        "text": [str(found.get(name, 0)) for name in reversed(STATUSES)],
        "textposition": "auto",
        "marker": {"color": ["#7A7A7A", "#009E73", "#0072B2"]},
        "hovertemplate": "%{y}: %{x}<extra></extra>",
    }
    layout = _layout(words, "status", "figure.incidents", "")
    layout["yaxis"] |= {"type": "category", "automargin": True}
    return _figure(words, "status", [bar] if sum(found.values()) else [], layout)


def map_shapes(pack: Pack) -> dict[str, Any]:
    """The provinces' outlines (rings of [longitude, latitude]) and names, and whom to thank for them."""
    provinces = [place for place in pack.places.values() if place.level == "province"]
    return {
        "provinces": [
            {
                "code": place.code,
                "name": dict(place.name),
                "lat": place.lat,
                "lon": place.lon,
                "rings": [ring for polygon in pack.polygons[place.code]["coordinates"] for ring in polygon],
            }
            for place in provinces
        ],
        "attribution": list(pack.attribution),
    }


def map_data(board: Board, scope: str) -> dict[str, Any]:
    """What lies on the map: counts by province, points, and how many have no place."""
    everything = queries.counts(board, scope)
    verified = queries.counts(board, "verified")["by_province"]
    open_ = "open" if scope == "all" else scope  # restricted incidents are on no map, whoever looks
    shown = queries.counts(board, open_)["by_province"]
    return {
        "by_province": {code: {"incidents": n, "verified": verified.get(code, 0)} for code, n in shown.items()},
        "points": queries.points(board, open_),
        "unplaced": everything["unplaced"],
        "restricted": queries.totals(board)["restricted"] if scope in ("all", "open") else 0,
    }


def _figure(words: Words, name: str, data: list[Figure], layout: Figure) -> Figure:
    return {"title": words[f"figure.{name}"], "says": words[f"figure.{name}.says"], "data": data, "layout": layout}


def _layout(words: Words, name: str, x: str, y: str) -> Figure:
    return {
        "uirevision": name,
        "margin": {"l": 40, "r": 8, "t": 8, "b": 36},
        "xaxis": {"title": {"text": words.get(x, "")}, "automargin": True},
        "yaxis": {"title": {"text": words.get(y, "")}},
        "legend": {"orientation": "h", "y": 1.12},
    }


def _local(bucket: str, zone: ZoneInfo) -> str:
    """A bucket's beginning on the clock of the election; Plotly knows no zones."""
    return datetime.fromisoformat(f"{bucket}0:00+00:00").astimezone(zone).strftime("%Y-%m-%d %H:%M")
