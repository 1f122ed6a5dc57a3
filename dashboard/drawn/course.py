"""Reports and incidents over the day, by ten minutes and category; the ten minutes that are not over are hatched."""

from collections import Counter

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, axis, buckets, is_partial, number
from server import sums
from server.board import Board
from server.pack import Pack

WIDTH = 9 * 60 * 1000  # milliseconds: bars of nine minutes, so that ten of them do not touch


def reports(board: Board, desk: Desk, pack: Pack) -> Sheet:
    """All reports: those that tell of a category as bars, all of them as a line on its own scale."""
    return _sheet("reports", sums.series(board, "open"), desk, pack)


def incidents(board: Board, scope: str, desk: Desk, pack: Pack) -> Sheet:
    """The incidents in scope, by when their first report came."""
    return _sheet("verified" if scope == "verified" else "incidents", sums.series(board, scope, "opened"), desk, pack)


def _sheet(name: str, found: sums.Buckets, desk: Desk, pack: Pack) -> Sheet:
    times = buckets([bucket for bucket, _ in found], desk.now)
    codes = [each.code for each in pack.taxonomy.categories if any(code == each.code for _, code in found)]
    by = {code: [found.get((time, code), 0) for time in times] for code in codes}
    every = [sum(found.get((time, code), 0) for code in [*codes, ""]) for time in times]
    hours = [desk.local(time) for time in times]
    pattern = {"shape": ["/" if is_partial(time, desk.now) else "" for time in times]}
    data = [_bars(code, hours, values, pattern) for code, values in by.items()]
    layout: Figure = {"barmode": "stack", "xaxis": axis(desk.words["fig.axis.received"], type="date")}
    layout["xaxis"]["tickformat"] = "%H:%M"
    layout["yaxis"] = axis(desk.words["fig.axis.reports" if name == "reports" else "fig.axis.incidents"])
    if name == "reports" and times:
        data.append(_line(desk.words["fig.all"], hours, every))
        layout["yaxis2"] = axis(desk.words["fig.axis.all"], overlaying="y", side="right", showgrid=False)
        layout["yaxis2"]["rangemode"] = "tozero"
    columns = [desk.words["fig.column.from"], *codes, desk.words["fig.column.all"], desk.words["fig.column.partial"]]
    rows: list[list[Cell]] = [
        [
            hours[n],
            *(values[n] for values in by.values()),
            every[n],
            desk.words["fig.yes"] if pattern["shape"][n] else "",
        ]
        for n in range(len(times))
    ]
    return desk.sheet(name, (data, layout), (columns, rows), _shows(name, times, by, every, desk, pack))


def _bars(code: str, hours: list[str], values: list[int], pattern: Figure) -> Figure:
    return {
        "type": "bar",
        "name": code,
        "x": hours,
        "y": values,
        "width": WIDTH,
        "marker": {"pattern": pattern},
        "hovertemplate": "%{x|%H:%M} · %{y}<extra>" + code + "</extra>",
        "meta": {"category": code},
    }


def _line(name: str, hours: list[str], values: list[int]) -> Figure:
    look = {"mode": "lines", "line": {"width": 1.5, "dash": "dot"}, "yaxis": "y2", "meta": {"other": True}}
    hover = {"hovertemplate": "%{x|%H:%M} · %{y}<extra></extra>"}
    return {"type": "scatter", "name": name, "x": hours, "y": values, **hover, **look}


def _shows(name: str, times: list[str], by: dict[str, list[int]], every: list[int], desk: Desk, pack: Pack) -> str:
    n = sum(every)
    if not n:
        return desk.say(f"fig.{name}.shows", 0)
    until, most = desk.hour(desk.now), max(every)
    busiest = times[every.index(most)].replace("T", " ")
    told = desk.say(
        f"fig.{name}.shows",
        n,
        since=desk.local(times[0])[-5:],
        until=until,
        most=number(most),
        at=desk.local(busiest.replace(" ", "T"))[-5:],
    )
    ranked = Counter({code: sum(values) for code, values in by.items()}).most_common(1)
    if n == 1 or not ranked:
        return told
    code, first = ranked[0]
    named = next(each.name for each in pack.taxonomy.categories if each.code == code)
    top = {"code": code, "name": named.get(desk.language, code), "first": number(first)}
    return f"{told} {desk.words['fig.top'].format(**top)}"
