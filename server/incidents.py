"""An incident: what people may do with it, and the sentence that refuses when they may not. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from server import events
from server.roles import Refused

METHODS = ("call_back", "second_source", "document", "photo", "direct_observation")
SHORTEST_REASON, LONGEST_REASON = 3, 4000  # characters

Seal = Callable[[str], str]  # closes a person's words under the incident's key


@dataclass(frozen=True)
class Incident:
    """As a rule needs it: which one, how far, of what kind."""

    id: str
    status: str  # new, verified, rejected
    category: str
    sub: str
    province: str
    version: int


@dataclass(frozen=True)
class Code:
    """A code of the taxonomy as a person chose it: family, sub-code, default severity, whether it is restricted."""

    category: str
    sub: str
    severity: int
    restricted: bool


def verify(incident: Incident, method: str, reason: str, seal: Seal) -> events.IncidentVerified:
    """Confirm it. Raises Refused without a method and a reason, or when it is verified already."""
    if incident.status == "verified":
        raise Refused("This incident is verified already.")
    return events.IncidentVerified(subject=incident.id, method=_method(method), reason=seal(_reason(reason)))


def reject(incident: Incident, method: str, reason: str, seal: Seal) -> events.IncidentRejected:
    """Say that it did not happen or cannot be confirmed. Raises Refused likewise."""
    if incident.status == "rejected":
        raise Refused("This incident is rejected already.")
    return events.IncidentRejected(subject=incident.id, method=_method(method), reason=seal(_reason(reason)))


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
        reason=seal(_reason(reason)),
    )


def place(incident: Incident, province: str, sealed: str, reason: str, seal: Seal) -> events.IncidentPlaced:
    """Say where it happened. Raises Refused without a reason."""
    return events.IncidentPlaced(subject=incident.id, province=province, place=sealed, reason=seal(_reason(reason)))


def note(incident: Incident, text: str, seal: Seal) -> events.IncidentNoted:
    """Add a note. Raises Refused when it is empty."""
    return events.IncidentNoted(subject=incident.id, note=seal(_reason(text)))


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
        reason=seal(_reason(reason)),
    )


def _method(method: str) -> str:
    if method not in METHODS:
        raise Refused("Say by which method: " + ", ".join(METHODS) + ".")
    return method


def _reason(reason: str) -> str:
    words = reason.strip()
    if len(words) < SHORTEST_REASON:
        raise Refused("Write a reason: what was done, and what was found.")
    if len(words) > LONGEST_REASON:
        raise Refused(f"Keep it under {LONGEST_REASON} characters.")
    return words
