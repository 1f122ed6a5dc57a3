"""All figures of the page, as one role sees them in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import agreed, course, summed, views
from dashboard.drawn.channels import channels
from dashboard.drawn.course import incidents, reports
from dashboard.drawn.crossed import crossed
from dashboard.drawn.flow import flow
from dashboard.drawn.members import organisations
from dashboard.drawn.paced import STEPS, paced
from dashboard.drawn.sheet import Cell, Desk, Sheet, number, part, share
from dashboard.untold import FEWEST
from dashboard.words import words_for
from server import heard, sums
from server.board import Board
from server.coverage import STATES
from server.heard import View
from server.measures.reach import Reach, reach
from server.measures.times import Pace, paces
from server.pack import Pack

ORDER = (
    *("reports", "incidents", "verified", "where", "districts", *STEPS, "flow", "coverage", "organisations"),
    *("gateways", "agreement"),
)
Made = dict[str, Sheet]


@dataclass(frozen=True)
class Ground:
    """What is counted station by station, or ordered by how long it took, and so not every second."""

    view: View
    reach: Reach
    points: course.Points
    paces: Mapping[str, list[Pace]]  # by name of the figure


def ground(board: Board, role: str, pack: Pack, now: datetime) -> Ground:
    """As this role is told of it."""
    view = summed.told(heard.today(board.attendance, sums.totals(board), now), role)
    steps = STEPS if role in views.DESKS else {}
    taken = {name: paces(board.db, step, pack.ladder.limits, view.now) for name, step in steps.items()}
    return Ground(view, reach(view), course.points(view), taken)


def whole(board: Board, role: str, pack: Pack, language: str, now: datetime, under: Ground) -> Made:
    """Every figure that this role is told, in the order of the page. Restricted reports are in none."""
    view, scope = under.view, views.SCOPE[role]
    hour = heard.today(board.attendance, sums.totals(board), now).now
    desk = Desk(words_for(language), language, pack.zone, hour)
    made = {
        "where": crossed("where", board, scope, under.reach, desk, pack),
        "coverage": coverage(under, desk, pack),
        "verified" if scope == "verified" else "incidents": incidents(board, scope, desk, pack),
    }
    if role in views.DESKS:
        made["reports"] = reports(board, desk, pack)
        made["districts"] = crossed("districts", board, scope, under.reach, desk, pack)
        made |= {name: paced(name, found, desk) for name, found in under.paces.items()}
        made["flow"] = flow(board, desk)
        made["organisations"] = organisations(view, FEWEST, desk)
        made["gateways"] = channels(board, desk)
        made["agreement"] = agreement(board.agreement.figures(), desk)
    return {name: made[name] for name in ORDER if name in made}


def coverage(under: Ground, desk: Desk, pack: Pack) -> Sheet:
    """The course of the day, half-hour by half-hour."""
    view, drawn = under.view, course.drawing(under.points, under.view, desk.words, pack)
    points = under.points if drawn["data"] else []
    columns = [desk.words["fig.column.at"], *(desk.words[f"coverage.{state}"] for state in STATES)]
    rows: list[list[Cell]] = [[desk.hour(at), *(counts[state] for state in STATES)] for at, counts in points]
    last = points[-1][1] if points else {}
    expected = sum(last.values())
    told = {"heard": share(last.get("heard", 0), expected), "at": desk.hour(view.now)} if points else {}
    silent = number(last.get("silent", 0) + last.get("never", 0))
    shows = desk.say("fig.coverage.shows", expected, **told, silent=silent)
    return desk.sheet("coverage", (drawn["data"], drawn["layout"]), (columns, rows), shows)


def agreement(counts: Mapping[str, Any], desk: Desk) -> Sheet:
    """What people decided, and how the reader had it."""
    columns = [desk.words[f"fig.column.{each}"] for each in ("category", "decisions", "same", "second")]
    rows: list[list[Cell]] = [
        [agreed.named(code, desk.words), row["decided"], row["agreed"], row["either"] - row["agreed"]]
        for code, row in sorted(counts["by_category"].items(), key=lambda each: (-each[1]["decided"], each[0]))
    ]
    n = counts["decided"]
    told = {"agreed": part(counts["agreed"], n), "either": part(counts["either"], n)} if n else {}
    shows = desk.say("fig.agreement.shows", n, **told)
    return desk.sheet("agreement", agreed.drawing(counts, desk.words), (columns, rows), shows)
