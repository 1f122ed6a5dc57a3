"""The clocks of an incident: until when somebody must have looked, and begun to call back. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from server import events
from server.incidents import GRAVE
from server.log import Fact
from server.work.ladder import CALL_BACK, LOOK, Ladder

PROGRAMS = ("reader", "lookout", "courier")  # who adds facts without a person having looked
CALLED, UNSAFE = "call_back", "unsafe"  # a step of verification, and an outcome of one
ENDS = (events.IncidentVerified, events.IncidentRejected, events.IncidentUnverified, events.IncidentDismissed)
GRADING = (events.IncidentTriaged, events.IncidentRecategorised)
SEEING = (
    *(*ENDS, *GRADING, events.IncidentChecked, events.IncidentProposed, events.IncidentDeclined),
    *(events.IncidentReopened, events.IncidentDescribed, events.IncidentAnswered, events.IncidentPlaced),
    *(events.IncidentNoted, events.IncidentJoined, events.IncidentParted, events.SourceRevealed),
)  # of whoever adds one of these, the incident was before their eyes


@dataclass(frozen=True)
class Course:
    """What is known of the work on an incident. Moments are aware, by the room's clock; None: not yet.

    `received`: when its report came; `begins`: from when on its clocks run, which is later when it was found to be
    graver than was thought. `unsafe`: somebody must not be called.
    """

    received: datetime
    begins: datetime
    severity: int
    unsafe: bool = False
    looked: datetime | None = None
    called: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """By when something is due, and when it was done. `name`: look, call_back."""

    name: str
    due: datetime
    met: datetime | None

    def missed(self, now: datetime) -> bool:
        """Whether it was done too late, or is not done although it is due."""
        return (self.met or now) > self.due


def clocks(course: Course, restricted: bool, ladder: Ladder) -> tuple[Clock, ...]:
    """The clocks that this incident has. Whoever is in danger, or might be, is not called back by a clock."""
    limits = ladder.limits.get(course.severity, {})
    met = {LOOK: course.looked, CALL_BACK: course.called}
    quiet = restricted or course.unsafe
    named = [name for name in (LOOK, CALL_BACK) if name in limits and not (quiet and name == CALL_BACK)]
    return tuple(Clock(name, course.begins + limits[name], met[name]) for name in named)


def opened(event: events.IncidentOpened, by: str, received: datetime, hour: datetime) -> Course:
    """The course of an incident that was opened at this hour of the room from a report that came earlier."""
    return Course(received, received, event.severity, looked=None if by in PROGRAMS else hour)


def joined(course: Course, other: Course, hour: datetime) -> Course:
    """The course of an incident once another one stands in it, or became graver there: whoever must not be called there
    is not called here, and what makes it grave runs here, from this hour of the room."""
    course = warned(course, other)
    graver = other.severity >= GRAVE > course.severity
    return replace(course, severity=other.severity, begins=hour, called=other.called) if graver else course


def warned(course: Course, other: Course) -> Course:
    """The course of an incident that has to do with another: whoever must not be called there is not called here."""
    return replace(course, unsafe=course.unsafe or other.unsafe)


def again(course: Course, hour: datetime) -> Course:
    """The same when what was decided is taken back at this hour of the room: its clocks run again from there."""
    return replace(course, begins=hour, called=None, ended=None)


def after(course: Course, fact: Fact, hour: datetime) -> Course:
    """The same once this fact about it, of this hour of the room, is known."""
    event = fact.event
    if not isinstance(event, SEEING) or fact.by in PROGRAMS:
        return course
    course = replace(course, looked=course.looked or hour)
    if isinstance(event, GRADING) and event.severity != course.severity:
        begins = hour if event.severity > course.severity else course.received
        return replace(course, begins=begins, severity=event.severity)
    if isinstance(event, events.IncidentChecked):
        unsafe = course.unsafe or event.outcome == UNSAFE
        called = course.called or (hour if event.step == CALLED else None)
        return replace(course, unsafe=unsafe, called=called)
    if isinstance(event, events.SourceRevealed):
        return replace(course, called=course.called or hour)
    if isinstance(event, ENDS):
        return replace(course, called=course.called or hour, ended=course.ended or hour)
    return course
