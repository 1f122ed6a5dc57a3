"""The vocabulary: every fact that can stand on the log, by its name on the wire; its versions and upcasters."""

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from server.facts.alerts import AlertEnded, AlertRaised
from server.facts.base import Event
from server.facts.gateways import GatewaySignalled
from server.facts.incidents import (
    IncidentDismissed,
    IncidentJoined,
    IncidentNoted,
    IncidentOpened,
    IncidentParted,
    IncidentPlaced,
    IncidentRecategorised,
    IncidentRejected,
    IncidentVerified,
)
from server.facts.models import ModelChosen, ModelFitted
from server.facts.monitors import MonitorEnrolled, MonitorRetired, SourceBlocked, SourceUnblocked
from server.facts.people import AccountClosed, AccountOpened, TokenIssued, TokenRevoked
from server.facts.reports import (
    ReportJoined,
    ReportKeptApart,
    ReportLikened,
    ReportPhotographed,
    ReportRead,
    ReportReceived,
    ReportReleased,
    ReportSetAside,
    ReportSorted,
    ReportSuggested,
)
from server.facts.texts import (
    OrderApproved,
    OrderCancelled,
    OrderDrafted,
    ReceiptReceived,
    TextAsked,
    TextFailed,
    TextSent,
)
from server.facts.verifying import (
    IncidentAnswered,
    IncidentChecked,
    IncidentDeclined,
    IncidentDescribed,
    IncidentProposed,
    IncidentReopened,
    IncidentTriaged,
    IncidentUnverified,
    ReportTranslated,
    SourceRevealed,
)
from server.facts.work import (
    AlertAcknowledged,
    AlertSnoozed,
    AlertTaken,
    DutyCancelled,
    DutyPlanned,
    ShiftHandedOver,
    ShiftTakenOver,
    WorkAssigned,
    WorkDue,
    WorkEscalated,
    WorkLetGo,
    WorkTaken,
)

__all__ = [
    "AccountClosed",
    "AccountOpened",
    "AlertAcknowledged",
    "AlertEnded",
    "AlertRaised",
    "AlertSnoozed",
    "AlertTaken",
    "DutyCancelled",
    "DutyPlanned",
    "Event",
    "GatewaySignalled",
    "IncidentAnswered",
    "IncidentChecked",
    "IncidentDeclined",
    "IncidentDescribed",
    "IncidentDismissed",
    "IncidentJoined",
    "IncidentNoted",
    "IncidentOpened",
    "IncidentParted",
    "IncidentPlaced",
    "IncidentProposed",
    "IncidentRecategorised",
    "IncidentRejected",
    "IncidentReopened",
    "IncidentTriaged",
    "IncidentUnverified",
    "IncidentVerified",
    "ModelChosen",
    "ModelFitted",
    "MonitorEnrolled",
    "MonitorRetired",
    "OrderApproved",
    "OrderCancelled",
    "OrderDrafted",
    "ReceiptReceived",
    "ReportJoined",
    "ReportKeptApart",
    "ReportLikened",
    "ReportPhotographed",
    "ReportRead",
    "ReportReceived",
    "ReportReleased",
    "ReportSetAside",
    "ReportSorted",
    "ReportSuggested",
    "ReportTranslated",
    "ShiftHandedOver",
    "ShiftTakenOver",
    "SourceBlocked",
    "SourceRevealed",
    "SourceUnblocked",
    "TextAsked",
    "TextFailed",
    "TextSent",
    "TokenIssued",
    "TokenRevoked",
    "WorkAssigned",
    "WorkDue",
    "WorkEscalated",
    "WorkLetGo",
    "WorkTaken",
]

KINDS: dict[str, type[Event]] = {kind.wire: kind for kind in Event.__subclasses__()}
UPCASTERS: dict[tuple[str, int], Callable[[Any], dict[str, Any]]] = {
    ("account.opened", 1): lambda body: {**body, "organisation": ""},
    ("incident.rejected", 1): lambda body: {**body, "verdict": "unconfirmed", "basis": "", "second": ""},
    ("incident.verified", 1): lambda body: {**body, "verdict": "verified", "basis": "", "second": ""},
    ("report.received", 1): lambda body: {**body, "part": "", "whole": "", "crowded": False},
}  # (wire, v) -> the body one version up


class Unknown(Exception):
    """A fact that this program is too old to understand."""


def encode(event: Event) -> str:
    """The event's body for the wire: JSON with sorted keys, without its subject."""
    body = {name: value for name, value in asdict(event).items() if name != "subject"}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(wire: str, v: int, subject: str, body: str) -> Event:
    """The event that `encode` wrote, lifted to today's version. Raises Unknown."""
    kind = KINDS.get(wire)
    if kind is None or v > kind.v:
        raise Unknown(f"{wire} v{v}")
    values = json.loads(body)
    for version in range(v, kind.v):
        values = UPCASTERS[wire, version](values)
    known = {field.name for field in fields(kind)}
    return kind(subject=subject, **{name: value for name, value in values.items() if name in known})


def reference(report: str) -> str:
    """The number a sender is told and may read out over the phone: eight digits of the report's id."""
    digits = f"{uuid.UUID(report).int % 10**8:08d}"
    return f"{digits[:4]}-{digits[4:]}"
