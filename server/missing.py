"""Which stations are in which state of coverage, what is missing from them, and whose phones to remind."""

from server import coverage
from server.heard import WITHIN, Row, View, state_of
from server.sections.attendance import AT_STATION, moment, stamp

MOST = 500  # stations in one answer
ASKED = ("late", "silent", "never")  # states in which a reminder may help
URGENT = ("silent", "never", "late", "no_signal", "heard", "not_due")  # in this order


def stations(view: View, state: str = "") -> tuple[list[Row], int]:
    """The stations in this state, or in any, the most urgent first and at most MOST; and how many there are.

    Each has `station`, `province`, `district`, `state`, `missing` (codes due and not met), `came` (codes that came),
    `last` (aware, or None) and `monitors` (their ids). Of what is restricted, `last` does not tell.
    """
    where, values = view.where()
    order = " ".join(f"WHEN '{each}' THEN {n}" for n, each in enumerate(URGENT))
    found = f"(SELECT *, {state_of(view)} AS state FROM units WHERE {where})"  # noqa: S608 - our conditions
    within = ":state IN ('', state)"
    values["state"] = state
    [total] = view.ask(f"SELECT count(*) AS n FROM {found} WHERE {within}", **values)  # noqa: S608 - our conditions
    rows = view.ask(
        f"SELECT * FROM {found} WHERE {within} ORDER BY CASE state {order} END, station LIMIT {MOST}",  # noqa: S608
        **values,
    )
    return [_told(view, row) for row in rows], total["n"]


def silent(view: View) -> list[str]:
    """One alias of each monitor to remind: of stations that are late, silent or never heard, in alphabetical order.

    Nobody is reminded who sent something restricted: a text to a phone in the wrong hands does harm. Nor are those
    who are blocked or have no phone.
    """
    where, values = view.where()
    found = f"SELECT station FROM units WHERE {where} AND {state_of(view)} IN {ASKED}"  # noqa: S608 - our conditions
    rows = view.ask(
        "SELECT min(alias) AS alias FROM posts JOIN voices USING (monitor)"  # noqa: S608 - our conditions
        f" WHERE station IN ({found}) AND {WITHIN} AND :organisation IN ('', organisation)"
        " AND monitor NOT IN (SELECT speaker FROM signs WHERE grave) AND alias NOT IN (SELECT alias FROM blocked)"
        " GROUP BY monitor ORDER BY alias",
        **values,
    )
    return [row["alias"] for row in rows]


def strays(view: View) -> tuple[list[Row], int]:
    """Newest reports of monitors from stations that are not theirs: `station`, `at`, `monitor`; how many there are.

    They count for the station that they name. What is restricted is not among them.
    """
    rows = view.ask(
        "SELECT signs.station, at, speaker AS monitor FROM signs LEFT JOIN posts"
        " ON posts.monitor = speaker AND posts.station = signs.station"
        " WHERE speaker != '' AND signs.station != '' AND posts.station IS NULL AND signs.rehearsal = :rehearsal"
        " AND NOT grave AND at <= :now ORDER BY at DESC",
        rehearsal=view.rehearsal,
        now=stamp(view.now),
    )
    return [{**row, "at": moment(row["at"])} for row in rows[:MOST]], len(rows)


def unplaced(view: View) -> int:
    """How many check-ins came without a station from monitors who have several: they count for none of them."""
    [row] = view.ask(
        "SELECT count(*) AS n FROM signs WHERE speaker != '' AND station = '' AND codes != '' AND at <= :now"
        " AND NOT hidden AND rehearsal = :rehearsal AND (SELECT count(*) FROM posts WHERE monitor = speaker) > 1",
        rehearsal=view.rehearsal,
        now=stamp(view.now),
    )
    return int(row["n"])


def _told(view: View, row: Row) -> Row:
    here = {"here": row["station"], "rehearsal": view.rehearsal, "now": stamp(view.now)}
    [last] = view.ask(
        f"SELECT max(at) AS at FROM ({AT_STATION})"  # noqa: S608 - ours
        " WHERE rehearsal = :rehearsal AND at <= :now AND NOT grave",
        **here,
    )
    own = "SELECT monitor FROM posts WHERE station = :here AND rehearsal = :rehearsal ORDER BY monitor"
    asked, _ = coverage.due(view.attendance.schedule, view.now)
    codes = [one.code for one in view.attendance.schedule.checkins]
    by = {what: [_by(row[f"{what}{turn}"], view) for turn in range(1, len(codes) + 1)] for what in ("met", "came")}
    return {
        **{name: row[name] for name in ("station", "province", "district", "state")},
        "missing": [code for code, met in zip(codes[:asked], by["met"], strict=False) if not met],
        "came": [code for code, came in zip(codes, by["came"], strict=True) if came],
        "last": None if last["at"] is None else moment(last["at"]),
        "monitors": [one["monitor"] for one in view.ask(own, **here)],
    }


def _by(milliseconds: int | None, view: View) -> bool:
    return milliseconds is not None and milliseconds <= stamp(view.now)
