"""Our forwarder beside Gammu SMSD: JSON, signed by us."""

import hmac
import json
import time
from hashlib import sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, headed

NAME = "gammu"
ANSWER = b'{"safe": "m-1"}'
SETTINGS: dict[str, str] = {}
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID}


def signed(body: bytes, *, at: str = "", secret: str = "", over: bytes | None = None) -> dict:
    """A call with this body. `over`: the bytes that are signed instead of it."""
    at = at or str(int(time.time()))
    key = (secret or doors.ENV["GAMMU_SECRET"]).encode()
    signature = hmac.new(key, at.encode() + b"." + (body if over is None else over), sha256).hexdigest()
    headers = {"X-Timestamp": at, "X-Signature": signature}
    return {"method": "POST", "path": "/in/gammu", "data": body, "headers": headers, "content_type": doors.JSON}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One message, as FlaskClient.open wants it."""
    said = {"id": id, "from": sender, "text": text, "at": "2026-11-22T10:40:00+07:00", "device": "modem-1"}
    return signed(json.dumps(said | {"part": None} | more).encode())


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    statuses = ("sent", "delivered", "failed")
    bodies = {status: {"task": "send", "receipts": [{"id": f"t-{status}", "status": status}]} for status in statuses}
    return {name: (signed(json.dumps(body).encode()), (f"t-{name}", name)) for name, body in bodies.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now = call(), int(time.time())
    signature, body = fine["headers"]["X-Signature"], fine["data"]
    return {
        "no headers": headed(fine, X_Timestamp=None, X_Signature=None),
        "no signature": headed(fine, X_Signature=None),
        "no time": headed(fine, X_Timestamp=None),
        "empty signature": headed(fine, X_Signature=""),
        "cut signature": headed(fine, X_Signature=signature[:-1]),
        "long signature": headed(fine, X_Signature=signature + "0"),
        "another secret": signed(body, secret="another secret of ours"),
        "the secret as signature": headed(fine, X_Signature=doors.ENV["GAMMU_SECRET"]),
        "another body": fine | {"data": body.replace(b"late", b"open")},
        "one space more": fine | {"data": body + b" "},
        "another time": headed(fine, X_Timestamp=str(now + 1)),
        "signed too long ago": signed(body, at=str(now - 301)),
        "signed in the future": signed(body, at=str(now + 302)),
        "milliseconds": signed(body, at=str(now * 1000)),
        "a time that is none": signed(body, at="now"),
        "a time in other digits": signed(body, at=f"{now}²"),
        "only the body signed": signed(body, over=b""),
        "a message's signature on a wish for texts": fine | {"data": b'{"task": "send"}'},
    }
