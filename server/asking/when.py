"""Times as query words name them: so long ago, an hour of the room's day, a date."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.asking.said import Wrong

SPAN = re.compile(r"([0-9]{1,4})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
HOUR = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}))?")


def moment(said: str, key: str, now: datetime, zone: ZoneInfo) -> str:
    """A moment as cards have it (ISO 8601, UTC): "30m" ago, "07:00" today in `zone`, a date. Raises Wrong."""
    try:
        return stamp(_read(said, now, zone))
    except (ValueError, OverflowError):
        raise Wrong("time", key=key, value=said) from None


def stamp(at: datetime) -> str:
    """A moment as cards have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _read(said: str, now: datetime, zone: ZoneInfo) -> datetime:
    if span := SPAN.fullmatch(said.lower()):
        return now - timedelta(**{UNITS[span[2]]: int(span[1])})
    if hour := HOUR.fullmatch(said):
        return datetime.combine(now.astimezone(zone).date(), time(int(hour[1]), int(hour[2])), zone)
    if day := DATE.fullmatch(said):
        return datetime.combine(date.fromisoformat(day[1]), time.fromisoformat(day[2] or "00:00"), zone)
    raise ValueError(said)
