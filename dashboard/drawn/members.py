"""What each organisation's monitors told, and how much of it is verified."""

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, axis, number, share
from server.heard import View
from server.measures.members import Member, members

MOST_ROWS = 20  # organisations in the drawing; the table has them all


def organisations(view: View, fewest: int, desk: Desk) -> Sheet:
    """Incidents by organisation, the verified ones apart; none with fewer than `fewest` monitors."""
    found, left_out = members(view, fewest)
    columns = [
        desk.words[f"fig.column.{each}"]
        for each in ("organisation", "monitors", "reports", "incidents", "verified", "verified_share")
    ]
    rows: list[list[Cell]] = [
        [one.organisation, one.monitors, one.reports, one.incidents, one.verified, share(one.verified, one.incidents)]
        for one in found
    ]
    drawn = [one for one in reversed(found[:MOST_ROWS])]
    shows = _shows(found, desk)
    if left_out:
        shows += " " + desk.say("fig.organisations.left_out", left_out, fewest=fewest)
    return desk.sheet("organisations", _drawing(drawn, desk) if drawn else ([], {}), (columns, rows), shows)


def _drawing(drawn: list[Member], desk: Desk) -> tuple[list[Figure], Figure]:
    names = [f"{one.organisation} ({number(one.monitors)})" for one in drawn]
    parts = (
        ("verified", desk.words["status.verified"], [one.verified for one in drawn]),
        ("new", desk.words["fig.not_verified"], [one.incidents - one.verified for one in drawn]),
    )
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "x": values,
            "text": [f"{one.verified} / {one.incidents}" for one in drawn] if status == "new" else None,
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "%{y} · " + name + ": %{x}<extra></extra>",
            "meta": {"status": status},
        }
        for status, name, values in parts
    ]
    layout = {
        "barmode": "stack",
        "xaxis": axis(desk.words["fig.axis.incidents"]),
        "yaxis": axis(desk.words["fig.axis.organisation"], type="category"),
    }
    return data, layout


def _shows(found: list[Member], desk: Desk) -> str:
    if not found or not found[0].reports:
        return desk.say("fig.organisations.shows", 0)
    first = found[0]
    all_ = sum(one.reports for one in found)
    told = {"name": first.organisation, "reports": share(first.reports, all_)}
    verified = share(sum(one.verified for one in found), sum(one.incidents for one in found))
    return desk.say("fig.organisations.shows", len(found), **told, verified=verified)
