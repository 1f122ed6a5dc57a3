"""The part of the day in which a report came: no finer hour of an incident is public. Pure.

A telephone company knows when each message was sent, and from where: ten minutes and a province are one or two senders.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo

EARLIER = "-"  # before the polls opened; it sorts before every hour


def hours(opens: time, closes: time) -> tuple[str, str]:
    """The hours at which a new part of the day begins, as `07:00`."""
    return opens.isoformat("minutes"), closes.isoformat("minutes")


def phase(at: datetime, day: date, zone: tzinfo, borders: Sequence[str]) -> str:
    """The part of the day of a moment (aware), by the hour at which it began; EARLIER before the first one."""
    begun = [hour for hour in borders if at >= datetime.combine(day, time.fromisoformat(hour), zone)]
    return begun[-1] if begun else EARLIER
