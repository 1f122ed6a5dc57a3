"""One message as a door got it, in our names and otherwise exactly as it came."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MILLISECONDS = 10**11  # Unix times from here on count milliseconds: as seconds they would be past the year 5000


@dataclass(frozen=True, kw_only=True, repr=False)
class Message:
    """What a gateway or the form was given, in our names and otherwise exactly as it came.

    (`gateway`, `account`, `message_id`) is the same for each delivery of one message; so is each of `also`, where a
    gateway can deliver one message under two ids. `sent_at`: Unix seconds or milliseconds, or ISO 8601.
    """

    gateway: str
    channel: str = "sms"
    account: str = ""
    message_id: str = ""
    also: tuple[tuple[str, ...], ...] = ()
    sender: str = ""
    to: str = ""
    text: str
    sent_at: str = ""
    station: str = ""
    part: tuple[str, int, int] | None = None  # the sender's reference of a longer message, which part, of how many
    entered_by: str = ""  # who wrote down what was phoned in or carried here
    pin: str = ""  # typed by a monitor who is known by more than a number
    point: tuple[float, float] | None = None  # latitude, longitude
    language: str = ""
    address: str = ""  # of a browser; only counted, and never kept
    rehearsal: bool = False
    rehearsal_at: str = ""  # the simulated hour, as `sent_at`


def moment(text: str) -> str:
    """ISO 8601 in UTC; "" when there is no time in it. A time without a zone is taken as UTC."""
    try:
        if text.isascii() and text.isdigit():
            seconds = int(text) / 1000 if int(text) >= MILLISECONDS else int(text)
            moment = datetime.fromtimestamp(seconds, UTC)
        else:
            moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="milliseconds")


def body(message: Message, number: str) -> dict[str, Any]:
    """What is sealed of a message; `number` is its sender in E.164."""
    lat, lon = message.point or (None, None)
    return {
        "text": message.text,
        "sender": number,
        "raw_sender": message.sender,
        "message_id": message.message_id,
        "to": message.to,
        "station": message.station,
        "lat": lat,
        "lon": lon,
        "language": message.language,
        "pin": message.pin,
        "entered_by": message.entered_by,
    }


def whole(message: Message, number: str) -> tuple[str, ...]:
    """What all parts of one long message have in common."""
    reference, _, parts = message.part or ("", 0, 0)
    marked = "rehearsal" if message.rehearsal else ""
    return ("whole", message.gateway, marked, message.account, number, message.to, reference, str(parts))
