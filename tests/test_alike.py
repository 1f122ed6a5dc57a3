"""Bursts of nearly the same words: one group on the screen, one incident at most, and every report still there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message import Message
from server import events, queries, sums
from server.board import Board
from server.log import Log
from server.queries import Filters
from server.reader import Reader
from server.reading.alike import CONSIDERED, NEAR, SIZE, likeness, sketch
from server.seal import Opener, Vault
from tests import days, doors
from tests.doors import Door

KEY = b"a key of the tests"
RUMOUR = "soldiers are inside the school and take the ballot boxes away, nobody may leave the village"
COPIES = [
    RUMOUR,
    RUMOUR.upper(),
    f"fwd: {RUMOUR}!!!",
    RUMOUR.replace("nobody may", "nobody can"),
    f"{RUMOUR} 1234",
]
OTHERS = [
    "the ink washes off with lemon juice and people vote twice at the pagoda station",
    "no ballot papers left since ten, forty voters are waiting in the sun",
    "ទាហានចូលក្នុងសាលារៀន ហើយយកហិបឆ្នោតចេញទៅក្រៅភូមិ គ្មាននរណាចេញបានទេ",
]


def like(one: str, other: str) -> float:
    return likeness(sketch(one, KEY), sketch(other, KEY))


@pytest.mark.parametrize("copy", COPIES)
def test_copies_are_alike_whatever_a_phone_makes_of_them(copy):
    assert like(RUMOUR, copy) >= NEAR


@pytest.mark.parametrize("other", OTHERS)
def test_other_words_are_not(other):
    assert like(RUMOUR, other) < 0.3


@pytest.mark.parametrize("text", ["", "KB KD0123-7", "XB KD0123-7 5 10:40", "ballots", "SOS help me", "1234 " * 50])
def test_short_words_and_codes_are_like_nothing(text):
    """Two monitors who send the same code have not copied each other."""
    assert sketch(text, KEY) == ()
    assert like(text, text) == 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= like(one, other) == like(other, one) <= 1
    assert like(one, one) in (0, 1)


def test_a_sketch_is_small_costs_no_more_for_a_long_text_and_tells_nothing_without_the_key():
    known, foreign = sketch(RUMOUR, KEY), sketch(RUMOUR, b"another key")
    assert len(known) == SIZE
    assert not set(known) & set(foreign)
    assert sketch("a b c d e " * 10_000 + "x", KEY) == sketch(("a b c d e " * 10_000)[: 2 * CONSIDERED], KEY)


def send(door: Door, text: str, number: int, **more: str) -> str:
    given = {"gateway": "kannel", "message_id": f"{number}-{text}", "sender": f"+8551230{number:04d}", "text": text}
    return door.intake.accept(Message(**{**given, **more})).report


def enrol(door: Door, log: Log, number: int) -> None:
    """Put whoever sends with this number on the roster."""
    alias = doors.seal.Sealer(door.folder / "keys").alias(f"+8551230{number:04d}")
    monitor = {"organisation": "one", "language": "km", "replies": False, "aliases": alias, "rehearsal": False}
    log.append(events.MonitorEnrolled(subject=f"m{number}", sealed="", **monitor), by="console")


def read_all(*readers: Reader) -> None:
    while sum(reader.step() for reader in readers):
        pass


def board_of(keys: Path, log: Log) -> Board:
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
    board.fold(log.read())
    return board


def ids(board: Board, **filters) -> set[str]:
    return {row["id"] for row in queries.page(board, Filters(**filters), "all", limit=200)[0]}


def wires(log: Log) -> list[str]:
    return [raw.fields["wire"] for raw in log.read()]


@pytest.mark.security("S45", "burst of strangers")
def test_a_burst_of_strangers_is_one_incident_and_one_card_that_opens_to_all(door, log, keys, new_reader):
    sent = [send(door, text, number) for number, text in enumerate(COPIES)]
    apart = send(door, OTHERS[1], 50)
    read_all(new_reader("reader.1"), new_reader("reader.2"))
    assert wires(log).count("report.read") == 6, "each of them is read"
    assert wires(log).count("incident.opened") == 2
    board = board_of(keys, log)
    first = {row["id"]: row for row in queries.page(board, Filters(), "all")[0]}[sent[0]]
    assert (first["alike"], first["copy"], first["number"]) == (4, 0, 1)
    assert ids(board, kind=("incident", "unsorted")) == {sent[0], apart}, "the feed shows the group once"
    assert ids(board, alike=sent[0]) == set(sent), "and opens it"
    assert ids(board) | ids(board, alike=sent[0]) == {*sent, apart}, "every report is there"
    assert sums.counts(board, "all")["incidents"] == 2
    assert (sums.totals(board)["copies"], sums.totals(board)["total"]) == (4, 2)


@pytest.mark.security("S45", "two hundred by fifty")
def test_two_hundred_copies_by_fifty_numbers_are_one_story_and_are_believed_no_more(door, log, keys, new_reader):
    sent = [send(door, COPIES[n % 4], n % 50, message_id=f"copy-{n}") for n in range(200)]
    read_all(new_reader())
    assert len(set(sent)) == 200, "none is refused, and none is lost"
    facts = wires(log)
    assert (facts.count("report.read"), facts.count("incident.opened")) == (200, 1)
    board = board_of(keys, log)
    [first] = [row for row in queries.page(board, Filters(), "all", limit=200)[0] if row["id"] == sent[0]]
    assert first["alike"] == 199
    assert ids(board, kind=("incident", "unsorted")) == {sent[0]}, "one card"
    rows = queries.page(board, Filters(alike=sent[0]), "all", limit=500)[0]
    assert not [row["id"] for row in [first, *rows] if row["status"] in ("verified", "corroborated")]
    assert not {"incident.verified", "incident.corroborated"} & set(facts)


def test_a_cry_for_help_is_never_a_copy_of_another(door, log, new_reader):
    for number in range(3):
        send(door, f"SOS {COPIES[0]}", number)
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 3
    assert "report.likened" not in wires(log)


def test_one_stranger_who_says_it_again_and_again_opens_one_incident(door, log, new_reader):
    for number in range(5):
        send(door, f"{RUMOUR} {number}", 1)
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 1


def test_monitors_on_the_roster_open_their_own_incidents_and_are_marked(door, log, keys, new_reader):
    for number in (1, 2):
        enrol(door, log, number)
    sent = [send(door, text, number) for number, text in enumerate(COPIES[:4])]
    read_all(new_reader())
    board = board_of(keys, log)
    rows = {row["id"]: row for row in queries.page(board, Filters(alike=sent[0]), "all")[0]}
    assert [rows[each]["number"] for each in sent] == [1, 2, 3, None]
    assert [rows[each]["copy"] for each in sent] == [0, 0, 0, 1]
    assert [rows[each]["alike_of"] for each in sent] == ["", *sent[:1] * 3]
    assert rows[sent[0]]["alike"] == 3


def test_a_number_that_is_only_typed_makes_nobody_a_monitor(door, log, new_reader):
    enrol(door, log, 2)
    for number in (1, 2):
        send(door, RUMOUR, number, gateway="form", channel="web")
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 1


def test_the_same_words_from_two_provinces_are_two_events(door, log, new_reader):
    send(door, f"XB KD0123-7 {RUMOUR}", 1)
    send(door, f"XB TK0001 {RUMOUR}", 2)
    send(door, f"XB KD0124 {RUMOUR}", 3)
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 2


@pytest.mark.parametrize(("minutes", "incidents"), [(1, 1), (14, 1), (15, 2), (60, 2)])
def test_the_same_words_much_later_are_news(door, log, new_reader, minutes, incidents):
    for number, hour in enumerate(("03:05", f"{3 + (5 + minutes) // 60:02d}:{(5 + minutes) % 60:02d}")):
        send(door, RUMOUR, number, rehearsal=True, rehearsal_at=f"2017-06-04T{hour}:00+00:00")
    read_all(new_reader())
    assert wires(log).count("incident.opened") == incidents


def test_a_long_burst_stays_one_group(door, log, keys, new_reader):
    hours = [f"2017-06-04T{3 + minute // 60:02d}:{minute % 60:02d}:00+00:00" for minute in range(0, 90, 8)]
    sent = [send(door, RUMOUR, n, rehearsal=True, rehearsal_at=hour) for n, hour in enumerate(hours)]
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 1
    assert ids(board_of(keys, log), alike=sent[0]) == set(sent)


def test_a_rehearsal_and_the_real_thing_are_never_one_group(door, log, new_reader):
    send(door, RUMOUR, 1, rehearsal=True)
    send(door, RUMOUR, 2)
    read_all(new_reader())
    assert wires(log).count("report.likened") == 0


def test_what_is_restricted_hides_no_open_report_and_is_told_by_none(door, log, new_reader, pack):
    code = next(code for code in sorted(pack.taxonomy.restricted) if code in pack.taxonomy.subs)
    for number, coded in enumerate((code, "XB", "XB", code)):
        send(door, f"{coded} KD0123-7 {RUMOUR}", number)
    read_all(new_reader())
    facts = [raw.fact().event for raw in log.read()]
    restricted = {event.subject for event in facts if isinstance(event, events.ReportRead) and event.restricted}
    likened = [event for event in facts if isinstance(event, events.ReportLikened)]
    assert (len(restricted), len(likened)) == (2, 2)
    assert all((event.subject in restricted) == (event.first in restricted) for event in likened)


def test_a_blocked_source_cannot_make_copies_of_what_others_say(door, log, new_reader):
    alias = doors.seal.Sealer(door.folder / "keys").alias("+85512300001")
    log.append(events.SourceBlocked(subject=alias, reason=""), by="administrator:Amina")
    for number in (1, 2):
        send(door, RUMOUR, number)
    read_all(new_reader())
    assert wires(log).count("incident.opened") == 2
    assert "report.likened" not in wires(log)


def test_a_copy_that_a_person_makes_an_incident_of_counts(door, log, keys, new_reader, pen):
    sent = [send(door, RUMOUR, number) for number in range(3)]
    read_all(new_reader())
    opened = events.IncidentOpened(**{**vars(pen.opened(1)), "subject": sent[2], "report": sent[2]})
    log.append(opened, by="analyst:Amina", once=[f"opened:{sent[2]}"])
    board = board_of(keys, log)
    assert sums.counts(board, "all")["incidents"] == 2
    assert ids(board, kind=("incident",)) == {sent[0], sent[2]}


def test_a_report_that_is_read_again_after_a_death_is_no_copy_of_itself(door, log, new_reader, monkeypatch):
    send(door, RUMOUR, 1)
    reader = new_reader()
    monkeypatch.setattr(log, "append_all", lambda drafts: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        reader.step()
    monkeypatch.undo()
    read_all(new_reader())
    assert wires(log) == ["report.received", "report.read", "incident.opened"]


def test_what_is_kept_to_compare_with_tells_nothing(door, log, new_reader):
    send(door, RUMOUR, 1)
    read_all(new_reader())
    kept = [log.client.get(name) for name in log.client.scan_iter(match=f"{log.prefix}:drawer:said:*")]
    assert kept
    assert not any(word in text for text in kept for word in RUMOUR.split() if len(word) > 3)
    assert all(0 < log.client.ttl(name) <= 1200 for name in log.client.scan_iter(match=f"{log.prefix}:drawer:said:*"))
