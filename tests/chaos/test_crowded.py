"""What a whole room makes of odd traffic: a call that comes a hundred times, floods, words that kill the reader."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.reading.batches import MOST_TRIES
from tests.chaos.rooms import Note, Traffic, on_board, settled, shown, signalled
from tests.rig import Rig, whole_room

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]
POISON = Path(__file__).with_name("poison")
DEADLY = "PR KD0123-7 a word that kills"
STORED = 600  # texts of ten minutes, that a gateway kept
BURST = 2000
SHOWN = 10.0  # seconds until all of a burst is on the board


def cards(rig: Rig, token: str, words: str) -> list[str]:
    """The kinds of the cards with these words."""
    return [card["kind"] for card in shown(rig, token, words)]


@pytest.mark.survival("R14", "through a whole room")
def test_one_call_a_hundred_times_at_once_is_one_report_and_gets_equal_answers(room: Rig, token: str) -> None:
    for gateway in ("kannel", "generic", "twilio", "smsgate"):
        text = f"PR KD0123-7 a hundred times by {gateway}"
        with ThreadPoolExecutor(20) as pool:
            calls = [pool.submit(room.send, gateway, "+85512345678", text, f"same-{gateway}") for _ in range(100)]
        assert {call.result() for call in calls} == {200}
        room.until(lambda: cards(room, token, text) == ["incident"], 30, "the one report")  # noqa: B023
    time.sleep(1)
    assert len(cards(room, token, "a hundred times by")) == 4


def flood(rig: Rig, word: str, n: int) -> Traffic:
    """So many texts by four gateways, as fast as they can."""
    sent = Traffic(rig, word, rate=1_000_000.0)
    sent.start()
    rig.until(lambda: len(sent.answered) >= n, 120, "the answers")
    sent.stop()
    return sent


@pytest.mark.survival("R16", "a flood after silence")
def test_what_gateways_stored_while_the_door_was_away_arrives_once_each(room: Rig, token: str) -> None:
    sent = Traffic(room, "stored", rate=STORED / 4)
    while signalled(room, "intake", 9):
        time.sleep(0.2)
    sent.start()
    time.sleep(4)
    sent.stop()
    assert sent.statuses[0] > 0, "the door was away for some of them"
    assert sent.tried == set(sent.answered)
    assert settled(room, token, sent).whole


@pytest.mark.survival("R17", "all answered and shown", "in time")
def test_two_thousand_texts_at_once_are_answered_and_shown(room: Rig, token: str, record_property: Note) -> None:
    before, began = on_board(room, token), time.monotonic()
    sent = flood(room, "burst", BURST)
    answered = time.monotonic()
    room.until(lambda: on_board(room, token) - before >= len(sent.answered), 60, "every report on the board")
    there = time.monotonic()
    found = settled(room, token, sent)
    record_property(
        "saw",
        f"{len(sent.answered)} answered in {answered - began:.1f} s, 99 of 100 in {sent.slowest(0.99) * 1000:.0f} ms; "
        f"all shown {there - answered:.1f} s later, all read {found.waited:.1f} s after that",
    )
    assert set(sent.statuses) == {200}
    assert found.whole, found
    assert there - answered < SHOWN


@pytest.mark.survival("R21", "a process that is killed", "no more than three deaths")
def test_words_that_kill_the_reader_are_set_aside_after_three_deaths(folder: Path, record_property: Note) -> None:
    home = folder / "p"
    home.mkdir()
    with whole_room(home, PYTHONPATH=str(POISON)) as rig:
        token = rig.token("administrator")
        with ThreadPoolExecutor(4) as pool:
            words = [f"PR KD0123-7 harmless {n}" for n in range(20)]
            every = [*words[:10], DEADLY, *words[10:]]
            assert {*pool.map(lambda text: rig.send("kannel", "+85512345678", text), every)} == {200}
        rig.until(lambda: cards(rig, token, DEADLY) == ["set_aside"], 60, "what is set aside")
        rig.until(lambda: set(cards(rig, token, "harmless")) == {"incident"}, 30, "the others")
        deaths = rig.output.read_text().count("reader ended with")
        record_property("saw", f"{deaths} deaths")
        assert 0 < deaths <= MOST_TRIES
        assert rig.send("kannel", "+85512345678", "PR KD0123-7 harmless afterwards") == 200
        rig.until(lambda: cards(rig, token, "harmless afterwards") == ["incident"], 20, "the next report")


@pytest.mark.survival("R32", "through a whole room")
def test_a_form_that_is_sent_twice_at_once_gives_one_reference(room: Rig, token: str) -> None:
    answers: list[bytes] = []
    fields = "text=PR+KD0123-7+from+a+form&phone=%2B85512345678&id=one-form-00000001"
    kind = {"Content_Type": "application/x-www-form-urlencoded"}

    def press() -> None:
        answers.append(room.ask(room.given.intake_port, "POST", "/", fields, **kind)[1])

    callers = [threading.Thread(target=press) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(set(answers)) == 1
    room.until(lambda: cards(room, token, "from a form") == ["incident"], 30, "the one report")
