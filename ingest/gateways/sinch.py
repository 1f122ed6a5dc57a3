"""Sinch SMS: JSON, signed over body, nonce and time.

    POST /in/sinch
    X-Sinch-Webhook-Signature: base64 of HMAC-SHA256(secret, body + "." + nonce + "." + timestamp)
    X-Sinch-Webhook-Signature-Nonce: 01FJA8B4A7BM43YGWSG9GBV067
    X-Sinch-Webhook-Signature-Timestamp: 1634579353

    {"type": "mo_text", "id": "01XXXXX21XXXXX119Z8P1XXXXX", "from": "85512345678", "to": "1234",
     "body": "PR KD0123 late", "received_at": "2017-06-04T03:40:00.220Z", "sent_at": "2017-06-04T03:39:58Z"}

Sinch never repeats what was refused, but goes on for 22 hours and 45 minutes after any other fault.
"""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import Call, Forged, Receipt, Received, decoded, must_match, parsed, words
from ingest.message import Message
from server.settings import Settings

NAME = "sinch"
METHODS = ("POST",)
WINDOW = 86400  # seconds between signing and now: nothing says that a repeated call is signed anew
STATUSES = {"dispatched": "sent", "unknown": "sent", "delivered": "delivered"}
STATUSES |= dict.fromkeys(("aborted", "cancelled", "rejected", "deleted", "failed", "expired"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message or the receipts of a signed call. Raises Forged."""
    _check(call, settings.secrets[NAME], now)
    body = parsed(call.body)
    if not isinstance(body, dict):
        return Received((Message(gateway=NAME, text=decoded(call.body)),))
    if "delivery_report" in words(body.get("type")):
        return Received(receipts=_receipts(body))
    said = body.get("body")
    said = said.get("message", said) if isinstance(said, dict) else said  # mo_media holds its words one step deeper
    message = Message(
        gateway=NAME,
        message_id=words(body.get("id")),
        sender=words(body.get("from")),
        to=words(body.get("to")),
        text=words(said) if said is not None else decoded(call.body),  # of mo_binary in base64, as it came
        sent_at=words(body.get("sent_at")) or words(body.get("received_at")),
    )
    return Received((message,))


def _check(call: Call, secret: str, now: datetime) -> None:
    nonce, timestamp = (call.header(f"X-Sinch-Webhook-Signature-{name}") for name in ("Nonce", "Timestamp"))
    # with a dot in the nonce, the end of an overheard body could be passed off as its beginning
    if not nonce or "." in nonce or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged
    signed = call.body + b"." + nonce.encode("utf-8", "surrogateescape") + b"." + timestamp.encode()
    expected = hmac.new(secret.encode(), signed, sha256).digest()
    must_match(call.header("X-Sinch-Webhook-Signature"), b64encode(expected))
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Forged


def _receipts(body: dict[str, Any]) -> tuple[Receipt, ...]:
    """Of a report about one recipient, or of one about a batch, which we send with one recipient."""
    reports = body.get("statuses")
    found = []
    for report in reports if isinstance(reports, list) else [body]:
        status = STATUSES.get(words(report.get("status")).lower()) if isinstance(report, dict) else None
        if status:
            found.append(Receipt(words(body.get("batch_id")), status, words(report.get("code"))))
    return tuple(found)
