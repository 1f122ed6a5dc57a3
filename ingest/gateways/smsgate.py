"""SMS Gate, an app that turns an Android phone with a local SIM into a gateway: signed JSON.

    POST /in/smsgate
    X-Timestamp: 1782087371
    X-Signature: hex of HMAC-SHA256(signing key, body + timestamp)

    {"deviceId": "ffffffffceb0b1db0000018e937c815b", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C",
     "payload": {"messageId": "abc123", "message": "PR KD0123 late", "sender": "+85512345678",
                 "recipient": "+85598000000", "simNumber": 1, "receivedAt": "2026-06-22T07:16:11.000+07:00"},
     "webhookId": "LreFUt-Z3sSq0JufY9uWB"}

The timestamp is made at each attempt; the message's own time can be days old when the phone was offline.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import Call, Forged, Received, decoded, must_match, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "smsgate"
METHODS = ("POST",)
WINDOW = 300  # seconds between signing and now
INCOMING = ("received", "downloaded")  # how the events that bring a message end; the others tell of the phone


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The messages of a freshly signed call; none when it only tells of the phone. Raises Forged."""
    _check(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    if not isinstance(body, dict) or not isinstance(body.get("event"), str):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    if not body["event"].endswith(INCOMING):
        return Received(())
    payload = body.get("payload")
    batch = payload.get("messages") if isinstance(payload, dict) else None
    if isinstance(batch, list) and batch:
        return Received(tuple(_message(body, each, f":{place}", call) for place, each in enumerate(batch)))
    return Received((_message(body, payload, "", call),))


def _check(call: Call, key: str, now: datetime) -> None:
    timestamp = call.header("X-Timestamp")
    # one spelling only: the body and the timestamp are signed as one text, without a border between them
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and timestamp[0] != "0"):
        raise Forged
    expected = hmac.new(key.encode(), call.body + timestamp.encode(), sha256).hexdigest()
    must_match(call.header("X-Signature"), expected)
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Forged


def _message(body: dict[str, Any], payload: Any, place: str, call: Call) -> Message:
    fields = payload if isinstance(payload, dict) else {}
    sender = words(fields.get("sender") or fields.get("phoneNumber"))
    text, received = words(fields.get("message")), words(fields.get("receivedAt"))
    outer = words(body.get("id"))
    return Message(
        gateway=NAME,
        account=words(body.get("deviceId")),
        message_id=outer + place if outer else "",
        # an inbox that is exported again comes with new ids; the phone's own message id is not unique
        also=((sender, received, text),) if received else (),
        sender=sender,
        to=words(fields.get("recipient")),
        text=text if "message" in fields else decoded(call.body),
        sent_at=received,
    )
