"""Frames: the pages themselves, what all of them know, and the way in and out."""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request

from dashboard import docket, operations, spoken
from dashboard.headers import headers
from dashboard.words import words_for
from server import sums
from server.desk.passkeys import signed
from server.desk.working import leave
from server.guard import cookie, room, someone
from server.log import Down
from server.people.sessions import LONGEST
from server.roles import ANYONE, DESKS, ROLES, Busy, Refused, allow, before_factor

pages = Blueprint("pages", __name__)
KNOWN = 365 * 86400  # seconds a browser is remembered, so that nobody at its address keeps its owner out: see tries


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
        "hour": room().clock().astimezone(room().pack.zone).strftime("%H:%M:%S"),
        "band": _band() if person else "",
        "desks": DESKS,
        "complaints_due": docket.due_soon() if person else 0,
        "alarms": operations.alarms() if person else 0,
        "destroying": _destroying() if person else None,
    }


def _band() -> str:
    """Which words stand in the band of a rehearsal: explain, mixed; "" when there is none."""
    told = sums.totals(room().board)
    return "mixed" if told["mixed"] else "explain" if told["rehearsal"] else ""


def _destroying() -> date | None:
    """The day on which everything is destroyed, once it is announced; an outage says nothing of it."""
    with suppress(Down):
        return room().schedule.announced(room().board.acts.notice, room().clock())
    return None


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
        phrase, code = request.form.get("passphrase", ""), request.form.get("code", "")
        known, address = request.cookies.get(cookie("known"), ""), request.remote_addr or ""
        session = room().access.sign_in(name, phrase, address, signed() or code, known)
        if before := someone():
            room().access.sessions.end(before.key)
    except (Refused, Down) as fault:
        status = 503 if isinstance(fault, Down) else 429 if isinstance(fault, Busy) else 403
        return render_template("sign_in.html", error=spoken.told(fault), name=name), status
    return _entered(session, name)


@pages.post("/sign-out")
@allow(*ROLES)
@before_factor
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
    """Whether the record can be reached; to whoever is signed in also whether the room is at its head, every accepted
    report is accounted for, how many events of screens were none that they may send, and how many facts of a newer
    program the room passed over."""
    board, told = room().board, dict[str, Any]()
    if someone():
        dropped = current_app.extensions["live"].heard.dropped
        balance = room().reckoning.balance
        accounted = balance.known(room().clock()) and not balance.missing
        told = {"cursor": board.cursor, "accounted": accounted, "dropped": dropped, "newer": board.newer}
    try:
        head = room().log.head()
    except Down:
        return {"record": "down", **told}, 503
    record = "broken" if told and not room().whole() else "up"
    return {"record": record, **told, **({"behind": head != board.cursor} if told else {}), **operations.health()}


def _entered(session: str, name: str) -> Response:
    answer, known = redirect("/", 303), room().access.tries.known(name)
    for kind, word, seconds in (("session", session, LONGEST), ("known", known, KNOWN)):
        answer.set_cookie(
            cookie(kind), word, max_age=seconds, path="/", secure=room().secure, httponly=True, samesite="Strict"
        )
    return answer  # type: ignore[return-value]


def _own_path(path: str) -> str:
    """A path of ours, never another site."""
    return path if re.fullmatch(r"/([\w-][\w./-]*)?(\?[\w.*%+&=-]*)?", path, re.ASCII) else "/"
