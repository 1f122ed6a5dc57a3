"""A Telegram bot: updates in JSON, by webhook or handed on by our own fetcher, with a secret in a header.

    POST /in/telegram
    X-Telegram-Bot-Api-Secret-Token: SECRET

    {"update_id": 10000, "message": {"message_id": 1365, "from": {"id": 1111111, "is_bot": false}, "date": 1717487400,
     "chat": {"id": 1111111, "type": "private"}, "text": "PR KD0123 late"}}

Nobody's number or name is taken: a sender is known by Telegram's own id. A message that was changed afterwards is
another message: both are kept.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.gateways import Call, Received, decoded, listed, must_match, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "telegram"
METHODS = ("POST",)
TAKEN = ("message", "edited_message")  # the kinds of update that bring a message
SAID = {"text", "caption", "entities", "caption_entities", "location", "venue"}
ENVELOPE = {"message_id", "message_thread_id", "from", "sender_chat", "chat", "date", "edit_date"} | SAID


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message of an update that carries the secret; none when it is about something else. Raises Forged."""
    must_match(call.header("X-Telegram-Bot-Api-Secret-Token"), settings.secrets[NAME])
    update = parsed(call.body)
    if not isinstance(update, dict):
        return Received((Message(gateway=NAME, channel=NAME, text=decoded(call.body)),))
    kind = next((kind for kind in TAKEN if isinstance(update.get(kind), dict)), "")
    if not kind or (kind == "edited_message" and _moves(update[kind])):
        return Received()
    return Received((_message(words(update.get("update_id")), update[kind]),))


def _moves(message: Mapping[str, Any]) -> bool:
    """True for the later places of somebody who shares where they go: we keep the first, and nobody's track."""
    location = message.get("location")
    return isinstance(location, dict) and not words(message.get("text"))


def _message(update: str, message: Mapping[str, Any]) -> Message:
    writers = [message[who] for who in ("from", "sender_chat", "chat") if isinstance(message.get(who), dict)]
    writer = words(writers[0].get("id")) if writers else ""
    return Message(
        gateway=NAME,
        channel=NAME,
        message_id=update,
        sender=f"{NAME}:{writer}" if writer else "",
        text=_text(message),
        sent_at=words(message.get("edit_date") or message.get("date")),
        point=point(message.get("location")),
    )


def _text(message: Mapping[str, Any]) -> str:
    """The words; else the caption, and what else the message carries, field by field. Where it is stands in `point`."""
    if isinstance(message.get("text"), str):
        return str(message["text"])
    venue = message.get("venue")
    named = [words(venue[name]) for name in ("title", "address") if venue.get(name)] if isinstance(venue, dict) else []
    caption = [words(message["caption"])] if message.get("caption") else []
    carried = [(name, words(value)) for name, value in message.items() if name not in ENVELOPE]
    return "\n".join([*caption, *named, *([listed(carried)] if carried else [])])


def point(location: Any) -> tuple[float, float] | None:
    """Latitude and longitude of a JSON object that has both; None when it is none, or nowhere on earth."""
    fields = location if isinstance(location, dict) else {}
    lat, lon = fields.get("latitude"), fields.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
