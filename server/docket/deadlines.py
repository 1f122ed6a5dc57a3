"""By when a complaint must be filed and ruled on, in the country's own days; what was late; how far it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from server.docket.course import LATE, WITHDRAWN, Course
from server.docket.levels import RESULTS, Levels

FILE, RULE = "file", "rule"
STATES = ("open", "filed", "ruled", "ended", "lapsed")
LAST = time(23, 59, 59)  # a deadline ends with its day


@dataclass(frozen=True)
class Law:
    """The rules of a country, and where its days begin."""

    levels: Levels
    zone: ZoneInfo


@dataclass(frozen=True)
class Clock:
    """A legal clock. `what`: FILE, RULE. `due`: the last second; `met`: when it was, "" when it was not (ISO 8601,
    UTC)."""

    level: str
    what: str
    due: str
    met: str

    @property
    def late(self) -> bool:
        """Whether it was met too late."""
        return _second(self.met) > self.due

    def over(self, now: str) -> bool:
        """Whether it ran out and is not met."""
        return not self.met and _second(now) > self.due


def ends(start: str, days: int, zone: ZoneInfo) -> str:
    """The last second of so many days after the day in which a moment lies: ISO 8601, UTC."""
    day = datetime.fromisoformat(start).astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, LAST, zone).astimezone(UTC).isoformat(timespec="seconds")


def clocks(course: Course, law: Law) -> list[Clock]:
    """Every clock that has begun, level by level."""
    found, before = [], ""
    for level in law.levels.levels:
        stage = course.stage(level.code)
        start = course.results if level.begins == RESULTS else before
        if level.file and start:
            found.append(Clock(level.code, FILE, ends(start, level.file, law.zone), stage.filed))
        if level.rule and stage.filed:
            found.append(Clock(level.code, RULE, ends(stage.filed, level.rule, law.zone), stage.ruled))
        before = stage.ruled
    return found


def top(course: Course, law: Law) -> int:
    """The highest level at which it was filed, from 0; -1 for none."""
    filed = (n for n, level in enumerate(law.levels.levels) if course.stage(level.code).filed)
    return max(filed, default=-1)


def running(course: Course, law: Law) -> list[Clock]:
    """The clocks that are not met and still matter, the next one first."""
    if any(stage.ruling == WITHDRAWN for stage in course.stages.values()):
        return []
    least = top(course, law)
    left = [clock for clock in clocks(course, law) if not clock.met and law.levels.place(clock.level) >= least]
    return sorted(left, key=lambda clock: clock.due)


def upcoming(course: Course, law: Law, now: str) -> Clock | None:
    """The next deadline; else a ruling that is overdue."""
    left = running(course, law)
    ahead = [clock for clock in left if not clock.over(now)]
    overdue = [clock for clock in left if clock.what == RULE]
    return next(iter(ahead or overdue), None)


def soon(clock: Clock, law: Law, now: str) -> bool:
    """Whether a clock that is not met runs out within the hours in which people are reminded."""
    begins = datetime.fromisoformat(clock.due) - timedelta(hours=law.levels.warn)
    return not clock.met and not clock.over(now) and datetime.fromisoformat(now) >= begins


def state(course: Course, law: Law, now: str) -> str:
    """One of STATES: nothing filed; filed, without a ruling; ruled on, and it may go on; ended; never filed in time."""
    at, left = top(course, law), running(course, law)
    if at < 0:
        return "lapsed" if left and all(clock.over(now) for clock in left) else "open"
    levels = law.levels.levels
    stage = course.stage(levels[at].code)
    if not stage.ruled:
        return "filed"
    goes_on = at + 1 < len(levels) and stage.ruling != WITHDRAWN
    over = any(clock.what == FILE and clock.over(now) for clock in left)
    return "ruled" if goes_on and not over else "ended"


def late(course: Course, law: Law, level: str) -> bool | None:
    """Whether it was filed late with this level; None when no clock tells."""
    told = [clock.late for clock in clocks(course, law) if (clock.level, clock.what) == (level, FILE) and clock.met]
    return told[0] if told else None


def held_late(course: Course, level: str) -> bool:
    """Whether the commission of this level held it late."""
    return course.stage(level).ruling == LATE


def in_order(course: Course, law: Law) -> bool:
    """Whether what happened did so in order: filed before it was ruled on, level by level; and a level that follows a
    ruling after that, unless the ruling came too late."""
    slow = {clock.level for clock in clocks(course, law) if clock.what == RULE and clock.late}
    filed = [(level, stage) for level in law.levels.levels if (stage := course.stage(level.code)).filed]
    return all(not stage.ruled or stage.filed <= stage.ruled for _, stage in filed) and all(
        below.filed <= stage.filed
        and (level.begins == RESULTS or lower.code in slow or not below.ruled or below.ruled <= stage.filed)
        for (lower, below), (level, stage) in pairwise(filed)
    )


def _second(at: str) -> str:
    """Cut to the second, so that it compares with a deadline."""
    return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="seconds") if at else ""
