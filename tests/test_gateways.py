"""What is particular to SMS Gate, Kannel, Twilio and the gateway that only settings describe."""

import base64
import json
import time
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ingest.door import gateway_file
from server import settings as settings_module
from tests import doors
from tests.doors import ENV, FORM

SILENCE = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.binary(min_size=1, max_size=200))
def test_a_true_call_with_a_body_nobody_can_read_is_kept_with_the_body_as_its_text(door, raw):
    kept = {"generic": doors.generic() | {"data": raw, "content_type": "application/octet-stream"}}
    kept |= {"twilio": doors.twilio_json(b"\xff" + raw), "smsgate": doors.smsgate(b"\xff" + raw)}
    for name, call in kept.items():
        before = len(door.reports())
        assert door.client.open(**call).status_code == 200
        if len(door.reports()) > before:  # else the same bytes came before
            assert door.bodies()[-1]["text"].encode("utf-8", "surrogateescape") == call["data"], name


def test_sms_gate_knows_a_message_of_an_exported_inbox_under_its_new_id(door):
    for outer in ("first", "second"):
        body = json.loads(doors.smsgate()["data"]) | {"id": outer}
        assert door.client.open(**doors.smsgate(json.dumps(body).encode())).status_code == 200
    assert len(door.reports()) == 1


def test_sms_gate_may_bring_an_old_message_under_a_fresh_signature(door):
    assert door.client.open(**doors.smsgate(receivedAt="2017-06-01T07:00:00.000+07:00")).status_code == 200
    assert door.reports()[0].sent_at == "2017-06-01T00:00:00.000+00:00"


@pytest.mark.parametrize("event", ["system:ping", "sms:sent", "sms:delivered", "sms:failed", "app:started"])
def test_sms_gate_telling_of_the_phone_is_answered_and_not_kept(door, event):
    body = json.dumps({"deviceId": "d", "event": event, "id": "1", "payload": {}}).encode()
    assert door.client.open(**doors.smsgate(body)).status_code == 200
    assert door.reports() == []


def test_sms_gate_can_bring_several_messages_at_once(door):
    messages = [{"sender": "012345678", "message": f"no {n}", "receivedAt": "2017-06-04T10:00:00Z"} for n in range(3)]
    body = {"deviceId": "d", "event": "sms:batch:received", "id": "1", "payload": {"messages": messages}}
    for _ in range(2):
        assert door.client.open(**doors.smsgate(json.dumps(body).encode())).status_code == 200
    assert [kept["text"] for kept in door.bodies()] == ["no 0", "no 1", "no 2"]


def test_kannel_without_recoding_sends_khmer_in_its_own_charset(door):
    query = doors.kannel(charset="UTF-16BE", text="")["query_string"]
    coded = urlencode({"text": "បង់ត្រា".encode("utf-16-be")})
    assert door.client.get(f"/in/kannel?{query}&{coded}").status_code == 200
    assert door.bodies()[0]["text"] == "បង់ត្រា"


KNOWN = {"": "VFUNAR0F26fISp8tJz8HqrNpX8I=", "HMAC_SHA256": "9LRvHFIxsxkOnXErS5ZRt0Y2gQYBkHKfPh1M9CkQXVU="}


@pytest.mark.parametrize("algorithm", KNOWN)
def test_the_answers_that_are_known_for_twilio_come_out(algorithm):
    fields = {"From": "+85512345678", "Body": "បង់ត្រា PR", "To": "1234", "MessageSid": "SM1"}
    made = settings_module.read({**ENV, "PUBLIC_BASE_URL": "https://sr.example.org"})
    made.secrets["twilio"] = "tok"
    call = gateway_file("twilio").Call(
        "POST",
        "/sms/twilio",
        b"b=2&a=1",
        {
            "content-type": FORM,
            "x-twilio-signature": KNOWN[algorithm],
            "x-twilio-webhooks-signature-settings": f"key=k,algorithm={algorithm}" if algorithm else "",
        },
        urlencode(fields).encode(),
    )
    [message] = gateway_file("twilio").receive(call, made, None).messages
    assert message.text == "បង់ត្រា PR"


@pytest.mark.parametrize("algorithm", ["", "HMAC_SHA1", "HMAC_SHA256"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(fields=st.dictionaries(st.sampled_from(["Body", "A", "a", "Z&=", ""]), st.sampled_from(["", "x", "ខ្មែរ", "&="])))
def test_whatever_the_twilio_package_signs_comes_in(door, algorithm, fields):
    call = doors.twilio("q=1&a=%20+", algorithm=algorithm, **fields)
    assert door.client.open(**call).status_code == 200


@pytest.mark.security("S50", "addresses of the settings")
@pytest.mark.parametrize("base", ["https://sr.example.org", "https://sr.example.org:443"])
@pytest.mark.parametrize("signed", ["https://sr.example.org", "https://sr.example.org:443"])
def test_twilio_may_name_its_schemes_own_port_or_not(tmp_path, log, base, signed):
    door = doors.build(tmp_path, log, PUBLIC_BASE_URL=base)
    signature = RequestValidator(ENV["TWILIO_AUTH_TOKEN"]).compute_signature(f"{signed}/in/twilio?Body=x", {})
    answer = door.client.get("/in/twilio?Body=x", headers={"X-Twilio-Signature": signature, "Host": "evil.example"})
    assert answer.status_code == 200


def test_a_twilio_call_that_tells_what_became_of_our_sms_is_no_report(door):
    sent = {"MessageSid": "SM9", "MessageStatus": "delivered"}
    signature = RequestValidator(ENV["TWILIO_AUTH_TOKEN"]).compute_signature("https://sr.example.org/in/twilio", sent)
    headers = {"X-Twilio-Signature": signature}
    assert door.client.post("/in/twilio", data=sent, headers=headers).data == SILENCE
    assert door.reports() == []


WAYS = [
    ({}, {"data": "from=012345678&text=hi&id=1", "content_type": FORM}),
    ({}, {"json": {"from": "012345678", "text": "hi", "id": 1}}),
    ({}, {"query_string": "from=012345678&text=hi&id=1", "method": "GET"}),
    ({"from": "d.0.who", "text": "d.0.say"}, {"json": {"d": [{"who": "012345678", "say": "hi"}]}}),
    ({"text": "sms.body", "from": "sms.from"}, {"data": "sms.body=hi&sms.from=012345678", "content_type": FORM}),
]


@pytest.mark.parametrize(("fields", "call"), WAYS)
@pytest.mark.parametrize("key_in", ["header:X-Key", "query:key", "basic"])
def test_settings_alone_describe_a_gateway(tmp_path, log, fields, call, key_in):
    described = json.dumps({**fields, "key_in": key_in, "answer": '{"payload": {"success": true}}'})
    door = doors.build(tmp_path, log, GENERIC_FIELDS=described)
    secret = ENV["GENERIC_SECRET"]
    basic = "Basic " + base64.b64encode(f"user:{secret}".encode()).decode()
    keys = {
        "header:X-Key": ({"X-Key": secret}, ""),
        "query:key": ({}, f"key={secret}"),
        "basic": ({"Authorization": basic}, ""),
    }
    headers, query = keys[key_in]
    whole = {"method": "POST", **call, "query_string": "&".join(filter(None, [call.get("query_string", ""), query]))}
    answer = door.client.open("/in/generic", headers=headers, **whole)
    assert (answer.status_code, answer.json) == (200, {"payload": {"success": True}})
    assert (door.bodies()[0]["text"], door.bodies()[0]["sender"]) == ("hi", "+85512345678")
    assert door.client.open("/in/generic", **{**whole, "query_string": ""}).status_code == 403


def test_a_generic_call_without_the_field_of_the_text_is_kept_whole_but_without_its_secret(tmp_path, log):
    door = doors.build(tmp_path, log, GENERIC_FIELDS='{"key_in": "query:key"}')
    assert door.client.get(f"/in/generic?msg=hello&key={ENV['GENERIC_SECRET']}").status_code == 200
    assert door.bodies()[0]["text"] == "msg: hello"


def test_the_hour_of_a_rehearsal_means_nothing_without_its_secret(door):
    call, headers = doors.kannel(), {"X-Rehearsal-At": "2017-06-04T10:40:00+07:00"}
    assert door.client.open(**call | {"headers": headers}).status_code == 200
    assert (door.reports()[0].rehearsal, door.reports()[0].at[:4]) == (False, time.strftime("%Y"))


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
