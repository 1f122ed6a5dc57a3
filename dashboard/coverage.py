"""Coverage: who should have spoken and did, as a page, as JSON and as a figure; each role is told what views allow."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request

from dashboard import summed, views
from dashboard.course import course
from dashboard.live import now
from dashboard.words import words_for
from server import coverage as rules
from server import heard, missing, sums
from server.coverage import STATES
from server.guard import me, room
from server.heard import AREAS, View
from server.monitors.callsigns import of_monitor
from server.roles import ROLES, allow

coverage = Blueprint("coverage", __name__)
HOUR = len("10:30")


@coverage.get("/coverage")
@allow(*ROLES)
def page() -> str:
    """Who should have spoken, and did."""
    return render_template("coverage.html", desk=me().role in views.DESKS)


@coverage.get("/api/v1/coverage")
@allow(*ROLES)
def show() -> Any:
    """Stations in each state, by area, in all and by check-in: ?by=province|district|organisation&place=&at=."""
    by = request.args.get("by", "province")
    if by not in AREAS:
        abort(400)
    if by != "province" and me().role not in views.DESKS:
        abort(403)
    today, view = _asked()
    rows = summed.provinces(view, me().role) if by == "province" else heard.areas(view, by)
    whole = heard.areas(view, "") or [dict.fromkeys(("monitors", *heard.SUMS), 0)]
    answer = {
        "clock": today.now.isoformat(),
        "at": view.now.isoformat(),
        "by": by,
        "rehearsal": view.rehearsal,
        "stations": len(room().pack.stations),
        "silent_below": room().pack.schedule.silent_below,
        "rows": [
            {"area": row["area"], "name": _name(row["area"], by), **_spot(row["area"], by), **_told(row)}
            for row in rows
        ],
        "all": _told(whole[0]),
        "checkins": [_checkin(row, view) for row in heard.checkins(view)],
        "left_out": len(view.without),
    }
    if me().role in views.DESKS:
        answer |= {"strays": missing.strays(view)[1], "unplaced": missing.unplaced(view)}
    return jsonify(answer)


@coverage.get("/api/v1/coverage/stations")
@allow(*views.DESKS)
def stations() -> Any:
    """The stations of a place in a state, the most urgent first: ?place=&organisation=&state=&at=.

    State `stray`: stations that were named by monitors who are not expected there.
    """
    _, view = _asked()
    state = request.args.get("state", "")
    if state not in ("", "stray", *STATES):
        abort(400)
    if state == "stray":
        rows, total = missing.strays(view)
        found = [{"station": row["station"], "last": row["at"], "monitors": [row["monitor"]]} for row in rows]
    else:
        found, total = missing.stations(view, state)
    return jsonify(at=view.now.isoformat(), total=total, stations=[_station(row) for row in found])


@coverage.get("/api/v1/coverage/figure")
@allow(*ROLES)
def figure() -> Any:
    """The course of the day as a Plotly dictionary: ?place=&organisation=&at=&lang=."""
    asked = request.args.get("lang", "") or request.cookies.get("lang", "")
    language = asked if asked in room().pack.languages else room().pack.languages[0]
    return jsonify(course(_asked()[1], words_for(language), room().pack))


def _asked() -> tuple[View, View]:
    """All that this role is told of at the room's hour, and the part of it that is asked for."""
    asked, role = {name: request.args.get(name, "") for name in ("place", "organisation", "at")}, me().role
    today = summed.told(heard.today(room().board.attendance, sums.totals(room().board), now()), role)
    if role not in views.DESKS and (asked["place"] or asked["organisation"]):
        abort(403)
    if asked["organisation"] in room().board.treaty.shut(me(), ("monitors",)):
        abort(403)
    if asked["place"] and asked["place"] not in room().pack.places:
        abort(400)
    at = min(_moment(asked["at"]), today.now) if asked["at"] else today.now
    return today, replace(today, now=at, place=asked["place"], organisation=asked["organisation"])


def _moment(text: str) -> datetime:
    """ "10:30" on the day of the election, or an aware moment in ISO 8601."""
    begins = room().pack.schedule.begins
    try:
        found = datetime.fromisoformat(f"{begins.date()}T{text}" if len(text) == HOUR else text)
    except ValueError:
        abort(400)
    return found if found.tzinfo else found.replace(tzinfo=begins.tzinfo)


def _told(row: heard.Row) -> dict[str, Any]:
    states = {state: row[state] for state in STATES}
    silent = rules.silent_place(states, room().pack.schedule)
    counted = {name: row[name] for name in ("monitors", "expected", "came", "calm")}
    return {**counted, "states": states, "silent": silent}


def _checkin(row: heard.Row, view: View) -> dict[str, Any]:
    name = room().pack.taxonomy.checkins[row["code"]]
    due = {"due": row["due"].isoformat(), "is_due": row["due"] <= view.now}
    return {**row, **due, "name": dict(name)}


def _name(area: str, by: str) -> dict[str, str]:
    named = room().pack.places[area].name if by != "organisation" else {}
    return {language: named.get(language, area) for language in room().pack.languages}


def _spot(area: str, by: str) -> dict[str, float | None]:
    """The middle of a district, for the map: not each has an outline."""
    place = room().pack.places.get(area)
    return {"lat": place.lat, "lon": place.lon} if place and by == "district" else {}


def _named(monitor: str) -> bool:
    """Whether the organisation of a monitor lets whoever asks know whose report is whose."""
    of = room().board.roster.get(monitor)
    return not of or "monitors" not in room().board.treaty.share(me(), of.organisation).closed


def _station(row: heard.Row) -> dict[str, Any]:
    station = room().pack.stations.get(row["station"])
    path = {lang: room().gazetteer.path(station.commune if station else "", lang) for lang in room().pack.languages}
    last = row["last"] and row["last"].isoformat()
    known = {name: row.get(name) or [] for name in ("missing", "came")} | {"state": row.get("state", "stray")}
    return {
        **known,
        "station": row["station"],
        "name": station.name if station else "",
        "place": path,
        "last": last,
        "monitors": [] if me().duress else [of_monitor(monitor) for monitor in row["monitors"] if _named(monitor)],
    }
