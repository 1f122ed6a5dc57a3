"""Long messages come in parts: in any order, twice, or not at all; no word is lost and none is read twice."""

import contextlib
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.message import Message
from server import events, queries, sums
from server.board import Board
from server.drawer import Drawer
from server.log import Down, Log
from server.pack import Pack
from server.queries import Filters
from server.reader import Reader
from server.reading import parts
from server.reading import readings as readings_of
from server.seal import Locked, Opener, Sealer, Vault
from tests import doors, house
from tests.days import the_pack
from tests.doors import Door

NewReader = Callable[..., Reader]
SENDER = "+85512345678"
WORDS = "XB KD0123-7 5 10:40 one man put many ballots into the box, and the chief of the station looked away"


class Clock:
    """An hour that moves when a test says so."""

    def __init__(self) -> None:
        self.hour = datetime(2017, 6, 4, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.hour

    def later(self, seconds: float = parts.PATIENCE) -> None:
        self.hour += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log)


@pytest.fixture
def new_reader(keys: Path, log: Log, pack: Pack, clock: Clock) -> Iterator[NewReader]:
    shared = {"Gazetteer": house.kept(readings_of.Gazetteer), "Classifier": house.kept(readings_of.Classifier)}
    with mock.patch.multiple("server.reading.readings", **shared):
        yield lambda worker="reader.1": Reader(log, Opener(keys / "keys"), Vault(keys), pack, worker, clock)


def send(door: Door, number: int, of: int, text: str, reference: str = "42", sender: str = SENDER, **more: str) -> str:
    """One part at the door; its report."""
    message_id = f"{reference}-{sender}-{number}-{text}"
    given = {"gateway": "kannel", "message_id": message_id, "sender": sender, "text": text, **more}
    accepted = door.intake.accept(Message(part=(reference, number, of), **given))
    assert accepted.fresh
    return accepted.report


def read_all(*readers: Reader) -> None:
    while sum(reader.step() for reader in readers):
        pass


def readings(log: Log) -> dict[str, events.ReportRead]:
    facts = [raw.fact().event for raw in log.read()]
    return {event.subject: event for event in facts if isinstance(event, events.ReportRead)}


def wires(log: Log) -> list[str]:
    return sorted(raw.fields["wire"] for raw in log.read())


def cards(keys: Path, log: Log) -> list[dict[str, Any]]:
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, the_pack())
    board.fold(log.read())
    return queries.page(board, Filters(), "all", limit=200)[0]


def texts(keys: Path, log: Log) -> list[str]:
    return sorted(card["detail"]["text"] for card in cards(keys, log))


@pytest.mark.survival("R33", "shown and marked")
def test_each_part_is_on_the_feed_at_once_and_the_whole_takes_their_place(door, log, keys, new_reader):
    reader = new_reader()
    send(door, 2, 2, WORDS[40:])
    read_all(reader)
    assert [(card["kind"], card["detail"]["text"]) for card in cards(keys, log)] == [("raw", WORDS[40:])]
    first = send(door, 1, 2, WORDS[:40])
    read_all(reader)
    (card,) = cards(keys, log)
    assert (card["id"], card["detail"]["text"], card["station"]) == (first, WORDS, "KD0123")
    assert (card["kind"], card["number"], card["detail"]["count"]) == ("incident", 1, 5)
    assert card["detail"]["unread"] == []
    joined = [raw.fact() for raw in log.read() if raw.fields["wire"] == "report.joined"]
    assert [(fact.event.into, fact.version) for fact in joined] == [(first, 2)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.survival("R34", "any order")
def test_any_text_cut_anywhere_in_any_order_is_read_as_one(door, log, keys, new_reader, data):
    text = data.draw(st.text(max_size=120))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=7)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    order = data.draw(st.permutations(list(enumerate(pieces, 1))))
    turns = data.draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    reference = str(uuid.uuid4())
    before, sent = len(log.read(count=10**6)), {}
    readers = [new_reader("reader.1"), new_reader("reader.2")]
    for (number, piece), turn in zip(order, turns, strict=True):
        sent[number] = send(door, number, len(pieces), piece, reference=reference)
        for reader in readers[:: -1 if turn else 1]:
            reader.step()
    read_all(*readers)
    facts, first = [raw.fact() for raw in log.read(count=10**6)[before:]], sent[1]
    read = [fact.event for fact in facts if isinstance(fact.event, events.ReportRead)]
    assert [event.subject for event in read] == [first]
    assert Vault(keys).open(owner(facts, first), read[0].words)["text"] == text
    joined = [fact.event.into for fact in facts if isinstance(fact.event, events.ReportJoined)]
    assert joined == [first] * (len(pieces) - 1)


def owner(facts, report):
    (source,) = {fact.event.source for fact in facts if isinstance(fact.event, events.ReportReceived)}
    return f"source:{source}" if source else f"report:{report}"


@pytest.mark.survival("R33", "shown and marked")
def test_a_lost_part_is_waited_for_and_then_the_others_are_read_without_it(door, log, keys, new_reader, clock):
    one, two = new_reader("reader.1"), new_reader("reader.2")
    sent = {send(door, number, 3, f"XB KD0123-7 piece {number} ") for number in (3, 1)}
    read_all(one, two)
    clock.later(parts.PATIENCE - 1)
    read_all(one, two)
    assert readings(log) == {}
    clock.later(1)
    read_all(two, one)
    assert set(readings(log)) == sent
    assert {card["kind"] for card in cards(keys, log)} == {"incident"}
    assert [card["detail"]["unread"] for card in cards(keys, log)] == [["2/3"], ["2/3"]]


@pytest.mark.parametrize("seconds", [0, parts.REUSED + 1])
@pytest.mark.survival("R33", "too late")
def test_a_part_that_comes_too_late_is_read_by_itself(door, log, keys, new_reader, clock, seconds):
    reader = new_reader()
    send(door, 1, 2, "first half")
    read_all(reader)
    clock.later()
    read_all(reader)
    if seconds:  # what is kept of the message has expired by then
        Drawer(log).touch(parts.BOX, door.reports()[0].whole, 0)
    late = send(door, 2, 2, "second half")
    read_all(reader)
    clock.later()
    read_all(reader)
    assert texts(keys, log) == ["first half", "second half"]
    assert late in readings(log)
    assert wires(log).count("report.joined") == 0


def test_a_reader_that_begins_with_a_monitors_lost_part_knows_the_monitor(door, log, keys, new_reader, clock):
    send(door, 1, 2, WORDS, reference="1", sender="+85512999888")
    send(door, 1, 2, WORDS, reference="2")
    alias = Sealer(keys / "keys").alias(SENDER)
    monitor = {"organisation": "one", "language": "km", "replies": False, "aliases": alias, "rehearsal": False}
    log.append(events.MonitorEnrolled(subject="m1", sealed="", **monitor), by="console")
    read_all(new_reader())
    clock.later()
    new_reader().step()
    assert wires(log).count("incident.opened") == 2
    [likened] = [raw.fact().event for raw in log.read() if raw.fields["wire"] == "report.likened"]
    assert not likened.copy


def test_if_one_part_of_a_message_without_all_parts_is_restricted_so_are_all(door, log, keys, new_reader, clock):
    reader = new_reader()
    send(door, 1, 4, "OE KD0123-7 ")
    send(door, 2, 4, "the men from before have come back ")
    read_all(reader)
    clock.later()
    read_all(reader)
    send(door, 4, 4, "and this comes too late ")
    read_all(reader)
    assert [reading.restricted for reading in readings(log).values()] == [True] * 3


def test_the_parts_of_one_message_are_counted_as_one_report(door, log, keys, new_reader):
    for number in (1, 2, 3):
        send(door, number, 3, f"piece {number} ")
    read_all(new_reader())
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, the_pack())
    board.fold(log.read())
    counted = sums.totals(board)
    assert (counted["total"], counted["kinds"]) == (1, {"tally": 1})


@pytest.mark.survival("R34", "any order")
def test_a_part_that_comes_twice_under_two_ids_says_nothing_new(door, log, keys, new_reader, clock):
    reader = new_reader()
    for number, again in ((1, "a"), (1, "b"), (2, "a"), (2, "b"), (1, "c")):
        send(door, number, 2, f"half {number} ", message_id=f"{number}{again}")
        read_all(reader)
    clock.later()
    read_all(reader)
    assert texts(keys, log) == ["half 1 half 2 "]
    assert wires(log).count("report.joined") == 4


def test_a_reference_that_is_used_again_an_hour_later_is_another_message(door, log, keys, new_reader, clock):
    reader = new_reader()
    for hour, words in enumerate(["morning", "noon"]):
        for number in (1, 2):
            send(door, number, 2, f"{words} {number} ")
            read_all(reader)
        assert [Drawer(log).touch(parts.BOX, door.reports()[0].whole, 0), clock.later(3600)] == [True, None], hour
    assert texts(keys, log) == ["morning 1 morning 2 ", "noon 1 noon 2 "]


@pytest.mark.survival("R34", "two senders")
def test_a_reference_that_is_used_again_at_once_mixes_no_words(door, log, keys, new_reader, clock):
    reader = new_reader()
    for words in ("one", "other"):
        for number in (1, 2):
            send(door, number, 2, f"{words} {number} ")
        read_all(reader)
    clock.later()
    read_all(reader)
    assert texts(keys, log) == ["one 1 one 2 ", "other 1 ", "other 2 "]


def test_two_readers_who_decide_at_once_decide_the_same(door, log, keys, new_reader, clock):
    one, two = new_reader("reader.1"), new_reader("reader.2")
    send(door, 1, 2, "first half")
    read_all(one)
    clock.later()
    send(door, 2, 2, "second half")
    fill = one.parts._drawer.fill

    def late(kind: str, key: str, field: str, value: str) -> dict[str, str]:
        if field == parts.HOW:
            two.step()
        return fill(kind, key, field, value)

    one.parts._drawer.fill = late
    with mock.patch.object(one.parts, "sweep"):
        read_all(one)
    read_all(one, two)
    assert texts(keys, log) == ["first half", "second half"]


def test_a_message_that_ends_the_reader_each_time_is_set_aside_whole(door, log, keys, new_reader, clock):
    def die(*_: object) -> None:
        raise SystemExit

    for number in (1, 2):
        send(door, number, 2, f"poison {number}")
    for _ in range(30):
        reader = new_reader()
        reader.readings.together = die
        try:
            read_all(reader)
            clock.later()
        except SystemExit:
            continue
    assert [card["kind"] for card in cards(keys, log)] == ["set_aside", "set_aside"]
    assert Drawer(log).get(parts.WAITING, parts.ALL) == {}


def test_parts_that_cannot_be_read_stay_on_the_feed(door, log, keys, new_reader, monkeypatch, caplog):
    reader = new_reader()
    monkeypatch.setattr(reader.readings, "together", lambda facts: 1 / 0)
    for number in (1, 2):
        send(door, number, 2, f"canary {number}")
    read_all(reader)
    assert [card["kind"] for card in cards(keys, log)] == ["set_aside", "set_aside"]
    assert "canary" not in caplog.text


@pytest.mark.parametrize("outage", [Locked, Down])
@pytest.mark.parametrize("lost", [False, True])
def test_an_outage_while_parts_are_read_is_no_fault_of_theirs(
    door, log, keys, new_reader, clock, monkeypatch, outage, lost
):
    def fail(*_: object) -> None:
        raise outage("away")

    reader = new_reader()
    with monkeypatch.context() as away:
        away.setattr(reader.readings.echoes, "first", fail)
        for number in (1, 2):
            send(door, number, 3 if lost else 2, f"XB KD0123-7 piece {number} ")
        for _ in range(parts.MOST_TRIES + 5):
            with contextlib.suppress(Down):
                read_all(reader)
                clock.later()
                read_all(reader)
                raise AssertionError("It was read during an outage.")
    read_all(reader)
    assert "report.set_aside" not in wires(log)
    assert len(readings(log)) == (2 if lost else 1)


def test_a_part_that_a_person_made_an_incident_of_stays_one(door, log, keys, new_reader, pen):
    reader = new_reader()
    second = send(door, 2, 2, "second half")
    opened = {**vars(pen.opened(1)), "subject": second, "report": second}
    log.append(events.IncidentOpened(**opened), by="analyst:Amina", once=[f"opened:{second}"])
    send(door, 1, 2, "first half ")
    read_all(reader)
    shown = {card["id"]: (card["kind"], card["detail"]["text"]) for card in cards(keys, log)}
    assert shown.pop(second) == ("incident", "second half")
    assert [*shown.values()] == [("unsorted", "first half second half")]


def test_what_is_kept_of_parts_cannot_be_read(door, log, new_reader):
    send(door, 1, 2, "canary in the ballots")
    read_all(new_reader())
    kept = Drawer(log).get(parts.BOX, door.reports()[0].whole)
    assert "1" in kept
    assert "canary" not in str(kept)
    assert "12345678" not in str(kept)


@pytest.mark.parametrize("part", ["0/2", "3/2", "1/256", "x/2", "1/", "/", "-1/2"])
def test_a_part_that_no_telephone_sends_is_read_like_any_report(log, keys, new_reader, pen, part):
    log.append(pen.received(1, "XB KD0123-7", part=part, whole="w"), by="gateway:kannel")
    read_all(new_reader())
    assert wires(log) == ["incident.opened", "report.read", "report.received"]


class Killed(BaseException):
    """As by kill -9: nothing catches it."""


def deadly(log: Log, moment: int, when: str) -> Any:
    """Kills whoever says its word number `moment` to Redis, before or after it is heard."""
    ask, told = log.ask, 0

    def say(command: Any, *args: Any, **options: Any) -> Any:
        nonlocal told
        told += 1
        if told == moment and when == "before":
            raise Killed
        answer = ask(command, *args, **options)
        if told == moment:
            raise Killed
        return answer

    return mock.patch.object(log, "ask", say)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.survival("R3", "another takes over")
def test_a_reader_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    redis_server, keys, pack, new_reader, clock, when, lost
):
    """Dies at its first word to Redis, at its second, ... until it gets through the whole story without dying."""
    for moment in range(1, 200):
        log = Log(redis_server, f"killed-{when}-{lost}-{moment}-{id(clock)}")
        door = doors.build(keys, log)
        for number in (2, 1, 3)[: 2 if lost else 3]:
            send(door, number, 3, f"XB KD0123-7 piece {number} ")
        killed = False
        with deadly(log, moment, when):
            try:
                story(log, keys, pack, clock)
            except Killed:
                killed = True
        story(log, keys, pack, clock)
        shown = cards(keys, log)
        found = sorted("".join(re.findall(r"piece (.)", card["detail"]["text"])) for card in shown)
        assert found == (["1", "2"] if lost else ["123"]), (when, moment)
        assert {card["kind"] for card in shown} == {"incident"}
        assert wires(log).count("report.joined") == (0 if lost else 2)
        log.client.close()
        if not killed:
            assert moment > 10
            return
    raise AssertionError("The story never ends.")


def story(log: Log, keys: Path, pack: Pack, clock: Clock) -> None:
    """One reader's life, from its start until long after the last part."""
    reader = Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1", clock)
    read_all(reader)
    clock.later()
    read_all(reader)
