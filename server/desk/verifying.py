"""HTTP for desks: the way to a verdict, step by step, and the second person; by the rules, onto the log."""

from flask import Blueprint, jsonify, request

from server import casework, events, verification
from server.cases import Case, Said
from server.desk import presses
from server.desk.cases import case, closed_steps, looked_at, who
from server.desk.deciding import Answer, closed, expected, found, incident, record, said, stale
from server.guard import me, room
from server.log import Stale
from server.monitors.roll import PROVEN
from server.roles import DESKS, Refused, allow
from server.seal import owner_of

verifying_desk = Blueprint("verifying", __name__, url_prefix="/api/v1")
verifying_desk.before_request(presses.answered)
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
    said_ = (said("step"), said("outcome"), said("note"), closed(card))
    event = casework.check(incident(card), *said_, closed=closed_steps(found(card)), program=me().program)
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
    typed = row["channel"] not in PROVEN
    sealed = room().vault.seal(owner_of(row["source"], card, typed=typed), {"words": words})
    return record(card, casework.translate(card, said("language"), room().pack.languages, words, sealed), None)


def decided(card: str, verdict: str, among: tuple[str, ...]) -> Answer:
    """A verdict of these, put on the log as such or as a proposal; `awaiting`: a second person has to confirm it."""
    if verdict not in among:
        raise Refused("Say which verdict: " + ", ".join(among) + ".")
    known = case(card)
    spoken = Said(said("method"), said("basis"), said("reason"))
    event = verification.decide(known, verdict, spoken, who(), closed(card))
    return proposed(card, event, known)


def proposed(card: str, event: events.Event, known: Case) -> Answer:
    """What was decided or proposed, put on the log; `awaiting`: a second person has to confirm it."""
    answer, status = record(card, event, known.incident.version)
    if status != 202:
        return answer, status
    return jsonify(**answer.json, awaiting=event.wire == events.IncidentProposed.wire), status


def outdated(fault: Stale) -> Answer:
    """The answer to whoever looked at another version: the newer card."""
    return stale((request.view_args or {})["card"])


verifying_desk.register_error_handler(Stale, outdated)
