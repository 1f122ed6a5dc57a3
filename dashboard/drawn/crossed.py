"""Which categories where: incidents beside the same per 100 stations heard from, never one without the other."""

import textwrap
from collections import Counter
from typing import Any

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, axis, number
from server.board import Board
from server.measures import tallies
from server.measures.reach import Reach
from server.pack import Pack

LEVELS = {"where": "crossing", "districts": "district"}  # name of the figure -> what is counted
MOST_ROWS = {"where": 40, "districts": 25}  # places in one drawing; the table has them all
MOST_LETTERS = 34  # of a line in the right half
IN_THE_MIDDLE = {"x": 0.76, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}  # of the right half
SIDES = (("x", [0.0, 0.48]), ("x2", [0.52, 1.0]))


def crossed(name: str, board: Board, scope: str, reach: Reach, desk: Desk, pack: Pack) -> Sheet:
    """Category by province (`where`) or district (`districts`); the places with most incidents, the first on top."""
    cells = tallies.of(board.db, LEVELS[name], scope)
    codes = [each.code for each in pack.taxonomy.categories]
    totals = Counter[str]()
    for (place, _), n in cells.items():
        totals[place] += n
    ranked = sorted((place for place in totals if place), key=lambda place: (-totals[place], place))
    drawn = list(reversed(ranked[: MOST_ROWS[name]]))
    drawn = [*([""] if totals[""] else []), *drawn]  # those without a place below all others
    counts = {place: [cells.get((place, code), 0) for code in codes] for place in [*ranked, ""]}
    label = {place: _named(place, desk, pack) for place in counts}
    columns = [desk.words["fig.column.place"], desk.words["fig.column.code"], desk.words["fig.column.stations"]]
    columns += [desk.words["fig.column.heard"], desk.words["fig.column.incidents"], desk.words["fig.column.rate"]]
    columns += codes
    rows = [_row(place, counts[place], reach, label) for place in [*ranked, *([""] if totals[""] else [])]]
    drawing = _drawing(drawn, codes, counts, reach, label, desk) if drawn else ([], {})
    return desk.sheet(name, drawing, (columns, rows), _shows(name, totals, reach, label, desk))


def _row(place: str, counts: list[int], reach: Reach, label: dict[str, str]) -> list[Cell]:
    rate = reach.rate(place, sum(counts))
    known = [reach.expected.get(place), reach.heard.get(place)] if place else [None, None]
    return [label[place], place, *known, sum(counts), None if rate is None else round(rate, 2), *counts]


def _drawing(
    drawn: list[str], codes: list[str], counts: dict[str, list[int]], reach: Reach, label: dict[str, str], desk: Desk
) -> tuple[list[Figure], Figure]:
    rates = [[reach.rate(place, n) if place else None for n in counts[place]] for place in drawn]
    names = [f"{label[place]} ({number(reach.heard.get(place, 0))})" if place else label[place] for place in drawn]
    plain = [[str(n) if n else "" for n in counts[place]] for place in drawn]
    texts = [[_rated(rate) for rate in line] for line in rates]
    data = [
        _heat("x", codes, names, [counts[place] for place in drawn], plain),
        _heat("x2", codes, names, rates, texts),
    ]
    titles = (desk.words["fig.axis.incidents"], desk.words["fig.axis.rate"])
    layout: Figure = {
        f"{x[0]}axis{x[1:]}": axis(title, type="category", domain=domain, side="top", showgrid=False)
        for (x, domain), title in zip(SIDES, titles, strict=True)
    }
    layout["yaxis"] = axis(desk.words["fig.axis.place"], type="category", showgrid=False)
    if not any(rate is not None for line in rates for rate in line):  # an empty half would look like a fault
        said = "<br>".join(textwrap.wrap(desk.words["fig.rate.few"], MOST_LETTERS, break_long_words=False))
        layout["annotations"] = [{"text": said, **IN_THE_MIDDLE}]
    return data, layout


def _rated(rate: float | None) -> str:
    """As it stands in a cell: a rate, nothing for none, a dash where too few were heard."""
    return "–" if rate is None else f"{rate:.1f}" if rate else ""


def _heat(x: str, codes: list[str], names: list[str], z: list[Any], texts: list[list[str]]) -> Figure:
    return {
        "type": "heatmap",
        "x": codes,
        "y": names,
        "z": z,
        "text": texts,
        "texttemplate": "%{text}",
        "xgap": 1,
        "ygap": 1,
        "zmin": 0,
        "xaxis": x,
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": "%{y} · %{x}: %{text}<extra></extra>",
    }


def _named(place: str, desk: Desk, pack: Pack) -> str:
    return pack.places[place].name.get(desk.language, place) if place else desk.words["fig.nowhere"]


def _shows(name: str, totals: Counter[str], reach: Reach, label: dict[str, str], desk: Desk) -> str:
    placed = {place: n for place, n in totals.items() if place and n}
    if not placed:
        return desk.say(f"fig.{name}.shows", 0)
    most = max(placed, key=lambda place: (placed[place], place))
    told = desk.say(f"fig.{name}.shows", len(placed), place=label[most], most=number(placed[most]))
    rates = {place: rate for place, n in placed.items() if (rate := reach.rate(place, n)) is not None}
    if rates:
        top = max(rates, key=lambda place: (rates[place], place))
        heard = number(reach.heard[top])
        told += " " + desk.words["fig.rate.most"].format(place=label[top], rate=f"{rates[top]:.1f}", heard=heard)
    else:
        told += " " + desk.words["fig.rate.few"]
    if totals[""]:
        told += " " + desk.say("fig.nowhere.shows", totals[""])
    return told
