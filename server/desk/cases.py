"""An incident and whoever decides on it, as the rules of verification need them, from the board and the request."""

import json

from server import queries
from server.cases import Case, Decider, Proposal
from server.casework import CALLS
from server.desk.deciding import expected, found, incident
from server.guard import me, room
from server.incidents import Incident
from server.log import Stale
from server.queries import Row, told
from server.roles import DESKS
from server.work.ladder import LEAD


def looked_at(card: str) -> Incident:
    """The card as the rules know it. Raises Stale when the person looked at another version: whoever names a newer one
    than the board has folded would have it decided by what it was."""
    known = incident(card)
    if expected(known.version) != known.version:
        raise Stale(known.version)
    return known


def who() -> Decider:
    """Whoever asks, as the rules need them."""
    people, name = room().board.people, me().name
    of, since = people.organisation_of(name), people.born(name)
    return Decider(name, of, me().program, since, people.openers(name), people.vouched(name))


def case(card: str) -> Case:
    """The card as verdicts need it. Raises Stale, as `looked_at`."""
    board, known, row = room().board, looked_at(card), found(card)
    rows = told(board, card)
    return Case(
        incident=known,
        severity=max(each["severity"] for each in rows),
        lowered=any(each["lowered_by"] for each in rows),
        was_told=any(each["was_told"] for each in rows),
        steps=json.loads(row["steps"]),
        basis=row["basis"],
        sources=row["sources"],
        organisations=board.people.organisations((LEAD,) if row["restricted"] else DESKS),
        proposal=proposal(row),
    )


def proposal(row: Row) -> Proposal | None:
    """The verdict that waits for a second person."""
    if not row["awaiting"]:
        return None
    how = (row["awaiting"], row["proposed_method"], row["proposed_basis"])
    people, by, at = room().board.people, row["proposed_by"], row["proposed_at"]
    whose = (people.openers(by), people.stands(by, at), people.vouched(by))
    return Proposal(*how, by, row["proposed_of"], row["proposed_kind"], at, *whose)


def may_call(row: Row) -> bool:
    """Whether this person may ring somebody about it; where it may put somebody in danger, only the lead does."""
    codes = room().pack.taxonomy.restricted
    return me().role == LEAD or not queries.dangerous(room().board, row["id"], codes)


def closed_steps(row: Row) -> set[str]:
    """The steps that this person may not take: calls, and those that were found unsafe, while they may not ring."""
    unsafe = {step for step, outcome in json.loads(row["steps"]).items() if outcome == "unsafe"}
    return set() if may_call(row) else {*CALLS, *unsafe}
