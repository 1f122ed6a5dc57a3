"""The course of the day as a figure: how many stations were in each state of coverage at every half-hour. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from dashboard.figures import Figure, Words
from server import heard
from server.coverage import STATES
from server.heard import View
from server.pack import Pack

ON_TOP = {"y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False}
NEAR = timedelta(hours=1)  # codes that are nearer get into each other's way
Points = list[tuple[datetime, dict[str, int]]]  # a moment, and how many stations were in each state
SHOWN = tuple(state for state in STATES if state != "not_due")  # nobody has to speak yet: the rest up to all


def course(view: View, words: Words, pack: Pack) -> Figure:
    """Stations by state over the day so far, one upon the other, with a line where each check-in is due."""
    return drawing(points(view), view, words, pack)


def drawing(found: Points, view: View, words: Words, pack: Pack) -> Figure:
    """The same of points that were counted before."""
    expected = sum(found[-1][1].values()) if found else 0
    if not expected:
        return {"says": "coverage.course.says", "data": [], "layout": {}}
    times = [_local(at, pack) for at, _ in found]
    data = [_area(state, words, times, [counts[state] for _, counts in found]) for state in SHOWN]
    due = [one for one in view.attendance.schedule.checkins if one.due <= view.now]
    layout = {
        "margin": {"l": 8, "r": 8, "t": 18, "b": 4},
        "xaxis": {"title": {"text": words["coverage.hour"]}, "type": "date", "tickformat": "%H:%M"},
        "yaxis": {"title": {"text": words["coverage.stations"]}, "range": [0, expected]},
        "annotations": [
            {"x": _local(one.due, pack), "text": one.code, "xanchor": _side(one.due, [each.due for each in due])}
            | ON_TOP
            for one in due
        ],
    }
    return {
        "says": "coverage.course.says",
        "data": [*data, _upright([_local(one.due, pack) for one in due], expected)],
        "layout": layout,
    }


def points(view: View) -> Points:
    """The moments of the course, and how many stations were in each state; see heard.course."""
    return _points(view, view.attendance.version)


@lru_cache(maxsize=8)
def _points(view: View, version: int) -> Points:
    """Counted once for all screens, as long as nothing changes and the hour is the same."""
    return list(heard.course(view))


def _area(state: str, words: Words, times: list[str], counts: list[int]) -> Figure:
    return {
        "type": "scatter",
        "name": words[f"coverage.{state}"],
        "x": times,
        "y": counts,
        "mode": "lines",
        "stackgroup": "stations",
        "line": {"shape": "hv", "width": 0},
        "hovertemplate": "%{x|%H:%M} · %{y}<extra>" + words[f"coverage.{state}"] + "</extra>",
        "meta": {"state": state},
    }


def _side(one: datetime, times: list[datetime]) -> str:
    """On which side of its line a code has room."""
    before, after = (any(timedelta() < way * (other - one) < NEAR for other in times) for way in (-1, 1))
    return "center" if before == after else "left" if before else "right"


def _upright(times: Iterable[str], height: int) -> Figure:
    """A line at each of these hours."""
    x: list[str | None] = []
    y: list[int | None] = []
    for at in times:
        x += [at, at, None]
        y += [0, height, None]
    look = {"mode": "lines", "hoverinfo": "skip", "line": {"width": 1, "dash": "dot"}, "meta": {"other": True}}
    return {"type": "scatter", "x": x, "y": y, **look}


def _local(at: datetime, pack: Pack) -> str:
    """On the clock of the election; Plotly knows no zones."""
    return at.astimezone(pack.zone).strftime("%Y-%m-%d %H:%M")
