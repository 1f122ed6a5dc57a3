"""Calls that only look as if a gateway had made them: none may come in, and none may learn why."""

import base64
import hmac
import time
from hashlib import sha1
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from tests import doors
from tests.doors import CALLS, ENV, FORM, JSON


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


def headed(call: dict, **headers: str | None) -> dict:
    """The call with some headers changed, or gone."""
    changed = {**call["headers"], **{name.replace("_", "-"): value for name, value in headers.items()}}
    return call | {"headers": [(name, value) for name, value in changed.items() if value is not None]}


def bent(data: bytes | str, place: int = 20) -> bytes:
    """The same with one bit of one byte changed."""
    raw = bytearray(data.encode() if isinstance(data, str) else data)
    raw[place] ^= 1
    return bytes(raw)


def smsgate_forgeries() -> dict[str, dict]:
    call, now = doors.smsgate(), int(time.time())
    good, stamp = call["headers"]["X-Signature"], call["headers"]["X-Timestamp"]
    short = hmac.new(ENV["SMSGATE_SIGNING_KEY"].encode(), call["data"] + stamp.encode(), sha1).hexdigest()
    return {
        "a bit of the body": call | {"data": bent(call["data"])},
        "a byte after the body": call | {"data": call["data"] + b" "},
        "no body": call | {"data": b""},
        "a bit of the signature": headed(call, X_Signature=bent(good).decode()),
        "the signature in upper case": headed(call, X_Signature=good.upper()),
        "half of the signature": headed(call, X_Signature=good[:32]),
        "no signature": headed(call, X_Signature=None),
        "an empty signature": headed(call, X_Signature=""),
        "a signature that is no ASCII": headed(call, X_Signature="\xe9" * 64),
        "two signatures": headed(call, X_Signature=f"{good},{good}"),
        "another algorithm": headed(call, X_Signature=short),
        "another key": doors.smsgate(key="some-other-signing-key"),
        "another timestamp": headed(call, X_Timestamp=str(int(stamp) + 1)),
        "no timestamp": headed(call, X_Timestamp=None),
        "a timestamp that is no number": headed(call, X_Timestamp="now"),
        "a timestamp in other digits": headed(call, X_Timestamp="\xb2"),
        "a digit of the timestamp in the body": headed(
            call | {"data": call["data"] + stamp[:1].encode()}, X_Timestamp=stamp[1:]
        ),
        "signed long ago": doors.smsgate(at=now - 3600),
        "signed in the future": doors.smsgate(at=now + 3600),  # an hour: this is collected long before it runs
    }


def kannel_forgeries() -> dict[str, dict]:
    secret = ENV["KANNEL_SECRET"]
    keys = {
        "empty": "",
        "a bit changed": bent(secret, 3).decode(),
        "in upper case": secret.upper(),
        "its beginning": secret[:-1],
        "with more behind": secret + "x",
        "with a space": secret + " ",
        "with a zero byte": secret + "\0",
        "encoded twice": secret.replace("-", "%2D"),
        "that of another gateway": ENV["GENERIC_SECRET"],
        "no text at all": "\udcff",
    }
    call = doors.kannel()
    bare = {**call, "query_string": call["query_string"].replace(secret, "").replace("&k=", "")}
    forged = {
        f"the secret {how}": {**bare, "query_string": urlencode({"k": key}, errors="surrogateescape")}
        for how, key in keys.items()
    }
    return forged | {
        "no secret": bare,
        "the secret in a header": bare | {"headers": {"k": secret, "X-Secret": secret}},
        "the secret under another name": call | {"query_string": call["query_string"].replace("k=made", "K=made")},
        "a second secret": call | {"query_string": call["query_string"] + "&k=x"},
        "a form without secret": bare | {"method": "POST", "data": "text=x", "content_type": FORM},
    }


def twilio_forgeries() -> dict[str, dict]:
    call, long = doors.twilio(), doors.twilio(algorithm="HMAC_SHA256")
    good, asked = call["headers"]["X-Twilio-Signature"], doors.twilio_json(b'{"Body":"x"}')
    url = f"{ENV['PUBLIC_BASE_URL']}/in/twilio"
    bare = RequestValidator(ENV["TWILIO_AUTH_TOKEN"]).compute_signature(url, {})
    return {
        "a bit of a field": call | {"data": bent(call["data"])},
        "one field more": call | {"data": call["data"] + "&Body=more"},
        "one field less": call | {"data": call["data"].partition("&")[2]},
        "a query": call | {"query_string": "a=1"},
        "another query": doors.twilio("b=2&a=1") | {"query_string": "a=1&b=2"},
        "a bit of the signature": headed(call, X_Twilio_Signature=bent(good, 5).decode()),
        "no signature": headed(call, X_Twilio_Signature=None),
        "an empty signature": headed(call, X_Twilio_Signature=""),
        "a signature that is no ASCII": headed(call, X_Twilio_Signature="\xe9"),
        "two signatures": headed(call, X_Twilio_Signature=f"{good},{good}"),
        "another token": doors.twilio(token="some-other-token"),
        "the empty token": headed(
            call, X_Twilio_Signature=base64.b64encode(hmac.new(b"", url.encode(), sha1).digest()).decode()
        ),
        "the short hash called the long": headed(call, X_Twilio_Webhooks_Signature_Settings="algorithm=HMAC_SHA256"),
        "the long hash called the short": headed(long, X_Twilio_Webhooks_Signature_Settings=None),
        "an unknown hash": headed(call, X_Twilio_Webhooks_Signature_Settings="algorithm=HMAC_MD5"),
        "an address signed, fields added": headed(call, X_Twilio_Signature=bare),
        "JSON under the address's signature": headed(
            call | {"data": b'{"Body":"x"}', "content_type": JSON}, X_Twilio_Signature=bare
        ),
        "other JSON": asked | {"data": b'{"Body":"y"}'},
        "a GET with the form's signature": call | {"method": "GET"},
    }


def generic_forgeries() -> dict[str, dict]:
    secret, call = ENV["GENERIC_SECRET"], doors.generic()
    keys = {
        "gone": None,
        "empty": "",
        "a bit changed": bent(secret, 3).decode(),
        "in upper case": secret.upper(),
        "its beginning": secret[:-1],
        "with more behind": secret + "x",
        "twice": f"{secret},{secret}",
        "in quotes": f'"{secret}"',
        "that of another gateway": ENV["KANNEL_SECRET"],
        "no ASCII": "\xe9\xff",
    }
    return {f"the secret {how}": headed(call, X_Secret=key) for how, key in keys.items()} | {
        "the secret in another header": headed(call, X_Secret=None, Authorization=f"Bearer {secret}"),
        "the secret in the query": headed(call, X_Secret=None) | {"query_string": f"X-Secret={secret}"},
        "the secret in the form": headed(call, X_Secret=None) | {"data": f"X-Secret={secret}"},
    }


FORGERIES = {
    "smsgate": smsgate_forgeries(),
    "kannel": kannel_forgeries(),
    "twilio": twilio_forgeries(),
    "generic": generic_forgeries(),
}
FORGED = [(name, how) for name, forged in FORGERIES.items() for how in forged]


def test_every_gateway_is_in_these_tables_with_at_least_twelve_forgeries():
    assert set(CALLS) == set(FORGERIES)
    assert all(len(forged) >= 12 for forged in FORGERIES.values())


@pytest.mark.parametrize(("name", "how"), FORGED)
def test_a_forged_call_gets_403_and_is_never_a_report(door, name, how):
    answer = door.client.open(**FORGERIES[name][how])
    assert (answer.status_code, answer.data) == (403, b"Refused.\n")
    assert door.reports() == []
    assert door.spool.waiting() == 0
    assert door.intake.health()["gateways"][name]["refused"] == 1


@pytest.mark.parametrize(
    "cut",
    [
        {"AccountSid": "AC1", "Body": "PR KD0123 late", "From": "+85512345678", "MessageSid": "SM1To1234"},
        {"AccountSid": "AC1", "Body": "PR KD0123 lateFrom+85512345678MessageSidSM1To1234"},
        {"AccountSid": "AC1BodyPR KD0123 late", "From": "+85512345678", "MessageSid": "SM1", "To": "1234"},
    ],
)
def test_a_message_that_was_overheard_cannot_be_cut_into_another_one(door, cut):
    call = doors.twilio()  # its signature covers names and values without borders between them
    wanted = {"AccountSid": "AC1", "Body": "PR KD0123 late", "From": "+85512345678", "MessageSid": "SM1", "To": "1234"}
    call["headers"] = doors.twilio(**wanted)["headers"]
    for data in (wanted, cut):
        assert door.client.open(**(call | {"data": urlencode(data)})).status_code == 200
    assert [body["text"] for body in door.bodies()] == ["PR KD0123 late"]
