"""The page Complaints, complaints as JSON, and the public docket as files."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from dashboard.untold import untold
from dashboard.views import DRAFTS
from server import queries, sums
from server.desk.docket import docketed, law
from server.desk.stated import clock
from server.docket import exports, told
from server.docket.course import COMPLAINANTS, KINDS, RULINGS
from server.docket.kept import Complaint
from server.guard import me, room, someone
from server.roles import ROLES, allow

docket = Blueprint("docket", __name__)


@docket.get("/complaints")
@allow(*ROLES)
def page() -> str:
    """Every complaint, and the one that is open; the screen fetches both."""
    chosen = {"kinds": KINDS, "complainants": COMPLAINANTS, "rulings": RULINGS}
    return render_template("complaints.html", levels=law().levels.levels, desk=_desk(), **chosen)


@docket.get("/api/v1/complaints")
@allow(*ROLES)
def listed() -> Any:
    """Complaints, the newest first; viewers are told of public ones alone."""
    now, shown = clock(), [one for one in room().board.docket.all() if _may(one)]
    rows = [_placed(one, told.listed(one, law(), now, desk=_desk())) for one in shown]
    return jsonify(complaints=rows, levels=_levels(), warn=law().levels.warn, clock=now, cursor=room().board.cursor)


@docket.get("/api/v1/complaints/<complaint>")
@allow(*ROLES)
def show(complaint: str) -> Any:
    """One complaint with its course, counts, what was said of it, and the incidents that whoever asks may see."""
    one, now = docketed(complaint), clock()
    if not _may(one):
        abort(404)
    acts = room().board.docket.acts(complaint) if _desk() else []
    return jsonify(
        **_placed(one, told.whole(one, acts, law(), now, desk=_desk())),
        incidents=_incidents(one),
        history=told.history(acts, _visible),
        clock=now,
        cursor=room().board.cursor,
    )


@docket.get("/complaints.csv")
@allow(*ROLES)
def table() -> Any:
    """The public docket for an office program: ?rehearsal=true for that of a rehearsal, which says so."""
    return _file("csv", "text/csv", exports.as_csv(_public(), law()))


@docket.get("/complaints.json")
@allow(*ROLES)
def document() -> Any:
    """The public docket for other programs: ?rehearsal= as above."""
    return _file("json", "application/json", exports.as_json(_public(), law(), room().pack, clock()))


def due_soon() -> int:
    """Of how many complaints a deadline is near, for whoever writes them down; for the link to the page."""
    person = someone()
    if person is None or person.role not in DRAFTS:
        return 0
    board, now = room().board, clock()
    whole = sums.totals(board)
    simulated = bool(whole["rehearsal"] and not whole["mixed"])
    found = (told.listed(one, law(), now, desk=False)["next"] for one in board.docket.all(simulated))
    return sum(bool(each and each["soon"]) for each in found)


def _public() -> list[dict[str, Any]]:
    return exports.public(room().board.docket.all(_rehearsed()), law(), room().pack, clock(), _area)


def _rehearsed() -> bool:
    return request.args.get("rehearsal", "") == "true"


def _file(kind: str, mimetype: str, text: str) -> Response:
    answer = Response(text, mimetype=mimetype)
    name = f"{room().pack.name}{'-rehearsal' if _rehearsed() else ''}-complaints-{clock()[:10]}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _desk() -> bool:
    return me().role in DRAFTS


def _may(one: Complaint) -> bool:
    return _desk() or one.course.public


def _area(one: Complaint) -> str:
    board, pack = room().board, room().pack
    return told.shown_area(one.course, pack, lambda rehearsal, code: untold(board.attendance, pack, rehearsal, code))


def _placed(one: Complaint, row: dict[str, Any]) -> dict[str, Any]:
    """With its place by name: the place itself for desks, the public area for others."""
    code = row["place"] if _desk() else _area(one)
    station = room().pack.stations.get(code)
    area = station.commune if station else code
    name = {language: room().gazetteer.path(area, language) for language in room().pack.languages} if area else {}
    return {**row, "place": {"code": code, "name": name} if code else None}


def _incidents(one: Complaint) -> list[dict[str, Any]]:
    """Those that are linked, as far as whoever asks may see them."""
    names = ("id", "number", "status", "category", "sub")
    rows = queries.rows_of(room().board, set(one.course.linked))
    cards = [room().see(row, me()) for row in rows]
    return [{name: card[name] for name in names} for card in cards if card and not card.get("gone")]


def _visible(incident: str) -> bool:
    row = queries.row_of(room().board, incident, "all")
    seen = row and room().see(row, me())
    return bool(seen and not seen.get("gone"))


def _levels() -> list[dict[str, Any]]:
    names = ("code", "begins", "file", "rule")
    return [
        {**{name: getattr(level, name) for name in names}, "name": dict(level.name), "short": dict(level.short)}
        for level in law().levels.levels
    ]
