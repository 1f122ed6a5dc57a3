"""Vonage: fields of which each stands in the signature."""

import hmac
import json
import time
from hashlib import md5, sha256

from tests import doors
from tests.callers import ID, SENDER, WORDS, bent, form

NAME = "vonage"
SETTINGS = {"VONAGE_SIGNATURE_SECRET": "made-up-vonage-secret"}
ANSWER = b""
KEEPS = {"text": WORDS, "sender": SENDER, "raw_sender": SENDER[1:], "message_id": ID, "to": "1234"}


def signature(fields: dict[str, str], secret: str = "", hashing=sha256) -> str:
    """As the card says."""
    plain = "".join(f"&{name}={fields[name].replace('&', '_').replace('=', '_')}" for name in sorted(fields))
    key = (secret or SETTINGS["VONAGE_SIGNATURE_SECRET"]).encode()
    return hmac.new(key, plain.encode("utf-8", "surrogateescape"), hashing).hexdigest()


def fields(text: str, sender: str, id: str, **more: str) -> dict[str, str]:
    """A message's fields, without signature."""
    sent = {"msisdn": sender.lstrip("+"), "to": "1234", "messageId": id, "text": text, "type": "text"}
    sent |= {"keyword": "PR", "message-timestamp": "2017-06-04 03:40:00", "api-key": "abcd1234", "nonce": "7f3c"}
    return sent | {"timestamp": str(int(time.time())), **more}


def sent(said: dict[str, str], method: str = "GET", kind: str = doors.FORM, sig: str | None = None) -> dict:
    """Fields as a query, a form or JSON, signed unless `sig` says how."""
    whole = said | {"sig": signature(said) if sig is None else sig}
    call = {"method": method, "path": "/in/vonage"}
    if method == "GET":
        return call | {"query_string": form(whole)}
    return call | {"data": json.dumps(whole) if kind == doors.JSON else form(whole), "content_type": kind}


def call(text: str = WORDS, sender: str = SENDER, id: str = ID, **more: str) -> dict:
    """One message."""
    return sent(fields(text, sender, id, **more))


def receipts() -> dict[str, tuple[dict, tuple[str, str]]]:
    """What became of texts of ours."""
    said = {"messageId": "v-9", "msisdn": "85512345678", "to": "1234", "err-code": "0", "api-key": "abcd1234"}
    ways = {"delivered": "delivered", "accepted": "sent", "expired": "failed", "rejected": "failed"}
    return {name: (sent(said | {"status": name}, "POST"), ("v-9", status)) for name, status in ways.items()}


def forgeries() -> dict[str, dict]:
    """Calls that must not come in, by what is wrong with them."""
    said = fields(WORDS, SENDER, ID)
    good = signature(said)
    bare = {name: value for name, value in said.items() if name != "to"}
    return {
        "no signature": {"method": "GET", "path": "/in/vonage", "query_string": form(said)},
        "an empty signature": sent(said, sig=""),
        "a letter of the signature": sent(said, sig=bent(good)),
        "half of the signature": sent(said, sig=good[:32]),
        "a signature that is no text": sent(said, sig="\udcff"),
        "another secret": sent(said, sig=signature(said, "some other secret")),
        "MD5 of text and secret": sent(said, sig=md5(WORDS.encode()).hexdigest()),  # noqa: S324 - it must be refused
        "HMAC-MD5": sent(said, sig=signature(said, hashing=md5)),
        "the secret as signature": sent(said, sig=SETTINGS["VONAGE_SIGNATURE_SECRET"]),
        "other words": sent(said | {"text": "PR KD0123 open"}, sig=good),
        "another sender": sent(said | {"msisdn": "85512345679"}, sig=good),
        "one field more": sent(said | {"concat": "true"}, sig=good),
        "one field less": sent(bare, sig=good),
        "nothing but a signature": {"method": "GET", "path": "/in/vonage", "query_string": f"sig={good}"},
        "a form under the address's signature": sent(said | {"text": "x"}, "POST", sig=good),
        "other JSON": sent(said | {"text": "x"}, "POST", doors.JSON, sig=good),
        "half of an emoji, signed as nobody can": sent(said | {"text": "\ud83d"}, "POST", doors.JSON, sig=good),
    }
