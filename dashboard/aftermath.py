"""The page After the day, for desks: computed from the record when it is asked for, and made to be printed."""

from typing import Any

from flask import Blueprint, Response, abort, request

from dashboard import views
from dashboard.live import now
from dashboard.taken import marked
from server.guard import room
from server.measures.after import after
from server.report import STYLE, as_json, languages, page
from server.roles import ROLES, allow

aftermath = Blueprint("aftermath", __name__)


@aftermath.get("/report")
@allow(*views.DESKS)
def printed() -> Any:
    """The report in one language: ?lang=km."""
    there = languages(room().pack)
    wanted = request.args.get("lang", "") or request.cookies.get("lang", "") or there[0]
    if wanted not in there:
        abort(404)
    return page(after(room().board, room().pack, now()), room().pack, wanted, mark=marked())


@aftermath.get("/report.json")
@allow(*views.DESKS)
def told() -> Any:
    """The same for programs."""
    return Response(as_json({**after(room().board, room().pack, now()), "mark": marked()}), mimetype="application/json")


@aftermath.get("/report.css")
@allow(*ROLES)
def style() -> Any:
    """How it looks."""
    return Response(STYLE.read_text(encoding="utf-8"), mimetype="text/css")
