"""Frames: the pages themselves, what all of them know, and the way in and out."""

import re
from typing import Any

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request

from dashboard import docket, spoken
from dashboard.headers import headers
from dashboard.words import words_for
from server import sums
from server.access import LONGEST
from server.desk.working import leave
from server.guard import cookie, room, someone
from server.log import Down
from server.roles import ANYONE, ROLES, Refused, allow

pages = Blueprint("pages", __name__)


def prepare(app: Flask) -> None:
    """Give templates their words."""
    app.jinja_env.globals["t"] = lambda key, **values: words_for(spoken.language())[key].format(**values)
    app.context_processor(_context)
    app.after_request(headers)


def _context() -> dict[str, Any]:
    language, person = spoken.language(), someone()
    return {
        "lang": language,
        "languages": room().pack.languages,
        "person": person,
        "csrf": person.csrf if person else "",
        "pack_title": room().pack.title.get(language, room().pack.name),
        "pack": room().pack,
        "band": _band() if person else "",
        "complaints_due": docket.due_soon() if person else 0,
    }


def _band() -> str:
    """Which words stand in the band of a rehearsal: explain, mixed; "" when there is none."""
    told = sums.totals(room().board)
    return "mixed" if told["mixed"] else "explain" if told["rehearsal"] else ""


@pages.get("/")
@allow(*ROLES)
def room_page() -> str:
    """The room."""
    return render_template("room.html")


@pages.get("/sign-in")
@allow(ANYONE)
def sign_in_page() -> Any:
    """The form to sign in."""
    return redirect("/", 303) if someone() else render_template("sign_in.html", error="", name="")


@pages.post("/sign-in")
@allow(ANYONE)
def sign_in() -> Any:
    """Begin a session."""
    name = request.form.get("name", "").strip()
    try:
        session = room().access.sign_in(name, request.form.get("passphrase", ""), request.remote_addr or "")
        if before := someone():
            room().access.sign_out(before)
    except (Refused, Down) as fault:
        return render_template("sign_in.html", error=spoken.told(fault), name=name), 503 if isinstance(
            fault, Down
        ) else 403
    return _entered(session)


@pages.post("/sign-out")
@allow(*ROLES)
def sign_out() -> Any:
    """End this session; the browser forgets what it kept."""
    leave()
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(cookie(), path="/")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@pages.get("/first")
@allow(ANYONE)
def first_page() -> Any:
    """The form behind the one-time link."""
    word = request.args.get("t", "")
    if not room().access.invited(word):
        return frame(403, "first.title", "first.spent")
    return render_template("first.html", error="", name="", token=word)


@pages.post("/first")
@allow(ANYONE)
def first() -> Any:
    """Create the first administrator."""
    word, name, phrase = (request.form.get(field, "") for field in ("t", "name", "passphrase"))
    try:
        room().access.first_administrator(word, name, phrase)
    except Refused as fault:
        return render_template("first.html", error=spoken.told(fault), name=name, token=word), 422
    return frame(201, "first.title", "first.done")


@pages.get("/accounts")
@allow("administrator")
def accounts_page() -> str:
    """Who may sign in."""
    return render_template("accounts.html", roles=ROLES)


@pages.post("/language")
@allow(ANYONE)
def language() -> Any:
    """Remember the reader's language."""
    chosen = request.form.get("language", "")
    answer = redirect(_own_path(request.form.get("next", "/")), 303)
    if chosen in room().pack.languages:
        answer.set_cookie("lang", chosen, max_age=365 * 86400, samesite="Strict", secure=room().secure, httponly=True)
    return answer


@pages.get("/words/<language>.json")
@allow(ANYONE)
def words(language: str) -> Any:
    """All texts of a language."""
    return words_for(language) if language in room().pack.languages else abort(404)


def frame(status: int, heading: str, text: str, ref: str = "") -> tuple[str, int]:
    """A page that says one thing; `heading` and `text` are keys of our words, or sentences."""
    table = words_for(spoken.language())
    return render_template(
        "message.html", heading=table.get(heading, heading), text=table.get(text, text), ref=ref
    ), status


@pages.get("/health")
@allow(ANYONE)
def health() -> Any:
    """Whether the room is at the head of the log, and every accepted report is accounted for."""
    board = room().board
    told = {"cursor": board.cursor, "accounted": not room().reckoning.balance.missing}
    try:
        return {"record": "up", "behind": room().log.head() != board.cursor, **told}
    except Down:
        return {"record": "down", **told}, 503


def _entered(session: str) -> Response:
    answer = redirect("/", 303)
    answer.set_cookie(
        cookie(), session, max_age=LONGEST, path="/", secure=room().secure, httponly=True, samesite="Strict"
    )
    return answer  # type: ignore[return-value]


def _own_path(path: str) -> str:
    """A path of ours, never another site."""
    return path if re.fullmatch(r"/([\w-][\w./-]*)?(\?[\w.*%+&=-]*)?", path, re.ASCII) else "/"
