"""How many stations are in which state of coverage: by area and organisation, by check-in, at any hour of the day."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from server import coverage
from server.coverage import STATES
from server.measures.scopes import TOLD
from server.sections.attendance import Attendance, stamp

AREAS = ("province", "district", "organisation")
WHOLE = "''"  # the area of everything, as SQL
SUMS = ("expected", *STATES, "came", "calm")
WITHIN = (
    "rehearsal = :rehearsal AND :place IN ('', province, district)"
    " AND province NOT IN (SELECT value FROM json_each(:without))"
)
# stations where something is known to have happened, or one of our monitors told of it and nobody found it wrong; what
# is restricted is left out, or their number would tell of it
TELLS = f"rehearsal = :rehearsal AND NOT restricted AND at <= :hour AND {TOLD}"
TROUBLED = (
    "SELECT ifnull(iif(told.station = '', posts.station, told.station), '') FROM ("  # noqa: S608 - our own words
    f"SELECT station, monitor, standing, status FROM cards WHERE kind = 'incident' AND stands = '' AND {TELLS}"
    " UNION ALL SELECT joined.station, joined.monitor, joined.standing, head.status FROM"
    f" (SELECT station, monitor, standing, stands FROM cards WHERE stands > '' AND {TELLS}) AS joined"
    " CROSS JOIN cards AS head WHERE head.id = joined.stands AND head.kind = 'incident' AND NOT head.restricted"
    ") AS told LEFT JOIN posts ON told.station = '' AND told.standing = 'known' AND posts.monitor = told.monitor"
    " WHERE told.status IN ('verified', 'corroborated')"
    " OR told.standing = 'known' AND told.status NOT IN ('unconfirmed', 'false')"
)
CALM = f"calm <= :now AND station NOT IN ({TROUBLED})"
STEP = timedelta(minutes=30)  # between two points of the day's course

Row = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What is asked of an attendance: at which moment (aware), of rehearsing monitors or real ones, and where.

    `place` is a province's or district's code, or "" for all; `organisation` is one, or "" for all together; `without`
    these provinces.
    """

    attendance: Attendance
    now: datetime
    rehearsal: bool
    place: str = ""
    organisation: str = ""
    without: tuple[str, ...] = ()

    def where(self, every: bool = False) -> tuple[str, dict[str, Any]]:
        """The condition on units, and all values; `every` organisation for itself."""
        own = "organisation != ''" if every else "organisation = :organisation"
        hour = self.now.astimezone(UTC).isoformat(timespec="milliseconds")
        values = {"now": stamp(self.now), "hour": hour, "rehearsal": self.rehearsal, "organisation": self.organisation}
        return f"{own} AND {WITHIN}", {**values, "place": self.place, "without": json.dumps(self.without)}

    def ask(self, query: str, **values: Any) -> list[Row]:
        """Rows of a query about the attendance."""
        return [dict(row) for row in self.attendance.db.execute(query, values)]


def today(attendance: Attendance, whole: Mapping[str, Any], now: datetime) -> View:
    """Everything at the room's hour. `whole` is sums.totals; a rehearsal alone in the record has its simulated hour.

    As long as there is no report at all, a roster of a rehearsal alone is taken for the one that is meant.
    """
    if whole["rehearsal"] and not whole["mixed"]:
        return View(attendance, datetime.fromisoformat(whole["newest"]), rehearsal=True)
    kinds = {row["rehearsal"] for row in attendance.db.execute("SELECT DISTINCT rehearsal FROM posts")}
    full = now.replace(microsecond=0) + timedelta(seconds=bool(now.microsecond))  # whoever asks within it asks the same
    return View(attendance, full, rehearsal=not whole["newest"] and kinds == {1})


def areas(view: View, by: str) -> list[Row]:
    """Each area that has a station with a monitor: `area`, `monitors`, `expected`, `calm`, `came`, and each state.

    `by` is one of AREAS, or "" for a single row about all (none when no station has a monitor).
    `calm`: stations whose monitors said so, in a check-in or in words, and told of no problem, where none is known;
    `came`: those whose latest check-in came itself.
    """
    where, values = view.where(every=by == "organisation")
    asked, _ = coverage.due(view.attendance.schedule, view.now)
    counted = view.ask(
        f"SELECT {by or WHOLE} AS area, {state_of(view)} AS state, count(*) AS expected,"  # noqa: S608 - our names
        f" count(*) FILTER (WHERE {f'came{asked}' if asked else 'NULL'} <= :now) AS came,"
        f" count(*) FILTER (WHERE {CALM}) AS calm FROM units WHERE {where} GROUP BY 1, 2 ORDER BY 1",
        **values,
    )
    monitors = _monitors(view, by)
    rows: dict[str, Row] = {}
    for part in counted:
        empty = {"area": part["area"], "monitors": monitors[part["area"]], **dict.fromkeys(SUMS, 0)}
        row = rows.setdefault(part["area"], empty)
        row[part["state"]] = part["expected"]
        for name in ("expected", "came", "calm"):
            row[name] += part[name]
    return list(rows.values())


@lru_cache(maxsize=8)
def crowd(attendance: Attendance, version: int, rehearsal: bool) -> Mapping[str, int]:
    """How many monitors each province and district has; `version` is that of the attendance: counted when it grows."""
    view = View(attendance, datetime.fromtimestamp(0, UTC), rehearsal)
    return _monitors(view, "province") | _monitors(view, "district")


def state_of(view: View) -> str:
    """The state of a unit at the moment `:now`, as SQL: the same as coverage.state."""
    asked, over = coverage.due(view.attendance.schedule, view.now)
    good = f"met{over}" if over else "heard"  # nothing is missing whose grace is over
    fine = f"met{asked}" if asked else good  # nothing is missing at all
    return (
        f"CASE WHEN {fine} <= :now THEN 'heard' WHEN {good} <= :now THEN 'late' WHEN heard <= :now THEN 'silent'"
        f" WHEN no_signal THEN 'no_signal' ELSE '{'never' if over else 'late' if asked else 'not_due'}' END"
    )


def checkins(view: View) -> list[Row]:
    """Each check-in of the schedule: `code`, `expected`, and at how many stations it `came` itself and is `met`."""
    where, values = view.where()
    schedule = view.attendance.schedule
    turns = range(1, len(schedule.checkins) + 1)
    columns = [
        f"count(*) FILTER (WHERE {what}{turn} <= :now) AS {what}{turn}" for turn in turns for what in ("met", "came")
    ]
    [row] = view.ask(f"SELECT count(*) AS expected, {', '.join(columns)} FROM units WHERE {where}", **values)  # noqa: S608
    return [
        {"code": one.code, "expected": row["expected"], "came": row[f"came{turn}"], "met": row[f"met{turn}"]}
        | {"due": one.due, "safety": one.safety}
        for turn, one in enumerate(schedule.checkins, 1)
    ]


def course(view: View) -> Iterator[tuple[datetime, dict[str, int]]]:
    """How many stations were in each state at every half-hour of the day so far, and now."""
    where, values = view.where()
    schedule = view.attendance.schedule
    names = ["heard", *(f"met{turn}" for turn in range(1, len(schedule.checkins) + 1))]
    rows = view.ask(f"SELECT no_signal, {', '.join(names)} FROM units WHERE {where}", **values)  # noqa: S608 - our names
    times = {name: sorted(row[name] for row in rows if row[name] is not None) for name in names}
    lost = [row["heard"] for row in rows if row["no_signal"]]
    for at in _hours(view):
        asked, over = coverage.due(schedule, at)
        by = {name: bisect_right(times[name], stamp(at)) for name in names}
        heard = by["heard"]
        good, none = by[f"met{over}"] if over else heard, len(rows) - heard
        fine = by[f"met{asked}"] if asked else good
        no_signal = sum(first is None or first > stamp(at) for first in lost)
        nothing = "never" if over else "late" if asked else "not_due"
        counts = dict.fromkeys(STATES, 0) | {"heard": fine, "late": good - fine, "silent": heard - good}
        counts["no_signal"] = no_signal
        counts[nothing] += none - no_signal
        yield at, counts


def _hours(view: View) -> Iterator[datetime]:
    """The half-hours from the first check-in to this moment, or to the end of the last one's grace."""
    schedule = view.attendance.schedule
    first = min((one.opens for one in schedule.checkins), default=view.now)
    last = min(view.now, max((one.until for one in schedule.checkins), default=view.now))
    at = schedule.begins + (first - schedule.begins) // STEP * STEP
    while at < last:
        yield at
        at += STEP
    if first <= last:
        yield last


def _monitors(view: View, by: str) -> dict[str, int]:
    """How many monitors each area has; one with stations in several areas is counted in each."""
    rows = view.ask(
        f"SELECT {by or WHOLE} AS area, count(DISTINCT monitor) AS n FROM posts"  # noqa: S608 - our names
        f" WHERE :organisation IN ('', organisation) AND {WITHIN} GROUP BY 1",
        **view.where()[1],
    )
    return {row["area"]: row["n"] for row in rows}
