"""Our own desk: JSON, signed by us."""

import hmac
import json
import time
from hashlib import sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, headed

NAME = "desk"
SETTINGS = {"DESK_SECRET": "made-up-desk-secret-of-ours"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "entered_by": "analyst:Amina"}


def signed(body: bytes, at: str = "", secret: str = "", over: bytes | None = None) -> dict:
    """A call with this body. `over`: the bytes that are signed instead."""
    at = at or str(int(time.time()))
    key = (secret or SETTINGS["DESK_SECRET"]).encode()
    signature = hmac.new(key, at.encode() + b"." + body if over is None else over, sha256).hexdigest()
    headers = {"X-Timestamp": at, "X-Signature": signature}
    return {"method": "POST", "path": "/in/desk", "data": body, "headers": headers, "content_type": doors.JSON}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: object) -> dict:
    """One message that was phoned in."""
    said = {"id": id, "channel": "voice", "by": "analyst:Amina", "sender": sender, "text": text, "station": "KD0123-7"}
    return signed(json.dumps(said | more, ensure_ascii=False).encode("utf-8", "surrogateescape"))


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now = call(), int(time.time())
    body, good = fine["data"], fine["headers"]["X-Signature"]
    return {
        "other words": fine | {"data": body.replace(b"late", b"open")},
        "another name": fine | {"data": body.replace(b"Amina", b"Admin")},
        "one space more": fine | {"data": body + b" "},
        "no body": fine | {"data": b""},
        "a letter of the signature": headed(fine, X_Signature=bent(good)),
        "half of the signature": headed(fine, X_Signature=good[:32]),
        "no signature": headed(fine, X_Signature=None),
        "an empty signature": headed(fine, X_Signature=""),
        "two signatures": headed(fine, X_Signature=f"{good},{good}"),
        "another time": headed(fine, X_Timestamp=str(now + 1)),
        "no time": headed(fine, X_Timestamp=None),
        "a time that is no number": signed(body, at="now"),
        "another secret": signed(body, secret="some other secret of ours"),
        "only the body signed": signed(body, over=body),
        "signed long ago": signed(body, at=str(now - 3600)),
        "signed in the future": signed(body, at=str(now + 3600)),
        "a cookie of the room": headed(fine, X_Signature=None, Cookie="session=x"),
    }
