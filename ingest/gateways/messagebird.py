"""MessageBird: a form, and a signed token (JWT) that holds the hashes of address and body.

    POST /in/messagebird
    MessageBird-Signature-JWT: HS256, HS384 or HS512 over {"iss": "MessageBird", "nbf": …, "exp": …,
                               "url_hash": hex of SHA-256(address), "payload_hash": hex of SHA-256(body)}

    id=3b53c137&recipient=1234&originator=85512345678&body=PR+KD0123+late&createdDatetime=2017-06-04T03:40:00%2B00:00

Short codes have other names: mid, shortcode, message, receive_datetime. A field may come twice. What became of our own
texts comes as a GET.
"""

import hmac
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.gateways import Call, Forged, Receipt, Received, decoded, encoded, listed, must_match, parsed, told, words
from ingest.message import Message
from server.settings import Settings

NAME = "messagebird"
METHODS = ("GET", "POST")
HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
LEEWAY = 60  # seconds that their clock and ours may differ
STATUSES = {"sent": "sent", "buffered": "sent", "delivered": "delivered"}
STATUSES |= dict.fromkeys(("delivery_failed", "expired"), "failed")


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message or the receipt of a call whose token is right, and not expired. Raises Forged."""
    _check(call, settings, now)
    fields = [*call.asked(), *told(call)]
    names = dict(fields)
    if "status" in names and not {"body", "message"} & set(names):
        status = STATUSES.get(names["status"])
        reason = names.get("statusErrorCode") or names.get("statusReason", "")
        return Received((), "OK", receipts=(Receipt(names.get("id", ""), status, reason),) if status else ())
    unread = listed(fields) if fields and (told(call) or not call.body) else decoded(call.body)
    said = dict.fromkeys(value for name, value in fields if name in ("body", "message"))  # each once, in order
    sent = names.get("createdDatetime") or names.get("receive_datetime", "")
    message = Message(
        gateway=NAME,
        message_id=names.get("mid") or names.get("id", ""),
        sender=names.get("originator") or names.get("sender", ""),
        to=names.get("shortcode") or names.get("recipient", ""),
        text="\n".join(said) if said else unread,
        sent_at=f"{sent[:8]}T{sent[8:]}" if len(sent) == len("20170604034000") and sent.isdigit() else sent,
    )
    return Received((message,), "OK")


def _check(call: Call, settings: Settings, now: datetime) -> None:
    claims = _claims(call.header("MessageBird-Signature-JWT"), settings.secrets[NAME])
    address = encoded(settings.public_base_url + call.path) + (b"?" + call.query if call.query else b"")
    must_match(words(claims.get("url_hash")), sha256(address).hexdigest())
    if call.body or claims.get("payload_hash"):
        must_match(words(claims.get("payload_hash")), sha256(call.body).hexdigest() if call.body else "")
    begins, ends = (_seconds(claims.get(name)) for name in ("nbf", "exp"))
    if claims.get("iss") != "MessageBird" or not begins - LEEWAY <= now.timestamp() <= ends + LEEWAY:
        raise Forged


def _claims(token: str, key: str) -> dict[str, Any]:
    """What a rightly signed token says."""
    if not token.isascii() or token.count(".") != 2:
        raise Forged
    head, body, signature = token.split(".")
    said = [parsed(_raw(part)) for part in (head, body)]
    hashing = HASHES.get(words(said[0].get("alg"))) if isinstance(said[0], dict) else None
    if hashing is None or not isinstance(said[1], dict):
        raise Forged
    expected = hmac.new(key.encode(), f"{head}.{body}".encode(), hashing).digest()
    must_match(signature, urlsafe_b64encode(expected).rstrip(b"="))
    return said[1]


def _raw(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise Forged from None


def _seconds(value: Any) -> float:
    """Unix seconds; no time at all never fits."""
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else math.nan
