"""What lies beside an incident: reports that nothing was wrong there at that hour, and others that are like it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.board import Board
from server.measures.scopes import TOLD
from server.pack import Pack
from server.queries import Row, rows_of

NEAR = timedelta(hours=2)
MOST = 12  # of either
CALM = ("quiet", "checkin")  # kinds of report that say so, or are signs of an ordinary day
# of the same side, the same world and within NEAR: no open incident tells of a restricted one
AROUND = (
    "SELECT id, station, json_extract(place, '$.code') AS code FROM cards WHERE id != :id AND stands = '' AND"  # noqa: S608
    f" {TOLD} AND restricted <= :restricted AND rehearsal = :rehearsal AND province = :province AND province != ''"
    " AND julianday(at) BETWEEN julianday(:since) AND julianday(:until) AND {which}"
    " ORDER BY abs(julianday(at) - julianday(:at)), row"
)
CONTRARY = f"(kind IN {CALM} OR status = 'dismissed')"
LIKE_IT = "kind = 'incident' AND category = :category"


def contrary(board: Board, row: Row, pack: Pack) -> list[Row]:
    """Reports of the same station or commune, within two hours, by which nothing was wrong; nearest in time first."""
    here = _areas(row["station"], row["place"].get("code"), pack).get("commune")
    found = [
        card
        for card, station, code in _around(board, row, CONTRARY)
        if (station and station == row["station"]) or (here and _areas(station, code, pack).get("commune") == here)
    ]
    return _rows(board, found)


def similar(board: Board, row: Row, pack: Pack) -> list[Row]:
    """What is suggested to be the same, then incidents of its category in its district within two hours."""
    asked = [one["into"] if one["report"] == row["id"] else one["report"] for one in row["suggestions"]]
    here = _areas(row["station"], row["place"].get("code"), pack).get("district")
    near = [
        card
        for card, station, code in _around(board, row, LIKE_IT)
        if here and _areas(station, code, pack).get("district") == here
    ]
    return _rows(board, list(dict.fromkeys([*asked, *near])))


def _around(board: Board, row: Row, which: str) -> Iterator[tuple[str, str, str]]:
    at = datetime.fromisoformat(row["at"])
    within = {"since": (at - NEAR).isoformat(), "until": (at + NEAR).isoformat(), "at": row["at"]}
    named = {name: row[name] for name in ("id", "restricted", "rehearsal", "province", "category")}
    for found in board.db.execute(AROUND.format(which=which), {**named, **within}):
        yield found["id"], found["station"], found["code"]


def _rows(board: Board, cards: list[str]) -> list[Row]:
    """The first MOST of these, in this order."""
    known = {row["id"]: row for row in rows_of(board, set(cards[:MOST]))}
    return [known[card] for card in cards[:MOST] if card in known]


def _areas(station: str, code: str | None, pack: Pack) -> dict[str, str]:
    """The area of each level that a card lies in."""
    at = pack.stations[station].commune if station in pack.stations else code or ""
    found = {}
    while at in pack.places:
        found[pack.places[at].level] = at
        at = pack.places[at].parent
    return found
