"""An incident: what people may do with it, and the sentence that refuses when they may not. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from server import events
from server.roles import Refused

METHODS = ("call_back", "second_source", "document", "photo", "direct_observation")
UNDECIDED = ("new", "triaged", "checking")  # statuses of an incident on the way to a verdict
VERDICTS = ("verified", "corroborated", "unverified", "unconfirmed", "false")
MAY_BE = (*UNDECIDED, "verified", "corroborated", "unverified")  # of an incident that other reports may tell of, too
GRAVE = 4  # severity from which on a verdict needs two persons
KINDS = ("quiet", "tally", "noise")  # what a report may be that tells of no incident
SHORTEST_REASON, LONGEST_REASON = 3, 4000  # characters

Seal = Callable[[str], str]  # closes a person's words under the incident's key


@dataclass(frozen=True)
class Incident:
    """As a rule needs it: which one, how far, of what kind."""

    id: str
    status: str  # one of UNDECIDED or VERDICTS, or dismissed
    category: str
    sub: str
    province: str
    version: int
    stands: str = ""  # the incident that it was joined into


@dataclass(frozen=True)
class Code:
    """A code of the taxonomy as a person chose it: family, sub-code, default severity, whether it is restricted."""

    category: str
    sub: str
    severity: int
    restricted: bool


def recategorise(incident: Incident, code: Code, reason: str, seal: Seal) -> events.IncidentRecategorised:
    """Give it another category. Raises Refused without a reason, or when nothing would change."""
    if (code.category, code.sub) == (incident.category, incident.sub):
        raise Refused("It has this category already.")
    return events.IncidentRecategorised(
        subject=incident.id,
        category=code.category,
        sub=code.sub,
        severity=code.severity,
        restricted=code.restricted,
        reason=seal(reasoned(reason)),
    )


def dismiss(incident: Incident, kind: str, reason: str, seal: Seal) -> events.IncidentDismissed:
    """Say that it is no incident but a report of this kind. Raises Refused without a kind and a reason, or when it is
    dismissed already. Whoever gives it a category makes an incident of it again."""
    if incident.status == "dismissed":
        raise Refused("This was dismissed already.")
    standing(incident)
    if kind not in KINDS:
        raise Refused("Say what it is instead: " + ", ".join(KINDS) + ".")
    return events.IncidentDismissed(subject=incident.id, kind=kind, reason=seal(reasoned(reason)))


def unrestrict(incident: Incident, severity: int, reason: str, seal: Seal) -> events.IncidentRecategorised:
    """Say that it is not restricted, and leave its category as it is. Raises Refused without a reason."""
    return events.IncidentRecategorised(
        subject=incident.id,
        category=incident.category,
        sub=incident.sub,
        severity=severity,
        restricted=False,
        reason=seal(reasoned(reason)),
    )


def release(report: str, reason: str, seal: Seal) -> events.ReportReleased:
    """Say of a report that is no incident that it is not restricted. Raises Refused without a reason."""
    return events.ReportReleased(subject=report, reason=seal(reasoned(reason)))


def place(incident: Incident, province: str, sealed: str, reason: str, seal: Seal) -> events.IncidentPlaced:
    """Say where it happened. Raises Refused without a reason."""
    return events.IncidentPlaced(subject=incident.id, province=province, place=sealed, reason=seal(reasoned(reason)))


def note(incident: Incident, text: str, seal: Seal) -> events.IncidentNoted:
    """Add a note. Raises Refused when it is empty."""
    return events.IncidentNoted(subject=incident.id, note=seal(reasoned(text)))


def open_from(
    report: str, code: Code, province: str, rehearsal: bool, reason: str, seal: Seal
) -> events.IncidentOpened:
    """Take a report for an incident that the reader did not. Raises Refused without a reason."""
    return events.IncidentOpened(
        subject=report,
        report=report,
        category=code.category,
        sub=code.sub,
        severity=code.severity,
        restricted=code.restricted,
        province=province,
        rehearsal=rehearsal,
        reason=seal(reasoned(reason)),
    )


def standing(incident: Incident) -> None:
    """Raises Refused when it is joined into another one, or is none any more."""
    if incident.stands:
        raise Refused("This stands in another incident: decide there, or part it from there first.")
    if incident.status == "dismissed":
        raise Refused("This was dismissed: give it a category first.")


def by_method(method: str) -> str:
    """One of METHODS. Raises Refused when it is none."""
    if method not in METHODS:
        raise Refused("Say by which method: " + ", ".join(METHODS) + ".")
    return method


def reasoned(reason: str) -> str:
    """A person's reason, without spaces around it. Raises Refused when it says nothing, or too much."""
    words = reason.strip()
    if len(words) < SHORTEST_REASON:
        raise Refused("Write a reason: what was done, and what was found.")
    if len(words) > LONGEST_REASON:
        raise Refused(f"Keep it under {LONGEST_REASON} characters.")
    return words
