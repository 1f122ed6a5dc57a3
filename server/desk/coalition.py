"""HTTP: what members of the coalition let each other see of their reports; one asks, one of another agrees."""

import uuid
from typing import Any

from flask import Blueprint, abort, jsonify

from server import events
from server.coalition.terms import CLASSES, LEVELS, confirm, judged
from server.desk.cases import who
from server.desk.deciding import Answer, said
from server.desk.forgetting import settled
from server.guard import me, room
from server.incidents import reasoned
from server.membership import named
from server.roles import OBSERVER, Refused, allow
from server.sections.people import compared
from server.sources.agreed import MISSING

coalition_desk = Blueprint("coalition_desk", __name__, url_prefix="/api/v1")
MAY = ("administrator", "security_lead", "verification_lead", OBSERVER)


@coalition_desk.get("/sharing")
@allow(*MAY)
def show() -> Any:
    """What each organisation shares, what was asked for, newest first, and the organisations on the roster."""
    treaty = room().board.treaty
    chosen = {"classes": CLASSES, "levels": LEVELS, "organisations": treaty.organisations()}
    return jsonify(stands=treaty.stands(), asked=treaty.newest(), mine=me().organisation, **chosen)


@coalition_desk.post("/sharing")
@allow(*MAY)
def ask() -> Answer:
    """Ask that others see this of an organisation's reports: {organisation, monitors, place, words, photos, hour,
    reason}; each of the five none, coalition or all."""
    _no_program()
    organisation, levels = named(said("organisation")), judged({name: said(name) for name in CLASSES})
    if not compared(organisation):
        raise Refused("Say of which organisation.")
    sealed = room().vault.seal("room", {"reason": reasoned(said("reason"))})
    sharing = str(uuid.uuid4())
    event = events.coalition.SharingAsked(subject=sharing, organisation=organisation, reason=sealed, **levels)
    return jsonify(cursor=room().log.append(event, by=me().by, expect=0).id, sharing=sharing), 202


@coalition_desk.post("/sharing/<sharing>/confirmation")
@allow(*MAY)
def agree(sharing: str) -> Answer:
    """Agree as the second person, of another organisation; one of the two is of that whose reports it is about."""
    row = _asked(sharing)
    confirm(room().board.treaty.waiting(sharing), who(), row["known"])
    if me().duress:
        raise Refused(
            MISSING["young"]
        )  # last, as forgetting.misses has it: else who is forced reads what nobody else does
    return settled(events.coalition.SharingAgreed(subject=sharing))


@coalition_desk.post("/sharing/<sharing>/decline")
@allow(*MAY)
def decline(sharing: str) -> Answer:
    """Do not agree, or take it back: {reason}."""
    _asked(sharing)
    _no_program()
    if room().board.treaty.waiting(sharing) is None:
        raise Refused("Nobody asks for this any more.")
    sealed = room().vault.seal("room", {"reason": reasoned(said("reason"))})
    return settled(events.coalition.SharingDeclined(subject=sharing, reason=sealed))


def _no_program() -> None:
    if me().program:
        raise Refused("A program decides nothing of this kind.")


def _asked(sharing: str) -> Any:
    row = room().board.treaty.asked(sharing)
    if row is None:
        abort(404)
    return row
