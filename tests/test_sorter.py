"""A model that fails, hangs or is slow delays no report: the rules read it at once, and it is sorted later, once."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from server import events, queries, trace
from server.board import Board
from server.classify import Asked, Sorting
from server.log import Log
from server.measures.scopes import SCOPES
from server.model import examples
from server.model.fitting import fit
from server.model.shelf import Shelf
from server.pack import Pack
from server.queries import Filters
from server.reader import Reader
from server.reading import readings as understanding
from server.reading import sorter
from server.reading.sorter import LONGEST_PAUSE, MOST_HUNG, PAUSE, Sorter
from server.reading.unsorted import BATCH, STRIKES
from server.seal import Opener, Vault
from tests import days, doors, house
from tests.doors import Door
from tests.test_parts import Killed, deadly

NAME = "rules-2+0badcafe"
ODD = "qwx zzk"  # words that no rule knows
CODED = "XB KD0123-7 5 10:40 one man, many ballots"
INCIDENT = Sorting("incident", "IN", "NC", None, 4, 0.81, ("qwx",), reader=NAME)
QUIET = Sorting("quiet", None, None, None, 0, 0.9, ("zzk",), reader=NAME)


class Model:
    """Stands in for rules and model: every text is sorted as `held`, unless `behave` does something else."""

    def __init__(self, held: Sorting = INCIDENT) -> None:
        self.held, self.asked = held, []
        self.behave: Callable[[Sequence[Asked]], Any] = lambda asked: None

    def read_all(self, asked: Sequence[Asked]) -> list[Sorting]:
        self.asked.append([each.text for each in asked])
        self.behave(asked)
        return [self.held for _ in asked]


def fail(*_: object) -> None:
    raise ZeroDivisionError("canary")


class Ticks:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def door(keys: Path, log: Log) -> Door:
    return doors.build(keys, log)


@pytest.fixture
def new_reader(keys: Path, log: Log, pack: Pack, model: Model, ticks: Ticks) -> Iterator[Callable[..., Reader]]:
    shared = {name: house.kept(getattr(understanding, name)) for name in ("Gazetteer", "Classifier")}

    def made(log: Log = log) -> Reader:
        asks = Sorter(lambda: "0badcafe", lambda version: model, ticks)
        asks.ready()
        asks._loader.join()
        return Reader(log, Opener(keys / "keys"), Vault(keys), pack, "reader.1", sorter=asks)

    with mock.patch.multiple("server.reading.readings", **shared):
        yield made


def send(door: Door, text: str, number: int = 1, **fields: str) -> str:
    call = doors.generic(text=text, id=str(number), **{"from": f"+8551234{number:04d}", **fields})
    assert door.client.open(**call).status_code == 200
    return door.reports()[-1].subject


def read_all(reader: Reader) -> None:
    while reader.step():
        pass


def facts(log: Log, kind: type[events.Event]) -> list[Any]:
    return [event for event in (raw.fact().event for raw in log.read()) if isinstance(event, kind)]


def wires(log: Log) -> Counter[str]:
    return Counter(raw.fields["wire"] for raw in log.read())


def board_of(keys: Path, log: Log) -> Board:
    board = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, days.the_pack())
    board.fold(log.read())
    return board


def card(keys: Path, log: Log, report: str) -> dict[str, Any]:
    row = queries.row_of(board_of(keys, log), report, "all")
    assert row
    return row


def test_a_batch_is_sorted_in_one_question(door, log, new_reader, model):
    for n in range(5):
        send(door, f"{ODD} {n}", n)
    read_all(new_reader())
    assert [len(asked) for asked in model.asked] == [5]
    assert [read.reader for read in facts(log, events.ReportRead)] == [NAME] * 5
    assert wires(log) == {"report.received": 5, "report.read": 5, "incident.opened": 5}


@pytest.mark.survival("R44", "a bug of the model", "sorted later")
def test_a_model_that_fails_delays_nothing_and_everything_is_sorted_later_once(
    door, log, keys, new_reader, model, ticks, caplog
):
    model.behave = fail
    odd, coded = send(door, ODD, 1), send(door, CODED, 2)
    reader = new_reader()
    read_all(reader)
    assert [(read.kind, read.reader) for read in facts(log, events.ReportRead)] == [
        ("unsorted", "rules-2"),
        ("incident", "rules-2"),
    ]
    assert card(keys, log, odd)["kind"] == "unsorted"
    model.behave = lambda asked: None
    read_all(reader)
    assert not facts(log, events.ReportSorted), "it is not asked again at once"
    ticks.now += PAUSE
    read_all(reader)
    read_all(new_reader())
    assert wires(log) == {"report.received": 2, "report.read": 2, "report.sorted": 2, "incident.opened": 2}
    shown = card(keys, log, odd)
    assert (shown["kind"], shown["number"], shown["category"], shown["sub"]) == ("incident", 2, "IN", "NC")
    assert (shown["detail"]["because"], shown["detail"]["text"], shown["confidence"]) == (["qwx"], ODD, 0.81)
    assert shown["detail"]["sorted"]["reader"] == NAME
    assert card(keys, log, coded)["number"] == 1
    [cause] = [raw.fields["cause"] for raw in log.read() if raw.fields["about"] == f"incident:{odd}"]
    assert log.at(cause).fact().event == facts(log, events.ReportSorted)[0]
    assert "canary" not in " ".join(record.getMessage() for record in caplog.records)


@pytest.mark.survival("R44", "a slow model")
def test_a_model_that_hangs_for_ever_stops_nobody_and_fills_no_memory_with_threads(
    door, log, new_reader, model, ticks, monkeypatch
):
    monkeypatch.setattr(sorter, "DEADLINE", 0.01)
    released = threading.Event()
    model.behave = lambda asked: released.wait()
    reader = new_reader()
    for n in range(MOST_HUNG + 4):
        send(door, f"{ODD} {n}", n)
        read_all(reader)
        ticks.now += LONGEST_PAUSE
    assert [read.reader for read in facts(log, events.ReportRead)] == ["rules-2"] * (MOST_HUNG + 4)
    assert len([thread for thread in threading.enumerate() if isinstance(thread, sorter.Question)]) == MOST_HUNG
    monkeypatch.undo()
    hung = reader.readings.sorter._hung
    released.set()
    for thread in hung:
        thread.join()
    for _ in range(MOST_HUNG):
        ticks.now += LONGEST_PAUSE
        read_all(reader)
    assert sorted(event.subject for event in facts(log, events.ReportSorted)) == sorted(
        report.subject for report in door.reports()
    )


@pytest.mark.survival("R44", "a slow model")
def test_a_model_that_is_slow_once_is_asked_again_and_its_late_answer_counts_nowhere(
    door, log, new_reader, model, ticks, monkeypatch
):
    released = threading.Event()
    model.behave = lambda asked: released.wait()
    send(door, ODD)
    reader = new_reader()
    with monkeypatch.context() as impatient:
        impatient.setattr(sorter, "DEADLINE", 0.01)
        read_all(reader)
    [late] = reader.readings.sorter._hung
    released.set()
    late.join()
    assert late.found == [INCIDENT]
    assert wires(log) == {"report.received": 1, "report.read": 1}
    ticks.now += PAUSE
    read_all(reader)
    assert wires(log) == {"report.received": 1, "report.read": 1, "report.sorted": 1, "incident.opened": 1}


def test_the_model_is_asked_less_and_less_often_while_it_fails(door, log, new_reader, model, ticks):
    model.behave = fail
    send(door, ODD)
    reader = new_reader()
    asked = []
    for second in range(200):
        before = len(model.asked)
        read_all(reader)
        asked += [second] if len(model.asked) > before else []
        ticks.now += 1
    assert asked == [0, 1, 3, 7, 15, 31, 63, 123, 183]


def test_an_odd_text_spoils_no_other_s_sorting_and_stays_as_the_rules_read_it(
    door, log, new_reader, model, ticks, caplog
):
    model.behave = lambda asked: fail() if any("poison" in each.text for each in asked) else None
    sent = [send(door, f"{ODD} {'poison' if n == 2 else n}", n) for n in range(4)]
    reader = new_reader()
    read_all(reader)
    assert [read.reader for read in facts(log, events.ReportRead)] == [NAME, NAME, "rules-2", NAME]
    for n in range(4, 12):
        send(door, f"{ODD} {n}", n)
        for _ in range(2):
            ticks.now += LONGEST_PAUSE
            read_all(reader)
    poisoned = [asked for asked in model.asked if any("poison" in text for text in asked)]
    assert len(poisoned) <= 2 + 2 * STRIKES
    assert f"fails over report {sent[2]}" in caplog.text
    assert {read.reader for read in facts(log, events.ReportRead)[4:]} == {NAME}
    assert "report.sorted" not in wires(log)
    assert "report.set_aside" not in wires(log)


def test_many_that_wait_are_sorted_a_few_at_a_time_behind_what_is_new(door, log, new_reader, model, ticks):
    model.behave = fail
    reader = new_reader()
    for n in range(BATCH + 5):
        send(door, f"{ODD} {n}", n)
    read_all(reader)
    model.behave = lambda asked: None
    model.asked.clear()
    ticks.now += PAUSE
    newest = send(door, ODD, 999)
    reader.step()
    assert facts(log, events.ReportRead)[-1].subject == newest
    assert not facts(log, events.ReportSorted)
    read_all(reader)
    assert max(map(len, model.asked)) <= BATCH
    assert len(facts(log, events.ReportSorted)) == BATCH + 5


def opened_by_a_person(log: Log, pen: days.Pen, report: str) -> None:
    chosen = {"subject": report, "report": report, "category": "PR", "sub": "", "restricted": False}
    event = events.IncidentOpened(**{**vars(pen.opened(1)), **chosen})
    log.append(event, by="analyst:Amina", once=[f"opened:{report}"])


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_a_person_decided_before_the_model_came_stands(door, log, keys, new_reader, model, ticks, pen, when):
    model.behave = fail
    report = send(door, ODD)
    reader = new_reader()
    read_all(reader)
    if when == "before":
        opened_by_a_person(log, pen, report)
    model.behave = lambda asked: opened_by_a_person(log, pen, report)
    ticks.now += PAUSE
    read_all(reader)
    shown = card(keys, log, report)
    assert (shown["kind"], shown["category"], shown["severity"], shown["number"]) == ("incident", "PR", 4, 1)
    assert wires(log)["incident.opened"] == 1
    assert wires(log)["report.sorted"] == (when == "meanwhile")
    assert ("sorted" in shown["detail"]) == (when == "meanwhile"), "what the model held is told beside it"


def test_a_person_s_note_is_no_decision(door, log, keys, new_reader, model, ticks):
    model.behave = fail
    report = send(door, CODED)
    reader = new_reader()
    read_all(reader)
    log.append(events.IncidentNoted(subject=report, note=""), by="analyst:Amina")
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    assert card(keys, log, report)["category"] == "IN"


def test_an_incident_of_the_rules_is_never_hidden_by_the_model(door, log, keys, new_reader, model, ticks):
    model.behave, model.held = fail, QUIET
    report = send(door, CODED)
    reader = new_reader()
    read_all(reader)
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    shown = card(keys, log, report)
    assert (shown["kind"], shown["category"], shown["sub"], shown["number"]) == ("incident", "BX", "XB", 1)
    assert (shown["detail"]["sorted"]["kind"], shown["detail"]["sorted"]["because"]) == ("quiet", ["zzk"])
    history = queries.history(board_of(keys, log), report)
    assert [line["wire"] for line in history][-1] == "report.sorted"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_the_model_holds_for_restricted_is_hidden_from_then_on(door, log, keys, new_reader, model, ticks, at_once):
    model.held = replace(INCIDENT, restricted=True)
    model.behave = fail if not at_once else model.behave
    report = send(door, ODD)
    reader = new_reader()
    read_all(reader)
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    board = board_of(keys, log)
    for scope in [name for name, where in SCOPES.items() if "NOT restricted" in where]:
        assert queries.page(board, Filters(), scope)[0] == []
    assert queries.row_of(board, report, "all")["restricted"]


def test_the_model_frees_nothing_that_the_rules_hold_for_restricted(door, log, keys, new_reader, model, ticks):
    model.behave = fail
    report = send(door, "OE KD0123-7")
    reader = new_reader()
    read_all(reader)
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    assert card(keys, log, report)["restricted"]
    assert facts(log, events.ReportSorted)[0].restricted


def test_a_copy_opens_no_incident_when_it_is_sorted_later(door, log, new_reader, model, ticks):
    model.behave = fail
    words = "qwx zzk vbn mmp llo ppr ttz hhj kkl ddf"
    for n in range(2):
        send(door, words, n)
    reader = new_reader()
    read_all(reader)
    assert wires(log)["report.likened"] == 1
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    assert (wires(log)["report.sorted"], wires(log)["incident.opened"]) == (2, 1)


def test_a_report_whose_source_is_forgotten_waits_no_more(door, log, keys, new_reader, model, ticks):
    model.behave = fail
    send(door, ODD, 1)
    read_all(new_reader())
    Vault(keys).forget(f"source:{door.reports()[0].source}")
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(new_reader())
    assert "report.sorted" not in wires(log)


def test_a_report_that_cannot_be_opened_again_stops_nobody_and_stays_as_the_rules_read_it(
    door, log, new_reader, model, ticks
):
    model.behave = fail
    poison = send(door, f"{ODD} poison", 1)
    other = send(door, ODD, 2)
    reader = new_reader()
    read_all(reader)
    asked, model.behave = reader.unsorted._opening.asked, lambda asked: None
    with mock.patch.object(
        reader.unsorted._opening,
        "asked",
        lambda body, because: 1 / 0 if "poison" in body["text"] else asked(body, because),
    ):
        ticks.now += PAUSE
        read_all(reader)
    assert [event.subject for event in facts(log, events.ReportSorted)] == [other]
    assert poison in [event.subject for event in facts(log, events.ReportRead)]


def test_a_newer_model_is_fetched_aside_and_the_one_in_use_goes_on_until_it_is_there(ticks):
    arrived, wanted = threading.Event(), ["old"]
    models = {name: Model(replace(INCIDENT, reader=f"rules-2+{name}")) for name in ("old", "new")}

    def load(version: str) -> Any:
        return models["old"] if version == "old" else arrived.wait() and models["new"]

    asks = Sorter(lambda: wanted[0], load, ticks)
    asks.ready()
    asks._loader.join()
    wanted[0] = "new"
    asked = [Asked(ODD, None)]
    for _ in range(3):
        assert asks.sort(asked)[0].reader == "rules-2+old"
        ticks.now += PAUSE
    arrived.set()
    asks._loader.join()
    assert asks.sort(asked)[0].reader == "rules-2+new"


@pytest.mark.parametrize("gone", [None, fail])
@pytest.mark.survival("R44", "no model yet")
def test_a_model_that_is_not_there_yet_is_looked_for_again(ticks, gone):
    found = [gone, gone, Model]
    asks = Sorter(lambda: "m", lambda version: (made := found.pop(0)) and made(), ticks)
    for answer in (None, None, INCIDENT):
        asks.ready()
        asks._loader.join()
        assert asks.sort([Asked(ODD, None)]) == [answer]
        ticks.now += LONGEST_PAUSE


def test_a_trace_tells_how_a_report_was_sorted_later_and_nothing_of_its_words(door, log, new_reader, model, ticks):
    model.behave = fail
    report = send(door, ODD)
    reader = new_reader()
    read_all(reader)
    model.behave = lambda asked: None
    ticks.now += PAUSE
    read_all(reader)
    known = {"into": report, "how": "follow-up", "likely": 0.7, "text": 0.5, "minutes": 3, "category": True}
    log.append(events.ReportSuggested(subject=report, place="commune", **known), by="reader")
    told = "\n".join(map(trace.told, trace.life(log, report)))
    assert "likely: 0.7" in told
    assert "report.sorted v1" in told
    assert f"reader: {NAME}" in told
    assert ODD not in told


def test_a_reader_that_is_killed_at_any_moment_loses_and_doubles_no_sorting(
    redis_server, keys, new_reader, model, ticks
):
    """Dies after its first word to Redis, after its second, ... until it gets through the whole story without dying."""
    for moment in range(1, 200):
        log = Log(redis_server, f"unsorted-{moment}-{id(model)}")
        door = doors.build(keys, log)
        send(door, ODD, 1)
        send(door, CODED, 2)
        killed = False
        with deadly(log, moment, "after"):
            try:
                story(new_reader, model, ticks, log)
            except Killed:
                killed = True
        story(new_reader, model, ticks, log)
        found = wires(log)
        assert found.pop("report.sorted", 0) == sum(
            read.reader == "rules-2" for read in facts(log, events.ReportRead)
        ), moment
        assert found == {"report.received": 2, "report.read": 2, "incident.opened": 2}, moment
        log.client.close()
        if not killed:
            assert moment > 10
            return
    raise AssertionError("The story never ends.")


def story(new_reader: Callable[..., Reader], model: Model, ticks: Ticks, log: Log) -> None:
    """The model fails while two reports are read, and comes back."""
    model.behave = fail
    reader = new_reader(log)
    read_all(reader)
    model.behave = lambda asked: None
    ticks.now += LONGEST_PAUSE
    read_all(reader)


@contextlib.contextmanager
def process(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A real reader, which is killed in the end as by a pulled plug."""
    running = subprocess.Popen([sys.executable, "-m", "server.reader"], env={**os.environ, **env}, stderr=sys.stderr)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def until(holds: Callable[[], bool]) -> None:
    late = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < late
        time.sleep(0.05)


@pytest.mark.survival("R44", "sorted later")
def test_a_real_reader_that_is_killed_before_its_model_comes_has_everything_sorted_once_by_the_next(
    redis_server, keys, pack
):
    env = {**house.ENV, "DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}", "TEXTS": "", "TEXTS_BY": ""}
    log, vault = Log(redis_server, pack.name), Vault(keys)
    door, few = doors.build(keys, log), examples.read(pack)[::40]
    model = fit(pack, few)
    log.append(events.ModelChosen(subject=model.version, learning=False, reason=""), by="console")
    sent = [send(door, f"{ODD} {n} in the village of the chief", n) for n in range(12)]
    with process(env):
        until(lambda: wires(log)["report.read"] == len(sent))
    Shelf(keys, vault).put(model)
    with process(env):
        until(lambda: wires(log)["report.sorted"] >= len(sent))
        late = send(door, f"{ODD} and one more", 99)
        until(lambda: wires(log)["report.read"] == len(sent) + 1)
    assert [read.reader for read in facts(log, events.ReportRead)] == ["rules-2"] * 12 + [f"rules-2+{model.version}"]
    assert sorted(event.subject for event in facts(log, events.ReportSorted)) == sorted(sent)
    assert late not in {event.subject for event in facts(log, events.ReportSorted)}
    log.client.delete(*log.client.keys(f"{log.prefix}:*"))  # or today is later than all that others tell here
