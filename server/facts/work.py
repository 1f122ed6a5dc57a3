"""Facts about who works on what: assigned, taken, due, escalated; who is on duty; shifts handed over; alerts answered.

What is about the work on an incident has its own versions (`work:<incident>`), so that taking one up changes nothing
under the hands of somebody who decides on it.
"""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class WorkAssigned(Event):
    """Somebody is to deal with this incident."""

    about, wire = "work", "work.assigned"

    to: str  # account; "" for nobody any more


@dataclass(frozen=True, kw_only=True)
class WorkTaken(Event):
    """Whoever says so deals with this incident, alone, until then; again: longer."""

    about, wire = "work", "work.taken"

    until: str  # ISO 8601, UTC, by the room's clock
    batch: str  # shared by those that were taken together; "" for one alone


@dataclass(frozen=True, kw_only=True)
class WorkLetGo(Event):
    """Nobody holds this incident any more."""

    about, wire = "work", "work.let_go"


@dataclass(frozen=True, kw_only=True)
class WorkDue(Event):
    """Something is to be done about this incident at that hour, such as calling again."""

    about, wire = "work", "work.due"

    at: str  # ISO 8601, UTC, by the room's clock; "" when nothing is due any more
    note: str  # sealed under the incident's key


@dataclass(frozen=True, kw_only=True)
class WorkEscalated(Event):
    """A clock of this incident ran out, and it went up the ladder by itself."""

    about, wire = "work", "work.escalated"

    clock: str  # look, call_back, decision
    level: str  # who is told now: verification_lead, council, …, as the pack's ladder names them
    due: str  # ISO 8601, UTC: when it should have been done


@dataclass(frozen=True, kw_only=True)
class DutyPlanned(Event):
    """Somebody is on duty in these hours; the same subject again: changed."""

    about, wire = "duty", "duty.planned"

    person: str  # account
    level: str  # of the pack's ladder: desk, verification_lead, council, security_lead
    starts: str  # ISO 8601, UTC
    ends: str
    pages: bool  # is paged for danger and severity 5
    sealed: str  # under the duty's key (duty:<subject>): the number to page; "" without one


@dataclass(frozen=True, kw_only=True)
class DutyCancelled(Event):
    """These hours of duty are off."""

    about, wire = "duty", "duty.cancelled"


@dataclass(frozen=True, kw_only=True)
class ShiftHandedOver(Event):
    """Whoever says so ends a shift with this sheet, and lets go of all that they hold."""

    about, wire = "shift", "shift.handed_over"

    to: str  # account of whoever comes
    rehearsal: bool
    sheet: str  # sealed for the room: what is open, held, silent, promised, agreed; see the handover


@dataclass(frozen=True, kw_only=True)
class ShiftTakenOver(Event):
    """Whoever comes has read the sheet and signs it."""

    about, wire = "shift", "shift.taken_over"

    note: str  # sealed for the room; "" when nothing was written


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged(Event):
    """Somebody saw this alert and deals with it."""

    about, wire = "alert", "alert.acknowledged"

    note: str  # sealed for the room; "" when nothing was written


@dataclass(frozen=True, kw_only=True)
class AlertSnoozed(Event):
    """This alert is to be quiet until then, unless it grows."""

    about, wire = "alert", "alert.snoozed"

    until: str  # ISO 8601, UTC, by the room's clock


@dataclass(frozen=True, kw_only=True)
class AlertTaken(Event):
    """An incident deals with what this alert tells of."""

    about, wire = "alert", "alert.taken"

    incident: str
