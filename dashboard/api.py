"""The same picture as JSON: what screens and programs ask for. What they may see is decided in views."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import agreed, history, shared, summed, views
from dashboard import figures as drawn
from dashboard.asked import filters, spoken, understood
from dashboard.course import course
from dashboard.live import now
from dashboard.made import page_of
from dashboard.words import words_for
from server import heard, queries, sums
from server.desk.deciding import said
from server.guard import me, room
from server.people import others
from server.roles import ROLES, allow

api = Blueprint("api", __name__, url_prefix="/api/v1")
PAGING = (("limit", 50, int), ("skip", 0, int))
OPENAPI = json.loads((Path(__file__).with_name("openapi.json")).read_text())


@api.get("/cards")
@allow(*ROLES)
def cards() -> Any:
    """One page of the feed, or of ?list=restricted, newest first; with ?order=urgency, what is urgent besides."""
    board, scope, query = room().board, _scope(), understood()
    before, limit, skip = request.args.get("before", ""), *(request.args.get(*each) for each in PAGING)
    apart: dict[str, Any] = {"asked": query.told()} if query else {}
    try:
        wanted = filters(query)
        if request.args.get("order") == "urgency":
            pinned, urgent = queries.urgent(board, wanted, scope)
            apart |= {"pinned": [room().see(row, me(), scope) for row in pinned], "urgent": urgent}
        rows, following, total = queries.page(board, wanted, scope, before, limit, skip)
    except (ValueError, OverflowError):
        abort(400)
    seen = [room().see(row, me(), scope) for row in rows]
    if rows and not before:
        apart["top"] = shared.point(queries.above(rows[0]), board.treaty.of_card(me(), rows[0]).closed)
    if following:
        following = shared.point(following, board.treaty.of_card(me(), rows[-1]).closed)
    return jsonify(cards=seen, cursor=board.cursor, next=following or None, total=total, **apart)


@api.get("/changes")
@allow(*ROLES)
def changes() -> Any:
    """Every card that changed behind a place on the log, oldest change first; of the feed, or of ?list=restricted."""
    try:
        told = current_app.extensions["live"].made.changes(page_of(me(), _scope()), request.args.get("after", "0-0"))
    except (ValueError, OverflowError):
        abort(400)
    return Response(told, mimetype="application/json")


@api.get("/cards/<card>")
@allow(*ROLES)
def card(card: str) -> Any:
    """One card with its history."""
    row = queries.row_of(room().board, card, views.opens(me()))
    if row is None:
        abort(404)
    facts = queries.history(room().board, card) if me().role in views.DESKS else []
    closed = room().board.treaty.of_card(me(), row).closed
    told = [history.fact(one, room().gazetteer, me(), closed) for one in facts]
    return jsonify(card=room().see(row, me()), history=told)


@api.get("/counts")
@allow(*ROLES)
def counts() -> Any:
    """How many of what."""
    return jsonify(summed.counts(room().board, me().role, room().pack, now()))


@api.get("/figures")
@allow(*ROLES)
def figures() -> Any:
    """Every figure as a Plotly dictionary."""
    language, role, board = spoken(), me().role, room().board
    words = words_for(language)
    seen = summed.told(heard.today(board.attendance, sums.totals(board), now()), role)
    drawn_here = drawn.figures(board, views.SCOPE[role], room().pack, words, language)
    drawn_here["coverage"] = course(seen, words, room().pack)
    if role in views.DESKS:
        drawn_here["agreement"] = agreed.figure(board.agreement.figures(), words)
    return jsonify(drawn_here)


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
    access, rows = room().access, queries.accounts(room().board)
    asked, mine = access.factors.names(), access.factors.has(access.proving.whose(me().name, me().duress))
    told = {row["name"]: mine if row["name"] == me().name else row["name"] in asked for row in rows}
    return jsonify(accounts=[{**row, "vouched": bool(row["vouched"]), "factor": told[row["name"]]} for row in rows])


@api.post("/accounts")
@allow("administrator")
def open_account() -> Any:
    """Let somebody sign in: {name, role, organisation, passphrase}."""
    others.by_a_person(me())
    name, role, phrase, of = (said(field) for field in ("name", "role", "passphrase", "organisation"))
    by, forced = me().by, me().duress
    opened = room().access.open_account(name, role, phrase, by=by, organisation=of, tainted=forced)
    return jsonify(cursor=opened), 202


@api.post("/accounts/<name>/organisation")
@allow("administrator")
def move_account(name: str) -> Any:
    """Say of which organisation an account is from now on: {organisation}."""
    return jsonify(cursor=others.move(room().log, room().access, name, said("organisation"), me())), 202


@api.delete("/accounts/<name>")
@allow("administrator")
def close_account(name: str) -> Any:
    """End an account and its sessions."""
    return jsonify(cursor=room().access.close_account(name, by=me().by)), 202


@api.get("/openapi.json")
@allow(*ROLES)
def openapi() -> Any:
    """This interface, described."""
    return jsonify(OPENAPI)


def _scope() -> str:
    """What the page that asks is of: the role's feed, or the security lead's list."""
    wanted = request.args.get("list", "")
    if wanted and not views.may_list(me().role, wanted):
        abort(403)
    return wanted or views.feed(me())
