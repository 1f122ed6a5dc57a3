"""The gateways of the big aggregators: each one's own signature, by its own package, and its own oddities."""

import json
import time
import warnings
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from messagebird.request_validator import RequestValidator
from plivo.utils import validate_signature
from plivo.utils.signature_v3 import get_signature_v3
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

from tests import doors
from tests.callers import ID, SENDER, WORDS, form, headed, infobip, messagebird, plivo, rapidpro, sinch, telnyx, vonage
from tests.doors import FORM, JSON

with warnings.catch_warnings():  # of its dependencies
    warnings.simplefilter("ignore")
    from vonage_http_client import Auth

ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
OPEN = (infobip, messagebird, plivo, rapidpro, sinch, telnyx, vonage)


@pytest.fixture
def door(tmp_path, log):
    more = {name: value for sample in OPEN for name, value in sample.SETTINGS.items()}
    return doors.build(tmp_path, log, GATEWAYS=",".join(sample.NAME for sample in OPEN), **more)


def texts(door) -> list[str]:
    return [body["text"] for body in door.bodies()]


# Vonage


@pytest.mark.security("S6", "as its own package signs")
@ANY
@given(st.dictionaries(st.sampled_from(["text", "to", "a&b", "z=", "ខ្មែរ"]), st.text(st.characters(codec="utf-8"))))
def test_whatever_the_vonage_package_signs_comes_in_and_it_takes_what_we_take(door, more):
    auth = Auth(
        api_key="abcd1234", signature_secret=vonage.SETTINGS["VONAGE_SIGNATURE_SECRET"], signature_method="sha256"
    )
    said = vonage.fields(WORDS, SENDER, ID) | more
    assert auth.sign_params(dict(said)) == vonage.signature(said)
    for method, kind in (("GET", ""), ("POST", FORM), ("POST", JSON)):
        assert door.client.open(**vonage.sent(said, method, kind, auth.sign_params(dict(said)))).status_code == 200


def test_the_parts_of_a_long_vonage_message_are_reports_that_belong_together(door):
    for part in ("2", "1"):
        more = {"concat": "true", "concat-ref": "r7", "concat-total": "2", "concat-part": part}
        assert door.client.open(**vonage.call(f"part {part} ", id=f"m-{part}", **more)).status_code == 200
    assert door.client.open(**vonage.call("whole", id="m-3")).status_code == 200
    second, first, whole = door.reports()
    assert [second.part, first.part, whole.part] == ["2/2", "1/2", ""]
    assert first.whole == second.whole != ""
    assert whole.whole == ""


@pytest.mark.parametrize(
    "numbers", [("0", "2"), ("3", "2"), ("1", "1"), ("x", "2"), ("", ""), ("9" * 5000, "2"), ("²", "2")]
)
def test_odd_numbers_of_parts_are_no_parts(door, numbers):
    more = {"concat": "true", "concat-ref": "r7", "concat-part": numbers[0], "concat-total": numbers[1]}
    assert door.client.open(**vonage.call(**more)).status_code == 200
    assert door.reports()[0].part == ""


def test_a_vonage_message_that_was_overheard_cannot_be_cut_into_another_one(door):
    said = {"messageId": ID, "msisdn": "85512345678", "text": WORDS}
    good = vonage.signature(said)
    for cut in (said, {"messageId=m-1&msisdn": "85512345678", "text": WORDS}, {**said, "text": WORDS}):
        door.client.open(**vonage.sent(cut, sig=good))
    assert texts(door) == [WORDS]


def test_a_binary_vonage_message_is_kept_as_it_came(door):
    said = {"messageId": "b", "msisdn": "85512345678", "type": "binary", "data": "deadbeef", "udh": "050003"}
    assert door.client.open(**vonage.sent(said)).status_code == 200
    assert texts(door) == ["deadbeef"]


# Plivo


def test_plivos_package_takes_the_signatures_that_we_take_and_no_other():
    address, token = f"{plivo.ADDRESS}?k=x", plivo.SETTINGS["PLIVO_AUTH_TOKEN"]
    assert validate_signature(address, "n-1", plivo.signature("n-1"), token)
    assert not validate_signature(address, "n-2", plivo.signature("n-1"), token)
    base = "https://sr.example.org/sms/twilio?a=1&b=2.From855Texthi"  # V3 of calls, to know that the package is right
    assert get_signature_v3("tok", base, "12345678901") == b"DdnzTjbL6GRYPI0iEwGIyAhvFgFd5aBw6DD3Af7EPuA="


def test_a_plivo_signature_that_was_overheard_brings_no_other_words(door):
    for text in (WORDS, "KD0999 all is well"):
        answer = door.client.open(**plivo.call(text, id=text, nonce="n-1"))
        assert (answer.status_code, answer.data, answer.mimetype) == (200, plivo.ANSWER, "application/xml")
    assert texts(door) == [WORDS]


# Infobip


def test_infobip_brings_messages_and_receipts_in_one_call(door):
    told = {"messageId": "i-9", "to": "855", "status": {"groupName": "DELIVERED"}, "error": {"name": "NO_ERROR"}}
    mms = {"messageId": "m-3", "from": "85512345678", "message": [{"contentType": "image/png", "url": "https://x"}]}
    mms["message"] += [{"contentType": "text/plain", "value": "in the picture"}]
    call = infobip.sent(infobip.result("one", id="m-1"), told, infobip.result("two", id="m-2"), mms, "odd")
    for _ in range(2):
        assert door.client.open(**call).status_code == 200
    assert texts(door) == ["one", "two", "in the picture", "odd"]
    assert len(door.log.read()) == 5
    assert door.reports()[0].sent_at == "2017-06-04T03:40:00.220+00:00"


def test_infobip_may_show_its_secret_as_a_password(door):
    assert door.client.open(**infobip.basic(infobip.call(), infobip.SETTINGS["INFOBIP_SECRET"])).status_code == 200
    assert texts(door) == [WORDS]


# Telnyx


def test_telnyx_package_takes_the_calls_that_we_take_and_refuses_those_that_we_refuse():
    public, call = telnyx.SETTINGS["TELNYX_PUBLIC_KEY"], telnyx.call()
    verify_webhook_signature(call["data"], call["headers"], public)
    for how, forged in telnyx.forgeries().items():
        if how != "a time in other digits":  # int() of Python reads some; the signature says which were meant
            with pytest.raises(WebhookVerificationError):
                verify_webhook_signature(forged["data"], forged["headers"], public)


@pytest.mark.parametrize(
    "key", ["made-up-telnyx-public-key", b64encode(bytes(31)).decode(), b64encode(bytes(32)).decode()]
)
def test_a_telnyx_key_that_is_none_lets_nobody_in(tmp_path, log, key):
    door = doors.build(tmp_path, log, GATEWAYS="telnyx", TELNYX_PUBLIC_KEY=key)
    assert door.client.open(**telnyx.call()).status_code == 403


# Sinch


def test_sinch_may_bring_bytes_and_pictures_with_words(door):
    for id, more in {
        "m-1": {"type": "mo_binary", "body": "AAH/", "udh": "050003"},
        "m-2": {"type": "mo_media", "body": {"message": "look", "media": [{"url": "https://x"}]}},
        "m-3": {"type": "mo_media", "body": {"media": []}},
        "m-4": {"body": None},
    }.items():
        assert door.client.open(**sinch.call(id=id, **more)).status_code == 200
    *known, bare = texts(door)
    assert known == ["AAH/", "look", '{"media": []}']
    assert json.loads(bare)["id"] == "m-4"


@pytest.mark.security("S21", "for nearly a day")
def test_what_sinch_repeats_for_nearly_a_day_still_comes_in_as_one_report(door):
    signed = sinch.call()
    late = sinch.signed(signed["data"], at=str(int(time.time()) - 22 * 3600))
    for call in (late, signed):
        assert door.client.open(**call).status_code == 200
    assert len(door.reports()) == 1


# MessageBird


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_messagebirds_package_takes_the_tokens_that_we_take(door, algorithm):
    validator, call = RequestValidator(messagebird.SECRET), messagebird.call(algorithm=algorithm)
    token = call["headers"]["MessageBird-Signature-JWT"]
    assert validator.validate_signature(token, messagebird.ADDRESS, call["data"].encode())["iss"] == "MessageBird"
    assert door.client.open(**call).status_code == 200
    status = messagebird.receipts()["delivered"][0]
    address = f"{messagebird.ADDRESS}?{status['query_string']}"
    assert validator.validate_signature(status["headers"]["MessageBird-Signature-JWT"], address, b"")


def test_what_messagebird_says_twice_is_kept_once_and_what_differs_is_kept_whole(door):
    call = {"method": "POST", "path": "/in/messagebird", "content_type": FORM}
    twice = "id=1&body=late&recipient=1234&id=2&originator=85512345678&body=late"
    other = "id=3&body=Test+again&originator=85512345678&body=Test+3"
    for data in (twice, other):
        assert door.client.open(**messagebird.signed(call | {"data": data})).status_code == 200
    assert texts(door) == ["late", "Test again\nTest 3"]


def test_messagebirds_short_codes_have_other_names(door):
    said = {"mid": "3b53", "shortcode": "1234", "originator": "85512345678", "message": "late", "id": "other"}
    assert door.client.open(**messagebird.sent(said | {"receive_datetime": "20170604034000"})).status_code == 200
    [body], [report] = door.bodies(), door.reports()
    assert (body["text"], body["to"], body["message_id"]) == ("late", "1234", "3b53")
    assert report.sent_at == "2017-06-04T03:40:00.000+00:00"


# RapidPro


def test_rapidpro_may_send_a_query_a_form_or_json(door):
    said, secret = {"from": SENDER, "to": "1234", "channel": "c"}, rapidpro.SETTINGS["RAPIDPRO_SECRET"]
    calls = [
        {"method": "GET", "query_string": form({**said, "text": "one", "id": "1", "k": secret})},
        {"method": "POST", "query_string": form({"k": secret}), "json": {**said, "text": "two", "id": 2}},
        {
            "method": "POST",
            "query_string": form({"k": secret}),
            "data": {**said, "text": "three", "id": "3"},
            "content_type": FORM,
        },
    ]
    for call in calls:
        assert door.client.open("/in/rapidpro", **call).status_code == 200
    assert texts(door) == ["one", "two", "three"]


# all of them


RAW = {
    "telnyx": telnyx.signed,
    "sinch": sinch.signed,
    "infobip": lambda body: infobip.call() | {"data": body},
    "rapidpro": lambda body: rapidpro.call() | {"data": body, "content_type": JSON},
    "plivo": lambda body: plivo.sent({}) | {"data": body, "content_type": JSON},
}


@pytest.mark.parametrize("name", RAW)
@ANY
@given(st.binary(min_size=1, max_size=200))
def test_a_true_call_with_a_body_that_nobody_can_read_is_kept_with_the_body_as_its_text(door, name, raw):
    before = len(door.reports())
    assert door.client.open(**RAW[name](b"\xff" + raw)).status_code == 200
    if len(door.reports()) > before:  # else the same bytes came before
        assert door.bodies()[-1]["text"].encode("utf-8", "surrogateescape") == b"\xff" + raw


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "payload", "results", "status", "id", "to", "from", "text", "type", "body", "message"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["telnyx", "sinch", "infobip", "rapidpro"])
@ANY
@given(JUNK)
def test_a_true_call_with_any_json_at_all_is_answered(door, name, value):
    for body in (json.dumps(value), json.dumps({"data": {"event_type": "message.sent", "payload": value}})):
        assert door.client.open(**RAW[name](body.encode())).status_code == 200
    wrapped = {"results": [value, {"status": value}], "type": "delivery_report_sms", "statuses": value, "body": value}
    assert door.client.open(**RAW[name](json.dumps(wrapped).encode())).status_code == 200


@pytest.mark.security("S50", "addresses of the settings")
def test_addresses_are_those_of_the_settings_whatever_the_caller_says_its_host_is(door):
    for sample in (plivo, messagebird):
        call = headed(sample.call(), Host="evil.example", X_Forwarded_Host="evil.example", X_Forwarded_Proto="http")
        assert door.client.open(**call).status_code == 200
