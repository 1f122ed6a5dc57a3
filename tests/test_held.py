"""The door of a locked room: it has no key, takes all in, and hands it on as it came when there are keys again."""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from ingest import door as doors_of
from ingest import pile, readmit
from ingest.form import WORDS as WORDS_OF
from ingest.held import Held
from ingest.pile import FOLDER, files
from ingest.quarantine import Quarantine
from ingest.readmit import Readmission
from ingest.spool import Full
from server import events, photos, seal, settings
from server.locking import state
from server.log import Log
from server.settings import Settings
from tests import doors
from tests.doors import Door
from tests.test_photos import picture, sent

CAME = datetime(2017, 6, 4, 3, 41, tzinfo=UTC)
ENDS: list[Callable[[], None]] = []  # what the end of the door's process does
WORDS = "PR KD0123-7 10:40 no official has come"


@pytest.fixture
def given(keys: Path, redis_server: str) -> Settings:
    """Of a room whose record is there."""
    return settings.read({**doors.ENV, "DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}"})


@pytest.fixture
def locked(keys: Path, given: Settings, door: Door) -> Iterator[FlaskClient]:
    """The door of a locked room; `door` was open before it."""
    state.lock(keys, "console", "command", CAME)
    closer = seal.Closer(keys / "keys")
    held = Held(given, closer, lambda: CAME)
    ENDS.append(lambda: os.close(held._pile._handle))
    yield doors_of.build_locked(given, held, Quarantine(keys / "quarantine", closer)).test_client()
    state.unlock(keys, CAME)


def send(client: FlaskClient, **fields: str) -> Any:
    return client.post("/", data={"text": WORDS, "phone": "012345678", "id": "a-press-of-the-button", **fields})


def taken_in(keys: Path, given: Settings, door: Door, log: Log) -> int:
    """What waited is taken in."""
    state.unlock(keys, CAME)
    assert Readmission(given, log).step() == 0, "what is still written to is left alone"
    ENDS.pop()()
    return Readmission(given, log).step()


def test_what_came_is_on_the_record_with_its_hour_and_the_reference_its_sender_was_told(
    locked: FlaskClient, door: Door, keys: Path, given: Settings, log: Log
) -> None:
    answer = send(locked)
    assert answer.status_code == 200
    assert locked.open(**doors.generic(text="PR KD0123-7 by text")).status_code == 200
    kept = b"".join(path.read_bytes() for path in files(keys))
    assert b"KD0123" not in kept
    assert door.reports() == []
    assert taken_in(keys, given, door, log) == 2
    first, second = door.reports()
    assert answer.text.split()[1].rstrip(".") == events.reference(first.subject)
    assert {first.at, second.at} == {"2017-06-04T03:41:00.000+00:00"}
    assert [body["text"] for body in door.bodies()] == [WORDS, "PR KD0123-7 by text"]
    assert files(keys) == []


def test_a_message_that_came_before_the_lock_or_twice_during_it_is_one(
    locked: FlaskClient, door: Door, keys: Path, given: Settings, log: Log
) -> None:
    state.unlock(keys, CAME)
    assert send(door.client, id="one-that-came-before").status_code == 200
    before = door.reports()[0].subject
    told = {send(locked, id="one-that-came-before").text for _ in range(2)} | {send(locked).text for _ in range(3)}
    assert len(told) == 2
    assert taken_in(keys, given, door, log) == 2
    assert door.reports()[0].subject == before
    assert len(door.reports()) == 2


def test_a_damaged_line_costs_no_other_and_half_a_line_is_let_go(
    locked: FlaskClient, door: Door, keys: Path, given: Settings, log: Log
) -> None:
    send(locked)
    other = keys / FOLDER / f"{0:020d}-1.held"
    other.write_bytes(b"k1.bm90aGluZw==\nk1.half")
    assert taken_in(keys, given, door, log) == 1
    assert other.with_name(f"{other.name}.bad").read_bytes() == b"k1.bm90aGluZw==\n"
    assert door.client.get("/health").json["held"] == {"waiting": 0, "set_apart": 1}


def test_a_phone_that_sealed_its_report_keeps_it_and_the_form_still_has_the_key_to_seal_with(
    locked: FlaskClient, door: Door
) -> None:
    answer = locked.post("/sealed", data=b"\x01" * 400)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert (door.folder / "keys" / "form.pub").read_text() in locked.get("/").text


def test_a_call_with_a_wrong_secret_is_refused_there_too(locked: FlaskClient) -> None:
    call = doors.generic(text=WORDS)
    assert locked.open(**{**call, "headers": {"X-Secret": "not the secret at all"}}).status_code == 403


def photographed(log: Log) -> list[events.ReportPhotographed]:
    facts = [raw.fact().event for raw in log.read()]
    return [event for event in facts if isinstance(event, events.ReportPhotographed)]


def test_a_photo_that_finds_no_room_holds_up_no_report_and_is_taken_in_when_there_is_some(
    locked: FlaskClient, door: Door, keys: Path, given: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(2):
        assert (
            sent(dataclasses.replace(door, client=locked), picture(), text=f"{WORDS} {n}", id=str(n)).status_code == 200
        )
    state.unlock(keys, CAME)
    ENDS.pop()()
    monkeypatch.setattr(photos, "RESERVE", 1 << 60)
    work = Readmission(given, log)
    for _ in range(2):
        with pytest.raises(Full):
            work.step()
        assert [body["text"] for body in door.bodies()] == [f"{WORDS} 0", f"{WORDS} 1"]
    assert door.client.get("/health").json["held"] == {"waiting": 2, "set_apart": 0}
    monkeypatch.undo()
    assert Readmission(given, log).step() == 0, "also by a process that has not seen their reports"
    assert [each.subject for each in photographed(log)] == [each.subject for each in door.reports()]
    assert files(keys) == []


def test_a_line_that_nobody_can_take_in_costs_no_other_and_a_gateway_that_was_taken_out_none_at_all(
    locked: FlaskClient, door: Door, keys: Path, given: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locked.open(**doors.generic(text="first", id="1")).status_code == 200
    assert locked.open(**doors.generic(text="second", id="2")).status_code == 200
    as_it_was = readmit.message
    monkeypatch.setattr(readmit, "message", lambda said: as_it_was(said if said["text"] == "second" else {}))
    without = dataclasses.replace(given, gateways=("kannel",))
    assert taken_in(keys, without, door, log) == 1
    assert [body["text"] for body in door.bodies()] == ["second"]
    assert door.client.get("/health").json["held"] == {"waiting": 0, "set_apart": 1}
    [apart] = (keys / FOLDER).iterdir()
    monkeypatch.undo()
    apart.rename(apart.with_suffix(""))  # as the operator does once it is mended
    assert Readmission(without, log).step() == 1
    assert [body["text"] for body in door.bodies()] == ["second", "first"]


def test_photos_leave_the_disk_of_a_locked_room_to_reports(
    locked: FlaskClient, door: Door, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut, later = dataclasses.replace(door, client=locked), WORDS_OF["en"]["photo_later"]
    monkeypatch.setattr(pile, "MOST", 3 * pile.LEAST)
    answers = [sent(shut, picture(), text=WORDS, id=str(n)) for n in range(4)]
    assert [later in answer.text for answer in answers] == [False, False, False, True]
    usage = shutil.disk_usage(keys)._replace(free=pile.RESERVE - 1)
    monkeypatch.setattr(pile, "MOST", 1 << 60)
    monkeypatch.setattr(pile.shutil, "disk_usage", lambda path: usage)
    answers.append(sent(shut, picture(), text=WORDS, id="one more"))
    assert later in answers[-1].text
    assert {answer.status_code for answer in answers} == {200}, "their reports are kept"
    assert len(list((keys / FOLDER).glob("*.photo"))) == 3


def test_half_a_photo_goes_with_the_next_start_unless_it_is_still_being_written(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keys / FOLDER).mkdir()
    half, here = keys / FOLDER / f"{0:020d}-1.draft", pile.Pile(keys)
    half.write_bytes(b"half a photo")
    fsync = os.fsync

    def meanwhile(handle: int) -> None:
        pile.Pile(keys)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    here.lay(b"of whom\n", b"a photo")
    assert not half.exists()
    assert [path.read_bytes() for path in files(keys)] == [b"of whom\na photo"]
