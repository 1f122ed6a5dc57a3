"""HTTP for whoever answers for a statement: method check, signatures, embargo, release, withdrawal."""

from typing import Any

from flask import Blueprint

from server.desk import presses
from server.desk.deciding import Answer, said
from server.desk.stated import answered_for, clock, close, found, judged, looked_at, moment_said, record, seat
from server.desk.unsigned import allowed
from server.guard import me, room
from server.log import Stale
from server.press import known, public, steps
from server.press.kept import Row
from server.press.statements import CHECKERS, SIGNERS, WITHDRAWERS, WRITERS, Statement, missing, refuse
from server.roles import allow

releasing_desk = Blueprint("releasing_desk", __name__, url_prefix="/api/v1")
releasing_desk.before_request(presses.answered)


@releasing_desk.post("/statements/<statement>/check")
@allow(*CHECKERS)
def check(statement: str) -> Answer:
    """Answer for the method of text and figures: {hash, accepted, reason}; `accepted`: ids of advice that is not
    followed, separated by spaces, for this reason."""
    row = found(statement)
    whole = looked_at(row)
    event = steps.check(whole, said("accepted").split(), said("reason"), seat(whole.draft), close(statement))
    return answered_for(row, whole, event)


@releasing_desk.post("/statements/<statement>/signature")
@allow(*SIGNERS)
def sign(statement: str) -> Answer:
    """Sign this text with these figures for one's organisation: {hash}."""
    row = found(statement)
    whole, organisation = looked_at(row), room().board.people.organisation_written(me().name)
    return answered_for(row, whole, steps.sign(whole, organisation, seat(whole.draft)))


@releasing_desk.post("/statements/<statement>/signature-back")
@allow(*SIGNERS)
def unsign(statement: str) -> Answer:
    """Take the signature of one's organisation back: {reason}."""
    row, here = found(statement), seat()
    signed = room().board.statements.signatures(statement)
    written = {one["member"]: one["organisation"] for one in signed}
    organisation = written.get(here.organisation, "")
    return record(row, [steps.unsign(judged(row), organisation, said("reason"), here, close(statement))])


@releasing_desk.post("/statements/<statement>/embargo")
@allow(*SIGNERS)
def embargo(statement: str) -> Answer:
    """Not before a moment: {hash, until}, ISO 8601 with its zone; without `until` it is lifted, by somebody who did not
    write it."""
    row = found(statement)
    whole = looked_at(row)
    return record(row, [steps.embargo(whole, moment_said("until"), seat(whole.draft))])


@releasing_desk.post("/statements/<statement>/release")
@allow(*WRITERS)
def release(statement: str) -> Answer:
    """Make it public, or what is of a rehearsal as good as: {hash}. The proof is made and verified first; then it is
    judged again, by what became of it meanwhile."""
    row = found(statement)
    made = _document(row)
    room().press.prove(made)
    whole = looked_at(found(statement))
    named = [one["organisation"] for one in _signed(whole)]
    number = room().board.statements.number(whole.draft.rehearsal)
    if (made["number"], [one["organisation"] for one in made["signed"]]) != (number, named):
        raise Stale(row["version"])
    return answered_for(row, whole, steps.release(whole, made, seat(whole.draft)))


@releasing_desk.post("/statements/<statement>/withdrawal")
@allow(*WITHDRAWERS)
def withdraw(statement: str) -> Answer:
    """Say that a released statement is not to be used any more: {reason}, which is public."""
    row = found(statement)
    fact = steps.withdraw(judged(row), said("reason"), seat())
    allowed(fact.reason, bool(row["rehearsal"]))
    return record(row, [fact])


def _document(row: Row) -> dict[str, Any]:
    """What this statement is released as. Raises Refused, Stale."""
    whole, board = looked_at(row), room().board
    refuse(missing("release", whole, seat(whole.draft)))
    number = board.statements.number(whole.draft.rehearsal)
    before = known.document_before(board, row)
    return public.document(whole.draft, room().pack, number, clock(), _signed(whole), before, room().press.name)


def _signed(whole: Statement) -> list[Row]:
    """The signatures that stand."""
    signed = room().board.statements.signatures(whole.draft.id)
    return [one for one in signed if one["member"] in whole.organisations]
