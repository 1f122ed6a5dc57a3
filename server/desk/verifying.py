"""HTTP for desks: the way to a verdict, step by step, and the second person; by the rules, onto the log."""

import json

from flask import Blueprint, jsonify, request

from server import casework, verification
from server.desk.deciding import DESKS, Answer, closed, expected, found, incident, record, said, stale
from server.guard import me, room
from server.incidents import Incident
from server.log import Stale
from server.queries import Row, told
from server.roles import Refused, allow
from server.seal import owner_of
from server.verification import Case, Decider, Proposal, Said

verifying_desk = Blueprint("verifying", __name__, url_prefix="/api/v1")
LEAD = "security_lead"
NOTED = ("how_known", "benefits", "asked")  # what a description says in words
REPLIED = ("who", "shared", "said")


@verifying_desk.post("/incidents/<card>/triage")
@allow(*DESKS)
def triage(card: str) -> Answer:
    """The first look: {severity, reason, expect}."""
    known = looked_at(card)
    before = found(card)["severity"]
    event = casework.triage(known, before, said("severity"), said("reason"), closed(card))
    return record(card, event, known.version)


@verifying_desk.post("/incidents/<card>/checks")
@allow(*DESKS)
def check(card: str) -> Answer:
    """A step that was taken: {step, outcome, note}."""
    call = may_call(found(card))
    event = casework.check(incident(card), said("step"), said("outcome"), said("note"), closed(card), may_call=call)
    return record(card, event, expected(None))


@verifying_desk.post("/incidents/<card>/verification")
@allow(*DESKS)
def verify(card: str) -> Answer:
    """Confirm an incident, or propose to: {verdict, method, basis, reason, expect}; verified or corroborated."""
    return decided(card, said("verdict") or "verified", verification.CONFIRMING)


@verifying_desk.post("/incidents/<card>/rejection")
@allow(*DESKS)
def reject(card: str) -> Answer:
    """Say that it is unconfirmed or false, or propose to: {verdict, method, basis, reason, expect}."""
    return decided(card, said("verdict") or "unconfirmed", verification.DENYING)


@verifying_desk.post("/incidents/<card>/unverified")
@allow(*DESKS)
def leave_unverified(card: str) -> Answer:
    """Leave an incident as reported, not verified: {method, reason, expect}."""
    known = case(card)
    event = verification.leave_unverified(known, said("method"), said("reason"), who(), closed(card))
    return record(card, event, known.incident.version)


@verifying_desk.post("/incidents/<card>/confirmation")
@allow(*DESKS)
def confirm(card: str) -> Answer:
    """Agree, as the second person, with the verdict that waits: {reason, expect}."""
    known = case(card)
    return record(card, verification.confirm(known, said("reason"), who(), closed(card)), known.incident.version)


@verifying_desk.post("/incidents/<card>/decline")
@allow(*DESKS)
def decline(card: str) -> Answer:
    """Do not agree with the verdict that waits, or take it back: {reason, expect}."""
    known = case(card)
    return record(card, verification.decline(known, said("reason"), who(), closed(card)), known.incident.version)


@verifying_desk.post("/incidents/<card>/reopening")
@allow(*DESKS)
def reopen(card: str) -> Answer:
    """Take a verdict back: {reason, expect}."""
    known = case(card)
    return record(card, verification.reopen(known, said("reason"), who(), closed(card)), known.incident.version)


@verifying_desk.post("/incidents/<card>/description")
@allow(*DESKS)
def describe(card: str) -> Answer:
    """What is known of it, as a whole: {basis, affected, goes_on, how_known, benefits, asked, expect}; who is said to
    benefit stays as it was when it is not named: before there is a verdict nobody can read it to write it again."""
    known = looked_at(card)
    words = {name: said(name).strip() for name in NOTED}
    words["benefits"] = words["benefits"] or room().board.verifying.benefits_kept(card)
    clear = casework.Known(said("basis"), said("affected"), said("goes_on"))
    sealed = room().vault.seal(f"incident:{card}", words)
    return record(card, casework.describe(known, clear, words, sealed), known.version)


@verifying_desk.post("/incidents/<card>/replies")
@allow(*DESKS)
def reply(card: str) -> Answer:
    """Whoever is accused was asked for a reply, or replied: {state, who, shared, said}."""
    known, words = incident(card), {name: said(name).strip() for name in REPLIED}
    sealed = room().vault.seal(f"incident:{card}", words)
    return record(card, casework.reply(known, said("state"), words, sealed), expected(None))


@verifying_desk.post("/reports/<card>/translation")
@allow(*DESKS)
def translate(card: str) -> Answer:
    """What a report says in another language: {language, words}."""
    row, words = found(card), said("words").strip()
    sealed = room().vault.seal(owner_of(row["source"], card), {"words": words})
    return record(card, casework.translate(card, said("language"), room().pack.languages, words, sealed), None)


def decided(card: str, verdict: str, among: tuple[str, ...]) -> Answer:
    """A verdict of these, put on the log as such or as a proposal; `awaiting`: a second person has to confirm it."""
    if verdict not in among:
        raise Refused("Say which verdict: " + ", ".join(among) + ".")
    known = case(card)
    spoken = Said(said("method"), said("basis"), said("reason"))
    event = verification.decide(known, verdict, spoken, who(), closed(card))
    answer, status = record(card, event, known.incident.version)
    if status != 202:
        return answer, status
    return jsonify(**answer.json, awaiting=event.wire == "incident.proposed"), status


def looked_at(card: str) -> Incident:
    """The card as the rules know it. Raises Stale when the person looked at another version: whoever names a newer one
    than the board has folded would have it decided by what it was."""
    known = incident(card)
    if expected(known.version) != known.version:
        raise Stale(known.version)
    return known


@verifying_desk.errorhandler(Stale)
def _stale(fault: Stale) -> Answer:
    return stale((request.view_args or {})["card"])


def who() -> Decider:
    """Whoever asks, as the rules need them."""
    return Decider(me().name, room().board.people.organisation_of(me().name), me().program)


def case(card: str) -> Case:
    """The card as verdicts need it. Raises Stale, as `looked_at`."""
    board, known, row = room().board, looked_at(card), found(card)
    roles = (LEAD,) if row["restricted"] else DESKS
    first, lowered = None, row["lowered_by"]
    if row["awaiting"]:
        by = row["proposed_by"]
        how = (row["awaiting"], row["proposed_method"], row["proposed_basis"])
        first = Proposal(*how, by, board.people.organisation_of(by))
    return Case(
        incident=known,
        severity=max(each["severity"] for each in told(board, card)),
        # what a program lowered nobody vouches for: it is as if whoever asks had
        lowered_by=lowered if board.people.role_of(lowered) else lowered and me().name,
        steps=json.loads(row["steps"]),
        basis=row["basis"],
        sources=row["sources"],
        organisations=board.people.organisations(roles),
        proposal=first,
    )


def may_call(row: Row) -> bool:
    """Whether this person may ring somebody about it: of what is restricted, or was found unsafe, only the lead."""
    board, codes = room().board, room().pack.taxonomy.restricted
    danger = any(each["restricted"] or each["sub"] in codes for each in told(board, row["id"]))
    return me().role == LEAD or not (danger or json.loads(row["steps"]).get("call_back") == "unsafe")
