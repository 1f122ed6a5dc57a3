"""HTTP for desks: reports that tell of one thing are joined, parted and kept apart, by the rules, onto the log."""

from flask import Blueprint, abort

from server import joining
from server.desk import presses
from server.desk.deciding import Answer, closed, expected, found, record, said
from server.joining import Told
from server.queries import Row
from server.roles import DESKS, allow

joining_desk = Blueprint("joining", __name__, url_prefix="/api/v1")
joining_desk.before_request(presses.answered)


@joining_desk.post("/incidents/<card>/reports")
@allow(*DESKS)
def join(card: str) -> Answer:
    """Let a report stand in this incident: {report, reason, expect}."""
    row = found(card)
    incident, report = _told(row), _told(_named("report"))
    how = next((one["how"] for one in row["suggestions"] if one["report"] == report.id), "same event")
    event = joining.join(incident, report, how, said("reason"), closed(card))
    judged = (f"incident:{report.id}", report.version if report.number is not None else 0)
    return record(card, event, expected(incident.version), beside=(judged,))  # who decides on either meanwhile is first


@joining_desk.post("/incidents/<card>/reports/<report>/parting")
@allow(*DESKS)
def part(card: str, report: str) -> Answer:
    """Let a report stand for itself again: {reason, expect}."""
    incident = _told(found(card))
    event = joining.part(incident, _told(found(report)), said("reason"), closed(card))
    return record(card, event, expected(incident.version))


@joining_desk.post("/reports/<card>/apart")
@allow(*DESKS)
def keep_apart(card: str) -> Answer:
    """Say that a report is not the incident that was suggested, so that it is suggested no more: {incident, reason}."""
    incident = _told(_named("incident"))
    event = joining.keep_apart(_told(found(card)), incident, said("reason"), closed(incident.id))
    return record(card, event, expect=None)


def _named(field: str) -> Row:
    """The card that the request names."""
    return found(said(field) or abort(404))


def _told(row: Row) -> Told:
    return Told(
        id=row["id"],
        number=row["number"],
        kind=row["kind"],
        status=row["status"],
        stands=row["stands"],
        restricted=bool(row["restricted"]),
        rehearsal=bool(row["rehearsal"]),
        blocked=row["standing"] == "blocked" and not row["backed"],
        awaiting=bool(row["awaiting"]),
        version=row["version"],
    )
