"""Telnyx: JSON, signed with Telnyx's own key over the time of sending and the body.

POST /in/telnyx
Telnyx-Timestamp: 1795314707
Telnyx-Signature-Ed25519: base64 of Ed25519 over timestamp, | and body

{"data": {"event_type": "message.received", "id": "b301ed3f", "occurred_at": "2017-06-04T03:40:00.000+00:00",
          "payload": {"id": "84cca175", "from": {"phone_number": "+85512345678"}, "text": "PR KD0123 late",
                      "to": [{"phone_number": "+85598000000"}], "received_at": "2017-06-04T03:40:00.000+00:00"}}}
"""

from base64 import b64decode
from datetime import datetime
from typing import Any

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from ingest.gateways import WINDOW, Call, Forged, Receipt, Received, decoded, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "telnyx"
METHODS = ("POST",)
STATUSES = {"sent": "sent", "delivery_unconfirmed": "sent", "delivered": "delivered"}
STATUSES |= dict.fromkeys(("sending_failed", "delivery_failed"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message or the receipt of a freshly signed call. Raises Forged."""
    _check(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    data = body.get("data") if isinstance(body, dict) else None
    payload = data.get("payload") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(payload, dict):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    if words(data.get("event_type")) in ("message.sent", "message.finalized"):
        receipt = _receipt(payload)
        return Received(receipts=(receipt,) if receipt.status else ())
    message = Message(
        gateway=NAME,
        message_id=words(payload.get("id")) or words(data.get("id")),
        sender=_number(payload.get("from")),
        to=_number(_first(payload.get("to"))),
        text=words(payload["text"]) if payload.get("text") is not None else decoded(call.body),
        sent_at=words(payload.get("received_at")) or words(data.get("occurred_at")),
    )
    return Received((message,))


def _check(call: Call, key: str, now: datetime) -> None:
    timestamp, signature = call.header("Telnyx-Timestamp"), call.header("Telnyx-Signature-Ed25519")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged
    try:
        signed = b64decode(signature, validate=True)
        VerifyKey(b64decode(key, validate=True)).verify(timestamp.encode() + b"|" + call.body, signed)
    except (ValueError, CryptoError):  # a key or signature of a wrong length is a ValueError
        raise Forged from None
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Forged


def _receipt(payload: dict[str, Any]) -> Receipt:
    person, fault = _first(payload.get("to")), _first(payload.get("errors"))
    status = STATUSES.get(words(person.get("status")), "")
    return Receipt(words(payload.get("id")), status, words(fault.get("code")))


def _first(value: Any) -> dict[str, Any]:
    """The first object of a list; an empty one when there is none."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _number(value: Any) -> str:
    return words(value.get("phone_number")) if isinstance(value, dict) else words(value)
