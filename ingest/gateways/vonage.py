"""Vonage (Nexmo), SMS API: a query, form or JSON whose fields are signed; long messages come in parts.

    GET /in/vonage?msisdn=85512345678&to=1234&messageId=16000002&text=PR+KD0123+late&type=text
        &message-timestamp=2017-06-04+03:40:00&timestamp=1496547600&nonce=7f3c&sig=SIGNATURE

`sig` is hex of HMAC-SHA256(secret, "&name=value" of every other field, sorted), with _ for & and = in a value. Each
attempt may be signed anew; a message is repeated for a day, so its timestamp is not held against it.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from ingest.gateways import Call, Forged, Receipt, Received, decoded, encoded, listed, must_match, told
from ingest.message import Message
from server.settings import Settings

NAME = "vonage"
METHODS = ("GET", "POST")
STATUSES = {"accepted": "sent", "buffered": "sent", "delivered": "delivered"}
STATUSES |= dict.fromkeys(("failed", "expired", "rejected"), "failed")
MOST_DIGITS = 3  # of a part's number


def receive(call: Call, settings: Settings, now: datetime) -> Received:
    """The message, or part of one, or the receipt of a signed call. Raises Forged."""
    fields = dict(told(call) if call.method == "POST" else call.asked())
    given = fields.pop("sig", "").lower()
    must_match(given, _signature(settings.secrets[NAME], fields))
    if "status" in fields and not {"text", "data"} & set(fields):
        status = STATUSES.get(fields["status"])
        about = Receipt(fields.get("messageId", ""), status or "", fields.get("err-code", ""))
        return Received(receipts=(about,) if status else ())
    unread = listed(fields.items()) if fields else decoded(call.body)
    message = Message(
        gateway=NAME,
        message_id=fields.get("messageId", ""),
        # a name may hold & and =, so who overheard one message could cut it otherwise under the same signature
        also=(("signature", given),),
        sender=fields.get("msisdn", ""),
        to=fields.get("to", ""),
        text=fields.get("text", fields.get("data", unread)),
        sent_at=fields.get("message-timestamp", ""),
        part=_part(fields),
    )
    return Received((message,))


def _signature(secret: str, fields: dict[str, str]) -> str:
    if not fields:
        raise Forged
    plain = {name: value.replace("&", "_").replace("=", "_") for name, value in fields.items()}
    try:
        signed = encoded("".join(f"&{name}={plain[name]}" for name in sorted(plain)))
    except UnicodeEncodeError:  # half of a pair, written as \ud83d in JSON: no two programs agree on its bytes
        raise Forged from None
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def _part(fields: dict[str, str]) -> tuple[str, int, int] | None:
    numbers = [fields.get(name, "") for name in ("concat-part", "concat-total")]
    if not all(text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS for text in numbers):
        return None
    part, parts = map(int, numbers)
    return (fields.get("concat-ref", ""), part, parts) if 1 <= part <= parts and parts > 1 else None
