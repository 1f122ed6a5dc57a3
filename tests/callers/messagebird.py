"""MessageBird: a form, and a token that holds the hashes of address and body."""

import time
from hashlib import sha256

import jwt

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form, headed

NAME = "messagebird"
SECRET = "made-up-messagebird-signing-key-that-is-long-enough-for-the-longest-of-the-hashes"
SETTINGS = {"MESSAGEBIRD_SIGNING_KEY": SECRET}
ANSWER = b"OK"
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER[1:], "message_id": ID, "to": "1234"}
ADDRESS = "https://sr.example.org/in/messagebird"


def hashed(raw: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(raw).hexdigest()


def signed(
    call: dict, address: str = ADDRESS, *, key: str = SECRET, algorithm: str = "HS256", **claims: object
) -> dict:
    """The call with a token, signed by an independent package. A claim that is None is left out."""
    now, body = int(time.time()), str(call.get("data", "")).encode()
    said = {
        "iss": "MessageBird",
        "nbf": now - 1,
        "exp": now + 60,
        "jti": "e92cf079",
        "url_hash": hashed(address.encode()),
    }
    said |= {"payload_hash": hashed(body)} if body else {}
    said = {name: value for name, value in (said | claims).items() if value is not None}
    return headed(call, MessageBird_Signature_JWT=jwt.encode(said, key, algorithm=algorithm))


def sent(fields: dict[str, str], **signing: object) -> dict:
    """A form, signed."""
    call = {"method": "POST", "path": "/in/messagebird", "data": form(fields), "content_type": doors.FORM}
    return signed(call, **signing)


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **signing: object) -> dict:
    """One message."""
    said = {"id": id, "recipient": "1234", "originator": sender.lstrip("+"), "body": text, "reference": "1"}
    return sent(said | {"createdDatetime": "2017-06-04T03:40:00+00:00"}, **signing)


def asked(query: str) -> dict:
    """What became of a text of ours comes as a GET."""
    call = {"method": "GET", "path": "/in/messagebird", "query_string": query}
    return signed(call, f"{ADDRESS}?{query}")


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    said = {"id": "b-9", "recipient": "85512345678", "reference": "26", "statusErrorCode": "0"}
    ways = {"sent": "sent", "buffered": "sent", "delivered": "delivered", "delivery_failed": "failed"}
    ways |= {"expired": "failed"}
    return {name: (asked(form(said | {"status": name})), ("b-9", status)) for name, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    fine, now = call(), int(time.time())
    token = fine["headers"]["MessageBird-Signature-JWT"]
    head, body, signature = token.split(".")
    none = jwt.encode({"iss": "MessageBird", "nbf": now, "exp": now + 60}, "", algorithm="none")
    status = receipts()["delivered"][0]
    return {
        "other words": fine | {"data": fine["data"].replace("late", "open")},
        "one field more": fine | {"data": fine["data"] + "&body=more"},
        "no body": fine | {"data": ""},
        "a query": fine | {"query_string": "a=1"},
        "no token": headed(fine, MessageBird_Signature_JWT=None),
        "an empty token": headed(fine, MessageBird_Signature_JWT=""),
        "a token without signature": headed(fine, MessageBird_Signature_JWT=f"{head}.{body}."),
        "a token of two parts": headed(fine, MessageBird_Signature_JWT=f"{head}.{body}"),
        "a letter of the token": headed(fine, MessageBird_Signature_JWT=f"{head}.{bent(body, 9)}.{signature}"),
        "no algorithm at all": headed(fine, MessageBird_Signature_JWT=none),
        "a token that is no ASCII": headed(fine, MessageBird_Signature_JWT="\xe9.\xe9.\xe9"),
        "another key": call(key=SECRET.replace("made", "fake")),
        "another issuer": call(iss="somebody"),
        "no issuer": call(iss=None),
        "expired": call(nbf=now - 7200, exp=now - 3600),
        "not yet": call(nbf=now + 3600, exp=now + 7200),
        "for ever": call(exp=None),
        "an expiry that is no number": call(exp="later"),
        "another address": call(url_hash=hashed(b"https://sr.example.org/in/other")),
        "no address": call(url_hash=None),
        "no hash of the body": call(payload_hash=None),
        "another status": status | {"query_string": status["query_string"].replace("delivered", "sent")},
    }
