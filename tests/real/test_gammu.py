"""Gammu SMSD with its dummy phone and our forwarder: each text is a report once, and none stays in the inbox."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server import events
from server.texting.outbox import Outbox
from tests.real import outside

pytestmark = pytest.mark.real
LONG = "PR KD0123 " + "abcdefghij " * 18 + "the end."  # 216 characters: two parts
KHMER = "បង់ត្រា PR KD០១២៣ 😀 " * 8  # more than one part of 67


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="sr") as made:  # short: the name of a unix socket has at most 107 bytes
        yield Path(made)


@dataclass
class Modem:
    """A dummy phone, and smsd's folders."""

    folder: Path

    def comes(self, text: str, sender: str = "+85512345678") -> None:
        """A text comes to the phone."""
        how = ("-unicode",) if not text.isascii() else ()
        command = ["gammu", "-c", str(self.folder / "gammurc"), "savesms", "TEXT", "-folder", "1", "-unread"]
        words = ("-sender", sender, "-len", "1000", *how, "-textutf8", text)
        subprocess.run([*command, *words], check=True, capture_output=True, timeout=60)

    def inbox(self) -> list[str]:
        """The files in the inbox."""
        return sorted(path.name for path in (self.folder / "inbox").iterdir())

    @contextlib.contextmanager
    def smsd(self) -> Iterator[None]:
        """The daemon, running."""
        conf = str(self.folder / "smsdrc")
        with outside.program("gammu-smsd", "-c", conf, output=self.folder / "smsd.log"):
            yield

    def forwarder(self, room: outside.Room) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        """Our program beside it."""
        folders = [str(self.folder / name) for name in ("outbox", "sent", "error")]
        command = [sys.executable, "-m", "ingest.gammu_folder", "--inbox", str(self.folder / "inbox")]
        output = self.folder / "forwarder.log"
        return outside.program(*command, "--outbox", *folders, output=output, env=room.env)

    def left(self) -> list[str]:
        """The files in all of smsd's folders."""
        folders = [self.folder / name for name in ("inbox", "outbox", "sent", "error")]
        return [path.name for folder in folders for path in folder.rglob("*")]

    def written(self) -> str:
        """What the forwarder wrote into its log."""
        return (self.folder / "forwarder.log").read_text()


@pytest.fixture
def modem(folder):
    made = folder / "g"
    for name in ("dev", "inbox", "outbox", "sent", "error"):
        (made / name).mkdir(parents=True)
    places = {
        "/dev/ttyUSB0": str(made / "dev"),
        "connection = at115200": "connection = none\nmodel = dummy",
        "/var/spool/gammu": str(made),
        "debuglevel = 0": "debuglevel = 0\ncommtimeout = 1\nchecksecurity = 0",
        "multiparttimeout = 600": "multiparttimeout = 2",
    }
    conf = outside.sample("smsdrc", made, places)
    (made / "gammurc").write_text(conf.read_text().partition("[smsd]")[0].partition("machine\n")[2])
    return Modem(made)


def everything_came(room: outside.Room, modem: Modem, texts: list[str]) -> None:
    """These reports are there, each once, and nothing stays behind."""
    outside.until(lambda: len(room.reports()) >= len(texts) and not modem.inbox(), f"{len(texts)} reports")
    bodies = room.bodies()
    assert sorted(body["text"] for body in bodies) == sorted(texts)
    assert {body["sender"] for body in bodies} == {"+85512345678"}


def test_texts_of_every_kind_are_reports_to_the_letter_and_leave_the_disk(folder, modem):
    texts = ["PR KD0123 late", LONG, KHMER, "@{}[]~|\\€ é"]
    with outside.room(folder / "r") as room, modem.smsd(), modem.forwarder(room):
        for text in texts:
            modem.comes(text)
        everything_came(room, modem, texts)
        assert [report.part for report in room.reports()] == [""] * 4
    assert modem.left() == []


def test_a_part_whose_other_part_never_comes_is_a_report_that_says_so(folder, modem):
    with outside.room(folder / "r") as room:
        modem.comes(LONG)
        (modem.folder / "dev" / "sms" / "1" / "1").unlink()
        with modem.smsd(), modem.forwarder(room):
            outside.until(lambda: room.reports() and not modem.inbox(), "the part")
        [report], [body] = room.reports(), room.bodies()
    assert (report.part, bool(report.whole)) == ("2/2", True)
    assert LONG.endswith(body["text"])


@pytest.mark.survival("R16", "another gateway itself")
def test_while_the_door_is_away_texts_wait_and_then_arrive_each_once(folder, modem):
    texts = [f"PR KD0123 late {n}" for n in range(12)]
    with outside.room(folder / "r", opened=False) as room, modem.smsd(), modem.forwarder(room):
        for text in texts:
            modem.comes(text)
        outside.until(lambda: len(modem.inbox()) == len(texts), "the texts in the inbox")
        outside.until(lambda: "wait in the inbox" in modem.written(), "a word about it")
        room.open()
        everything_came(room, modem, texts)
    assert not [word for word in ("12345678", "KD0123", "made-up") if word in modem.written()]


@pytest.mark.parametrize("halts", ["post", "wipe", "overwrite"])
@pytest.mark.survival("R16", "another gateway itself")
def test_a_forwarder_that_is_killed_before_or_behind_its_step_loses_and_doubles_nothing(folder, modem, halts):
    """It halts at the first message: behind the door's 200, before or in the middle of removing the file."""
    texts = ["PR KD0123 late", LONG, KHMER]
    places = {"post": "gammu_folder.Door", "wipe": "gammu_inbox.Inbox", "overwrite": "gammu_inbox"}
    stop = f"""
import os, signal, sys
from ingest import gammu_folder, gammu_inbox
does = {places[halts]}.{halts}
def step(*given):
    done = does(*given) if {halts != "wipe"} else None
    os.kill(os.getpid(), signal.SIGKILL)
{places[halts]}.{halts} = step
gammu_folder.main()
"""
    inbox = str(modem.folder / "inbox")
    with outside.room(folder / "r") as room, modem.smsd():
        for text in texts:
            modem.comes(text)
        outside.until(lambda: len(modem.inbox()) == len(texts), "the texts in the inbox")
        command = [sys.executable, "-c", stop, "--inbox", inbox]
        for _ in texts:  # each start gets one step further, or none
            done = subprocess.run(command, cwd=outside.ROOT, env={**os.environ, **room.env}, timeout=60)
            assert done.returncode == -signal.SIGKILL
        assert room.reports()
        with modem.forwarder(room):
            everything_came(room, modem, texts)


def test_a_text_that_waits_in_the_room_is_sent_by_smsd_and_then_only_its_receipt_is_left(folder, modem):
    with outside.room(folder / "r") as room, modem.smsd(), modem.forwarder(room):
        waiting = Outbox(room.log, folder / "r" / "keys", lambda: datetime.now(UTC))
        for id_, words in (("t-1", "ទទួលបាន"), ("t-2", "ok " * 100)):
            waiting.put("gammu", id_, "+85512345678", words, datetime.now(UTC) + timedelta(hours=1))
        outside.until(lambda: len(room.facts(events.ReceiptReceived)) == 2, "the receipts")
        assert {receipt.status for receipt in room.facts(events.ReceiptReceived)} == {"sent"}
        outside.until(lambda: not modem.left(), "the end of the files")
