"""What holds for every gateway: who comes in, who does not, what is kept, what is answered, what is never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from ingest.door import LONGEST_BODY, gateway_file
from ingest.signals import handle_of
from server import events, seal
from server.wiring import WIRES
from tests import doors
from tests.callers import ID, SENDER, WORDS, headed, samples
from tests.doors import FORM, JSON

SAMPLES = samples()
NAMES = sorted(SAMPLES)
KINDS = (FORM, JSON, "text/plain", "multipart/form-data; boundary=x", "")
PROVED_INSIDE = {"smssync", "vonage"}  # whose proof is neither in a header nor in the address
SIGNS_THE_HOUR = dict.fromkeys(("desk", "email", "gammu", "messagebird", "smsgate", "telnyx"), 5) | {
    "sinch": 24 * 60  # nothing says that what it repeats is signed anew
}  # gateway -> minutes after which a call that says when it was signed is none
TEXTS = {
    "Khmer": "ខ្ញុំនៅការិយាល័យ KD០១២៣ ",
    "an emoji": "😀👍🏽",
    "a zero byte": "PR\0KD0123",
    "another direction": "\u202eabc\u202c \u200fxyz",
    "nothing": "",
    "a space": " ",
    "three kilobytes": "ខ្ញុំ" * 205,
    "what looks like code": "<script>alert(1)</script> =1+1 ' OR 1=1 --",
    "line ends": "one\r\ntwo\nthree",
    "what looks like fields": "a=1&b=2;c=%41+%2B,d",
    "a mark of the byte order": "\ufeffPR",
    "bytes that are no UTF-8": "PR \udcff\udcfe\udce1\udc9e ok",
}


@pytest.fixture
def open_door(tmp_path, log):
    def build(name: str, record=log) -> doors.Door:
        return doors.build(tmp_path, record, GATEWAYS=name, **SAMPLES[name].SETTINGS)

    return build


def test_no_gateway_is_missing_from_this_table():
    assert set(SAMPLES) == set(WIRES)
    assert {name for name, sample in SAMPLES.items() if name != sample.NAME} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_true_call_is_one_report_and_gets_the_answer_that_its_gateway_wants(open_door, name):
    door = open_door(name)
    answer = door.client.open(**SAMPLES[name].call(WORDS, SENDER, ID))
    assert (answer.status_code, answer.data) == (200, SAMPLES[name].ANSWER)
    [report], [body] = door.reports(), door.bodies()
    assert (report.gateway, report.rehearsal) == (name, False)
    assert {field: body[field] for field in SAMPLES[name].KEEPS} == SAMPLES[name].KEEPS
    assert body["text"] == WORDS


@pytest.mark.security("S6", "forged calls")
@pytest.mark.parametrize("name", NAMES)
def test_a_forged_call_gets_403_is_no_report_and_leaves_nothing_readable(open_door, name):
    door, forged = open_door(name), SAMPLES[name].forgeries()
    assert len(forged) >= 12
    answers = {how: door.client.open(**call) for how, call in forged.items()}
    assert {how: (answer.status_code, answer.data) for how, answer in answers.items()} == dict.fromkeys(
        forged, (403, b"Refused.\n")
    )
    assert door.log.read() == []
    assert door.spool.waiting() == 0
    assert door.intake.health()["gateways"][name]["refused"] == len(forged)


@pytest.mark.security("S6", "two of one header")
@pytest.mark.parametrize("name", NAMES)
def test_a_header_that_proves_the_caller_proves_nothing_when_it_comes_twice(open_door, name):
    door, sample = open_door(name), SAMPLES[name]
    headers = dict(sample.call(WORDS, SENDER, ID).get("headers", {}))
    proving = [
        header
        for header, value in headers.items()
        if door.client.open(**headed(sample.call(WORDS, SENDER, ID), **{header: value + "x"})).status_code == 403
    ]
    assert proving or "k=" in sample.call(WORDS, SENDER, ID).get("query_string", "") or name in PROVED_INSIDE
    for header in proving:
        call = sample.call(WORDS, SENDER, ID)
        right = dict(call["headers"])[header]
        for second in (right, "x", ""):
            for both in ((right, second), (second, right)):
                rest = [(named, value) for named, value in call["headers"].items() if named != header]
                twice = call | {"headers": Headers([*rest, *((header, value) for value in both)])}
                assert door.client.open(**twice).status_code == 403, (header, second)


@pytest.mark.security("S21", "a hundred times and a day later")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R14", "each gateway", "a hundred times")
def test_a_captured_call_a_hundred_times_and_a_day_later_is_one_incident(open_door, new_reader, name):
    door, call = open_door(name), SAMPLES[name].call(WORDS, SENDER, ID)
    assert door.client.open(**call).status_code == 200
    assert {door.client.open(**call).status_code for _ in range(99)} == {200}
    later = datetime.now(UTC) + timedelta(days=1)
    door.intake.clock = lambda: later
    answers = {door.client.open(**call).status_code for _ in range(3)}
    assert answers == ({403} if name in SIGNS_THE_HOUR else {200})
    assert len(door.reports()) == 1
    reader = new_reader()
    while reader.step():
        pass
    assert [raw.fact().event.wire for raw in door.log.read()].count("incident.opened") == 1


@pytest.mark.security("S21", "old signatures")
@pytest.mark.parametrize("name", sorted(SIGNS_THE_HOUR))
def test_where_an_hour_is_signed_an_old_call_is_none(open_door, name):
    door, call, now = open_door(name), SAMPLES[name].call(WORDS, SENDER, ID), datetime.now(UTC)
    for minutes, status in ((SIGNS_THE_HOUR[name] + 1, 403), (-SIGNS_THE_HOUR[name] - 1, 403), (0, 200)):
        door.intake.clock = lambda minutes=minutes: now + timedelta(minutes=minutes)
        assert door.client.open(**call).status_code == status
    assert len(door.reports()) == 1


@pytest.mark.security("S6", "weak secrets")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("secret", ["", "short", "x" * 15, " " * 20])
def test_with_an_empty_or_short_secret_the_door_does_not_open(tmp_path, log, name, secret):
    wanted = [WIRES[name].secret, *(more for more in WIRES[name].more if more.endswith("_SECRET"))]
    for setting in wanted:
        with pytest.raises(SystemExit, match=setting):
            doors.build(tmp_path, log, GATEWAYS=name, **{**SAMPLES[name].SETTINGS, setting: secret})


@pytest.mark.security("S21", "each gateway")
@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_is_repeated_or_made_anew_gets_the_same_answer_and_is_one_report(open_door, name):
    door, call = open_door(name), SAMPLES[name].call(WORDS, SENDER, ID)
    anew = SAMPLES[name].call(WORDS, SENDER, ID)  # signed afresh, where signatures hold the time or a nonce
    answers = [door.client.open(**each) for each in (call, call, anew, call)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, SAMPLES[name].ANSWER)}
    assert len(door.reports()) == 1
    assert door.client.open(**SAMPLES[name].call(WORDS + " 2", SENDER, "m-2")).status_code == 200
    assert len(door.reports()) == 2


@pytest.mark.security("S21", "at once")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R14", "each gateway")
def test_equal_calls_at_once_are_one_report(open_door, name):
    door, call = open_door(name), SAMPLES[name].call(WORDS, SENDER, ID)
    with ThreadPoolExecutor(10) as pool:
        app = door.client.application
        codes = list(pool.map(lambda _: app.test_client().open(**call).status_code, range(30)))
    assert set(codes) == {200}
    assert len(door.reports()) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R15", "each gateway")
@pytest.mark.survival("R10", "of each gateway")
def test_what_neither_record_nor_spool_can_take_gets_503_and_comes_in_at_the_next_try(open_door, name):
    call, door = SAMPLES[name].call(WORDS, SENDER, ID), open_door(name, doors.away())
    with doors.full_disk():
        answer = door.client.open(**call)
    assert answer.status_code == 503
    assert b"Traceback" not in answer.data
    again = open_door(name)
    assert again.client.open(**call).status_code == 200
    assert [body["text"] for body in again.bodies()] == [WORDS]


@pytest.mark.security("S26", "record away")
@pytest.mark.parametrize("name", NAMES)
def test_while_the_record_is_away_a_call_is_answered_as_ever_and_waits_sealed(open_door, name, tmp_path):
    door = open_door(name, doors.away())
    answer = door.client.open(**SAMPLES[name].call(WORDS, SENDER, ID))
    assert (answer.status_code, answer.data) == (200, SAMPLES[name].ANSWER)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "spool").iterdir())
    assert b"KD0123" not in kept
    assert SENDER[4:].encode() not in kept
    door.spool.close()
    later = open_door(name)
    later.intake.tend()
    assert [body["text"] for body in later.bodies()] == [WORDS]


@pytest.mark.security("S19", "texts as sent")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R43", "each gateway")
def test_every_text_is_kept_exactly_as_it_was_sent(open_door, name):
    door = open_door(name)
    for number, text in enumerate(TEXTS.values()):
        assert door.client.open(**SAMPLES[name].call(text, SENDER, f"m-{number}")).status_code == 200
    assert dict(zip(TEXTS, (body["text"] for body in door.bodies()), strict=True)) == TEXTS


@pytest.mark.parametrize("name", NAMES)
def test_a_body_over_the_limit_is_refused_before_it_is_read(open_door, name):
    gateway = gateway_file(name)
    longest = getattr(gateway, "LONGEST_BODY", LONGEST_BODY)
    assert longest <= 3 * 1024 * 1024
    answer = open_door(name).client.post(f"/in/{name}", data=b"x" * (longest + 1))
    assert answer.status_code == (413 if "POST" in gateway.METHODS else 405)


@pytest.mark.security("S53", "any bytes")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R43", "any bytes")
def test_no_bytes_whatever_make_a_gateway_fail(open_door, name):
    door = open_door(name)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
    @given(st.binary(max_size=200), st.sampled_from(KINDS), st.sampled_from(gateway_file(name).METHODS))
    def holds(raw: bytes, kind: str, method: str) -> None:
        query = raw.decode("latin-1").replace("#", "")
        call = {"method": method, "path": f"/in/{name}", "query_string": query, "data": raw, "content_type": kind}
        assert door.client.open(**call).status_code == 403

    holds()
    assert door.log.read() == []


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(SAMPLES[name], "receipts")])
def test_what_became_of_a_text_of_ours_is_one_fact_and_no_report(open_door, name):
    door, told = open_door(name), SAMPLES[name].receipts()
    for call, _ in told.values():
        assert [door.client.open(**call).status_code for _ in range(2)] == [200, 200]
    facts = [raw.fact().event for raw in door.log.read()]
    became = [(fact.subject, fact.status) for fact in facts if isinstance(fact, events.ReceiptReceived)]
    sealer = seal.Sealer(door.folder / "keys")
    assert sorted(became) == sorted({(handle_of(sealer, name, id), status) for _, (id, status) in told.values()})
    assert door.reports() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_rehearsal_is_marked_and_never_hides_the_real_message(open_door, name):
    door, call = open_door(name), SAMPLES[name].call(WORDS, SENDER, ID)
    marked = dict(call.get("headers", {})) | {"X-Rehearsal": doors.ENV["REHEARSAL_SECRET"]}
    marked["X-Rehearsal-At"] = "2017-06-04T10:40:00+07:00"
    forged = dict(call.get("headers", {})) | {"X-Rehearsal": "some other secret"}
    codes = [door.client.open(**call | {"headers": headers}).status_code for headers in (marked, forged)]
    assert codes == [200, 403]
    assert door.client.open(**call).status_code == 200
    rehearsed, real = door.reports()
    assert (rehearsed.rehearsal, rehearsed.at) == (True, "2017-06-04T03:40:00.000+00:00")
    assert (real.rehearsal, real.at == rehearsed.at) == (False, False)
