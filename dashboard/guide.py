"""The page SMS guide, to be printed; behind the private door, because at the public one it would mark who asks."""

from typing import Any

from flask import Blueprint, Response, abort, request

from server.guard import room
from server.guide import STYLE, languages, page
from server.roles import ANYONE, ROLES, allow

guide = Blueprint("guide", __name__)


@guide.get("/guide")
@allow(*ROLES)
def printed() -> Any:
    """The guide in one language: ?lang=km."""
    there = languages(room().pack)
    wanted = request.args.get("lang", there[0])
    return page(room().pack, wanted) if wanted in there else abort(404)


@guide.get("/guide.css")
@allow(ANYONE)
def style() -> Any:
    """How it looks."""
    return Response(STYLE.read_text(encoding="utf-8"), mimetype="text/css")
