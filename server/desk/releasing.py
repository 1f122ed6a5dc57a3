"""HTTP for whoever answers for a statement: method check, signatures, embargo, release, withdrawal."""

from flask import Blueprint

from server.desk import presses
from server.desk.deciding import Answer, said
from server.desk.stated import clock, close, found, judged, looked_at, moment_said, record, seat
from server.guard import me, room
from server.press import known, public, steps
from server.press.statements import CHECKERS, SIGNERS, WITHDRAWERS, WRITERS, missing, refuse
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
    return record(row, [event])


@releasing_desk.post("/statements/<statement>/signature")
@allow(*SIGNERS)
def sign(statement: str) -> Answer:
    """Sign this text with these figures for one's organisation: {hash}."""
    row = found(statement)
    whole, organisation = looked_at(row), room().board.people.organisation_written(me().name)
    return record(row, [steps.sign(whole, organisation, seat(whole.draft))])


@releasing_desk.post("/statements/<statement>/signature-back")
@allow(*SIGNERS)
def unsign(statement: str) -> Answer:
    """Take the signature of one's organisation back: {reason}."""
    row, here = found(statement), seat()
    signed = room().board.statements.signatures(statement)
    written = {known.plain(one["organisation"]): one["organisation"] for one in signed}
    organisation = written.get(here.organisation, "")
    return record(row, [steps.unsign(judged(row), organisation, said("reason"), here, close(statement))])


@releasing_desk.post("/statements/<statement>/embargo")
@allow(*WRITERS)
def embargo(statement: str) -> Answer:
    """Not before a moment: {hash, until}, ISO 8601 with its zone; without `until` it is lifted."""
    row = found(statement)
    whole = looked_at(row)
    return record(row, [steps.embargo(whole, moment_said("until"), seat(whole.draft))])


@releasing_desk.post("/statements/<statement>/release")
@allow(*WRITERS)
def release(statement: str) -> Answer:
    """Make it public, or what is of a rehearsal as good as: {hash}. The proof is made and verified first."""
    row = found(statement)
    whole = looked_at(row)
    here = seat(whole.draft)
    refuse(missing("release", whole, here))
    number = room().board.statements.number(whole.draft.rehearsal)
    signatures = [one for one in room().board.statements.signatures(statement) if one["hash"] == whole.hash]
    means, before = room().press, known.document_before(room().board, row)
    made = public.document(whole.draft, room().pack, number, clock(), signatures, before, means.name)
    event = steps.release(whole, means.prove(made), here)
    return record(row, [event], once=[f"released:{made['series']}:{number}"])


@releasing_desk.post("/statements/<statement>/withdrawal")
@allow(*WITHDRAWERS)
def withdraw(statement: str) -> Answer:
    """Say that a released statement is not to be used any more: {reason}, which is public."""
    row = found(statement)
    return record(row, [steps.withdraw(judged(row), said("reason"), seat())])
