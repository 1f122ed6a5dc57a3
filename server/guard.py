"""The private door's guard: each request is judged before its view runs, each refusal becomes one clear answer."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from flask import Flask, current_app, g, jsonify, redirect, request
from werkzeug.exceptions import HTTPException

from ingest.handed import Hand
from server.access import Access
from server.board import Board
from server.log import Down, Log, Stale
from server.measures.accounted import Reckoning
from server.model.shelf import Shelf
from server.pack import Pack
from server.people.hands import SAFE, by_hand, token_of
from server.places import Gazetteer
from server.press.means import Means
from server.roles import ANYONE, WALL, Busy, Person, Refused
from server.seal import Locked, Sealer, Vault
from server.sources.retention import Schedule
from server.walls import Walls

LARGEST = 256 * 1024  # bytes of one request
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Room:
    """What the private door works with. `see(row, reader)` is a card as they may see it, `see(row, reader, scope)` on a
    page of that scope: {"id", "gone"} when they no longer may, None when they never could."""

    log: Log
    board: Board
    access: Access
    walls: Walls
    reckoning: Reckoning  # whether every accepted report is on the board
    vault: Vault
    pack: Pack
    gazetteer: Gazetteer
    sealer: Sealer
    offload: Callable[..., Any]  # runs slow work aside: `offload(work, *args)`
    see: Callable[..., dict[str, Any] | None]
    texts: tuple[str, str]  # whether texts are sent (off, dry, on), and by which gateway
    press: Means  # what statements are judged, signed and proved by
    hand: Hand  # hands in what was phoned in
    look: Callable[[str], bytes]  # a photo by its name: a JPEG
    schedule: Schedule  # on which day all keys are destroyed, unless that is stopped
    lock: Callable[[str], None]  # locks the room, in the name of whoever pressed it
    file_stays: Callable[[], bool]  # whether that leaves the master key's file
    shelf: Shelf  # the models that were fitted from the record
    first_model: str  # the version that came with the program
    whole: Callable[[], bool]  # whether the ledger finds the record as it copied it
    clock: Callable[[], datetime]  # the wall clock (aware, UTC)
    told: Callable[[Exception], str]  # why something was refused, in the language of whoever asked
    frame: Callable[[int, str, str, str], tuple[str, int]]  # a page for people: status, heading, sentence, reference
    origins: tuple[str, ...]  # from which pages a browser may ask
    port: int
    secure: bool  # behind TLS: cookies are bound to it


def room() -> Room:
    """The room that this request is in."""
    found: Room = current_app.extensions["room"]
    return found


def me() -> Person:
    """Who asks. Only in a view that names roles."""
    person: Person = g.person
    return person


def someone() -> Person | None:
    """Who asks, if they are signed in and the record can tell; for views that are open to anyone."""
    if "person" not in g:
        try:
            g.person = _who()
        except Down:
            g.person = None
    person: Person | None = g.person
    return person


def cookie(kind: str = "session") -> str:
    """The name of the cookie of a session, or of a `wall`. Cookies know no ports, and two rooms on one machine must not
    sign each other out. The prefix makes browsers refuse it without TLS or from another path."""
    return f"{'__Host-' if room().secure else ''}{kind}-{room().port}"


def guard(app: Flask, tools: Room) -> None:
    """Close every door of `app` but those that name who may enter."""
    app.extensions["room"] = tools
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.before_request(_judge)
    app.register_error_handler(
        Refused, lambda fault: _answer(429 if isinstance(fault, Busy) else 422, "refused", room().told(fault))
    )
    app.register_error_handler(
        Stale, lambda fault: _answer(409, "stale", "This changed while you were deciding. Look again.")
    )
    for outage in (Down, Locked):
        app.register_error_handler(outage, _away)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _fault)


def _judge() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # no such page: the error handler answers, to anybody alike
    roles = getattr(view, "allowed_roles", ())
    if roles == (ANYONE,) and request.method in SAFE:
        return None  # a view that wants to know who asks calls someone(): static parts need no record
    g.person = _on_a_wall() if roles == (WALL,) else None  # a wall's cookie is looked at for nothing else
    g.person = g.person or _who()
    if g.person is None and getattr(view, "before_factor", False):
        g.person = _entering()
    if request.method not in SAFE and not _meant(g.person):
        return _answer(403, "forged", "This request did not come from the room's own page. Load the page again.")
    if roles == (ANYONE,):
        return None
    if g.person is None:
        return _unknown()
    if g.person.role not in roles:
        return _answer(403, "forbidden", "Your role does not open this.")
    return None


def _who() -> Person | None:
    token = token_of(dict(request.headers))
    if token is not None:
        return room().access.by_token(token)
    return room().access.by_session(request.cookies.get(cookie(), ""), by_hand(request.method, dict(request.headers)))


def _entering() -> Person | None:
    return room().access.entering(request.cookies.get(cookie(), ""), by_hand(request.method, dict(request.headers)))


def _on_a_wall() -> Person | None:
    return room().walls.by_session(request.cookies.get(cookie(WALL), ""))


def _meant(person: Person | None) -> bool:
    """Whether a change was asked for on purpose: from our own pages, with the session's own word."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in room().origins:
        return False
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return False
    if person is None or not person.csrf:
        return True
    given = request.headers.get("X-CSRF") or request.form.get("csrf", "")
    return compare_digest(given.encode(), person.csrf.encode())


def opened_by_us(person: Person, word: object) -> bool:
    """Whether a live line was opened by a page of ours, which alone knows the session's word; the browser sends the
    cookie with anybody's."""
    known = isinstance(word, str) and compare_digest(word.encode(errors="replace"), person.csrf.encode())
    return known and request.headers.get("Origin") in room().origins


def _unknown() -> Any:
    if request.path.startswith("/api/") or request.method not in SAFE:
        return _answer(401, "unknown", "Sign in first.")
    if _entering():
        return redirect("/account", 303)  # signed in, and a second factor is to be set up first
    return redirect("/wall/open" if request.path == "/wall" else "/sign-in", 303)


def _answer(status: int, code: str, message: str, ref: str = "") -> tuple[Any, int]:
    ref = ref or secrets.token_hex(4)
    if "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/"):
        why = message if code == "refused" else f"error.{code}.page"
        return room().frame(status, f"error.{code}.title", why, ref)
    return jsonify(error={"code": code, "message": message, "ref": ref}), status


def _away(fault: Exception) -> tuple[Any, int]:
    return _answer(503, "down", "The record cannot be reached. Nothing was saved: try again.")


def _plain(fault: HTTPException) -> tuple[Any, int]:
    inside = getattr(fault, "original_exception", None)  # of a hook behind the view
    return _fault(inside) if inside else _answer(fault.code or 500, "http", fault.name)


def _fault(fault: Exception) -> tuple[Any, int]:
    ref = secrets.token_hex(4)
    logger.error("Request %s met a fault.", ref, exc_info=fault)
    return _answer(500, "fault", "The room met a fault of its own. Tell the operator this reference.", ref)
