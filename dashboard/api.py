"""The same picture as JSON: what screens and programs ask for. What they may see is decided in views."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard import agreed, evidence, views
from dashboard import figures as drawn
from dashboard.course import course
from dashboard.live import now
from dashboard.words import words_for
from server import heard, queries, sums
from server.desk.deciding import said
from server.guard import me, room
from server.roles import ANYONE, ROLES, allow

api = Blueprint("api", __name__, url_prefix="/api/v1")
MOST_KINDS = 20  # of cards in one question; there are eight
OPENAPI = json.loads((Path(__file__).with_name("openapi.json")).read_text())


@api.get("/cards")
@allow(*ROLES)
def cards() -> Any:
    """One page of the feed, or of the list ?list=restricted, newest first."""
    board, role, scope = room().board, me().role, _scope()
    before, limit = request.args.get("before", ""), request.args.get("limit", 50, int)
    try:
        rows, following, total = queries.page(board, _filters(), scope, before, limit)
    except (ValueError, OverflowError):
        abort(400)
    seen = [room().see(row, role, scope) for row in rows]
    return jsonify(cards=seen, cursor=board.cursor, next=following or None, total=total)


@api.get("/changes")
@allow(*ROLES)
def changes() -> Any:
    """Every card that changed behind a place on the log, oldest change first; of the feed, or of ?list=restricted."""
    after, scope = request.args.get("after", "0-0"), _scope()
    try:
        rows, cursor, more = queries.changes(room().board, after)
    except (ValueError, OverflowError):
        abort(400)
    seen = [card for row in rows if (card := room().see(row, me().role, scope)) is not None]
    counted = views.counts(room().board, me().role, room().pack, now())
    return jsonify(after=after, cursor=cursor, cards=seen, more=more, counts=counted)


@api.get("/cards/<card>")
@allow(*ROLES)
def card(card: str) -> Any:
    """One card with its history."""
    row = queries.row_of(room().board, card, views.WHOLE[me().role])
    if row is None:
        abort(404)
    facts = queries.history(room().board, card) if me().role in views.DESKS else []
    told = [views.fact(one, room().gazetteer, me().role) for one in facts]
    return jsonify(card=room().see(row, me().role), history=told)


@api.get("/counts")
@allow(*ROLES)
def counts() -> Any:
    """How many of what."""
    return jsonify(views.counts(room().board, me().role, room().pack, now()))


@api.get("/figures")
@allow(*ROLES)
def figures() -> Any:
    """Every figure as a Plotly dictionary."""
    language, role, board = _language(), me().role, room().board
    words = words_for(language)
    seen = views.told(heard.today(board.attendance, sums.totals(board), now()), role)
    drawn_here = drawn.figures(board, views.SCOPE[role], room().pack, words, language)
    drawn_here["coverage"] = course(seen, words, room().pack)
    if role in views.DESKS:
        drawn_here["agreement"] = agreed.figure(board.agreement.figures(), words)
    return jsonify(drawn_here)


@api.get("/map/shapes")
@allow(*ROLES)
def shapes() -> Any:
    """The provinces' outlines; they change only with the pack."""
    answer = jsonify(drawn.map_shapes(room().pack))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@api.get("/map")
@allow(*ROLES)
def on_map() -> Any:
    """Counts and points for the map."""
    role = me().role
    data = drawn.map_data(room().board, _filters(), views.SCOPE[role])
    if role in views.DESKS:
        return jsonify(**data, restricted=sums.totals(room().board)["restricted"])
    return jsonify({**data, "points": []})  # a point is finer than these roles are told


@api.get("/taxonomy")
@allow(*ROLES)
def taxonomy() -> Any:
    """Categories and sub-codes with their names, in every language of the pack."""
    known = room().pack.taxonomy
    return jsonify(
        categories=[
            {
                "code": category.code,
                "name": dict(category.name),
                "subs": [
                    {"code": sub.code, "name": dict(sub.name), "severity": sub.severity, "restricted": sub.restricted}
                    for sub in category.subs
                ],
            }
            for category in known.categories
        ],
        checkins=[{"code": code, "name": dict(name)} for code, name in known.checkins.items()],
    )


@api.get("/places")
@allow(*ROLES)
def places() -> Any:
    """Places whose name or code is like `q`; all provinces without it."""
    gazetteer, q = room().gazetteer, request.args.get("q", "")
    found = gazetteer.search(q, 20) if q else [area for area in room().pack.places.values() if area.level == "province"]
    return jsonify(
        places=[
            {
                "code": area.code,
                "level": area.level,
                "name": dict(area.name),
                "path": {language: gazetteer.path(area.code, language) for language in room().pack.languages},
            }
            for area in found
        ]
    )


@api.get("/accounts")
@allow("administrator")
def accounts() -> Any:
    """Who may sign in."""
    return jsonify(accounts=queries.accounts(room().board))


@api.post("/accounts")
@allow("administrator")
def open_account() -> Any:
    """Let somebody sign in: {name, role, passphrase}."""
    name, role, phrase = (said(field) for field in ("name", "role", "passphrase"))
    return jsonify(cursor=room().access.open_account(name, role, phrase, by=me().by)), 202


@api.delete("/accounts/<name>")
@allow("administrator")
def close_account(name: str) -> Any:
    """End an account and its sessions."""
    return jsonify(cursor=room().access.close_account(name, by=me().by)), 202


@api.get("/openapi.json")
@allow(ANYONE)
def openapi() -> Any:
    """This interface, described."""
    return jsonify(OPENAPI)


def _scope() -> str:
    """What the page that asks is of: the role's feed, or the security lead's list."""
    wanted = request.args.get("list", "")
    if wanted and not views.may_list(me().role, wanted):
        abort(403)
    return wanted or views.SCOPE[me().role]


def _filters() -> queries.Filters:
    asked = request.args
    kinds = tuple(kind for kind in asked.get("kind", "").split(",")[:MOST_KINDS] if kind)
    severity = max(0, min(asked.get("severity", 0, int), 9))
    q, category, status, where = (asked.get(name, "") for name in ("q", "category", "status", "place"))
    if me().role not in views.DESKS:
        q = ""  # whoever may not read the words may not guess at them either
    source, alike = (asked.get(name, "") if me().role in views.DESKS else "" for name in ("source", "alike"))
    number = max(0, min(asked.get("number", 0, int), 10**9))
    alert = asked.get("alert", "") if me().role in views.DESKS else ""
    among = evidence.reports(room().board, alert, me().role) if alert else None
    return queries.Filters(q, kinds, category, status, severity, where, source, alike, number, among)


def _language() -> str:
    asked = request.args.get("lang", "") or request.cookies.get("lang", "")
    return asked if asked in room().pack.languages else room().pack.languages[0]
