"""Reports in, readings out: once each, whatever dies in between, and nothing is lost that cannot be read."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server import events, queries
from server.board import Board
from server.classify import Sorting
from server.grammar import parse
from server.log import Down, Log
from server.measures.scopes import SCOPES
from server.pack import Pack
from server.queries import Filters
from server.reader import Reader
from server.reading import echoes
from server.reading.batches import MOST_TRIES
from server.seal import Opener, Sealer, Vault
from tests import days, doors
from tests.doors import Door
from tests.house import House

NewReader = Callable[..., Reader]


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log)


@pytest.fixture
def new_reader(keys: Path, log: Log, pack: Pack) -> NewReader:
    return lambda worker="reader.1": Reader(log, Opener(keys / "keys"), Vault(keys), pack, worker)


def send(door: Door, text: str, number: int = 1, **fields: str) -> None:
    answer = door.client.open(**doors.generic(text=text, id=str(number), **fields))
    assert answer.status_code == 200


def wires(log: Log) -> list[str]:
    return [raw.fields["wire"] for raw in log.read()]


def facts(log: Log, kind: type[events.Event]) -> list[events.Event]:
    return [event for event in (raw.fact().event for raw in log.read()) if isinstance(event, kind)]


def board_of(keys: Path, log: Log) -> Board:
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
    board.fold(log.read())
    return board


def test_a_coded_message_is_read_and_opens_an_incident(door: Door, log: Log, keys: Path, new_reader: NewReader) -> None:
    send(door, "XB! KD0123-7 5 10:40 one man, many ballots")
    assert new_reader().step() == 1
    received, read, opened = (raw.fact() for raw in log.read())
    assert isinstance(read.event, events.ReportRead)
    assert (read.event.kind, read.event.category, read.event.sub, read.event.severity) == ("incident", "BX", "XB", 5)
    assert (read.cause, opened.cause) == (received.id, read.id)
    assert (read.by, opened.by) == ("reader", "reader")
    assert isinstance(opened.event, events.IncidentOpened)
    assert opened.event.report == opened.event.subject == received.event.subject
    row = queries.row_of(board_of(keys, log), received.event.subject, "all")
    assert row
    assert (row["number"], row["status"], row["station"], row["province"]) == (1, "new", "KD0123", "08")
    assert (row["detail"]["count"], row["detail"]["clock"]) == (5, "10:40")
    assert row["detail"]["text"] == "XB! KD0123-7 5 10:40 one man, many ballots"


def test_free_words_in_english_and_khmer_are_sorted_and_placed(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    send(door, "The village chief threatened voters near the station in Kandal province", 1)
    send(door, "មេភូមិគំរាមកំហែងអ្នកបោះឆ្នោតនៅខេត្តកណ្តាល", 2)
    assert new_reader().step() == 2
    read = [event for event in facts(log, events.ReportRead) if isinstance(event, events.ReportRead)]
    assert [event.province for event in read] == ["08", "08"]
    assert [event.category for event in read] == ["IN", "IN"]
    assert all(row["detail"]["because"] for row in queries.page(board_of(keys, log), Filters(), "all")[0])


def test_a_check_in_is_read_and_opens_no_incident(door: Door, log: Log, new_reader: NewReader) -> None:
    send(door, "OK KD0123-7 07:00")
    new_reader().step()
    assert wires(log) == ["report.received", "report.read"]


def test_a_report_without_a_place_is_shown(door: Door, log: Log, keys: Path, new_reader: NewReader) -> None:
    send(door, "they are handing out money to voters")
    new_reader().step()
    row = queries.page(board_of(keys, log), Filters(), "all")[0][0]
    assert (row["province"], row["place"]["level"], row["lat"]) == ("", "none", None)
    assert row["detail"]["text"] == "they are handing out money to voters"


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("XB KD0123-8 ZZ", ["ZZ", "KD0123-8 → KD0123-7? KD0126-8? KD0143-8? KD0923-8?"]),
        ("XB KD9999 5", ["KD9999"]),
        ("XB KD0123-7 KK0001", ["KK0001"]),
        ("XB KD0123-7 5", []),
    ],
)
def test_what_was_not_understood_stands_on_the_card_with_what_it_could_be(
    door: Door, log: Log, keys: Path, new_reader: NewReader, text: str, unread: list[str]
) -> None:
    send(door, text)
    new_reader().step()
    row = queries.page(board_of(keys, log), Filters(), "all")[0][0]
    assert row["detail"]["unread"] == unread
    assert (row["sub"], row["province"]) == ("XB", "08")
    assert row["station"] == ("KD0123" if "KD0123-7" in text else "")


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "?" * 5000, "🗳️🗳️", "\u202ekcab", "\ufeff", "1" * 300, "KD", "XB", "SOS"]
)
@pytest.mark.survival("R43", "shown")
def test_odd_words_are_read_like_any_others(door: Door, log: Log, keys: Path, new_reader: NewReader, text: str) -> None:
    send(door, text)
    new_reader().step()
    assert wires(log)[:2] == ["report.received", "report.read"]
    assert queries.page(board_of(keys, log), Filters(), "all")[0][0]["detail"]["text"] == text


@pytest.mark.survival("R43", "shown")
def test_bytes_that_are_no_text_are_read_and_kept_as_they_came(log: Log, keys: Path, new_reader: NewReader) -> None:
    log.append(days.Pen(keys).received(1, "XB \udcff\udc80 KD0123-7"), by="gateway:kannel")
    new_reader().step()
    assert wires(log) == ["report.received", "report.read", "incident.opened"]
    assert queries.page(board_of(keys, log), Filters(), "all")[0][0]["detail"]["text"] == "XB \udcff\udc80 KD0123-7"


def test_nothing_that_was_sent_stands_readable_on_the_log(door: Door, log: Log, new_reader: NewReader) -> None:
    send(door, "XB KD0123-7 canary in the ballots", **{"from": "+85512999888"})
    new_reader().step()
    whole = str(log.read())
    for secret in ("canary", "KD0123", "12999888"):
        assert secret not in whole


@pytest.mark.survival("R3", "another takes over")
def test_a_reader_that_died_before_it_was_done_doubles_nothing(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(door, "XB KD0123-7 many ballots", number, **{"from": f"+8551234567{number}"})
    reader = new_reader()
    monkeypatch.setattr(log, "done", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        reader.step()
    monkeypatch.undo()
    before = wires(log)
    again = new_reader()
    while again.step():
        pass
    assert wires(log) == before
    counted = Counter(before)
    assert counted["report.received"] == counted["report.read"] == counted["incident.opened"] == 3


@pytest.mark.survival("R3", "another takes over")
def test_two_readers_share_the_work(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.reader.BATCH", 2)
    one, two = new_reader("reader.1"), new_reader("reader.2")
    for number in range(8):
        send(door, f"XB KD0123-7 {number}", number)
    did = [0, 0]
    while (first := one.step()) + (second := two.step()):
        did = [did[0] + first, did[1] + second]
    assert min(did) >= 4, did
    assert len(facts(log, events.ReportRead)) == len(facts(log, events.IncidentOpened)) == 8


@pytest.mark.survival("R3", "another takes over")
@pytest.mark.survival("R23", "a killed one's reports")
def test_the_reports_of_a_reader_that_never_comes_back_are_read_by_another(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(door, "XB KD0123-7")
    new_reader("reader.1")
    log.take("reader", "reader.1", 10, 0)
    other = new_reader("reader.2")
    assert other.step() == 0, "it may still be at it"
    monkeypatch.setattr("server.reader.ABANDONED", 0)
    assert other.step() == 1
    assert len(facts(log, events.ReportRead)) == 1


@pytest.mark.survival("R20", "set aside", "shown to an analyst")
def test_a_bug_in_understanding_sets_the_report_aside_and_it_stays_on_the_feed(
    door: Door, log: Log, keys: Path, new_reader: NewReader, caplog: pytest.LogCaptureFixture
) -> None:
    send(door, "poison canary", 1)
    send(door, "XB KD0123-7", 2)
    reader = new_reader()
    understand = reader.readings.classifier.read

    def stumble(text: str, parsed: object) -> object:
        if "poison" in text:
            raise ZeroDivisionError(text)
        return understand(text, parsed)  # type: ignore[arg-type]

    reader.readings.classifier.read = stumble  # type: ignore[method-assign,assignment]
    reader.step()
    assert wires(log) == ["report.received"] * 2 + ["report.set_aside", "report.read", "incident.opened"]
    rows = queries.page(board_of(keys, log), Filters(kind=("set_aside",)), "all")[0]
    assert [row["detail"]["text"] for row in rows] == ["poison canary"]
    assert "canary" not in " ".join(record.getMessage() for record in caplog.records)


def test_a_report_of_which_nothing_can_be_suggested_or_supposed_stops_no_reading(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("canary")

    monkeypatch.setattr("server.stories.hearing.Hearing.telling", stumble)
    monkeypatch.setattr("server.reading.whereabouts.Whereabouts.take", stumble)
    reader = new_reader()
    for number in (1, 2):
        send(door, "XB KD0123-7 one man, many ballots", number)
        while reader.step():
            pass
    new_reader().step()
    assert wires(log).count("report.read") == wires(log).count("incident.opened") == 2


@pytest.mark.survival("R21", "in one process", "no more than three deaths")
def test_a_report_that_ends_the_reader_each_time_is_set_aside_and_takes_no_other_with_it(
    door: Door, log: Log, new_reader: NewReader
) -> None:
    for number, text in enumerate(["XB KD0123-7 a", "XB KD0123-7 b", "poison", "XB KD0123-7 c", "XB KD0123-7 d"]):
        send(door, text, number)

    def started() -> Reader:
        reader = new_reader()
        understand = reader.readings.classifier.read

        def die(text: str, parsed: object) -> object:
            if "poison" in text:
                raise SystemExit
            return understand(text, parsed)  # type: ignore[arg-type]

        reader.readings.classifier.read = die  # type: ignore[method-assign,assignment]
        return reader

    deaths = 0
    reader = started()
    for _ in range(30):
        try:
            if not reader.step():
                break
        except SystemExit:
            deaths += 1
            reader = started()
    assert deaths <= MOST_TRIES
    assert len(facts(log, events.ReportSetAside)) == 1
    assert len(facts(log, events.ReportRead)) == 4


def test_a_report_that_was_sealed_for_another_room_is_set_aside(log: Log, keys: Path, new_reader: NewReader) -> None:
    lost = days.Pen(keys).received(1)
    log.append(events.ReportReceived(**{**vars(lost), "sealed": "k1.AAAA"}), by="gateway:kannel")
    new_reader().step()
    assert wires(log) == ["report.received", "report.set_aside"]


@pytest.mark.survival("R40", "newer facts")
def test_a_fact_of_a_newer_program_does_not_stop_the_reader(door: Door, log: Log, new_reader: NewReader) -> None:
    fields = {"wire": "report.received", "v": "99", "about": f"report:{days.report_id(1)}", "by": "x", "cause": ""}
    log.client.xadd(log.stream, {**fields, "version": "1", "body": "{}"})  # type: ignore[arg-type]
    send(door, "XB KD0123-7")
    assert new_reader().step() == 2
    assert wires(log)[2:] == ["report.set_aside", "report.read", "incident.opened"]


def test_an_incident_that_a_person_opened_first_is_not_opened_again(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    send(door, "XB KD0123-7")
    report = log.read()[0].fact().event.subject
    opened = events.IncidentOpened(**{**vars(days.Pen(keys).opened(1)), "subject": report, "report": report})
    log.append(opened, by="analyst:Amina", once=[f"opened:{report}"], expect=0)
    new_reader().step()
    assert wires(log) == ["report.received", "incident.opened", "report.read"]


def test_a_rehearsal_s_incident_is_marked_as_one(door: Door, log: Log, new_reader: NewReader) -> None:
    headers = doors.generic()["headers"] | {"X-Rehearsal": doors.ENV["REHEARSAL_SECRET"]}
    call = doors.generic(text="XB KD0123-7") | {"headers": headers}
    assert door.client.open(**call).status_code == 200
    new_reader().step()
    assert [raw.fields["body"].count('"rehearsal":true') for raw in log.read()] == [1, 0, 1]


@pytest.mark.survival("R20", "an outage is no fault of it")
def test_a_record_that_will_not_write_for_a_while_sets_no_report_aside(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(door, "XB KD0123-7 one man, many ballots")
    reader = new_reader()

    def full(*asked: object) -> None:
        raise Down

    with monkeypatch.context() as patch:
        patch.setattr(log, "append_all", full)  # as Redis answers when its memory or disk is full: it still reads
        for _ in range(MOST_TRIES + 3):
            with pytest.raises(Down):
                reader.step()
    reader.step()
    assert wires(log) == ["report.received", "report.read", "incident.opened"]


@pytest.mark.survival("R20", "an outage is no fault of it")
def test_a_vault_that_is_away_is_an_outage_and_no_fault_of_the_report(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    send(door, "XB KD0123-7 one man, many ballots", sender="+85512345678")
    reader = new_reader()
    reader.readings.vault._db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(keys / "vault" / "vault.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Down):
        reader.step()
    other.execute("ROLLBACK")
    other.close()
    reader.step()
    assert wires(log) == ["report.received", "report.read", "incident.opened"]


@pytest.mark.survival("R20", "no other with it")
def test_a_bug_that_meets_a_report_in_a_batch_takes_no_other_with_it_wherever_it_is(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        send(door, f"XB KD0123-7 canary {number}", number, **{"from": f"+8551234567{number}"})
    reader = new_reader()
    find = reader.readings.opening._gazetteer.find

    def stumble(work: Callable[..., Any], at: int, word: str) -> Callable[..., Any]:
        return lambda *given, **more: 1 / 0 if word in given[at] else work(*given, **more)

    monkeypatch.setattr(reader.readings.opening._gazetteer, "find", stumble(find, 0, "canary 1"))
    monkeypatch.setattr("server.reading.echoes.sketch", stumble(echoes.sketch, 0, "canary 4"))
    reader.step()
    sent = [event.subject for event in facts(log, events.ReportReceived)]
    assert [event.subject for event in facts(log, events.ReportSetAside)] == [sent[1], sent[4]]
    assert len(facts(log, events.ReportRead)) == len(facts(log, events.IncidentOpened)) == 4


@pytest.mark.parametrize("first", ["incident", "quiet"])
def test_who_reads_a_report_again_and_thinks_otherwise_changes_nothing(
    door: Door, log: Log, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """As when the model came, or another one, between two tries."""
    send(door, "XB KD0123-7 many ballots")
    kinds = {"incident": Sorting("incident", "BX", reader="one"), "quiet": Sorting("quiet", reader="other")}

    def thinks(kind: str) -> Reader:
        reader = new_reader()
        monkeypatch.setattr(reader.readings, "sorted", lambda *_: kinds[kind])
        return reader

    one = thinks(first)
    with monkeypatch.context() as patch:
        patch.setattr(log, "done", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            one.step()
    before = wires(log)
    thinks("quiet" if first == "incident" else "incident").step()
    assert wires(log) == before
    assert before.count("incident.opened") == (first == "incident")


def enrol(log: Log, keys: Path, number: str, stations: list[str]) -> None:
    alias = Sealer(keys / "keys").alias(number)
    sealed = Vault(keys).seal("monitor:m1", {"stations": stations, "phones": [number]})
    monitor = {"organisation": "one", "language": "km", "replies": False, "aliases": alias, "rehearsal": False}
    log.append(events.MonitorEnrolled(subject="m1", sealed=sealed, **monitor), by="console")


def place_of(keys: Path, log: Log, text: str) -> str:
    rows = queries.page(board_of(keys, log), Filters(), "all")[0]
    [code] = [row["place"].get("code") or "" for row in rows if row["detail"]["text"] == text]
    return str(code)


def test_whoever_names_no_place_is_where_the_roster_says_if_the_number_is_proven(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    enrol(log, keys, "+85512345678", ["KD0123"])
    send(door, "they threatened voters here", 1)
    send(door, "they threatened voters there", 2, **{"from": "+85512999888"})
    form = {"method": "POST", "path": "/", "headers": {"Accept": "text/plain"}, "content_type": doors.FORM}
    assert door.client.open(**form, data="text=they+threatened+us&phone=012345678").status_code == 200
    new_reader().step()
    assert place_of(keys, log, "they threatened voters here") == "KD0123"
    assert place_of(keys, log, "they threatened voters there") == ""
    assert place_of(keys, log, "they threatened us") == "", "a typed number proves nothing"
    row = next(row for row in queries.page(board_of(keys, log), Filters(), "all")[0] if row["place"].get("code"))
    assert (row["station"], row["lat"]) == ("", None), "supposed, and no point on a map"


def test_a_monitor_whose_messages_named_a_place_is_there_for_a_while(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    enrol(log, keys, "+85512345678", [])
    reader = new_reader()
    send(door, "the village chief threatened voters in Siem Reap town", 1)
    reader.step()
    send(door, "soldiers came", 2)
    reader.step()
    named = place_of(keys, log, "the village chief threatened voters in Siem Reap town")
    assert named
    assert place_of(keys, log, "soldiers came") == named
    assert reader.whereabouts.of(door.reports()[0]).places == (named,), "what was only supposed proves no more"


def test_a_monitor_whose_key_was_destroyed_has_no_whereabouts(
    door: Door, log: Log, keys: Path, new_reader: NewReader
) -> None:
    enrol(log, keys, "+85512345678", ["KD0123"])
    Vault(keys).forget("monitor:m1")
    send(door, "they threatened voters here")
    new_reader().step()
    assert place_of(keys, log, "they threatened voters here") == ""


@pytest.mark.parametrize("text", ["OE KD0123-7 canary", "SOS canary", "canary ទាហានបាញ់", "canary the officer beat me"])
def test_what_looks_restricted_is_in_no_open_scope_unread_read_or_set_aside(
    door: Door, log: Log, keys: Path, house: House, new_reader: NewReader, text: str
) -> None:
    reader = new_reader()
    suspected = reader.readings.classifier.read(text, parse(text, house.live.room.pack.taxonomy)).restricted

    def seen() -> list[str]:
        house.fold()
        board, hiding = house.live.room.board, [name for name, where in SCOPES.items() if "NOT restricted" in where]
        assert queries.page(board, Filters(), "all")[0][0]["detail"]["text"] == text
        return [scope for scope in hiding if queries.page(board, Filters(), scope)[2]]

    send(door, text)
    assert seen() == [] or not suspected
    if not suspected:
        return
    log.append(events.ReportSetAside(subject=door.reports()[0].subject, reason="a fault"), by="reader")
    assert seen() == []
    reader.step()
    assert seen() == []


def test_words_that_nobody_can_judge_are_restricted_and_darken_no_room(
    door: Door, log: Log, keys: Path, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(text: str) -> bool:
        raise ZeroDivisionError(text)

    send(door, "canary")
    board = Board(Opener(keys / "keys"), Vault(keys), stumble, pack)
    board.fold(log.read())
    assert queries.page(board, Filters(), "open")[0] == []
    assert [row["kind"] for row in queries.page(board, Filters(), "all")[0]] == ["raw"]
    assert "canary" not in " ".join(record.getMessage() for record in caplog.records)
