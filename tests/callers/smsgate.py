"""SMS Gate: its JSON as the app sends it, signed over body and timestamp."""

import hmac
import json
import time
from hashlib import sha1
from zlib import crc32

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, headed

NAME = "smsgate"
ANSWER = b""
SETTINGS: dict[str, str] = {}
DEVICE = "ffffffffceb0b1db0000018e937c815b"
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER, "message_id": ID, "to": "+85598000000"}


def event(name: str, payload: dict, id: str = "mjDoocQLCsOIDra_GthuI") -> dict:
    """Any event of the app."""
    whole = {"deviceId": DEVICE, "event": name, "id": id, "payload": payload, "webhookId": "LreFUt-Z3sSq0JufY9uWB"}
    return doors.smsgate(json.dumps(whole).encode())


def received(id: str) -> str:
    """When a message was received: another second for another message."""
    return f"2026-06-22T07:{crc32(id.encode()) % 60:02}:{crc32(id.encode()) // 60 % 60:02}.000+07:00"


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more) -> dict:
    """One SMS."""
    payload = {"messageId": "abc123", "message": text, "sender": sender, "recipient": "+85598000000", "simNumber": 1}
    return event("sms:received", payload | {"receivedAt": received(id), "phoneNumber": sender} | more, id)


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours: calls, with the id and the status that they tell."""
    about = {"messageId": "t-1", "recipient": SENDER, "phoneNumber": SENDER, "simNumber": 1}
    at = "2026-06-22T07:20:00.000+07:00"
    return {
        "sent": (event("sms:sent", about | {"partsCount": 1, "sentAt": at}), ("t-1", "sent")),
        "delivered": (event("sms:delivered", about | {"deliveredAt": at}), ("t-1", "delivered")),
        "failed": (event("sms:failed", about | {"failedAt": at, "reason": "Generic failure"}), ("t-1", "failed")),
    }


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    made, now = call(), int(time.time())
    good, stamp = made["headers"]["X-Signature"], made["headers"]["X-Timestamp"]
    short = hmac.new(doors.ENV["SMSGATE_SIGNING_KEY"].encode(), made["data"] + stamp.encode(), sha1).hexdigest()
    return {
        "a bit of the body": made | {"data": bent(made["data"].decode())},
        "a byte after the body": made | {"data": made["data"] + b" "},
        "no body": made | {"data": b""},
        "a bit of the signature": headed(made, X_Signature=bent(good)),
        "the signature in upper case": headed(made, X_Signature=good.upper()),
        "half of the signature": headed(made, X_Signature=good[:32]),
        "no signature": headed(made, X_Signature=None),
        "an empty signature": headed(made, X_Signature=""),
        "a signature that is no ASCII": headed(made, X_Signature="\xe9" * 64),
        "two signatures": headed(made, X_Signature=f"{good},{good}"),
        "another algorithm": headed(made, X_Signature=short),
        "another key": doors.smsgate(made["data"], key="some-other-signing-key"),
        "another timestamp": headed(made, X_Timestamp=str(int(stamp) + 1)),
        "no timestamp": headed(made, X_Timestamp=None),
        "a timestamp that is no number": headed(made, X_Timestamp="now"),
        "a timestamp in other digits": headed(made, X_Timestamp="\xb2"),
        "a zero before the timestamp": headed(made, X_Timestamp=f"0{stamp}"),
        "a digit of the timestamp in the body": headed(
            made | {"data": made["data"] + stamp[:1].encode()}, X_Timestamp=stamp[1:]
        ),
        "signed long ago": doors.smsgate(made["data"], at=now - 3600),
        "signed in the future": doors.smsgate(made["data"], at=now + 3600),
    }
