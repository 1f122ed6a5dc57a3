"""WhatsApp's Cloud API, and Messenger and Instagram, which Meta delivers the same way: signed JSON, much in one call.

    POST /in/whatsapp
    X-Hub-Signature-256: sha256= and hex of HMAC-SHA256(app secret, body)

    {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages",
     "value": {"messaging_product": "whatsapp",
               "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
               "messages": [{"from": "85512345678", "id": "wamid.HBgL", "timestamp": "1717487400", "type": "text",
                             "text": {"body": "PR KD0123 late"}}],
               "statuses": [{"id": "wamid.HBgM", "status": "delivered", "timestamp": "1717487400"}]}}]}]}

Once, when the address is set up, Meta asks with a GET whether it is ours: with our word in `hub.verify_token` it gets
its `hub.challenge` back.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import Call, Forged, Receipt, Received, decoded, listed, must_match, parsed, words
from ingest.gateways.telegram import point
from ingest.message import Message
from server.settings import Settings

NAME = "whatsapp"
METHODS = ("GET", "POST")
LONGEST_BODY = 3 * 1024 * 1024  # bytes
CHANNELS = {"page": "messenger", "instagram": "instagram"}  # what stands in `object` -> channel; else WhatsApp
BECAME = {"sent": "sent", "delivered": "delivered", "read": "delivered", "played": "delivered", "failed": "failed"}
ENVELOPE = {"from", "from_user_id", "id", "timestamp", "type"}

Fields = Mapping[str, Any]


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The messages of a signed call and what became of ours; the answer to Meta's question. Raises Forged."""
    if call.method == "GET":
        return Received(answer=_challenge(dict(call.asked()), settings.options["WHATSAPP_VERIFY_TOKEN"]))
    signature = hmac.new(settings.secrets[NAME].encode(), call.body, sha256).hexdigest()
    must_match(call.header("X-Hub-Signature-256"), f"sha256={signature}")
    body = parsed(call.body)
    if not isinstance(body, dict):
        return Received((Message(gateway=NAME, channel=NAME, text=decoded(call.body)),))
    entries = list(_each(body, "entry"))
    values = [change.get("value") for entry in entries for change in _each(entry, "changes")]
    told = [value for value in values if isinstance(value, dict)]
    channel = CHANNELS.get(words(body.get("object")), "messenger")
    events = [event for entry in entries for event in _each(entry, "messaging")]
    chats = [event for event in events if isinstance(event.get("message"), dict)]
    return Received(
        messages=(
            *(_message(message, value) for value in told for message in _each(value, "messages")),
            *(_chat(event, channel) for event in chats if not event["message"].get("is_echo")),
        ),
        receipts=tuple(receipt for value in told for each in _each(value, "statuses") for receipt in _receipt(each)),
    )


def _challenge(asked: Mapping[str, str], token: str) -> str:
    must_match(asked.get("hub.verify_token", ""), token)
    if asked.get("hub.mode") != "subscribe":
        raise Forged
    return asked.get("hub.challenge", "")


def _each(fields: Fields, name: str) -> Iterator[dict[str, Any]]:
    found = fields.get(name)
    yield from (each for each in (found if isinstance(found, list) else []) if isinstance(each, dict))


def _message(message: Fields, value: Fields) -> Message:
    metadata = value.get("metadata")
    ours = metadata if isinstance(metadata, dict) else {}
    number, account = words(message.get("from")), words(message.get("from_user_id"))
    return Message(
        gateway=NAME,
        channel=NAME,
        account=words(ours.get("phone_number_id")),
        message_id=words(message.get("id")),
        # a number comes without its plus sign; who hides it is known by Meta's own id
        sender=f"+{number}" if number else f"{NAME}:{account}" if account else "",
        to=words(ours.get("display_phone_number")),
        text=_text(message),
        sent_at=words(message.get("timestamp")),
        point=point(message.get("location")),
    )


def _text(message: Fields) -> str:
    """The words; else the caption, or a place's name, and what else the message carries, field by field."""
    kind = words(message.get("type"))
    found = message.get(kind)
    inner = found if isinstance(found, dict) else {}
    if kind == "text" and isinstance(inner.get("body"), str):
        return str(inner["body"])
    said = [words(inner[name]) for name in ("caption", "name", "address") if inner.get(name)]
    where = "location" if point(message.get("location")) else ""
    return _whole(said, {name: value for name, value in message.items() if name not in ENVELOPE | {where}})


def _whole(said: list[str], carried: Fields) -> str:
    return "\n".join([*said, *([listed((name, words(value)) for name, value in carried.items())] if carried else [])])


def _chat(event: Fields, channel: str) -> Message:
    """A message of Messenger or Instagram."""
    message, writer = event["message"], _id(event.get("sender"))
    carried = {name: value for name, value in message.items() if name not in ("mid", "text")}
    return Message(
        gateway=NAME,
        channel=channel,
        account=_id(event.get("recipient")),
        message_id=words(message.get("mid")),
        sender=f"{channel}:{writer}" if writer else "",
        text=_whole([words(message["text"])] if "text" in message else [], {} if "text" in message else carried),
        sent_at=words(event.get("timestamp")),
    )


def _id(who: Any) -> str:
    return words(who.get("id")) if isinstance(who, dict) else ""


def _receipt(status: Fields) -> Iterator[Receipt]:
    known, became = words(status.get("id")), BECAME.get(words(status.get("status")), "")
    reason = next((words(error.get("code")) for error in _each(status, "errors")), "")
    if known and became:
        yield Receipt(known, became, reason)
