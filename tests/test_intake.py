"""The one door: one sender is one alias, words and numbers stand readable nowhere, and order is kept."""

import base64
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest import senders
from ingest.intake import Intake
from ingest.message import Message
from ingest.senders import e164
from ingest.spool import Full, Spool
from server import seal, settings
from server.log import Log
from tests import doors
from tests.doors import ENV

WORDS = ["tamarind", "umbrella", "buffalo", "lantern", "kingfisher", "monsoon", "jackfruit", "palmleaf"]


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


class Switch(Log):
    """A record that a test can take away."""

    gone = False

    def ask(self, command, *args, **options):
        if self.gone:
            return super().ask(doors.away().client.ping)
        return super().ask(command, *args, **options)


@pytest.fixture
def switch(redis_server, log):
    made = Switch(redis_server, log.stream)
    yield made
    made.client.close()


def say(door, words: str, sender: str = "") -> str:
    return door.intake.accept(Message(gateway="kannel", message_id=words, sender=sender, text=words)).report


@pytest.mark.parametrize(
    "sender",
    [
        "+85512345678",
        "85512345678",
        "012345678",
        "012 345 678",
        "0085512345678",
        "+855 (12) 345-678",
        " 12345678 ",
        "\u202a+855 12 345 678\u202c",
        "០១២៣៤៥៦៧៨",
    ],
)
def test_one_handset_has_one_alias_however_its_number_is_written(door, sender):
    say(door, "first", "+85512345678")
    say(door, "second", sender)
    assert len({report.source for report in door.reports()}) == 1
    assert [body["raw_sender"] for body in door.bodies()] == ["+85512345678", sender]


@pytest.mark.parametrize(
    ("sender", "spelling"),
    [
        ("", ""),
        ("  ", ""),
        ("Smart2017", "smart2017"),
        ("1234", "1234"),
        ("+66812345678", "+66812345678"),
        ("66812345678", "+66812345678"),
        ("+", "+"),
        ("\udcff9", "\udcff9"),
        ("9" * 500, "9" * 500),
    ],
)
def test_what_is_no_number_is_known_by_its_text_in_lower_case(sender, spelling):
    assert e164(sender, "KH") == spelling


@hypothesis_settings(max_examples=300)
@example("KH", True, "012345678")  # with the prefix that is dialled inside a country
@example("RU", True, "89123456789")
@example("IT", True, "0612345678")
@given(
    st.sampled_from(["KH", "TH", "KE", "US", "CA", "IT", "BR", "MX", "GB", "DE", "NG", "RU", "KZ", "XX"]),
    st.booleans(),
    st.from_regex(r"[018]?[0-9]{6,10}", fullmatch=True) | st.text("0123456789០១ +-(", max_size=13),
)
def test_a_number_that_is_known_by_its_look_is_spelled_as_one_that_is_read(region, own, digits):
    code = phonenumbers.country_code_for_region(region) if own else ""
    for sender in (f"+{code}{digits}", f"{code}{digits}", digits, f"+{code}{digits}\n"):
        with mock.patch.object(senders, "_spelled", return_value=re.compile("(?!)")):
            read = e164(sender, region)
        assert e164(sender, region) == read


def test_two_senders_have_two_aliases_and_nobody_has_none(door):
    for number, sender in enumerate(["012345678", "012345679", "Smart", ""]):
        say(door, str(number), sender)
    sources = [report.source for report in door.reports()]
    assert len(set(sources)) == 4
    assert sources[-1] == ""


@pytest.mark.security("S1", "spool and keys of the record")
def test_no_word_and_no_number_stands_readable_in_spool_keys_or_record(tmp_path, log, redis_server, caplog):
    numbers = [f"+8551{2345000 + seed * 37}" for seed in range(50)]
    there, gone = doors.build(tmp_path, log), doors.build(tmp_path, doors.away())
    for seed, number in enumerate(numbers):
        words = f"{WORDS[seed % 8]} {WORDS[seed // 8]} canary{seed}"
        for door in (there, gone):
            door.client.open(**doors.kannel(**{"from": number, "text": words, "id": f"id{seed}"}))
            door.client.post("/", data={"text": words, "phone": number, "station": "KD0123-7"})
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    aof = b"".join(path.read_bytes() for path in Path(redis_server).parent.rglob("*.aof"))
    everything = kept + aof + caplog.text.encode()
    assert (len(log.read()), gone.spool.waiting()) == (100, 100)
    assert b"report.received" in kept
    assert b"report.received" in aof
    for number in numbers:
        digits = number[4:]
        for spelled in (digits, number, f"0{digits}", base64.b64encode(number.encode()).decode(), digits[::-1]):
            assert spelled.encode() not in everything
    assert not re.search("|".join(WORDS).encode(), everything)


@pytest.mark.survival("R4", "order kept")
def test_while_the_record_is_away_reports_wait_in_order_and_later_ones_queue_behind_them(tmp_path, switch):
    door = doors.build(tmp_path, switch)
    say(door, "first")
    switch.gone = True
    for words in ("second", "third"):
        say(door, words)
    assert (door.spool.waiting(), door.intake.tend()) == (2, 0)
    switch.gone = False
    say(door, "fourth")
    assert door.spool.waiting() == 3
    assert door.intake.tend() == 3
    say(door, "fifth")
    assert [body["text"] for body in door.bodies()] == ["first", "second", "third", "fourth", "fifth"]
    assert door.intake.health() == {
        "record": "up",
        "spool": {"waiting": 0, "set_apart": 0},
        "gateways": door.intake.health()["gateways"]
        | {"kannel": {"accepted": 2, "repeated": 0, "spooled": 3, "refused": 0}},
        "unread": 0,
        "no_own_key": 0,
        "disk_faults": 0,
    }


@pytest.mark.survival("R4", "nothing lost or doubled")
def test_a_report_that_waited_and_came_again_meanwhile_is_one_report(tmp_path, switch):
    door = doors.build(tmp_path, switch)
    switch.gone = True
    say(door, "same")
    say(door, "same")
    switch.gone = False
    door.intake.tend()
    say(door, "same")
    assert len(door.reports()) == 1


@pytest.mark.survival("R5", "asked once in a while only")
def test_after_a_failure_the_record_is_asked_once_in_a_while_only(tmp_path, switch, monkeypatch):
    door, asked = doors.build(tmp_path, switch), []
    real = switch.append_all
    monkeypatch.setattr(switch, "append_all", lambda drafts: asked.append(1) or real(drafts))
    switch.gone = True
    with doors.full_disk():  # so that nothing waits in the spool, and only the pause holds requests back
        for words in "abcdef":
            with pytest.raises(Full):
                say(door, words)
        assert len(asked) == 1
        time.sleep(0.55)
        for words in "abcdef":
            with pytest.raises(Full):
                say(door, words)
    assert len(asked) == 2


@pytest.mark.survival("R10", "of each gateway")
def test_a_full_disk_refuses_nothing_that_the_record_can_take(tmp_path, switch):
    door = doors.build(tmp_path, switch)
    switch.gone = True
    say(door, "waits")
    switch.gone = False
    time.sleep(0.55)
    with doors.full_disk():
        say(door, "taken")
    door.intake.tend()
    assert [body["text"] for body in door.bodies()] == ["taken", "waits"]


@pytest.mark.survival("R2", "what it held comes with the next")
def test_what_a_dead_process_left_is_delivered_by_the_next(tmp_path, log):
    gone = doors.build(tmp_path, doors.away())
    say(gone, "left behind")
    gone.spool.close()
    door = doors.build(tmp_path, log)
    assert door.intake.tend() == 1
    assert door.bodies()[0]["text"] == "left behind"


def test_without_id_or_time_the_same_words_are_one_report_for_some_minutes_only(tmp_path, log):
    hour = [datetime(2017, 6, 4, 3, 41, tzinfo=UTC)]
    door = doors.build(tmp_path, log)
    door.intake.clock = lambda: hour[0]
    for minute in (41, 42, 59):
        hour[0] = hour[0].replace(minute=minute)
        door.intake.accept(Message(gateway="generic", sender="012345678", text="OK"))
    assert [report.at for report in door.reports()] == [
        "2017-06-04T03:41:00.000+00:00",
        "2017-06-04T03:59:00.000+00:00",
    ]


@pytest.mark.security("S54", "times of sending")
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("1496547600", "2017-06-04T03:40:00.000+00:00"),
        ("1496547600123", "2017-06-04T03:40:00.123+00:00"),
        ("2017-06-04T10:40:00+07:00", "2017-06-04T03:40:00.000+00:00"),
        ("2017-06-04 03:40:00", "2017-06-04T03:40:00.000+00:00"),
        ("2017-06-04T03:40:00Z", "2017-06-04T03:40:00.000+00:00"),
        ("", ""),
        ("yesterday", ""),
        ("9" * 5000, ""),
        ("0001-01-01T00:00:00+14:00", ""),
        ("\xb2", ""),
    ],
)
def test_the_time_of_sending_is_read_however_it_is_written(door, sent, read):
    door.intake.accept(Message(gateway="generic", text="x", sent_at=sent))
    assert door.reports()[0].sent_at == read


@pytest.mark.security("S26", "public half only")
def test_the_door_needs_only_the_public_half_of_the_rooms_key(tmp_path, log):
    doors.build(tmp_path, log)
    (tmp_path / "keys" / "room.key").unlink()
    (tmp_path / "keys" / "ledger.key").unlink()
    made = settings.read({**ENV, "DATA_DIR": str(tmp_path)})
    sealer = seal.Sealer(tmp_path / "keys")
    intake = Intake(made, "KH", sealer, log, Spool(tmp_path / "spool"), lambda: datetime.now(UTC))
    assert intake.accept(Message(gateway="generic", text="x")).fresh


def test_a_message_does_not_show_itself_in_a_log_line():
    assert "secret words" not in repr(Message(gateway="generic", text="secret words", sender="012345678"))
