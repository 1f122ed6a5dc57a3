"""The wall: a link that opens it once, the page, and its picture, made once a second for all that hang there."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request

from dashboard.mapped import shapes_of
from dashboard.spoken import told
from dashboard.wall_picture import Ground, ground, picture
from server.desk.deciding import said
from server.guard import cookie, me, room
from server.log import Down
from server.roles import ANYONE, WALL, Refused, allow
from server.walls import LONGEST, THEMES

wall = Blueprint("wall", __name__)
REST = timedelta(seconds=1)  # between two pictures
TURN = timedelta(seconds=10)  # the picture is made anew after it though nothing came, and stations are counted anew


@dataclass(frozen=True)
class Kept:
    """The newest picture: when it was made, at which place of the log, its tag, the answer that carries it; and what it
    stands on, counted at a moment of its own."""

    at: datetime
    cursor: str
    tag: str
    body: bytes
    ground: Ground
    counted: datetime


@wall.get("/wall")
@allow(WALL)
def page() -> str:
    """The wall."""
    look = room().walls.look(me())
    languages = [look["language"]] if look["language"] else list(room().pack.languages)
    return render_template("wall.html", shown=languages, theme=look["theme"])


@wall.get("/wall/open")
@allow(ANYONE)
def link() -> str:
    """The form behind the link. The word is used up by the press alone: what only looks at addresses opens nothing."""
    return render_template("wall_open.html", error="", word=request.args.get("t", ""))


@wall.post("/wall/open")
@allow(ANYONE)
def enter() -> Any:
    """Turn this screen into the wall whose word it brings."""
    try:
        session = room().walls.open(request.form.get("t", ""), request.remote_addr or "")
    except (Refused, Down) as fault:
        status = 403 if isinstance(fault, Refused) else 503
        return render_template("wall_open.html", error=told(fault), word=""), status
    answer = redirect("/wall", 303)
    kept = {"max_age": LONGEST, "path": "/", "secure": room().secure, "httponly": True, "samesite": "Strict"}
    answer.set_cookie(cookie(WALL), session, **kept)  # type: ignore[arg-type]
    return answer


@wall.get("/api/v1/wall")
@allow(WALL)
def show() -> Any:
    """The picture: ?have=; whoever has the newest already gets only its tag and the hour."""
    found, now = kept(), room().clock()
    hour = room().board.tasks.now(now).isoformat(timespec="seconds")
    if request.args.get("have", "") == found.tag:
        return jsonify(tag=found.tag, hour=hour)
    head = json.dumps({"tag": found.tag, "hour": hour})[:-1].encode()
    answer: Response = make_response(head + b',"picture":' + found.body + b"}")
    answer.headers["Content-Type"] = "application/json"
    return answer


@wall.get("/api/v1/wall/ground")
@allow(WALL)
def outlines() -> Any:
    """What the picture stands on and does not change: outlines of provinces, names of categories and check-ins."""
    known = room().pack.taxonomy
    return jsonify(
        **shapes_of(room().pack),
        categories={one.code: dict(one.name) for one in known.categories},
        checkins={code: dict(name) for code, name in known.checkins.items()},
    )


@wall.get("/api/v1/walls")
@allow("administrator")
def walls() -> Any:
    """Every wall that shows, or whose link opens one still."""
    return jsonify(walls=room().walls.all())


@wall.post("/api/v1/walls")
@allow("administrator")
def make() -> Any:
    """A link for one screen, told once: {name, language, theme}."""
    word, public = room().walls.make(said("name"), said("language"), said("theme") or THEMES[0], by=me().by)
    return jsonify(id=public, word=word, path=f"/wall/open?t={word}"), 201


@wall.delete("/api/v1/walls/<wall_id>")
@allow("administrator")
def end(wall_id: str) -> Any:
    """End a wall, or its link."""
    return jsonify(cursor=room().walls.end(wall_id, by=me().by)), 202


def kept() -> Kept:
    """The newest picture; another one when something came, or some time has gone, and the last is a second old."""
    tools, now = room(), room().clock()
    last: Kept | None = current_app.extensions.get("wall")
    age = now - last.at if last else TURN
    if last and timedelta() <= age < (REST if last.cursor != tools.board.cursor else TURN):
        return last
    below, counted = (last.ground, last.counted) if last else (None, now)
    if below is None or not timedelta() <= now - counted < TURN:
        below, counted = ground(tools.board, now), now
    cursor = tools.board.cursor
    made = picture(tools.board, tools.pack, now, tools.reckoning.balance, below)
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    found = Kept(now, cursor, sha256(body).hexdigest()[:16], body, below, counted)
    current_app.extensions["wall"] = found
    return found
