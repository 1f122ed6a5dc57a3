"""Telnyx: JSON, signed with a key of which we know the public half."""

import json
import time
from base64 import b64encode

from nacl.signing import SigningKey

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, headed

NAME = "telnyx"
KEY = SigningKey(bytes(range(32)))
SETTINGS = {"TELNYX_PUBLIC_KEY": b64encode(bytes(KEY.verify_key)).decode()}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "+85598000000"}


def signed(body: bytes, at: str = "", key: SigningKey = KEY, over: bytes | None = None) -> dict:
    """A call with this body. `over`: the bytes that are signed instead."""
    at = at or str(int(time.time()))
    signature = key.sign(at.encode() + b"|" + body if over is None else over).signature
    headers = {"Telnyx-Timestamp": at, "Telnyx-Signature-Ed25519": b64encode(signature).decode()}
    return {"method": "POST", "path": "/in/telnyx", "data": body, "headers": headers, "content_type": doors.JSON}


def told(event: str, payload: dict) -> bytes:
    """An event as Telnyx writes it."""
    data = {"event_type": event, "id": "e-1", "occurred_at": "2017-06-04T03:40:00.000+00:00", "record_type": "event"}
    whole = {"data": data | {"payload": payload}, "meta": {"attempt": 1}}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogateescape")


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: object) -> dict:
    """One message."""
    said = {"id": id, "from": {"phone_number": sender, "carrier": "x"}, "to": [{"phone_number": "+85598000000"}]}
    said |= {"text": text, "parts": 1, "media": [], "received_at": "2017-06-04T03:40:00.000+00:00"}
    return signed(told("message.received", said | more))


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    ways = {"sent": "sent", "delivered": "delivered", "delivery_failed": "failed", "sending_failed": "failed"}
    found = {}
    for name, status in ways.items():
        said = {
            "id": "t-9",
            "to": [{"phone_number": "+85512345678", "status": name}],
            "errors": [],
            "text": "Received.",
        }
        event = "message.sent" if status == "sent" else "message.finalized"
        found[name] = (signed(told(event, said)), ("t-9", status))
    return found


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now, other = call(), int(time.time()), SigningKey(b"x" * 32)
    body, good = fine["data"], fine["headers"]["Telnyx-Signature-Ed25519"]
    return {
        "other words": fine | {"data": body.replace(b"late", b"open")},
        "one space more": fine | {"data": body + b" "},
        "no body": fine | {"data": b""},
        "another key": signed(body, key=other),
        "a letter of the signature": headed(fine, Telnyx_Signature_Ed25519=bent(good, 5)),
        "half of the signature": headed(fine, Telnyx_Signature_Ed25519=good[:44]),
        "no signature": headed(fine, Telnyx_Signature_Ed25519=None),
        "an empty signature": headed(fine, Telnyx_Signature_Ed25519=""),
        "a signature that is no ASCII": headed(fine, Telnyx_Signature_Ed25519="\xe9" * 88),
        "a signature of zeros": headed(fine, Telnyx_Signature_Ed25519=b64encode(bytes(64)).decode()),
        "another time": headed(fine, Telnyx_Timestamp=str(now + 1)),
        "no time": headed(fine, Telnyx_Timestamp=None),
        "a time that is no number": signed(body, at="now"),
        "a time in other digits": headed(fine, Telnyx_Timestamp=f"{now}\xb2"),
        "only the body signed": signed(body, over=body),
        "signed with a dot": signed(body, over=f"{now}.".encode() + body),
        "signed long ago": signed(body, at=str(now - 3600)),
        "signed in the future": signed(body, at=str(now + 3600)),
    }
