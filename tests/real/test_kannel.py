"""Kannel drives our door: every text that an operator hands over is a report once, whatever fails in between."""

import sys
import tempfile
import urllib.parse
from pathlib import Path

import pytest

from server import events
from tests.real import kannel, outside

pytestmark = pytest.mark.real
MANY = 2000
RATE = 100  # texts a second: more than a modem or a short number brings
SLOWEST = 250  # milliseconds for 99 of 100 answers
EMPTY = """
import eventlet, sys, warnings
eventlet.monkey_patch()
import eventlet.wsgi
def empty(environ, start):
    start("200 OK", [("Content-Length", "0")])
    return [b""]
eventlet.wsgi.server(eventlet.listen(("127.0.0.1", int(sys.argv[1]))), empty, log_output=False)
"""
WORDS = "text PR KD0123 late "  # fakesmsc puts a random number behind


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="sr") as made:  # short: the name of a unix socket has at most 107 bytes
        yield Path(made)


def everything_came(room: outside.Room, count: int) -> None:
    """So many reports are there, no two of one text, and no more come."""
    outside.until(lambda: len(room.reports()) >= count, f"{count} reports", 120)
    reports = room.reports()
    assert len({report.subject for report in reports}) == len(reports) == count
    assert len({body["message_id"] for body in room.bodies()}) == count


@pytest.mark.timeout(300)
@pytest.mark.survival("R17", "Kannel itself")
def test_two_thousand_texts_arrive_each_once_and_are_answered_in_time_and_nobody_is_texted_back(folder, capfd):
    with outside.room(folder / "r") as room, outside.Relay(room.port) as relay:
        with kannel.running(folder / "k", relay.port) as gateway:
            gateway.text(f"+8551 1234 {WORDS}", count=MANY, pause=1 / RATE, more=("-z", "5"))
            everything_came(room, MANY)
            assert gateway.sent() == 0
            assert gateway.said_to_senders() == []
        assert set(relay.statuses) == {200}
    took = relay.took
    with capfd.disabled():
        print(f"\nKannel, {RATE} texts a second offered: our door   {outside.spread(took)}")
        print(f"Kannel, {RATE} texts a second offered: no work    {outside.spread(without_work(folder))}")
    assert outside.percentile(took, 0.99) < SLOWEST
    assert not [word for word in ("KD0123", "+8551", "made-up") if word in room.written()]


def without_work(folder: Path) -> list[float]:
    """How long the same client waits for a server of the same kind that does nothing."""
    [port] = kannel.free_ports(1)
    with outside.program(sys.executable, "-c", EMPTY, str(port), output=folder / "empty.log"):
        outside.until(lambda: outside.answers(port), "the empty server")
        with outside.Relay(port) as relay, kannel.running(folder / "e", relay.port) as gateway:
            gateway.text(f"+8551 1234 {WORDS}", count=MANY, pause=1 / RATE, more=("-z", "5"))
            outside.until(lambda: len(relay.took) >= MANY, "answers")
            return relay.took


def test_a_burst_as_fast_as_it_can_arrives_each_once(folder, capfd):
    with (
        outside.room(folder / "r") as room,
        outside.Relay(room.port) as relay,
        kannel.running(folder / "k", relay.port) as gateway,
    ):
        gateway.text(f"+8551 1234 {WORDS}", count=MANY, more=("-z", "5"))
        everything_came(room, MANY)
        assert gateway.sent() == 0
    with capfd.disabled():
        print(f"\nKannel, {MANY} texts at once, 10 calls at a time: our door   {outside.spread(relay.took)}")
    assert outside.percentile(relay.took, 0.99) < SLOWEST


def test_khmer_comes_to_the_letter(folder):
    words = "បង់ត្រា PR KD០១២៣ ភូមិ 😀"
    coded = urllib.parse.quote(words.encode("utf-16-be"))
    with outside.room(folder / "r") as room, kannel.running(folder / "k", room.port) as gateway:
        gateway.text(f"85512345678 1234 ucs2 {coded}")
        everything_came(room, 1)
        [body] = room.bodies()
    assert (body["text"], body["sender"]) == (words, "+85512345678")


@pytest.mark.survival("R34", "long texts of Kannel")
def test_the_parts_of_a_long_text_are_one_report(folder):
    parts = ("PR KD0123 " + "a" * 130, "b" * 60)
    with outside.room(folder / "r") as room, kannel.running(folder / "k", room.port) as gateway:
        for number, part in ((2, parts[1]), (1, parts[0])):
            header = urllib.parse.quote(bytes((5, 0, 3, 42, 2, number)))
            gateway.text(f"+85512345678 1234 udh-text {header} {part}")
        everything_came(room, 1)
        assert [body["text"] for body in room.bodies()] == ["".join(parts)]
        assert [report.part for report in room.reports()] == [""]


@pytest.mark.survival("R33", "Kannel itself")
def test_a_part_whose_other_part_never_comes_is_a_report_that_says_so(folder):
    with outside.room(folder / "r") as room, kannel.running(folder / "k", room.port) as gateway:
        header = urllib.parse.quote(bytes((5, 0, 3, 42, 2, 1)))
        gateway.text(f"+85512345678 1234 udh-text {header} PR KD0123")
        everything_came(room, 1)
        [report], [body] = room.reports(), room.bodies()
    assert (report.part, bool(report.whole), body["text"]) == ("1/2", True, "PR KD0123")


@pytest.mark.survival("R16", "Kannel itself")
@pytest.mark.survival("R15", "Kannel itself")
def test_a_door_that_is_away_gets_everything_once_when_it_is_back(folder):
    with outside.room(folder / "r", opened=False) as room, kannel.running(folder / "k", room.port) as gateway:
        gateway.text(f"+8551 1234 {WORDS}", count=50, more=("-z", "5"))
        assert room.reports() == []
        room.open()
        everything_came(room, 50)
        assert gateway.sent() == 0
        assert gateway.said_to_senders() == []
        written = "".join(path.read_text() for path in (folder / "k").glob("*box*.log"))
    assert not [word for word in ("KD0123", "8551", "made-up") if word in written]


def test_a_door_that_is_killed_in_the_middle_loses_and_doubles_nothing(folder):
    with outside.room(folder / "r") as room, kannel.running(folder / "k", room.port) as gateway:
        with gateway.operator(f"+8551 1234 {WORDS}", count=600, pause=0.005, more=("-z", "5")):
            for reached in (100, 300):
                outside.until(lambda reached=reached: len(room.reports()) >= reached, f"{reached} reports")
                room.kill()
                room.open()
            outside.until(lambda: gateway.received() >= 600, "what was texted")
        everything_came(room, 600)
        assert gateway.sent() == 0


def test_what_became_of_our_texts_comes_back_as_receipts(folder):
    with outside.room(folder / "r") as room, kannel.running(folder / "k", room.port) as gateway:
        with gateway.operator("+85512345678 1234 text PR KD0123 late", count=1):
            outside.until(gateway.received, "the operator")
            assert gateway.send(room.port, "t-1", "+85512345678", "ទទួលបាន").startswith("0:")
            outside.until(lambda: len(room.facts(events.ReceiptReceived)) >= 2, "receipts")
            said = gateway.said_to_senders()
        receipts = room.facts(events.ReceiptReceived)
    assert {receipt.status for receipt in receipts} == {"sent", "delivered"}
    assert len({receipt.subject for receipt in receipts}) == 1
    assert len(said) == 1
