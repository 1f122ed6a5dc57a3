"""Facts about incidents: opened, and what people decided of them."""

from dataclasses import dataclass

from server.facts.base import Event


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
    """People confirmed it by a stated method."""

    about, wire, v = "incident", "incident.verified", 2

    verdict: str  # verified (our monitor saw it, and more), corroborated (two independent sources heard of it)
    method: str
    basis: str  # saw, told, public, media, social; "" when nobody said
    second: str  # who proposed it, when a second person had to confirm; "" when one sufficed
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentRejected(Event):
    """People found, by a stated method, that it cannot be confirmed or did not happen."""

    about, wire, v = "incident", "incident.rejected", 2

    verdict: str  # unconfirmed, false
    method: str
    basis: str
    second: str
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
class IncidentJoined(Event):
    """This report, and the incident that it had opened, tell of the same thing; from now on it stands here."""

    about, wire = "incident", "incident.joined"

    report: str
    how: str  # same message (the reader may say so itself), same event, follow-up
    reason: str  # sealed under the incident's key; "" when the reader joined it


@dataclass(frozen=True, kw_only=True)
class IncidentParted(Event):
    """This report was not of it after all, and stands for itself again."""

    about, wire = "incident", "incident.parted"

    report: str
    reason: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class IncidentDismissed(Event):
    """A person said that it is none: what was sent is no more than this kind of report."""

    about, wire = "incident", "incident.dismissed"

    kind: str  # quiet, tally, noise
    reason: str  # sealed under the incident's key
