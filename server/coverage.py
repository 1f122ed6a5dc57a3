"""Who should have spoken, and did: the rules of check-ins and coverage, pure.

All of it is about one station with its monitors, at one moment, on the day of the schedule.

- A **sign of life** is any message from a known monitor of the station: words, codes, even a greeting.
- A check-in **came** when a monitor sent its code, from the hour on from which it counts.
- A check-in is **met** when it came, when one that follows it came (who tells of the closing was there at the opening),
  or when there was any sign of life since it was due. So who meets one check-in has met all that were due before it.

The states of a station, by the check-ins that are due so far:

=========  =============================================================================================
heard      there was a sign of life today, and every check-in that is due is met
late       a check-in that is due is not met, but its grace lasts; all whose grace is over are met
silent     there was a sign of life today, but a check-in whose grace is over is not met
never      there was none today, and the grace of a check-in is over
no_signal  there was none today, and the roster says that no monitor there has a signal
not_due    there was none today, and nothing is due yet
=========  =============================================================================================

A station without a monitor is not expected: it has no state and is in no denominator.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.country.schedule import Checkin, Schedule

STATES = ("heard", "late", "silent", "never", "no_signal", "not_due")
EXCUSED = ("heard", "late", "not_due")  # the states that do not make a place silent


@dataclass(frozen=True)
class Sign:
    """A sign of life: when it came (aware), and the codes of the check-ins in it."""

    at: datetime
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Met:
    """When a station was first heard, and when each check-in of the schedule was met and came; None for not yet."""

    first: datetime | None
    met: tuple[datetime | None, ...]
    came: tuple[datetime | None, ...]


def meets(sign: Sign, schedule: Schedule) -> int:
    """How many check-ins of the schedule, from the first on, are met by one sign of life."""
    turns = range(len(schedule.checkins), 0, -1)
    return next((n for n in turns if sign.at >= schedule.checkins[n - 1].due or _is(sign, schedule.checkins[n - 1])), 0)


def comes(sign: Sign, code: str, schedule: Schedule) -> bool:
    """Whether with this sign of life the check-in `code` came."""
    return code in sign.codes and any(one.code == code and _is(sign, one) for one in schedule.checkins)


def told(signs: Iterable[Sign], schedule: Schedule) -> Met:
    """What all signs of life of one station say together. Their order does not matter."""
    today = [sign for sign in signs if schedule.begins <= sign.at < schedule.ends]
    reached = [(meets(sign, schedule), sign.at) for sign in today]
    return Met(
        first=_earliest(sign.at for sign in today),
        met=tuple(_earliest(at for n, at in reached if n > turn) for turn in range(len(schedule.checkins))),
        came=tuple(
            _earliest(sign.at for sign in today if comes(sign, one.code, schedule)) for one in schedule.checkins
        ),
    )


def due(schedule: Schedule, now: datetime) -> tuple[int, int]:
    """How many check-ins are due so far, and of how many the grace is over."""
    return sum(one.due <= now for one in schedule.checkins), _over(schedule, now)


def state(known: Met, no_signal: bool, schedule: Schedule, now: datetime) -> str:
    """The state of a station that is expected, one of STATES, by what was known of it at that moment."""
    asked, over = due(schedule, now)
    if not _by(known.first, now):
        if no_signal:
            return "no_signal"
        return "never" if over else "late" if asked else "not_due"
    if over and not _by(known.met[over - 1], now):
        return "silent"
    return "late" if asked and not _by(known.met[asked - 1], now) else "heard"


def silent_place(counts: Mapping[str, int], schedule: Schedule) -> bool:
    """Whether so few stations of a place are heard, or may still be, that somebody should ask why."""
    expected = sum(counts[each] for each in STATES)
    return sum(counts[each] for each in EXCUSED) < schedule.silent_below * expected


def _is(sign: Sign, checkin: Checkin) -> bool:
    return checkin.code in sign.codes and sign.at >= checkin.opens


def _over(schedule: Schedule, now: datetime) -> int:
    return max((n for n, one in enumerate(schedule.checkins, 1) if one.until <= now), default=0)


def _by(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _earliest(times: Iterable[datetime]) -> datetime | None:
    return min(times, default=None)
