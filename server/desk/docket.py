"""HTTP for desks: what becomes of a complaint, by the rules, onto the log."""

import json
import uuid

from flask import Blueprint, abort, jsonify

from server import events
from server.desk import presses
from server.desk.deciding import Answer, expected, found, located, said
from server.desk.stated import body, clock, moment_said
from server.desk.unsigned import NAMING, TELLING, allowed
from server.docket import acts, told
from server.docket.course import after
from server.docket.deadlines import Law
from server.docket.judged import Close, Docketed
from server.docket.kept import Complaint, owner_of
from server.facts.complaints import ComplaintLinked
from server.guard import me, room
from server.log import Draft
from server.roles import DESKS, Refused, allow

docket_desk = Blueprint("docket_desk", __name__, url_prefix="/api/v1")
docket_desk.before_request(presses.answered)
WRITERS = (*DESKS, "press")


@docket_desk.post("/complaints")
@allow(*WRITERS)
def open_complaint() -> Answer:
    """Begin to follow a complaint: {kind, results, title, substance, place, rehearsal}."""
    id, place = uuid.uuid4().hex, said("place")
    province = located(place)[0] if place else ""
    words = {
        **{name: said(name) for name in ("kind", "title", "substance", "place")},
        "results": moment_said("results"),
    }
    event = acts.opened(id, words, province, clock(), said("rehearsal").lower() == "true", _close(id))
    placed = room().log.append(event, by=me().by, once=presses.keys(), expect=0)
    return jsonify(cursor=placed.id, complaint=id), 202


@docket_desk.post("/complaints/<complaint>/filing")
@allow(*WRITERS)
def file(complaint: str) -> Answer:
    """It was filed with a level: {level, at, complainant, words, expect}."""
    one = docketed(complaint)
    return _record(one, acts.filed(_judged(one), said("level"), moment_said("at"), said("complainant"), said("words")))


@docket_desk.post("/complaints/<complaint>/ruling")
@allow(*WRITERS)
def rule(complaint: str) -> Answer:
    """A level ruled on it: {level, at, ruling, words, expect}."""
    one = docketed(complaint)
    return _record(one, acts.ruled(_judged(one), said("level"), moment_said("at"), said("ruling"), said("words")))


@docket_desk.post("/complaints/<complaint>/dispute")
@allow(*WRITERS)
def dispute(complaint: str) -> Answer:
    """Somebody disputes whether it was late: {level, complainant, words, expect}."""
    one = docketed(complaint)
    return _record(one, acts.disputed(_judged(one), said("level"), said("complainant"), said("words")))


@docket_desk.post("/complaints/<complaint>/count")
@allow(*WRITERS)
def count(complaint: str) -> Answer:
    """Votes as they were counted: {level, at, figures: {LIST: votes}, words, expect}; without `level`, the first
    count."""
    one = docketed(complaint)
    figures = body().get("figures")
    event = acts.recounted(_judged(one), said("level"), moment_said("at"), figures, said("words"))
    allowed(". ".join(json.loads(event.figures)), one.course.rehearsal, NAMING)
    return _record(one, event)


@docket_desk.post("/complaints/<complaint>/incidents")
@allow(*WRITERS)
def link(complaint: str) -> Answer:
    """An incident has to do with it: {incident, linked}; `linked` false: no longer."""
    one, incident, linked = docketed(complaint), said("incident"), said("linked").lower() != "false"
    row = found(incident)
    if row["number"] is None or bool(row["rehearsal"]) != one.course.rehearsal:
        raise Refused("Only an incident can be linked, and one of a rehearsal only to a complaint of a rehearsal.")
    if (incident in one.course.linked) == linked:
        raise Refused("That is so already.")
    event = ComplaintLinked(subject=f"{complaint}/{incident}", complaint=complaint, incident=incident, linked=linked)
    return _append(event, room().board.docket.version_of(complaint, event.subject))


@docket_desk.post("/complaints/<complaint>/notes")
@allow(*WRITERS)
def note(complaint: str) -> Answer:
    """Write something down beside it: {note, expect}."""
    one = docketed(complaint)
    return _record(one, acts.noted(_judged(one), said("note")))


@docket_desk.post("/complaints/<complaint>/correction")
@allow(*WRITERS)
def correct(complaint: str) -> Answer:
    """What was written down was wrong: {what, level, at, value, reason, expect}; `what`: results, filed, ruled,
    recounted; `value`: the complainant, the ruling, or the figures of the count whose number is `level`."""
    one = docketed(complaint)
    value = body().get("value", "")
    event = acts.corrected(_judged(one), said("what"), said("level"), moment_said("at"), value, said("reason"))
    return _record(one, event)


@docket_desk.post("/complaints/<complaint>/publication")
@allow(*WRITERS)
def publish(complaint: str) -> Answer:
    """Put it into the public export: {public, summary, expect}; `public` false: take it out."""
    if me().program:
        raise Refused("A program makes nothing public: a person must.")
    one = docketed(complaint)
    area = told.public_area(one.course, one.words.get("place", "") or one.course.province, room().pack)
    event = acts.published(_judged(one), said("public").lower() != "false", area, said("summary"))
    return _record(one, event)


def law() -> Law:
    """By which law complaints are judged here."""
    return Law(room().pack.docket, room().pack.zone)


def docketed(complaint: str) -> Complaint:
    """The complaint, or 404."""
    return room().board.docket.get(complaint) or abort(404)


def _judged(one: Complaint) -> Docketed:
    if one.course.public and me().program:
        raise Refused("This is public: a program says nothing of it, a person must.")
    return Docketed(one.id, one.course, law(), clock(), _close(one.id))


def _close(complaint: str) -> Close:
    return lambda words: room().vault.seal(owner_of(complaint), dict(words))


def _record(one: Complaint, event: events.Event) -> Answer:
    """Whatever it makes public holds back who spoke: of a complaint of a person, also from which small place."""
    course = after(one.course, event)
    if course.public and (course.summary, course.of_a_person) != (one.course.summary, one.course.of_a_person):
        allowed(course.summary, course.rehearsal, TELLING if course.of_a_person else (*NAMING, "source.person"))
    return _append(event, expected(one.version))


def _append(event: events.Event, expect: int | None) -> Answer:
    """Raises Stale when somebody was faster."""
    placed = room().log.append_all([Draft(event, me().by, once=tuple(presses.keys()), expect=expect)])[0]
    return jsonify(cursor=placed.id), 202
