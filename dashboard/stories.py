"""The reports that tell of one incident, for desks: each as its own card, and what else may tell of it."""

from typing import Any

from flask import Blueprint, abort, jsonify

from dashboard import views
from server import queries
from server.guard import me, room
from server.roles import allow

stories = Blueprint("stories", __name__, url_prefix="/api/v1")


@stories.get("/incidents/<card>/reports")
@allow(*views.DESKS)
def reports(card: str) -> Any:
    """The reports of an incident, its own first, then in the order of their arrival; and those that are suggested."""
    board = room().board
    row = queries.row_of(board, card, views.WHOLE[me().role])
    if row is None:
        abort(404)
    may_be = {one["report"] for one in row["suggestions"]} - {card}
    told = [room().see(each, me()) for each in queries.told(board, card)]
    suggested = [room().see(each, me()) for each in queries.rows_of(board, may_be)]
    return jsonify(
        incident=room().see(row, me()),
        reports=[each for each in told if each and not each.get("gone")],
        suggested=[each for each in suggested if each and not each.get("gone")],
    )
