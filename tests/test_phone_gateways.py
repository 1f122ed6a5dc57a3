"""What only gateways of phones and chat do: pieces, pictures, places, what became of our texts, how a phone is."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ingest.door import gateway_file
from ingest.gateways import Call, Received, Text
from server import events, settings
from tests import doors
from tests.callers import SENDER, WORDS, envayasms, kannel, smsgate, smssync, telegram, twilio, whatsapp

ALL = "smsgate,kannel,smssync,envayasms,twilio,telegram,whatsapp"
WAITING = [Text("t-1", "+85512345678", "ការិយាល័យ"), Text("t-2", "+85512345679", 'say "yes"')]


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log, GATEWAYS=ALL)


def received(call: dict) -> Received:
    """What a gateway's file makes of a call, without the door."""
    name, query = call["path"].rpartition("/")[2], call.get("query_string", "")
    headers = {"content-type": call.get("content_type", ""), **call.get("headers", {})}
    body = call.get("data", b"")
    made = settings.read({**doors.ENV, "GATEWAYS": name})
    asked = Call(
        call["method"],
        call["path"],
        query.encode(),
        {name.lower(): value for name, value in headers.items()},
        body.encode() if isinstance(body, str) else body,
    )
    return gateway_file(name).receive(asked, made, datetime.now(UTC))


def come_in(door: doors.Door, *calls: dict) -> list[dict]:
    """The bodies of all that was kept after these calls, each of which got 200."""
    assert {door.client.open(**call).status_code for call in calls} == {200}
    return door.bodies()


def signs(door: doors.Door) -> list[tuple[str, int]]:
    """What phones said of themselves, and their battery."""
    facts = [raw.fact().event for raw in door.log.read()]
    return [(fact.what, fact.battery) for fact in facts if isinstance(fact, events.GatewaySignalled)]


# SMS Gate


def test_a_data_sms_is_kept_byte_for_byte(door):
    data = b"PR KD0123\xff\x00 late"
    payload = {"messageId": "1", "sender": SENDER, "data": b64encode(data).decode(), "simNumber": None}
    [body] = come_in(door, smsgate.event("sms:data-received", payload | {"receivedAt": smsgate.received("a")}))
    assert (body["text"].encode("utf-8", "surrogateescape"), body["sender"]) == (data, SENDER)


def test_an_mms_is_kept_with_its_words_first_and_all_that_it_carries(door):
    picture = {"partId": 7, "contentType": "image/jpeg", "name": "a.jpg", "size": 4, "data": "/9j/4A=="}
    payload = {"messageId": "1", "sender": SENDER, "recipient": None, "simNumber": 1, "subject": None, "body": WORDS}
    payload |= {"attachments": [picture], "receivedAt": smsgate.received("a")}
    [body] = come_in(door, smsgate.event("mms:downloaded", payload))
    words, _, carried = body["text"].partition("\nattachments: ")
    assert (words, json.loads(carried), body["sender"]) == (WORDS, [picture], SENDER)


def test_a_batch_of_mms_is_as_many_messages(door):
    messages = [{"sender": SENDER, "subject": f"no {n}", "attachments": []} for n in range(3)]
    kept = come_in(door, smsgate.event("mms:batch:downloaded", {"messages": messages}))
    assert [body["text"] for body in kept] == ["no 0", "no 1", "no 2"]


def ping(level: int, plug: int) -> dict:
    checks = {"battery:level": level, "battery:charging": plug, "messages:failed": 0}
    health = {"checks": {name: {"observedValue": value, "status": "pass"} for name, value in checks.items()}}
    return smsgate.event("system:ping", {"health": health | {"status": "pass", "version": "1.66.1", "releaseId": 1}})


@pytest.mark.survival("R37", "a gateway's phone tells")
def test_a_phones_ping_tells_when_the_power_goes_and_comes_back(door):
    come_in(door, ping(94, 2), ping(93, 0), ping(90, 0), ping(88, 4))
    assert signs(door) == [("power_back", 94), ("power_lost", 93), ("power_back", 88)]
    assert door.reports() == []


@pytest.mark.parametrize("health", [None, [], "x", {"checks": None}, {"checks": {"battery:level": "x"}}])
def test_a_ping_without_a_health_report_says_only_that_the_phone_lives(health):
    told = received(smsgate.event("system:ping", {"health": health}))
    assert [(sign.what, sign.device, sign.battery) for sign in told.signs] == [("alive", smsgate.DEVICE, None)]


def test_why_a_text_failed_is_told_without_anybodys_number(door):
    about = {"messageId": "t-1", "phoneNumber": SENDER, "simNumber": 1}
    for reason in ("Generic failure", f"Invalid number {SENDER}"):
        come_in(door, smsgate.event("sms:failed", about | {"messageId": reason, "reason": reason}))
    failed = [raw.fact().event for raw in door.log.read()]
    assert [(fact.status, fact.reason) for fact in failed] == [("failed", "Generic failure"), ("failed", "")]


@pytest.mark.parametrize("event", ["sms:sent", "sms:cancelled", "app:started", "something:new"])
def test_what_says_nothing_of_a_text_of_ours_is_answered_and_not_kept(door, event):
    come_in(door, smsgate.event(event, {"messageId": None}), smsgate.event(event, {}))
    assert door.log.read() == []


# Kannel

HEADERS = {
    "one byte": b"\x05\x00\x03\x2a\x02",
    "two bytes": b"\x06\x08\x04\x01\x2a\x02",
    "a table of letters first": b"\x08\x24\x01\x01\x00\x03\x2a\x02",
}  # of parts, up to the byte that says which


def part(header: bytes, place: int, **more: str) -> dict:
    made = kannel.call(f"part {place}", id=f"m-{place}", **more)
    udh = quote(header + bytes([place]))
    return made | {"query_string": made["query_string"].replace("udh=", f"udh={udh}")}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_parts_of_a_long_message_are_known_to_belong_together(door, header):
    come_in(door, part(header, 2), part(header, 1))
    second, first = door.reports()
    assert (first.part, second.part) == ("1/2", "2/2")
    assert first.whole == second.whole != ""


def test_parts_with_another_reference_belong_to_another_message(door):
    come_in(door, part(b"\x05\x00\x03\x2a\x02", 1), part(b"\x05\x00\x03\x2b\x02", 2))
    assert len({report.whole for report in door.reports()}) == 2


@pytest.mark.parametrize("header", [b"", b"\x05\x00\x03\x2a\x01\x01", b"\x03\x24\x01\x01", b"\x05\x00\x03\x2a\x02\x03"])
def test_a_whole_message_is_no_part_whatever_stands_in_its_header(door, header):
    made = kannel.call()
    come_in(door, made | {"query_string": made["query_string"].replace("udh=", f"udh={quote(header)}")})
    assert [(report.part, report.whole) for report in door.reports()] == [("", "")]


@given(st.binary(max_size=20))
def test_no_header_whatever_makes_kannel_lose_a_message(header):
    made = kannel.call()
    [message] = received(made | {"query_string": made["query_string"].replace("udh=", f"udh={quote(header)}")}).messages
    assert message.text == WORDS
    if message.part:
        assert 1 <= message.part[1] <= message.part[2]


@pytest.mark.parametrize("report", [kannel.report("t-1", 4), kannel.report("t-1", 99), kannel.report("", 1)])
def test_a_report_that_says_nothing_new_of_a_text_is_answered_and_not_kept(door, report):
    come_in(door, report)
    assert door.log.read() == []


# SMSSync


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("kind", ["form", "JSON", "XML"])
def test_smssync_may_send_a_form_json_or_xml(door, kind, method):
    said = smssync.fields('PR <KD0123> & "late" ខ្មែរ')
    escaped = {name: value.replace("&", "&amp;").replace("<", "&lt;") for name, value in said.items()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in escaped.items())
    data, content_type = {
        "form": (urlencode(said), doors.FORM),
        "JSON": (json.dumps(said), doors.JSON),
        "XML": (f"<?xml version='1.0' encoding='UTF-8'?><payload>{inner}</payload>".encode(), doors.JSON),  # it says so
    }[kind]
    made = {"method": method, "path": "/in/smssync", "data": data, "content_type": content_type}
    [body] = come_in(door, made)
    assert (body["text"], body["sender"]) == ('PR <KD0123> & "late" ខ្មែរ', SENDER)


def test_a_secret_in_the_address_opens_too(door):
    login = smssync.task("x", login=doors.ENV["SMSSYNC_SECRET"])["headers"]
    data = urlencode({"from": SENDER, "message": WORDS})
    made = {"method": "POST", "path": "/in/smssync", "data": data, "content_type": doors.FORM, "headers": login}
    [body] = come_in(door, made)
    assert body["text"] == WORDS


def test_two_messages_to_which_a_phone_gave_one_id_are_two_reports(door):
    come_in(door, smssync.call("first"), smssync.call("second"), smssync.call("first"))
    assert [body["text"] for body in door.bodies()] == ["first", "second"]


def test_a_message_with_other_keys_is_kept_whole_without_the_secret(door):
    secret = doors.ENV["SMSSYNC_SECRET"]
    data = urlencode({"secret": secret, "absender": SENDER, "inhalt": WORDS})
    [body] = come_in(door, {"method": "POST", "path": "/in/smssync", "data": data, "content_type": doors.FORM})
    assert body["text"] == f"absender: {SENDER}\ninhalt: {WORDS}"


def test_smssync_fetches_texts_and_is_given_its_secret_back():
    secret = doors.ENV["SMSSYNC_SECRET"]
    told = received(smssync.task("send", secret=secret))
    assert (told.messages, told.receipts, told.media) == ((), (), "application/json")
    messages = [{"to": text.number, "message": text.words, "uuid": text.id} for text in WAITING]
    assert json.loads(told.fetch(WAITING)) == {"payload": {"task": "send", "secret": secret, "messages": messages}}
    assert json.loads(told.fetch(()))["payload"]["messages"] == []


def test_smssync_gets_back_the_ids_that_it_queued_else_it_does_not_send_them(door):
    queued = smssync.task("sent", {"queued_messages": ["t-1", "t-2"]}, login=doors.ENV["SMSSYNC_SECRET"])
    assert json.loads(door.client.open(**queued).data) == {"message_uuids": ["t-1", "t-2"]}
    asked = smssync.task("result", secret=doors.ENV["SMSSYNC_SECRET"])
    assert json.loads(door.client.open(**asked).data) == {"message_uuids": []}


def test_smssync_does_not_say_delivered_of_what_only_waits():
    waits = {"uuid": "t-1", "sent_result_code": 0, "sent_result_message": "", "delivered_result_code": 0}
    for result in (waits, waits | {"delivered_result_code": -1, "delivered_result_message": ""}, "x", None, {}):
        call = smssync.task("result", {"message_result": [result]}, secret=doors.ENV["SMSSYNC_SECRET"])
        assert received(call).receipts == ()


# EnvayaSMS


@pytest.mark.survival("R37", "a gateway's phone tells")
def test_a_power_cut_is_told_by_the_phone_and_by_each_of_its_calls(door):
    def status(what: str, power: str) -> dict:
        return envayasms.signed({"action": "device_status", "status": what, "power": power})

    poll = [envayasms.signed({"action": "outgoing", "power": power}) for power in "012"]
    come_in(door, poll[1], status("power_disconnected", "0"), poll[0], poll[0], poll[2])
    assert signs(door) == [("power_back", 81), ("power_lost", 81), ("power_back", 81)]
    come_in(door, status("battery_low", ""), status("battery_okay", ""), status("send_limit_exceeded", ""))
    assert [what for what, _ in signs(door)[3:]] == ["battery_low", "battery_ok", "limit"]
    assert door.reports() == []


def test_envayasms_fetches_texts_as_events():
    told = received(envayasms.signed({"action": "outgoing"}))
    messages = [{"id": text.id, "to": text.number, "message": text.words, "priority": 0} for text in WAITING]
    assert json.loads(told.fetch(WAITING)) == {"events": [{"event": "send", "messages": messages}]}
    assert (told.fetch(()), told.media, told.messages) == ('{"events":[]}', "application/json", ())


@pytest.mark.parametrize("action", ["test", "forward_sent", "amqp_started"])
def test_an_action_without_a_message_for_us_is_answered_and_not_kept(door, action):
    made = envayasms.signed({"action": action, "to": SENDER, "message": "hello", "consumer_tag": "1"})
    answer = door.client.open(**made)
    assert (answer.status_code, answer.data, door.log.read()) == (200, envayasms.ANSWER, [])


def test_that_somebody_rang_is_a_report(door):
    [body] = come_in(door, envayasms.call("", message_type="call"))
    assert (body["text"], body["sender"]) == ("message_type: call", SENDER)


def test_an_mms_of_envayasms_comes_with_its_parts(door):
    parts = json.dumps([{"type": "image/jpeg", "filename": "a.jpg", "cid": "<570>", "name": "part0"}])
    said = {**envayasms.PHONE, "action": "incoming", "from": SENDER, "message": WORDS, "message_type": "mms"}
    said |= {"timestamp": "1717487400000", "mms_parts": parts}
    text = 'Content-Disposition: form-data; name="{}"\r\nContent-Type: text/plain; charset=UTF-8\r\n'
    text += "Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n"
    file = 'Content-Disposition: form-data; name="part0"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n'
    file += "Content-Transfer-Encoding: binary\r\n\r\n"
    pieces = [*(text.format(name, value).encode() for name, value in said.items())]
    pieces.append(file.encode() + b"\xff\xd8\r\n\x00\r\n")
    data = b"".join(b"--i66xAht5\r\n" + piece for piece in pieces) + b"--i66xAht5--\r\n"
    made = {"method": "POST", "path": "/in/envayasms", "data": data}
    made |= {"content_type": "multipart/form-data; boundary=i66xAht5"}
    [body] = come_in(door, made | {"headers": {"X-Request-Signature": envayasms.signature(said)}})
    assert body["text"] == f"{WORDS}\nmms_parts: {parts}\npart0: /9gNCgA="


def test_what_was_overheard_of_envayasms_cannot_be_cut_into_another_message(door):
    made = envayasms.call("PR KD0123 late,message_type=sms")  # the next field that is signed, with its comma
    said = {**envayasms.PHONE, "action": "incoming", "from": SENDER, "message": "PR KD0123 late"}
    said |= {"message_type": "sms,message_type=sms", "timestamp": dict(parse_qsl(made["data"]))["timestamp"]}
    assert envayasms.signature(said) == made["headers"]["X-Request-Signature"]
    kept = come_in(door, made, made | {"data": urlencode(said)})
    assert [body["text"] for body in kept] == ["PR KD0123 late,message_type=sms"]


def test_an_action_that_nobody_knows_is_kept_field_by_field(door):
    [body] = come_in(door, envayasms.signed({"action": "new", "what": WORDS}))
    assert f"action: new\nwhat: {WORDS}" in body["text"]


@pytest.mark.parametrize("gateway", [smsgate, telegram, whatsapp])
def test_half_an_emoji_is_kept(door, gateway):
    [body] = come_in(door, gateway.call("late \ud83d"))
    assert body["text"] == "late \ud83d"


def test_half_an_emoji_from_smssync_is_kept(door):
    data = json.dumps(smssync.fields("late \ud83d"))
    [body] = come_in(door, {"method": "POST", "path": "/in/smssync", "data": data, "content_type": doors.JSON})
    assert body["text"] == "late \ud83d"
    halved = smssync.task("sent", {"queued_messages": "\ud83d"}, login=doors.ENV["SMSSYNC_SECRET"])
    assert door.client.open(**halved).status_code == 200


# Twilio

LONG = "PR KD0123 " + "late, no ink, people wait outside. " * 3


@pytest.mark.parametrize("long", [LONG, "ការិយាល័យបោះឆ្នោតបើកយឺត\u200bគ្មានទឹកខ្មៅ"])
def test_a_long_sms_that_came_as_base64_is_kept_as_words(door, long):
    coded = b64encode(long.encode()).decode()
    kept = come_in(door, twilio.call(coded, id="m-1"), twilio.call(coded + "\r", id="m-2"))
    assert [body["text"] for body in kept] == [long, long]


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])), st.from_regex(r"[A-Za-z0-9+/]{60,100}=?", fullmatch=True)
    )
)
def test_words_are_never_taken_for_base64(text):
    [message] = received(twilio.call(text)).messages
    assert message.text == text or b64encode(message.text.encode()).decode() == text.removesuffix("\r")


@pytest.mark.parametrize("plain", [b"short words", b"\xff\xd8" + b"picture " * 9, b"x" * 60])
def test_what_may_be_something_else_than_coded_words_stays_as_it_came(door, plain):
    [body] = come_in(door, twilio.call(b64encode(plain).decode()))
    assert body["text"] == b64encode(plain).decode()


@pytest.mark.security("S20", "pictures stay addresses")
def test_where_to_find_the_pictures_of_an_mms_stands_below_its_words(door):
    media = {"MediaUrl0": "https://api.twilio.com/m/ME1", "MediaContentType0": "image/jpeg", "NumMedia": "1"}
    [body] = come_in(door, twilio.call(**media))
    assert body["text"] == f"{WORDS}\nMediaUrl0: https://api.twilio.com/m/ME1\nMediaContentType0: image/jpeg"


def test_somebody_who_writes_by_whatsapp_through_twilio_is_known_by_the_same_number(door):
    come_in(door, twilio.call(), twilio.call(sender=f"whatsapp:{SENDER}", id="m-2", To="whatsapp:+14155238886"))
    by_sms, by_chat = door.reports()
    assert (by_sms.channel, by_chat.channel) == ("sms", "whatsapp")
    assert by_sms.source == by_chat.source


def test_a_text_of_ours_that_is_only_on_its_way_is_no_fact(door):
    come_in(door, twilio.status("t-1", "queued"), twilio.status("t-1", "sending"))
    assert door.log.read() == []


# Telegram


def test_telegrams_people_have_no_number_and_no_name(door):
    [body] = come_in(door, telegram.call())
    assert (body["sender"], door.reports()[0].channel) == ("telegram:1111111", "telegram")
    assert not {"Made", "made_up"} & set(json.dumps(body).replace('"', " ").split())


def test_a_place_is_a_point_and_not_words(door):
    place = {"latitude": 11.5564, "longitude": 104.9282}
    venue = {"location": place, "title": "School", "address": "Street 51"}
    kept = come_in(door, telegram.update(1, location=place), telegram.update(2, location=place, venue=venue))
    assert [(body["lat"], body["lon"], body["text"]) for body in kept] == [
        (11.5564, 104.9282, ""),
        (11.5564, 104.9282, "School\nStreet 51"),
    ]


def test_of_somebody_who_shares_where_they_go_only_the_first_place_is_kept(door):
    said = {"message_id": 7, "from": telegram.PERSON, "chat": telegram.CHAT, "date": 1717487400}
    moved = said | {"edit_date": 1717487460, "location": {"latitude": 11.6, "longitude": 104.9, "live_period": 900}}
    place = {"latitude": 11.5, "longitude": 104.9, "live_period": 900}
    come_in(door, telegram.update(1, location=place), telegram.posted({"update_id": 2, "edited_message": moved}))
    assert [body["lat"] for body in door.bodies()] == [11.5]


@pytest.mark.parametrize("place", [{}, {"latitude": "x", "longitude": 1}, {"latitude": 91, "longitude": 1}, [], "x"])
def test_a_place_that_is_none_is_no_point(door, place):
    [body] = come_in(door, telegram.update(1, location=place, text=WORDS))
    assert (body["lat"], body["text"]) == (None, WORDS)


def test_a_picture_is_noted_below_its_caption(door):
    photo = [{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 51, "file_size": 1253}]
    [body] = come_in(door, telegram.update(1, photo=photo, caption=WORDS, media_group_id="13"))
    words, carried = body["text"].split("\n", 1)
    assert (words, carried) == (WORDS, f"photo: {json.dumps(photo)}\nmedia_group_id: 13")


def test_a_message_that_was_changed_is_kept_beside_the_first(door):
    said = {"message_id": 1365, "from": telegram.PERSON, "chat": telegram.CHAT, "date": 1717487400}
    changed = {"update_id": 2, "edited_message": said | {"edit_date": 1717487460, "text": "PR KD0124 late"}}
    kept = come_in(door, telegram.update(1, text=WORDS), telegram.posted(changed))
    assert [body["text"] for body in kept] == [WORDS, "PR KD0124 late"]
    assert [report.sent_at[11:19] for report in door.reports()] == ["07:50:00", "07:51:00"]


@pytest.mark.parametrize(
    "about", [{"my_chat_member": {"chat": {}}}, {"callback_query": {"id": "1"}}, {"message": 1}, {}]
)
def test_an_update_about_something_else_is_answered_and_not_kept(door, about):
    come_in(door, telegram.posted({"update_id": 1} | about))
    assert door.log.read() == []


def test_an_update_that_nobody_can_read_is_kept_as_it_came(door):
    kept = come_in(door, telegram.call() | {"data": b"\xff{"}, telegram.posted(["x"]))
    assert [body["text"].encode("utf-8", "surrogateescape") for body in kept] == [b"\xff{", b'["x"]']


# WhatsApp, Messenger, Instagram


def test_meta_gets_its_word_back_when_it_knows_ours(door):
    answer = door.client.open(**whatsapp.question(doors.ENV["WHATSAPP_VERIFY_TOKEN"]))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"1158201444", "text/plain")
    assert door.log.read() == []


def test_one_call_may_bring_much_and_some_of_it_twice(door):
    said = [whatsapp.message(f"m-{n}", text={"body": f"no {n}"}) for n in range(4)]
    statuses = [
        {"id": "t-1", "status": "delivered"},
        {"id": "t-1", "status": "sent"},
        {"id": "t-2", "status": "deleted"},
    ]
    two = whatsapp.entry(messages=said[2:], statuses=statuses)
    two["changes"] += whatsapp.entry(messages=said[:1])["changes"]
    call = whatsapp.told(whatsapp.entry(messages=said[:2]), two)
    kept = come_in(door, call, call)
    assert [body["text"] for body in kept] == ["no 0", "no 1", "no 2", "no 3"]
    told = [raw.fact().event for raw in door.log.read()]
    became = [fact.status for fact in told if isinstance(fact, events.ReceiptReceived)]
    assert became == ["delivered", "sent"]


def test_a_place_from_whatsapp_is_a_point(door):
    place = {"latitude": 11.5564, "longitude": 104.9282, "name": "School", "address": "Street 51"}
    [body] = come_in(door, whatsapp.told(whatsapp.entry(messages=[whatsapp.message(type="location", location=place)])))
    assert (body["lat"], body["lon"], body["text"]) == (11.5564, 104.9282, "School\nStreet 51")


def test_what_is_no_text_is_kept_with_its_words_first_and_nobodys_number_in_it(door):
    image = {"caption": WORDS, "mime_type": "image/jpeg", "sha256": "x", "id": "1003383421387256"}
    poll = {"title": "new", "votes": [1, 2]}
    said = [whatsapp.message("m-1", type="image", image=image), whatsapp.message("m-2", type="poll", poll=poll)]
    first, second = come_in(door, whatsapp.told(whatsapp.entry(messages=said)))
    assert first["text"] == f"{WORDS}\nimage: {json.dumps(image)}"
    assert second["text"] == f"poll: {json.dumps(poll)}"


def test_who_hides_the_number_is_known_by_another_name(door):
    said = {
        "from_user_id": "KH.13491208655302741918",
        "id": "m-1",
        "timestamp": "1",
        "type": "text",
        "text": {"body": "x"},
    }
    [body] = come_in(door, whatsapp.told(whatsapp.entry(messages=[said])))
    assert body["sender"] == "whatsapp:kh.13491208655302741918"


@pytest.mark.parametrize(("object", "channel"), [("page", "messenger"), ("instagram", "instagram")])
def test_messenger_and_instagram_come_the_same_way(door, object, channel):
    ids = {"sender": {"id": "5678"}, "recipient": {"id": "1234"}, "timestamp": 1717487400000}
    said = [
        ids | {"message": {"mid": "m-1", "text": WORDS}},
        ids | {"message": {"mid": "m-2", "text": "ours", "is_echo": True}},
        ids | {"message": {"mid": "m-3", "attachments": [{"type": "image"}]}},
        ids | {"read": {"watermark": 1}},
    ]
    kept = come_in(door, whatsapp.told({"id": "1234", "time": 1, "messaging": said}, object=object))
    assert [body["text"] for body in kept] == [WORDS, 'attachments: [{"type": "image"}]']
    assert {(body["sender"], report.channel) for body, report in zip(kept, door.reports(), strict=True)} == {
        (f"{channel}:5678", channel)
    }
    assert door.reports()[0].sent_at == "2024-06-04T07:50:00.000+00:00"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "entry",
                        "changes",
                        "value",
                        "messages",
                        "messaging",
                        "message",
                        "statuses",
                        "text",
                        "type",
                        "from",
                        "id",
                        "location",
                        "metadata",
                        "sender",
                        "errors",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_whatever_makes_whatsapp_or_telegram_fail(whole):
    received(whatsapp.signed(json.dumps(whole).encode()))
    for kind in ("message", "edited_message"):
        received(telegram.posted({"update_id": 1, kind: whole}))
    received(smsgate.event("sms:received", whole))
    received(smsgate.event("system:ping", whole))
    received(smssync.task("result", {"message_result": whole, "x": whole}, secret=doors.ENV["SMSSYNC_SECRET"]))


# what stands in clear on the record, and what a hand-made call could bring


def test_a_reason_with_a_number_in_it_or_signs_that_are_none_stays_out_of_the_record(door):
    for n, reason in enumerate(("30003", f"to {SENDER}", "+855 12-345-678", "\udcff", "line\nend")):
        come_in(door, twilio.status(f"t-{n}", "failed", ErrorCode=reason))
    became = [raw.fact().event for raw in door.log.read()]
    assert [fact.reason for fact in became] == ["30003", "", "", "", ""]


@pytest.mark.parametrize("level", [10**400, -1, 101, True])
def test_a_battery_level_that_is_none_is_not_told(door, level):
    come_in(door, ping(level, 0))
    assert signs(door) == [("power_lost", 1 if level is True else -1)]


@pytest.mark.parametrize("level", ["9" * 5000, "1000", "-5", "x", ""])
def test_a_phone_with_an_odd_battery_is_heard_all_the_same(door, level):
    come_in(door, envayasms.signed({"action": "outgoing", "battery": level, "power": "0"}))
    assert signs(door) == [("power_lost", -1)]


def test_words_that_no_signature_covers_are_not_taken(door):
    """A GET is signed by its address: who overheard one could put any body behind it."""
    url = f"{doors.ENV['PUBLIC_BASE_URL']}/in/twilio?a=1"
    sign = RequestValidator(doors.ENV["TWILIO_AUTH_TOKEN"]).compute_signature(url, {})
    made = {"method": "GET", "path": "/in/twilio", "query_string": "a=1", "headers": {"X-Twilio-Signature": sign}}
    [body] = come_in(door, made | {"data": b"SOS KD0123", "content_type": "text/plain"})
    assert "SOS" not in body["text"]


def test_an_event_of_a_newer_sms_gate_that_brings_words_is_kept(door):
    payload = {"messageId": "1", "message": WORDS, "sender": SENDER, "receivedAt": smsgate.received("a")}
    [body] = come_in(door, smsgate.event("rcs:incoming", payload))
    assert (body["text"], body["sender"]) == (WORDS, SENDER)
