"""Facts about what is destroyed: for one source, when two persons agree; for all, on a day that is announced."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ActAsked(Event):
    """A person asks for something that a second one has to confirm."""

    about, wire, v = "act", "act.asked", 2

    what: str  # forget, hold, lift
    source: str  # keyed alias of whom to forget; "" for a monitor or none
    monitor: str  # id of whom to forget; "" for a stranger or none
    reports: str  # ids of reports with a typed number, which go alone or with their monitor, space-separated
    channels: str  # how many reports of which channel were to go when it was asked: "sms=3 form=1"
    reason: str  # sealed under the key `room`


@dataclass(frozen=True, kw_only=True)
class ActConfirmed(Event):
    """A second person agrees. Whoever is to be forgotten is forgotten up to this place on the log, soon: `act.done`."""

    about, wire = "act", "act.confirmed"

    what: str  # as of act.asked


@dataclass(frozen=True, kw_only=True)
class ActDeclined(Event):
    """A second person does not agree, or whoever asked takes it back."""

    about, wire = "act", "act.declined"

    reason: str  # sealed under the key `room`


@dataclass(frozen=True, kw_only=True)
class ActDone(Event):
    """Whoever was to be forgotten is forgotten: all keys of theirs were destroyed, and what says so stands before."""

    about, wire = "act", "act.done"


@dataclass(frozen=True, kw_only=True)
class ReportForgotten(Event):
    """The keys of this report and of its photos were destroyed, or of photos that came after it was forgotten."""

    about, wire = "report", "report.forgotten"

    act: str  # whose confirmation it follows from; "" for photos that came later
    photos: int


@dataclass(frozen=True, kw_only=True)
class SourceForgotten(Event):
    """The keys of all that this source had sent until then were destroyed, and its photos. `subject` is its alias."""

    about, wire = "source", "source.forgotten"

    act: str  # whose confirmation it follows from; "" on schedule
    upto: str  # the place on the log up to which all was destroyed; what came later was not looked at
    reports: int
    photos: int


@dataclass(frozen=True, kw_only=True)
class MonitorForgotten(Event):
    """The key of what was written of this monitor was destroyed."""

    about, wire = "monitor", "monitor.forgotten"

    act: str  # as of source.forgotten
    upto: str


@dataclass(frozen=True, kw_only=True)
class RetentionAnnounced(Event):
    """All that people sent is destroyed from a day on, unless two persons stop that; all desks are shown the day. A
    later announcement stands in the place of this one. `subject`: the room."""

    about, wire = "retention", "retention.announced"

    day: str  # when this was said, by the clock of whoever said it: 2027-09-30
    on: str  # the day, at least two weeks ahead: 2027-10-14


@dataclass(frozen=True, kw_only=True)
class RetentionLooked(Event):
    """On this day the announcement was there to be seen. Without many such days nothing is destroyed."""

    about, wire = "retention", "retention.looked"

    day: str  # 2027-10-01
    uptime: int  # seconds since the machine was started: they pass as quickly whatever its clock says


@dataclass(frozen=True, kw_only=True)
class RetentionCame(Event):
    """The day has come, and nobody has stopped it: the keys of all that was sent up to here are being destroyed."""

    about, wire = "retention", "retention.came"
