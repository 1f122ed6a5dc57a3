"""How long the first look, the call back and the verdict take, by severity, beside what the ladder allows."""

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, axis, number
from server.measures.times import Pace

STEPS = {"look": "looked", "call": "called", "verdict": "settled"}  # name of the figure -> step that is measured
SHORTEST = 0.1  # minutes that the scale begins with: it is one of powers of ten, and knows no 0
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 960, 1440)


def paced(name: str, found: list[Pace], desk: Desk) -> Sheet:
    """Median and 90th percentile of one step, by severity; a bar stands where the limit is."""
    columns = [
        desk.words[f"fig.column.{each}"]
        for each in ("severity", "taken", "median", "p90", "limit", "over", "waiting", "overdue")
    ]
    rows = [_row(one) for one in found]
    drawing = _drawing(found, desk) if any(one.n or one.waiting for one in found) else ([], {})
    return desk.sheet(name, drawing, (columns, rows), _shows(name, found, desk))


def _row(one: Pace) -> list[Cell]:
    taken = (_minutes(each) for each in (one.median, one.p90, one.limit))
    return [one.severity, one.n, *taken, _of(one.over, one), one.waiting, _of(one.overdue, one)]


def _of(n: int, one: Pace) -> int | None:
    """A number that there is only where there is a limit."""
    return n if one.limit is not None else None


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _drawing(found: list[Pace], desk: Desk) -> tuple[list[Figure], Figure]:
    rows = [one for one in reversed(found)]
    data = [each for one in rows if one.median is not None for each in _span(one, desk)]
    limited = [one for one in rows if one.limit is not None]
    mark = {"symbol": "line-ns", "size": 26, "line": {"width": 2.5}}
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": desk.words["fig.limit"],
            "x": [_at(one.limit) for one in limited],
            "y": [_label(one, desk) for one in limited],
            "marker": mark,
            "hovertemplate": [f"{desk.words['fig.limit']}: {desk.span(one.limit)}<extra></extra>" for one in limited],
            "meta": {"limit": True},
        }
    )
    layout: Figure = {
        "xaxis": axis(desk.words["fig.axis.minutes"], type="log", tickvals=TICKS, ticktext=[f"{n:g}" for n in TICKS]),
        "yaxis": axis(desk.words["fig.axis.severity"], type="category", categoryorder="array")
        | {"categoryarray": [_label(one, desk) for one in rows], "range": [-0.6, len(rows) - 0.3]},
    }
    return data, layout


def _span(one: Pace, desk: Desk) -> list[Figure]:
    """The median as a dot, and a line from there to the 90th percentile."""
    y = _label(one, desk)
    both = {"type": "scatter", "name": str(one.severity), "meta": {"severity": one.severity}}
    told = desk.words["fig.median.of"].format(span=desk.span(one.median), n=number(one.n))
    dots = {
        **both,
        "mode": "markers+text",
        "x": [_at(one.median)],
        "y": [y],
        "text": [told],
        "textposition": "top center",
        "marker": {"size": 13},
        "hovertemplate": f"{told}<extra></extra>",
    }
    if one.p90 is None:
        return [dots]
    said = desk.words["fig.p90.is"].format(span=desk.span(one.p90))
    line = {
        **both,
        "mode": "lines+markers",
        "x": [_at(one.median), _at(one.p90)],
        "y": [y, y],
        "line": {"width": 4},
        "marker": {"size": [0, 9], "symbol": ["circle", "diamond"]},
        "hovertemplate": f"{said}<extra></extra>",
    }
    return [line, dots]


def _at(seconds: int | None) -> float:
    return max(SHORTEST, (seconds or 0) / 60)


def _label(one: Pace, desk: Desk) -> str:
    return desk.words["severity.is"].format(n=one.severity)


def _shows(name: str, found: list[Pace], desk: Desk) -> str:
    n = sum(one.n for one in found)
    told = desk.say(f"fig.{name}.shows", n)
    for one in found:
        if one.median is not None:
            of = {"severity": one.severity, "median": desk.span(one.median), "n": number(one.n)}
            told += " " + desk.words["fig.pace.p90" if one.p90 is not None else "fig.pace"].format(
                **of, p90=desk.span(one.p90)
            )
            break
    late = sum(one.overdue for one in found if one.limit is not None)
    waiting = sum(one.waiting for one in found)
    return told + " " + desk.say(f"fig.{name}.waiting", waiting, late=number(late))
