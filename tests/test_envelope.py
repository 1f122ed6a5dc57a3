"""What a phone kept and sends once there is signal: opened, kept once, answered so that only that phone believes it."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import seal
from tests import doors, phone
from tests.doors import ENV

ID = "hBTSHcxRjNUO_9c0X1YzXw"
AT = "2017-06-04T03:10:00.000Z"


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


def post(door, body, **more):
    return door.client.post("/sealed", data=body, content_type="application/octet-stream", **more)


def key(door):
    return phone.key_in(door.client.get("/").text)


def sealed(door, photo=b"", **fields):
    return phone.closed(phone.packed({"id": ID, "at": AT, "text": "Box open"} | fields, photo), key(door))


def test_a_sealed_report_arrives_like_any_other_with_the_hour_it_was_written(door):
    more = {"station": "KD0123-7", "phone": "012 345 678", "lang": "km", "pin": "4711", "code": "XB", "lat": "11.5"}
    body, answers = sealed(door, **more, lon="104.9", text="ប្រអប់")
    answer = post(door, body)
    [report], [kept] = door.reports(), door.bodies()
    said = phone.read(answers, answer.data)
    assert (answer.status_code, said["id"], said["photo"]) == (200, ID, "")
    assert said["reference"] in door.client.post("/", data={"text": "XB ប្រអប់", "id": ID}).text
    assert (report.channel, report.gateway, report.sent_at) == ("web", "form", "2017-06-04T03:10:00.000+00:00")
    assert report.at > report.sent_at
    assert (kept["text"], kept["station"], kept["sender"]) == ("XB ប្រអប់", "KD0123-7", "+85512345678")
    assert (kept["language"], kept["pin"], kept["lat"], kept["lon"]) == ("km", "4711", 11.5, 104.9)
    assert len(door.reports()) == 1


@pytest.mark.survival("R32", "sealed on the phone")
def test_the_same_envelope_again_or_the_same_report_sealed_again_is_one_report_with_one_number(door):
    first, second = sealed(door), sealed(door)
    said = [phone.read(answers, post(door, body).data) for body, answers in (first, first, second)]
    assert said[0] == said[1] == said[2]
    assert len(door.reports()) == 1


def test_only_the_phone_that_closed_an_envelope_can_read_the_answer(door):
    body, _ = sealed(door)
    with pytest.raises(InvalidTag):
        phone.read(sealed(door)[1], post(door, body).data)


@pytest.mark.security("S49", "answers")
def test_every_answer_has_one_length_whatever_it_says(tmp_path, door):
    good = post(door, sealed(door)[0])
    strange = post(door, b"no envelope")
    with doors.full_disk():
        full = post(doors.build(tmp_path, doors.away()), sealed(door)[0])
    assert [answer.status_code for answer in (good, strange, full)] == [200, 400, 503]
    assert {len(answer.data) for answer in (good, strange, full)} == {256}
    assert full.headers["Retry-After"] == "30"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, 4095 + 90), bit=st.integers(0, 7))
def test_an_envelope_that_was_changed_anywhere_is_not_opened(door, at, bit):
    body, _ = sealed(door)
    changed = bytearray(body)
    changed[at] ^= 1 << bit
    assert post(door, bytes(changed)).status_code == 400
    assert door.reports() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_it_fail(door, raw):
    inside, _ = phone.closed(raw, key(door))
    for body in (raw, b"\x01" + raw, inside, phone.closed(phone.packed(raw), key(door))[0]):
        assert post(door, body).status_code == 400


@pytest.mark.parametrize("fields", [[], "x", {"id": 5}, {"id": ID, "text": 5}, {"text": "x"}, {"id": "short"}])
def test_what_is_no_report_inside_is_not_taken_for_one(door, fields):
    assert post(door, phone.closed(phone.packed(fields), key(door))[0]).status_code == 400
    assert door.reports() == []


def test_bytes_that_are_no_text_inside_are_kept_as_they_are(door):
    body, _ = sealed(door, text="a\udcff\x00b")
    assert post(door, body).status_code == 200
    assert door.bodies()[0]["text"] == "a\udcff\x00b"


def test_the_key_is_the_same_after_a_restart_and_another_for_another_room(tmp_path, log, door):
    assert key(doors.build(tmp_path, log)) == key(door)
    assert key(doors.build(tmp_path / "other", log)) != key(door)
    assert (tmp_path / "keys" / "form.key").stat().st_mode & 0o777 == 0o600


def test_a_data_folder_from_before_gets_its_key_when_the_door_starts(tmp_path):
    seal.make_keys(tmp_path / "keys")
    pepper = (tmp_path / "keys" / "pepper").read_bytes()
    (tmp_path / "keys" / "form.key").unlink()
    seal.make_keys(tmp_path / "keys")
    assert (tmp_path / "keys" / "form.key").exists()
    assert (tmp_path / "keys" / "pepper").read_bytes() == pepper


def test_a_rehearsal_through_the_queue_is_marked(door):
    answer = post(door, sealed(door)[0], headers={"X-Rehearsal": ENV["REHEARSAL_SECRET"]})
    assert answer.status_code == 200
    assert post(door, sealed(door)[0], headers={"X-Rehearsal": "no"}).status_code == 403
    assert [report.rehearsal for report in door.reports()] == [True]


@pytest.mark.security("S49", "every code")
def test_a_report_has_one_length_whatever_its_code(door, pack):
    codes = ["", *pack.taxonomy.subs, *pack.taxonomy.checkins]
    texts = ["ok", "ប្រអប់" * 100]
    sent = [sealed(door, code=code, text=text, id=phone_id(n))[0] for n, code in enumerate(codes) for text in texts]
    assert {len(body) for body in sent} == {len(sealed(door)[0])}
    answers = [post(door, body) for body in sent[:40]]
    assert {(answer.status_code, len(answer.data)) for answer in answers} == {(200, 256)}


def phone_id(n):
    return f"{n:022d}"
