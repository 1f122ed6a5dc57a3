"""HTTP for desks: what a person decided, by the rules, onto the log; the screen learns it like everyone else."""

from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import Any

from flask import Blueprint, abort, jsonify, request

from server import events, incidents, queries
from server.desk import presses
from server.guard import me, room
from server.incidents import Code, Incident
from server.log import Draft, Stale
from server.roles import DESKS, Refused, allow

desk = Blueprint("desk", __name__, url_prefix="/api/v1")
desk.before_request(presses.answered)
Answer = tuple[Any, int]
LONGEST_VERSION = 10  # digits


@desk.post("/incidents/<card>/notes")
@allow(*DESKS)
def note(card: str) -> Answer:
    """Add a note to an incident: {note}."""
    return record(card, incidents.note(incident(card), said("note"), closed(card)), expected(None))


@desk.post("/reports/<card>/release")
@allow("security_lead")
def release(card: str) -> Answer:
    """Say that what is restricted for its words, or in doubt, is not: {reason, expect}."""
    row = found(card)
    if not row["restricted"]:
        raise Refused("This is not restricted.")
    if row["sub"] in room().pack.taxonomy.restricted:
        raise Refused(f"{row['sub']} is always restricted: give it another category.")
    if row["kind"] != "incident":
        return record(card, incidents.release(card, said("reason"), closed(card)), expect=None)
    known = incident(card)
    opened = incidents.unrestrict(known, row["severity"], said("reason"), closed(card))
    return record(card, opened, expected(known.version))


@desk.post("/reports/<card>/incident")
@allow(*DESKS)
def open_incident(card: str) -> Answer:
    """Take a report for an incident that the reader did not: {code, reason}."""
    row = found(card)
    if row["number"] is not None:
        raise Refused("This report is an incident already.")
    opened = incidents.open_from(card, code(row), row["province"], bool(row["rehearsal"]), said("reason"), closed(card))
    return record(card, opened, expect=0, once=[f"opened:{card}"])


def record(
    card: str,
    event: events.Event,
    expect: int | None,
    once: Sequence[str] = (),
    beside: tuple[tuple[str, int], ...] = (),
) -> Answer:
    """Put a decision on the log, unless the incident, or another one `beside` it, changed since its author looked, or
    somebody was first."""
    try:
        keys = tuple(once or presses.keys())
        placed = room().log.append_all([Draft(event, me().by, once=keys, expect=expect, beside=beside)])[0]
        if once and not placed.fresh:
            raise Stale(placed.version)
    except Stale:
        return stale(card)
    return jsonify(cursor=placed.id), 202


def stale(card: str) -> Answer:
    """Somebody was first: the newer card."""
    newer = room().see(found(card), me())
    message = "This changed while you were deciding. Look at it again."
    return jsonify(error={"code": "stale", "message": message, "ref": token_hex(4)}, card=newer), 409


def found(card: str) -> dict[str, Any]:
    """The card's row, if this person may see it at all."""
    row = queries.row_of(room().board, card, "all")
    seen = row and room().see(row, me())
    if not row or not seen or seen.get("gone"):
        abort(404)
    return row


def incident(card: str) -> Incident:
    """The card as the rules know it."""
    row = found(card)
    if row["number"] is None:
        raise Refused("This report is not an incident yet: open one from it first.")
    how_far = (row["status"], row["category"], row["sub"], row["province"], row["version"])
    return Incident(card, *how_far, stands=row["stands"])


def said(name: str) -> str:
    """A text field of the request; empty when it is missing."""
    try:
        body: Any = request.get_json(silent=True) if request.is_json else request.form
    except RecursionError:  # brackets in brackets in brackets
        body = None
    value = body.get(name, "") if hasattr(body, "get") else ""
    return value if isinstance(value, str) else str(value)


def expected(judged: int | None) -> int | None:
    """The version that the person had before their eyes; if they did not say, the one that was judged on."""
    text = said("expect")
    if text and not (text.isascii() and text.isdigit() and len(text) < LONGEST_VERSION):
        raise Refused("Say which version you looked at, as a number.")
    return int(text) if text else judged


def closed(card: str) -> Callable[[str], str]:
    """Seals a person's words under the incident's key."""
    return lambda words: room().vault.seal(f"incident:{card}", {"reason": words})


def code(row: dict[str, Any]) -> Code:
    """The code that the person chose, as the taxonomy knows it.

    What was restricted for its words stays so under a bare family: only a sub-code says what it is.
    """
    chosen, taxonomy = said("code").upper(), room().pack.taxonomy
    category = taxonomy.category_of(chosen)
    if category is None:
        raise Refused(f"{chosen or 'Nothing'} is not a code of the taxonomy.")
    sub = taxonomy.subs.get(chosen)
    restricted = chosen in taxonomy.restricted or (sub is None and bool(row["restricted"]))
    return Code(category, chosen if sub else "", sub.severity if sub else 3, restricted)


def located(chosen: str) -> tuple[str, dict[str, Any]]:
    """The province and the whole place of a code that a person chose."""
    pack, station = room().pack, room().pack.stations.get(chosen.partition("-")[0])
    area = pack.places.get(station.commune if station else chosen)
    if area is None:
        raise Refused("Choose a place from the list.")
    whole = {
        "code": station.code if station else area.code,
        "level": "station" if station else area.level,
        "confidence": 1.0,
        "because": [],
    }
    point = {"station": station.code, "lat": station.lat, "lon": station.lon} if station else {}
    above = area
    while above.parent:
        above = pack.places[above.parent]
    return above.code, {**whole, **point}
