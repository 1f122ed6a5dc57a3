"""The vocabulary: every fact that can stand on the log, its name on the wire, its version, its upcasters."""

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one subject, in the past tense. It does nothing."""

    about: ClassVar[str]
    wire: ClassVar[str]
    v: ClassVar[int] = 1

    subject: str

    @property
    def of(self) -> str:
        """The subject with its kind, as versions are counted: `incident:0b1c…`."""
        return f"{self.about}:{self.subject}"


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    """A gateway or the form delivered a message. `sealed` opens only in the room: words, sender, point, form fields."""

    about, wire = "report", "report.received"

    channel: str  # "sms", "web"
    gateway: str  # "kannel", "form", …
    source: str  # keyed alias of the sender; "" when nobody is named
    at: str  # received by us; ISO 8601, UTC (the simulated hour in a rehearsal)
    sent_at: str  # when the gateway says it was sent; ISO 8601, UTC; "" if it does not say
    rehearsal: bool
    sealed: str  # to the room's public key


@dataclass(frozen=True, kw_only=True)
class ReportRead(Event):
    """The reader's understanding of a report. Exact place and words stand sealed; the rest may be counted."""

    about, wire = "report", "report.read"

    kind: str  # incident, checkin, quiet, tally, noise, unsorted
    category: str  # "IN"; "" when none
    sub: str  # "NC"; "" when only the family is known
    second: str  # a second category; "" when none
    severity: int  # 0 none, 1 to 5
    confidence: float  # 0 to 1
    restricted: bool
    province: str  # place code; "" when unknown
    reader: str  # which rules or model read it
    place: str  # sealed for the room: code, level, station, point, confidence
    words: str  # sealed under the source's key: text, sender, because, count, clock, unread


@dataclass(frozen=True, kw_only=True)
class ReportSetAside(Event):
    """The reader could not read a report: a bug, for a person to look at. The report stays on the feed."""

    about, wire = "report", "report.set_aside"

    reason: str


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(Event):
    """One thing that happened, first told by `report`."""

    about, wire = "incident", "incident.opened"

    report: str
    category: str
    sub: str
    severity: int
    restricted: bool
    province: str
    rehearsal: bool
    reason: str  # sealed under the incident's key when a person opened it; "" when the reader did


@dataclass(frozen=True, kw_only=True)
class IncidentVerified(Event):
    """A person confirmed it by a stated method."""

    about, wire = "incident", "incident.verified"

    method: str
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentRejected(Event):
    """A person found, by a stated method, that it did not happen or cannot be confirmed."""

    about, wire = "incident", "incident.rejected"

    method: str
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentRecategorised(Event):
    """A person gave it another category."""

    about, wire = "incident", "incident.recategorised"

    category: str
    sub: str
    severity: int
    restricted: bool
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentPlaced(Event):
    """A person said where it happened."""

    about, wire = "incident", "incident.placed"

    province: str
    place: str  # sealed for the room: code, level, station, point, confidence
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentNoted(Event):
    """A person added a note."""

    about, wire = "incident", "incident.noted"

    note: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """Somebody may sign in under this working name, in this role."""

    about, wire = "account", "account.opened"

    role: str


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """This name may no longer sign in."""

    about, wire = "account", "account.closed"


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """A program may use the API in this role."""

    about, wire = "token", "token.issued"

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """This token is worth nothing any more."""

    about, wire = "token", "token.revoked"


KINDS: dict[str, type[Event]] = {kind.wire: kind for kind in Event.__subclasses__()}
UPCASTERS: dict[tuple[str, int], Callable[[Any], dict[str, Any]]] = {}  # (wire, v) -> the body one version up


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
