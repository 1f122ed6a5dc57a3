"""HTTP for desks: an incident gets another category or place, or is found to be none; by the rules, onto the log."""

from flask import Blueprint

from server import incidents, verification
from server.cases import Case
from server.desk import presses
from server.desk.cases import case, who
from server.desk.deciding import Answer, closed, code, found, located, record, said
from server.desk.verifying import outdated, proposed
from server.guard import room
from server.log import Stale
from server.roles import DESKS, allow

correcting_desk = Blueprint("correcting", __name__, url_prefix="/api/v1")
correcting_desk.before_request(presses.answered)
correcting_desk.register_error_handler(Stale, outdated)


@correcting_desk.post("/incidents/<card>/category")
@allow(*DESKS)
def recategorise(card: str) -> Answer:
    """Give an incident another category or sub-code: {code, reason, expect}."""
    known = _may_change(card)
    event = incidents.recategorise(known.incident, code(found(card)), said("reason"), closed(card))
    return record(card, event, known.incident.version)


@correcting_desk.post("/incidents/<card>/place")
@allow(*DESKS)
def place(card: str) -> Answer:
    """Say where an incident happened: {place, reason, expect}; `place` is a code of the pack, or a station's."""
    province, whole = located(said("place"))
    known = _may_change(card)
    sealed = room().vault.seal("room", whole)
    event = incidents.place(known.incident, province, sealed, said("reason"), closed(card))
    return record(card, event, known.incident.version)


@correcting_desk.post("/incidents/<card>/dismissal")
@allow(*DESKS)
def dismiss(card: str) -> Answer:
    """Say that an incident is none, or propose to: {kind, reason, expect}; `kind` is quiet, tally or noise."""
    known = case(card)
    return proposed(card, verification.dismiss(known, said("kind"), said("reason"), who(), closed(card)), known)


def _may_change(card: str) -> Case:
    known = case(card)
    verification.settled(known, who())
    return known
