"""The page Figures: computed at most once a second for each role, however many look; each as a table, too."""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, render_template, request

from dashboard import taken, views
from dashboard.drawn.whole import ORDER, Ground, Made, ground, whole
from dashboard.live import now
from server import heard, sums
from server.guard import me, room
from server.roles import ROLES, allow
from server.tables import written

figures_page = Blueprint("figures_page", __name__)
REST = timedelta(seconds=1)  # between two computations for the same eyes
SLOW = timedelta(seconds=10)  # between two counts of all stations, and of how long people took


@dataclass(frozen=True)
class Kept:
    """What was computed last: when, at which place of the log, and the answer, as it is and squeezed."""

    at: datetime
    cursor: str
    made: Made
    tag: str
    body: bytes
    small: bytes


@figures_page.get("/figures")
@allow(*ROLES)
def page() -> str:
    """Every figure with its question, its sentence and its table."""
    return render_template("figures.html", names=names(me().role))


@figures_page.get("/api/v1/figures/whole")
@allow(*ROLES)
def show() -> Any:
    """All figures: ?lang=&have=; whoever has the newest already gets only its tag."""
    found = kept(_language())
    if request.args.get("have", "") == found.tag:
        return jsonify(tag=found.tag)
    squeezed = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = make_response(found.small if squeezed else found.body)
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Vary"] = "Accept-Encoding"
    if squeezed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@figures_page.get("/figures/<name>.csv")
@allow(*ROLES)
def table(name: str) -> Any:
    """One figure's numbers for an office program, the last line with the mark of whoever took it: ?lang=."""
    found = kept(_language()).made.get(name)
    if found is None:
        abort(404)
    file = f"{marked()}-{name}-{stamp()}.csv"
    answer: Response = Response(written([found.columns, *found.rows, [taken.marked()]]), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def names(role: str) -> list[str]:
    """The figures that this role is told, in the order of the page."""
    public = ("verified", "where", "coverage")
    return [name for name in ORDER if (name != "verified" if role in views.DESKS else name in public)]


def kept(language: str) -> Kept:
    """What this role is told in this language; computed anew when the board or the second has moved on."""
    role, at, board = me().role, now(), room().board
    audience = "desk" if role in views.DESKS else role
    store: dict[tuple[str, str], Kept] = current_app.extensions.setdefault("figures", {})
    last = store.get((audience, language))
    if last and timedelta() <= at - last.at < REST:
        return last
    made = whole(board, role, room().pack, language, at, grounds(audience, role, at))
    store[audience, language] = encoded(at, board.cursor, made)
    return store[audience, language]


def grounds(audience: str, role: str, at: datetime) -> Ground:
    """What takes longer to count, for those who are told the same; of SLOW ago at most."""
    store: dict[str, tuple[datetime, Ground]] = current_app.extensions.setdefault("figures of stations", {})
    last = store.get(audience)
    if last is None or not timedelta() <= at - last[0] < SLOW:
        store[audience] = last = at, ground(room().board, role, room().pack, at)
    return last[1]


def encoded(at: datetime, cursor: str, made: Made) -> Kept:
    """These figures as an answer, written once for all who ask."""
    told = {name: sheet.told() for name, sheet in made.items()}
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    tag = sha256(plain.encode()).hexdigest()[:16]
    hours = {"hour": stamp(), "pack": marked()}
    body = json.dumps({"tag": tag, **hours}, separators=(",", ":"))[:-1].encode() + f',"figures":{plain}}}'.encode()
    return Kept(at, cursor, made, tag, body, gzip.compress(body, 1))


def marked() -> str:
    """The pack in the names of files, which say so when what is in them is of a rehearsal."""
    return room().pack.name + ("-rehearsal" if sums.totals(room().board)["rehearsal"] else "")


def stamp() -> str:
    """The room's hour as it stands in the names of files: 2017-06-04T1042."""
    view = heard.today(room().board.attendance, sums.totals(room().board), now())
    return view.now.astimezone(room().pack.zone).strftime("%Y-%m-%dT%H%M")


def _language() -> str:
    asked = request.args.get("lang", "") or request.cookies.get("lang", "")
    return asked if asked in room().pack.languages else room().pack.languages[0]
