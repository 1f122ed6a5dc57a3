"""A batch of work over HTTP: the most urgent open incidents that nobody has, of those that a query leaves."""

from typing import Any

from flask import Blueprint, jsonify

from dashboard import views
from dashboard.asked import asked_for, understand
from server.asking.conditions import every
from server.desk.deciding import said
from server.desk.working import take_batch
from server.roles import allow

batch = Blueprint("batch", __name__, url_prefix="/api/v1")


@batch.post("/batch")
@allow(*views.DESKS)
def take() -> Any:
    """Take the ten most urgent ones; nobody else gets them for ten minutes: {query}."""
    query = said("query").strip()
    _, where, values = every(asked_for(understand(query)).conditions(), "open") if query else ("", "1", [])
    cards, shared, cursor = take_batch(where, values)
    return jsonify(cursor=cursor, batch=shared, cards=cards), 202
