"""A statement's pictures as SVG: incidents by category as bars, by province as a map."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from math import cos, radians
from typing import Any

from server.pack import Pack
from server.press import words
from server.press.output import faces
from server.press.output.breaking import lines
from server.press.output.layout import Laid, Side

WIDE, ROW, TOP = 640, 34, 80  # of the bars: the picture's width, a bar's height with its space, what stands above
LABEL, LINE = 250, 16  # the width of the names beside the bars, the height of a line of one
LETTERS, BROAD = 26, 72  # about how many letters go into a line of a name, and into one of a band
SIZES = {"small": 640, "large": 1600}  # pixels across, of pictures in points
SHADES = ("#f2f2f2", "#cfe0f1", "#9dc3e6", "#5b9bd5", "#1f5f9f")  # none, then ever more
Point = tuple[float, float]
Drawn = Mapping[str, Sequence[str]]  # language -> bars and map
UNTOLD, INK, BAR, EDGE = "#ffffff", "#111111", "#1f5f9f", "#777777"


def drawn(laid: Laid, pack: Pack) -> Drawn:
    """Both pictures in each language."""
    return {side.language: (bars(side), land(side, pack)) for side in laid.sides}


def bars(side: Side) -> str:
    """Verified incidents by category as SVG, beside how many stations were heard from."""
    most = max((n for _, n in side.bars), default=1) or 1
    parts, y = _head(side, side.annex.title), TOP
    for name, n in side.bars:
        rows = list(lines(name, side.language, lambda text: _letters(text) <= LETTERS))
        deep = max(ROW, LINE * len(rows) + 6)
        top = y + deep / 2 - LINE * len(rows) / 2 + 10
        for turn, line in enumerate(rows):
            parts.append(_text(LABEL - 8, top + LINE * turn, line, 13, anchor="end"))
        wide = round((WIDE - LABEL - 70) * n / most, 1)
        parts.append(f'<rect x="{LABEL}" y="{y + 3}" width="{wide}" height="{deep - 10}" fill="{BAR}"/>')
        parts.append(_text(LABEL + wide + 6, y + deep / 2 + 3, words.number(n, side.language), 14, strong=True))
        y += deep
    if not side.bars:
        parts.append(_text(16, TOP + 14, side.word("none"), 14))
    return _banded(side, max(y, TOP + ROW) + 12, side.annex.title, parts)


def land(side: Side, pack: Pack) -> str:
    """The same by province, as a map; a province that the statement does not tell of stays white."""
    places = [place for place in pack.places.values() if place.level == "province" and place.code in pack.polygons]
    outlines = {place.code: _rings(pack.polygons[place.code]["coordinates"]) for place in places}
    at, high = _projected([point for rings in outlines.values() for ring in rings for point in ring])
    step = max(1, -(-max(side.land.values(), default=0) // (len(SHADES) - 1)))
    parts, named = _head(side, side.word("map")), []
    for place in places:
        n, path = side.land.get(place.code), " ".join(_path(map(at, ring)) for ring in outlines[place.code])
        parts.append(f'<path d="{path}" fill="{_shade(n, step)}" stroke="{EDGE}" stroke-width="1"/>')
        if n is not None and place.lon is not None and place.lat is not None:
            (x, y), ink = at((place.lon, place.lat)), "#ffffff" if _shade(n, step) == SHADES[-1] else INK
            told = words.number(n, side.language)
            named.append(_text(x, y + 5, told, 14, strong=True, anchor="middle", fill=ink))
    return _banded(side, high, side.word("map"), [*parts, *named, *_legend(side, step, high - 20, pack)])


def whole(laid: Laid, side: Side, drawn: Drawn) -> str:
    """Both pictures below each other, for who sends one: with number and check code below them."""
    both = drawn[side.language]
    heights = [int(one.split('viewBox="0 0 ', 1)[1].split('"')[0].split()[1]) for one in both]
    placed, y = [], 0
    for one, high in zip(both, heights, strict=True):
        placed.append(one.replace("<svg ", f'<svg y="{y}" width="{WIDE}" height="{high}" ', 1))
        y += high
    told = " · ".join(part for part in (side.number, side.head[1], laid.code) if part)
    return _svg(WIDE, y + 30, side.title, [*placed, _text(16, y + 14, told, 12)])


def _legend(side: Side, step: int, y: float, pack: Pack) -> list[str]:
    """Shades with their numbers, and whom to thank for the outlines."""
    known = [(UNTOLD, side.word("untold")), (SHADES[0], words.number(0, side.language))]
    for turn, shade in enumerate(SHADES[1:]):
        first, last = (words.number(n, side.language) for n in (turn * step + 1, (turn + 1) * step))
        known.append((shade, first if step == 1 else f"{first}–{last}"))
    parts = []
    for turn, (shade, name) in enumerate(known):
        x = 16 + turn * 92
        parts.append(f'<rect x="{x}" y="{y - 10}" width="13" height="13" fill="{shade}" stroke="{EDGE}"/>')
        parts.append(_text(x + 18, y + 1, name, 12))
    thanks = " · ".join(pack.attribution)
    return [*parts, _text(16, y + 16, thanks, 8, fill=EDGE)]


def _head(side: Side, title: str) -> list[str]:
    told = f"{side.word('preliminary')} · {side.beside}"
    return [_text(16, 40, title, 17, strong=True), _text(16, 64, told, 12.5)]


def _banded(side: Side, high: int, title: str, parts: Sequence[str]) -> str:
    """The picture below what no picture of this statement may be without."""
    rows = [row for band in side.bands for row in lines(band, side.language, lambda text: len(text) <= BROAD)]
    if not rows:
        return _svg(WIDE, high, title, parts)
    deep = 20 * len(rows) + 8
    told = [
        _text(WIDE / 2, 19 + 20 * turn, row, 13, strong=True, anchor="middle", fill="#ffffff")
        for turn, row in enumerate(rows)
    ]
    band = [f'<rect x="0" y="0" width="{WIDE}" height="{deep}" fill="{INK}"/>', *told]
    return _svg(WIDE, high + deep, title, [*band, f'<g transform="translate(0 {deep})">', *parts, "</g>"])


def _projected(points: Sequence[Point]) -> tuple[Callable[[Point], Point], int]:
    """Where a point of the earth lies on the picture, and how high this is."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((north + south) / 2))
    scale = (WIDE - 32) / ((east - west) * narrow)

    def at(point: Point) -> Point:
        return round(16 + (point[0] - west) * narrow * scale, 1), round(TOP + (north - point[1]) * scale, 1)

    return at, round(TOP + (north - south) * scale + 46)


def _rings(coordinates: Any) -> list[list[Point]]:
    return [[(point[0], point[1]) for point in ring] for polygon in coordinates for ring in polygon]


def _letters(text: str) -> int:
    """How many letters stand beside each other: what hangs on another takes no room."""
    return sum(unicodedata.category(char) != "Mn" for char in text)


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _shade(n: int | None, step: int) -> str:
    return UNTOLD if n is None else SHADES[min(-(-n // step), len(SHADES) - 1)]


def _text(x: float, y: float, words: str, size: float, *, strong: bool = False, **given: str) -> str:
    known: Mapping[str, str] = {"anchor": "start", "fill": INK, **given}
    weight = 700 if strong else 400
    spans = (f'<tspan font-family="{family}">{escape(run)}</tspan>' for family, run in faces.runs(words))
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{known["anchor"]}" fill="{known["fill"]}">{"".join(spans)}</text>'
    )


def _svg(wide: int, high: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>" + "".join(parts) + "</svg>"
    )
