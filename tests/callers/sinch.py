"""Sinch: JSON, signed over body, nonce and time."""

import hmac
import json
import time
import uuid
from base64 import b64encode
from hashlib import sha1, sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, headed

NAME = "sinch"
SETTINGS = {"SINCH_SECRET": "made-up-sinch-secret"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER[1:], "message_id": ID, "to": "1234"}
START = "X-Sinch-Webhook-Signature"


def signed(body: bytes, at: str = "", secret: str = "", nonce: str = "", hashing=sha256) -> dict:
    """A call with this body."""
    at, nonce = at or str(int(time.time())), nonce or uuid.uuid4().hex.upper()
    key = (secret or SETTINGS["SINCH_SECRET"]).encode()
    signature = b64encode(hmac.new(key, body + f".{nonce}.{at}".encode(), hashing).digest()).decode()
    headers = {START: signature, f"{START}-Nonce": nonce, f"{START}-Timestamp": at}
    return {"method": "POST", "path": "/in/sinch", "data": body, "headers": headers, "content_type": doors.JSON}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: object) -> dict:
    """One message."""
    said = {"type": "mo_text", "id": id, "from": sender.lstrip("+"), "to": "1234", "body": text}
    said |= {"received_at": "2017-06-04T03:40:00.220Z", "operator_id": "45601", **more}
    return signed(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogateescape"))


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: of one recipient, and of a batch."""
    ways = {"Dispatched": "sent", "Delivered": "delivered", "Rejected": "failed", "Expired": "failed"}
    found = {}
    for name, status in ways.items():
        one = {"type": "recipient_delivery_report_sms", "batch_id": "s-9", "recipient": "85512345678"}
        batch = {"type": "delivery_report_sms", "batch_id": "s-8", "statuses": [{"code": 0, "status": name}]}
        found[name] = (signed(json.dumps(one | {"status": name, "code": 0}).encode()), ("s-9", status))
        found[f"a batch {name}"] = (signed(json.dumps(batch).encode()), ("s-8", status))
    return found


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now = call(WORDS + ". And more."), int(time.time())
    body, good = fine["data"], fine["headers"][START]
    nonce = fine["headers"][f"{START}-Nonce"]
    begin, _, rest = body.partition(b".")
    moved = headed(fine, X_Sinch_Webhook_Signature_Nonce=f"{rest.decode()}.{nonce}") | {"data": begin}
    return {
        "other words": fine | {"data": body.replace(b"late", b"open")},
        "one space more": fine | {"data": body + b" "},
        "the body's end in the nonce": moved,
        "a letter of the signature": headed(fine, X_Sinch_Webhook_Signature=bent(good, 5)),
        "no signature": headed(fine, X_Sinch_Webhook_Signature=None),
        "an empty signature": headed(fine, X_Sinch_Webhook_Signature=""),
        "a signature that is no ASCII": headed(fine, X_Sinch_Webhook_Signature="\xe9"),
        "the secret as signature": headed(fine, X_Sinch_Webhook_Signature=SETTINGS["SINCH_SECRET"]),
        "another nonce": headed(fine, X_Sinch_Webhook_Signature_Nonce=bent(nonce)),
        "no nonce": headed(fine, X_Sinch_Webhook_Signature_Nonce=None),
        "another time": headed(fine, X_Sinch_Webhook_Signature_Timestamp=str(now + 1)),
        "no time": headed(fine, X_Sinch_Webhook_Signature_Timestamp=None),
        "a time that is no number": signed(body, at="now"),
        "another secret": signed(body, secret="some other secret"),
        "SHA-1": signed(body, hashing=sha1),
        "signed days ago": signed(body, at=str(now - 3 * 86400)),
        "signed in the future": signed(body, at=str(now + 3 * 86400)),
    }
