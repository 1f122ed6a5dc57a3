"""Gammu SMSD, by our own program beside it (ingest/gammu_folder.py): a modem's texts come in, texts to send go out.

POST /in/gammu
X-Timestamp: 1795314707
X-Signature: hex of HMAC-SHA256(secret, timestamp + "." + body)

{"id": "0f8fad5bd9cb469fa165708677289a30", "from": "+85512345678", "text": "PR KD0123 late",
 "at": "2017-06-04T10:40:00+07:00", "device": "modem-1", "part": null}

Our answer names the message, so that no other program's 200 makes ours remove it: {"safe": "0f8fad5bd9cb…"}.
A part whose other parts did not come has `"part": ["D1", 1, 2]`: the sender's reference, which part, of how many.
A body `{"task": "send", "receipts": [{"id": "…", "status": "sent"}]}` tells what became of texts and asks for more.
The task stands in the body, because the signature covers nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.gateways import Call, Receipt, Received, Text, decoded, parsed, signed_by_us, words
from ingest.message import Message
from server.settings import Settings

NAME = "gammu"
METHODS = ("POST",)
STATUSES = ("sent", "delivered", "failed")
MOST_PARTS = 255  # the header of a long text has one byte for each


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The one message of a freshly signed call, or its receipts and wish for texts. Raises Forged."""
    signed_by_us(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    if not isinstance(body, dict):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    if body.get("task") == "send":
        return Received(media="application/json", receipts=_receipts(body.get("receipts")), fetch=_waiting)
    message = Message(
        gateway=NAME,
        account=words(body.get("device")),
        message_id=words(body.get("id")),
        sender=words(body.get("from")),
        text=words(body["text"]) if "text" in body else decoded(call.body),
        sent_at=words(body.get("at")),
        part=_part(body.get("part")),
    )
    return Received((message,), json.dumps({"safe": message.message_id}), "application/json")


def _part(given: Any) -> tuple[str, int, int] | None:
    """A part's place in its message; None for a whole message, and for what is no such place."""
    match given:
        case [str(reference), int(which), int(of)] if 1 <= which <= of <= MOST_PARTS:
            return reference, which, of
    return None


def _receipts(given: Any) -> tuple[Receipt, ...]:
    each = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return tuple(
        Receipt(words(one.get("id")), one["status"], words(one.get("reason")))
        for one in each
        if one.get("id") and one.get("status") in STATUSES
    )


def _waiting(texts: Sequence[Text]) -> str:
    """The answer that hands over texts: all of them, each under its id."""
    return json.dumps({"texts": [{"id": text.id, "number": text.number, "words": text.words} for text in texts]})
