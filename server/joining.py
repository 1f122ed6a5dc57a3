"""Reports that tell of one thing: whether they may be joined, parted or kept apart, and the sentence that refuses."""

from dataclasses import dataclass

from server import events
from server.incidents import MAY_BE, UNDECIDED, Seal, reasoned
from server.roles import Refused

UNREAD = ("raw", "crowded")  # kinds of a card that the reader has not come to


@dataclass(frozen=True)
class Told:
    """A card as these rules need it. `number`: None while it is no incident; `stands`: the incident that it was joined
    into, "" for itself; `blocked`: nothing that counts tells of it; `awaiting`: a verdict waits for a second person."""

    id: str
    number: int | None
    kind: str
    status: str | None
    stands: str
    restricted: bool
    rehearsal: bool
    blocked: bool
    awaiting: bool
    version: int


def join(incident: Told, report: Told, how: str, reason: str, seal: Seal) -> events.IncidentJoined:
    """Let a report, and the incident that it opened, stand in another incident. Raises Refused."""
    if report.id == incident.id:
        raise Refused("A report cannot be joined to itself.")
    _can_take(incident)
    _can_be_joined(report)
    if report.restricted != incident.restricted:
        raise Refused("One of the two is restricted and the other is not: decide on that first.")
    if report.rehearsal != incident.rehearsal:
        raise Refused("A rehearsal and the real thing are never joined.")
    return events.IncidentJoined(subject=incident.id, report=report.id, how=how, reason=seal(reasoned(reason)))


def part(incident: Told, report: Told, reason: str, seal: Seal) -> events.IncidentParted:
    """Let a report stand for itself again. Raises Refused when it does not stand there."""
    if report.stands != incident.id:
        raise Refused("This report does not stand in this incident.")
    return events.IncidentParted(subject=incident.id, report=report.id, reason=seal(reasoned(reason)))


def keep_apart(report: Told, incident: Told, reason: str, seal: Seal) -> events.ReportKeptApart:
    """Say that a report is not the incident that was suggested; `reason` may be "". Raises Refused if it is joined."""
    if report.id == incident.id:
        raise Refused("A report cannot be kept apart from itself.")
    if report.stands == incident.id:
        raise Refused("This report is joined to the incident: part it instead.")
    return events.ReportKeptApart(
        subject=report.id, incident=incident.id, reason=seal(reasoned(reason)) if reason.strip() else ""
    )


def _can_take(incident: Told) -> None:
    if incident.number is None:
        raise Refused("This is no incident yet: open one from it first.")
    if incident.stands:
        raise Refused("This incident stands in another one itself: join the report to that one.")
    if incident.status not in MAY_BE:
        raise Refused(f"This incident is {incident.status}: what is joined to it would be seen nowhere.")
    if incident.blocked:
        raise Refused("This incident is of a blocked source and counts nowhere: what is joined to it would not either.")


def _can_be_joined(report: Told) -> None:
    if report.stands:
        raise Refused("This report stands in an incident already: part it from there first.")
    if report.kind in UNREAD:
        raise Refused("This report has not been read yet.")
    if report.status not in (None, *UNDECIDED):
        raise Refused(f"This was {report.status} by itself: take that back first.")
    if report.awaiting:
        raise Refused("A verdict on this one waits for a second person: confirm or decline that first.")
    if report.blocked:
        raise Refused("This report is of a blocked source and counts nowhere.")
