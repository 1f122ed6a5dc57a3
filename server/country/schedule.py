"""When each check-in is expected on the day of an election, read from the pack and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from server.country.packfiles import Files
from server.country.taxonomy import Taxonomy, twice

DAY = timedelta(hours=30)  # an election day begins at midnight and ends in the next morning


@dataclass(frozen=True)
class Checkin:
    """One expected check-in: it counts as such from `opens` on, should be there when `due`, is late until `until`.

    All three are aware. `safety`: it tells of the monitor, not of the station.
    """

    code: str
    opens: datetime
    due: datetime
    until: datetime
    safety: bool


@dataclass(frozen=True)
class Schedule:
    """The check-ins of one day in the order in which they are due; nothing outside `begins` to `ends` is of that day.

    A place is silent when less than `silent_below` (0 to 1) of its stations is heard or still within grace.
    """

    begins: datetime
    ends: datetime
    checkins: tuple[Checkin, ...]
    silent_below: float


def read(files: Files, day: date, zone: ZoneInfo, taxonomy: Taxonomy) -> Schedule:
    """From checkins.json; what is wrong with it is told to `files`, or raised when its shape is wrong."""
    data = files.json("checkins.json", {"expected": [], "silent_below": 0})

    def at(clock: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(clock), zone)

    begins = at("00:00")
    checkins = tuple(checkin_of(row, at) for row in data["expected"])
    found = Schedule(begins, begins + DAY, checkins, float(data["silent_below"]))
    files.wrong += problems(found, taxonomy)
    return found


def checkin_of(row: Mapping[str, Any], at: Callable[[str], datetime]) -> Checkin:
    """One row of checkins.json; `at` makes an instant of a local hour."""
    due = at(row["due"])
    return Checkin(
        row["code"], at(row["from"]), due, due + timedelta(minutes=int(row["grace"])), row.get("safety") is True
    )


def problems(schedule: Schedule, taxonomy: Taxonomy) -> list[str]:
    """A sentence for each wrong thing in data of the right shape."""
    checkins = schedule.checkins
    codes = [checkin.code for checkin in checkins]
    return [
        *(
            f"Check-in {code} is expected but is none of the taxonomy."
            for code in codes
            if code not in taxonomy.checkins
        ),
        *(f"Check-in {code} is expected twice." for code in twice(codes)),
        *(f"Check-in {one.code} counts only after it is due." for one in checkins if one.opens > one.due),
        *(f"Check-in {one.code} needs a grace of at least one minute." for one in checkins if one.until <= one.due),
        *(
            f"Check-in {later.code} must be due after {first.code}, which is listed before it."
            for first, later in pairwise(checkins)
            if later.due <= first.due
        ),
        *([] if 0 < schedule.silent_below <= 1 else ["silent_below of checkins.json is not between 0 and 1."]),
    ]
