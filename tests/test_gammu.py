"""The forwarder beside gammu-smsd: what lies in the inbox is at the door once, and then nowhere else."""

import contextlib
import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import gammu_folder, gammu_inbox
from ingest.gammu_inbox import Inbox
from ingest.gammu_outbox import Outbox
from server import events
from server.texting import outbox as drawer
from tests import doors
from tests.callers import gammu

ZONE = timezone(timedelta(hours=7))
NAME = "IN20261122_154951_{serial:02d}_{sender}_{part:02d}.txt"
DETAIL = """; This file format was designed for Gammu and is compatible with Gammu+
; See <http://www.gammu.org> for more info
; Saved 20261122T155124 (Sun Nov 22 15:51:24 2026)
"""


@pytest.fixture
def door(log, tmp_path):
    env = {"GATEWAYS": "gammu", "DATA_DIR": str(tmp_path / "data"), "TEXTS": "on", "TEXTS_BY": "gammu"}
    return doors.build(tmp_path / "data", log, **env)


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


class Through:
    """The way to the door: what it answers, and what happens to a call before or behind it."""

    def __init__(self, door, status: int | None = None) -> None:
        self.door, self.status, self.posts, self.dies = door, status, 0, False

    def post(self, said):
        self.posts += 1
        if self.status is not None:
            return self.status, {}
        answer = self.door.client.open(**gammu.signed(json.dumps(said).encode()))
        return answer.status_code, answer.json


def forwarder(way: Through, inbox: Path, outbox: Outbox | None = None) -> gammu_folder.Forwarder:
    """A forwarder that has just been started."""
    return gammu_folder.Forwarder(way, Inbox(inbox), outbox, ZONE, "")


def looks(made: gammu_folder.Forwarder, times: int = 2) -> None:
    for _ in range(times):
        made.step()


def unicode(text: str) -> bytes:
    """As `InboxFormat = unicode` writes it: as many units of UTF-16 as the text has bytes of UTF-8."""
    raw = text.encode("utf-16-be")
    return b"\xfe\xff" + raw + bytes(2 * len(text.encode()) - len(raw))


def detail(*parts: tuple[str, str], date: str = "20261122T154951", pdu: str = "Deliver") -> bytes:
    """As `InboxFormat = detail` writes parts: a header in hexadecimal, and words."""
    said = DETAIL
    for n, (header, text) in enumerate(parts):
        digits = text.encode("utf-16-be", "surrogatepass").hex().upper()
        lines = [f"Text{i:02d} = {digits[at : at + 200]}" for i, at in enumerate(range(0, len(digits) or 1, 200))]
        comment = "\n".join(f"; {line}" for line in text.encode(errors="replace").decode().split("\n"))
        udh = f"UDH = {header}\n" if header else ""
        said += f"\n[SMSBackup{n:03d}]\n{comment}\nPDU = {pdu}\nDateTime = {date}\r\nState = UnRead\n"
        said += f'Number = "+85500000000"\r\n{udh}' + "\r\n".join(lines) + "\r\nCoding = Unicode_No_Compression\n"
    return said.encode()


def lay(inbox: Path, content: bytes, *, serial: int = 0, part: int = 0, sender: str = "+85512345678") -> Path:
    path = inbox / NAME.format(serial=serial, part=part, sender=sender)
    path.write_bytes(content)
    return path


def test_a_file_becomes_a_report_and_leaves_nothing_behind(door, inbox):
    lay(inbox, detail(("", "PR KD0123 late")))
    looks(forwarder(Through(door), inbox))
    [body], [report] = door.bodies(), door.reports()
    assert (body["text"], body["sender"]) == ("PR KD0123 late", "+85512345678")
    assert report.sent_at == "2026-11-22T08:49:51.000+00:00", "the network's hour is that of the country"
    assert list(inbox.iterdir()) == []


def test_an_hour_that_says_it_is_utc_is_utc(door, inbox):
    lay(inbox, detail(("", "PR KD0123 late"), date="20261122T154951Z"))
    looks(forwarder(Through(door), inbox))
    assert door.reports()[0].sent_at == "2026-11-22T15:49:51.000+00:00"


@pytest.mark.parametrize("content", [unicode("បង់ត្រា 😀"), "បង់ត្រា 😀".encode(), detail(("", "បង់ត្រា 😀"))])
def test_each_format_of_smsd_is_read_to_the_letter(door, inbox, content):
    lay(inbox, content, sender="012345678")
    looks(forwarder(Through(door), inbox))
    assert [(body["text"], body["sender"]) for body in door.bodies()] == [("បង់ត្រា 😀", "+85512345678")]


def test_parts_are_joined_in_their_order_even_inside_a_letter(door, inbox):
    high, low = "\ud83d", "\ude00"
    lay(inbox, detail(("050003D10202", low + " end"), ("050003D10201", "start " + high)))
    for part, text in enumerate(("one ", "two ", "three")):
        lay(inbox, unicode(text), serial=1, part=part)
    looks(forwarder(Through(door), inbox))
    assert {body["text"] for body in door.bodies()} == {"start 😀 end", "one two three"}
    assert {report.part for report in door.reports()} == {""}


def test_a_part_whose_others_never_came_says_its_place_so_that_the_reader_may_join_them(door, inbox):
    lay(
        inbox,
        detail(
            ("050003D10202", "the end"),
        ),
    )
    lay(
        inbox,
        detail(
            ("06080400D10201", "the start"),
        ),
        serial=1,
    )
    looks(forwarder(Through(door), inbox))
    assert {(body["text"], report.part) for body, report in zip(door.bodies(), door.reports(), strict=True)} == {
        ("the end", "2/2"),
        ("the start", "1/2"),
    }
    assert all(report.whole for report in door.reports())


def test_files_of_a_message_that_never_come_are_not_waited_for_longer_than_a_minute(door, inbox, monkeypatch):
    monkeypatch.setattr(gammu_inbox, "PARTS", 0)
    lay(inbox, unicode("second"), part=1)
    lay(inbox, unicode("fourth"), part=3)
    looks(forwarder(Through(door), inbox))
    assert {body["text"] for body in door.bodies()} == {"second", "fourth"}
    assert list(inbox.iterdir()) == []


def test_a_file_that_still_grows_is_not_read(door, inbox):
    path, made = lay(inbox, b""), forwarder(Through(door), inbox)
    for text in ("PR KD0123", "PR KD0123 late"):
        made.step()
        path.write_bytes(unicode(text))
    made.step()
    assert door.reports() == []
    made.step()
    assert [body["text"] for body in door.bodies()] == ["PR KD0123 late"]


@pytest.mark.parametrize("status", [0, 200, 403, 404, 500, 503])
def test_a_door_that_does_not_take_it_leaves_it_in_the_inbox_and_is_asked_less_often(door, inbox, status):
    path, way = lay(inbox, detail(("", "PR KD0123 late"))), Through(door, status)
    made = forwarder(way, inbox)
    pauses = [made.step() for _ in range(9)]
    assert path.exists()
    assert pauses == sorted(pauses)
    assert pauses[-1] == gammu_folder.LONGEST
    way.status = None
    assert made.step() == gammu_folder.BETWEEN
    assert len(door.reports()) == 1
    assert not path.exists()


def test_a_message_that_makes_the_door_fail_does_not_hold_up_the_others(door, inbox):
    class Fails(Through):
        def post(self, said):
            return (500, None) if said["text"] == "odd" else super().post(said)

    lay(inbox, detail(("", "odd")))
    lay(inbox, detail(("", "fine")), serial=1)
    made = forwarder(Fails(door), inbox)
    looks(made)
    assert [body["text"] for body in door.bodies()] == ["fine"]
    assert len(list(inbox.iterdir())) == 1
    assert made.step() > gammu_folder.BETWEEN


def test_a_file_that_cannot_be_read_or_moved_does_not_hold_up_the_others(door, inbox, monkeypatch):
    odd, foreign = lay(inbox, detail(("", "odd"))), inbox / "foreign"
    foreign.touch()
    lay(inbox, detail(("", "fine")), serial=1)
    for name in ("read_bytes", "rename"):
        monkeypatch.setattr(Path, name, denied(getattr(Path, name), (odd, foreign)))
    looks(forwarder(Through(door), inbox))
    assert [body["text"] for body in door.bodies()] == ["fine"]
    assert {path for path in inbox.iterdir() if path.is_file()} == {odd, foreign}


def denied(does, paths):
    """This method, but not for these paths: as when they are another account's."""

    def attempt(path, *given):
        if path in paths:
            raise PermissionError(13, "not ours")
        return does(path, *given)

    return attempt


@pytest.mark.parametrize("status", [400, 413])
def test_what_the_door_will_never_take_is_set_aside_and_said(door, inbox, caplog, status):
    path = lay(inbox, detail(("", "PR KD0123 late")))
    looks(forwarder(Through(door, status), inbox))
    assert [each.name for each in (inbox / "aside").iterdir()] == [path.name]
    assert "cannot be sent" in caplog.text
    assert not [word for word in ("12345678", "KD0123") if word in caplog.text]


def test_odd_files_are_set_aside_never_lost_and_hidden_ones_let_be(door, inbox, caplog):
    (inbox / "aside").mkdir()
    (inbox / "aside" / "notes +85512345678.txt").write_text("an older one")
    (inbox / "notes +85512345678.txt").write_text("a newer one")
    (inbox / ".draft").write_text("of somebody else")
    (inbox / NAME.format(serial=3, part=0, sender="x")).symlink_to("/etc/passwd")
    lay(inbox, detail(("", "Delivered"), pdu="Status_Report"), serial=4)
    looks(forwarder(Through(door), inbox))
    assert door.reports() == []
    assert len(list((inbox / "aside").iterdir())) == 4
    assert (inbox / ".draft").exists()
    assert "12345678" not in caplog.text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"\xfe\xff", ""),
        (b"\xfe\xff\x17", "\ufffd"),
        (b"caf\xe9 \xff", "caf\udce9 \udcff"),
        (detail(("zz", "PR KD0123 late")), detail(("zz", "PR KD0123 late")).decode()),
        (DETAIL.encode(), DETAIL),
        (detail(("", "cut"))[:290], None),
    ],
)
def test_whatever_bytes_a_message_has_they_come_through(door, inbox, content, text):
    lay(inbox, content)
    looks(forwarder(Through(door), inbox))
    assert [body["text"] for body in door.bodies()] == [text if text is not None else content.decode()]
    assert list(inbox.iterdir()) == []


def test_who_texts_what_looks_like_smsds_own_file_is_still_who_they_are(door, inbox):
    lay(inbox, detail(("", "LC KD0123")), sender="+85598000000")
    looks(forwarder(Through(door), inbox))
    assert [body["sender"] for body in door.bodies()] == ["+85598000000"]


def test_the_same_text_under_another_serial_is_one_report_and_another_text_is_another(door, inbox):
    made = forwarder(Through(door), inbox)
    for _ in range(2):  # smsd was ended before it could remove the text from the phone
        lay(inbox, detail(("", "PR KD0123 late")))
        lay(inbox, detail(("", "PR KD0123 late")), serial=1)
        lay(inbox, detail(("", "LC KD0123")), serial=2)
        looks(made)
    assert sorted(body["text"] for body in door.bodies()) == ["LC KD0123", "PR KD0123 late"]


class Died(Exception):
    """The forwarder was ended here."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(door, tmp_path_factory, data):
    inbox = tmp_path_factory.mktemp("inbox")
    mark = os.urandom(4).hex()
    for part in range(3):
        lay(inbox, unicode(f"{mark} part {part} "), part=part)
    lay(inbox, detail(("", f"{mark} whole")), serial=1)
    with pytest.MonkeyPatch.context() as patch:
        left = [data.draw(st.integers(1, 60), label="steps until the death")]
        for owner, name in ((os, "fsync"), (Path, "unlink"), (Path, "rename"), (Through, "post")):
            patch.setattr(owner, name, dying(getattr(owner, name), left))
        with contextlib.suppress(Died):
            looks(forwarder(Through(door), inbox), 3)
    looks(forwarder(Through(door), inbox), 3)
    texts = [body["text"] for body in door.bodies() if mark in body["text"]]
    assert sorted(texts) == sorted([f"{mark} whole", "".join(f"{mark} part {part} " for part in range(3))])
    assert [path.name for path in inbox.iterdir() if path.name != f"{gammu_inbox.NOTE}.new"] == []


def dying(does, left):
    """This function, but it ends the program when its turn comes, before or behind what it does."""

    def step(*args, **more):
        left[0] -= 1
        if left[0] == 0:
            raise Died
        done = does(*args, **more)
        left[0] -= 1
        if left[0] == 0:
            raise Died
        return done

    return step


def test_a_newer_file_of_the_same_name_is_not_wiped_for_the_older_one(door, inbox):
    paths = [lay(inbox, unicode(f"part {part} "), part=part) for part in range(2)]
    note = {paths[0].name: "0" * 64, paths[1].name: gammu_inbox._sum(paths[1])}
    (inbox / gammu_inbox.NOTE).write_text(json.dumps(note))
    looks(forwarder(Through(door), inbox))
    assert [body["text"] for body in door.bodies()] == ["part 0 "]


@pytest.fixture
def outbox(tmp_path):
    folders = [tmp_path / name for name in ("outbox", "sent", "error")]
    for folder in folders:
        folder.mkdir()
    return Outbox(*folders)


def poll(made: gammu_folder.Forwarder) -> None:
    """One look, without the pause between questions for texts."""
    made._asked = -gammu_folder.POLL
    made.step()


def test_texts_to_send_become_files_of_smsd_once_and_what_became_of_them_is_told(door, inbox, tmp_path, outbox):
    waiting = drawer.Outbox(door.log, door.folder / "keys", lambda: datetime.now(UTC))
    until = datetime.now(UTC) + timedelta(hours=1)
    for id_, number, words in (("t-1", "+85512345678", "ទទួលបាន"), ("../t", "+85512345678", "x"), ("t-3", "x", "x")):
        waiting.put("gammu", id_, number, words, until)
    made = forwarder(Through(door), inbox, outbox)
    poll(made)
    poll(forwarder(Through(door), inbox, outbox))
    [file] = (tmp_path / "outbox").iterdir()
    assert file.name == "OUTC00000000_000000_00_+85512345678_t-1.txt"
    assert file.read_bytes().decode("utf-16") == "ទទួលបាន"
    file.rename(tmp_path / "sent" / file.name)
    poll(made)
    assert list((tmp_path / "sent").iterdir()) == []
    facts = [raw.fact().event for raw in door.log.read()]
    handles = {fact.subject: fact.handle for fact in facts if isinstance(fact, events.TextSent)}
    receipts = {fact.subject: fact.status for fact in facts if isinstance(fact, events.ReceiptReceived)}
    assert receipts == {handles["t-1"]: "sent", handles["../t"]: "failed", handles["t-3"]: "failed"}


def test_two_messages_of_one_second_in_different_formats_are_two_reports(door, inbox, monkeypatch):
    """Smsd numbers the files of each ending by themselves."""
    monkeypatch.setattr(gammu_inbox, "PARTS", -1.0)
    text = lay(inbox, unicode("PR KD0123 late"))
    (inbox / text.name.replace(".txt", ".bin")).write_bytes(b"LC KD0123")
    looks(forwarder(Through(door), inbox))
    assert sorted(body["text"] for body in door.bodies()) == ["LC KD0123", "PR KD0123 late"]
    assert list(inbox.iterdir()) == []
