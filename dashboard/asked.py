"""The query language over HTTP: what a request asks for, judged by who asks; and its words, for whoever types them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, request

from dashboard import evidence, shared, views
from dashboard.untold import untold
from dashboard.words import words_for
from server import queries, sums
from server.asking.around import Around
from server.asking.ask import Asked, ask
from server.asking.filters import Filters
from server.asking.said import Wrong
from server.asking.table import TABLE
from server.asking.where import places
from server.guard import me, room
from server.roles import ROLES, Refused, allow

asked = Blueprint("asked", __name__, url_prefix="/api/v1")
MOST_KINDS = 20  # of cards in one question; there are eight


@asked.get("/query")
@allow(*ROLES)
def words() -> Any:
    """The words of the query language that this role may use, with the values that each takes."""
    known = around()
    named = {"org": known.organisations, "assigned": known.people, "held": known.people}
    told = {key: [*word.values, *named.get(key, ())] for key, word in TABLE.items() if key.isalpha()}
    return jsonify(words={key: values for key, values in told.items() if known.desk or not TABLE[key].desk})


def understood() -> Asked | None:
    """What ?query= asks for; None without one. Raises Refused with the sentence that says what is wrong with it."""
    return understand(request.args["query"]) if "query" in request.args else None


def understand(query: str) -> Asked:
    """What a query asks for. Raises Refused with the sentence that says what is wrong with it."""
    try:
        return ask(query, around())
    except Wrong as wrong:
        said = words_for(spoken())
        values = {name: said.get(f"level.{value}", value) for name, value in wrong.values.items()}
        raise Refused(said[f"query.wrong.{wrong.name}"].format(**values)) from None


def filters(query: Asked | None) -> Filters:
    """What the request asks for by single parameters, and by its query. Raises ValueError."""
    args, desk = request.args, me().role in views.DESKS
    kinds = tuple(kind for kind in args.get("kind", "").split(",")[:MOST_KINDS] if kind)
    severity = max(0, min(args.get("severity", 0, int), 9))
    category, status = (args.get(name, "") for name in ("category", "status"))
    where = args.get("place", "")
    if where and not desk and not _is_told(where):
        raise Refused("Your role is not told of this place.")
    # whoever may not read the words may not guess at them either
    q, source, alike, alert = (args.get(name, "") if desk else "" for name in ("q", "source", "alike", "alert"))
    number = max(-(10**9), min(args.get("number", 0, int), 10**9))
    among = evidence.reports(room().board, alert, me().role) if alert else None
    conditions = query.conditions if query else None
    found = Filters(q, kinds, category, status, severity, where, source, alike, number, among, conditions)
    return unless_kept(found, shared.classes(found.conditions(), room().pack))


def asked_for(query: Asked) -> Filters:
    """What a query alone asks for. It says itself what is left out, but for what members keep from whoever asks."""
    return unless_kept(Filters(asked=query.conditions), shared.classes(query.conditions, room().pack))


def unless_kept(wanted: Filters, classes: Iterable[str]) -> Filters:
    """The same, without reports of members that keep any of these classes from whoever asks: else what a card does not
    tell could be found out by asking for it."""
    return replace(wanted, shut=(*wanted.shut, *room().board.treaty.shut(me(), classes)))


def _is_told(code: str) -> bool:
    """Whether whoever asks may know that something was there: a place's code, or NOWHERE."""
    try:
        return bool(places(code, room().gazetteer, around().finest, around().untold))
    except Wrong:
        return False


def around() -> Around:
    """What the values of a query are judged by: the room as it is now, and what the role of whoever asks is told."""
    board, role = room().board, me().role
    desk, alone = role in views.DESKS, sums.rehearsed(board)
    return Around(
        gazetteer=room().gazetteer,
        now=board.tasks.now(room().clock()),
        me=me().name,
        desk=desk,
        finest=views.FINEST.get(role, views.LEVELS[-1]),
        people=queries.people(board) if desk else (),
        organisations=queries.organisations(board) if desk else (),
        alert=lambda alert: evidence.reports(board, alert, role),
        untold=lambda code: not desk and untold(board.attendance, room().pack, alone, code),
    )


def spoken() -> str:
    """The language that the request asks for, or its browser had last."""
    wanted = request.args.get("lang", "") or request.cookies.get("lang", "")
    return wanted if wanted in room().pack.languages else room().pack.languages[0]
