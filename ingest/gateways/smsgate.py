"""SMS Gate, an app that turns an Android phone with a local SIM into a gateway: signed JSON.

    POST /in/smsgate
    X-Timestamp: 1782087371
    X-Signature: hex of HMAC-SHA256(signing key, body + timestamp)

    {"deviceId": "ffffffffceb0b1db0000018e937c815b", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C",
     "payload": {"messageId": "abc123", "message": "PR KD0123 late", "sender": "+85512345678",
                 "recipient": "+85598000000", "simNumber": 1, "receivedAt": "2026-06-22T07:16:11.000+07:00"},
     "webhookId": "LreFUt-Z3sSq0JufY9uWB"}

The timestamp is made at each attempt; the message's own time can be days old when the phone was offline. What became of
a text of ours comes under the id that it was sent with (`payload.messageId`), once for each of its parts.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import Call, Forged, Receipt, Received, Sign, decoded, listed, must_match, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "smsgate"
METHODS = ("POST",)
WINDOW = 300  # seconds between signing and now
INCOMING = ("received", "downloaded")  # how the events that bring a message end; others, if they hold no words, do not
BECAME = {"sms:sent": "sent", "sms:delivered": "delivered", "sms:failed": "failed", "sms:cancelled": "failed"}
ENVELOPE = {"messageId", "sender", "phoneNumber", "recipient", "simNumber", "receivedAt", "subject", "body"}


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The messages of a freshly signed call; else what it tells of the phone or of our texts. Raises Forged."""
    _check(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    if not isinstance(body, dict) or not isinstance(body.get("event"), str):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    event, payload = body["event"], body.get("payload")
    fields = payload if isinstance(payload, dict) else {}
    if not event.endswith(INCOMING) and not {"message", "messages"} & set(fields):
        return Received(receipts=_receipts(event, fields), signs=_signs(words(body.get("deviceId")), fields))
    batch = fields.get("messages")
    if isinstance(batch, list) and batch:
        return Received(tuple(_message(body, each, f":{place}", words(each)) for place, each in enumerate(batch)))
    return Received((_message(body, payload, "", decoded(call.body)),))


def _check(call: Call, key: str, now: datetime) -> None:
    timestamp = call.header("X-Timestamp")
    # one spelling only: the body and the timestamp are signed as one text, without a border between them
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and timestamp[0] != "0"):
        raise Forged
    expected = hmac.new(key.encode(), call.body + timestamp.encode(), sha256).hexdigest()
    must_match(call.header("X-Signature"), expected)
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Forged


def _message(body: Mapping[str, Any], payload: Any, place: str, raw: str) -> Message:
    fields = payload if isinstance(payload, dict) else {}
    sender = words(fields.get("sender") or fields.get("phoneNumber"))
    text, received = _text(fields) or ("" if "message" in fields else raw), words(fields.get("receivedAt"))
    outer = words(body.get("id"))
    return Message(
        gateway=NAME,
        account=words(body.get("deviceId")),
        message_id=outer + place if outer else "",
        # an inbox that is exported again comes with new ids; the phone's own message id is not unique
        also=((sender, received, text),) if received else (),
        sender=sender,
        to=words(fields.get("recipient")),
        text=text,
        sent_at=received,
    )


def _text(fields: Mapping[str, Any]) -> str:
    """What an SMS, a data SMS or an MMS says; of an MMS also what it carries, field by field."""
    if "message" in fields:
        return words(fields["message"])
    said = [words(fields[name]) for name in ("subject", "body") if fields.get(name)]
    rest = {name: value for name, value in fields.items() if name not in ENVELOPE and value not in (None, [])}
    data = rest.pop("data", None)
    if data is not None:
        said.append(_bytes(words(data)))
    return "\n".join([*said, *([listed((name, words(value)) for name, value in rest.items())] if rest else [])])


def _bytes(coded: str) -> str:
    try:
        return decoded(b64decode("".join(coded.split()), validate=True))
    except ValueError:
        return coded


def _receipts(event: str, fields: Mapping[str, Any]) -> tuple[Receipt, ...]:
    known = words(fields.get("messageId"))
    if event not in BECAME or not known:
        return ()
    reason = words(fields.get("reason"))
    # a reason is the phone's own sentence: with digits in it, it may hold the number, and receipts stand in clear
    return (Receipt(known, BECAME[event], "" if any(char.isdigit() for char in reason) else reason),)


def _signs(device: str, fields: Mapping[str, Any]) -> tuple[Sign, ...]:
    """That the phone lives, with its battery when there is a health report, and whether it hangs on the mains."""
    health = fields.get("health")
    checks = health.get("checks") if isinstance(health, dict) else None
    level, plug = (_observed(checks, f"battery:{what}") for what in ("level", "charging"))
    alive = Sign("alive", device, level)
    if plug is None:
        return (alive,)
    return (alive, Sign("power_back" if plug else "power_lost", device, level))  # 0: no charger


def _observed(checks: Any, name: str) -> int | None:
    check = checks.get(name) if isinstance(checks, dict) else None
    value = check.get("observedValue") if isinstance(check, dict) else None
    return value if isinstance(value, int) else None
