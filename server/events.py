"""The vocabulary: every fact that can stand on the log, by its name on the wire; its versions and upcasters."""

import json
from dataclasses import asdict, fields
from functools import reduce

from server.facts import accounts, acts, coalition, complaints, exports, locks, records
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
from server.facts.methods import MethodPublished
from server.facts.models import ModelChosen, ModelFitted
from server.facts.monitors import MonitorEnrolled, MonitorRetired, SourceBlocked, SourceUnblocked
from server.facts.older import UPCASTERS
from server.facts.people import AccountClosed, AccountDoubted, AccountMoved, AccountOpened, TokenIssued, TokenRevoked
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
from server.facts.statements import (
    StatementAbandoned,
    StatementBegun,
    StatementChecked,
    StatementDrafted,
    StatementEmbargoed,
    StatementFrozen,
    StatementRehearsed,
    StatementReleased,
    StatementReviewed,
    StatementSigned,
    StatementUnsigned,
    StatementWithdrawn,
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
from server.facts.walls import WallEnded, WallMade, WallOpened
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
    "AccountDoubted",
    "AccountMoved",
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
    "MethodPublished",
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
    "StatementAbandoned",
    "StatementBegun",
    "StatementChecked",
    "StatementDrafted",
    "StatementEmbargoed",
    "StatementFrozen",
    "StatementRehearsed",
    "StatementReleased",
    "StatementReviewed",
    "StatementSigned",
    "StatementUnsigned",
    "StatementWithdrawn",
    "TextAsked",
    "TextFailed",
    "TextSent",
    "TokenIssued",
    "TokenRevoked",
    "WallEnded",
    "WallMade",
    "WallOpened",
    "WorkAssigned",
    "WorkDue",
    "WorkEscalated",
    "WorkLetGo",
    "WorkTaken",
]
# modules, whose facts are named by them
__all__ += ["accounts", "acts", "coalition", "complaints", "exports", "locks", "records"]

KINDS: dict[str, type[Event]] = {kind.wire: kind for kind in Event.__subclasses__()}
FIELDS = {kind: frozenset(field.name for field in fields(kind)) - {"subject"} for kind in KINDS.values()}
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=asdict)


class Unknown(Exception):
    """A fact that this program is too old to understand."""


def encode(event: Event) -> str:
    """The event's body for the wire: JSON with sorted keys, without its subject."""
    return ENCODER.encode({name: value for name, value in vars(event).items() if name != "subject"})


def decode(wire: str, v: int, subject: str, body: str) -> Event:
    """The event that `encode` wrote, lifted to today's version. Raises Unknown."""
    if (kind := KINDS.get(wire)) is None or v > kind.v:
        raise Unknown(f"{wire} v{v}")
    values = reduce(lambda older, version: UPCASTERS[wire, version](older), range(v, kind.v), json.loads(body))
    return kind(subject=subject, **{name: value for name, value in values.items() if name in FIELDS[kind]})


def reference(report: str) -> str:
    """The number a sender is told and may read out over the phone: eight digits of the report's id."""
    return "{:04d}-{:04d}".format(*divmod(int(report.replace("-", ""), 16) % 10**8, 10**4))
