"""A room that is started again goes on from the picture that was kept, and it is the picture of the whole record."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.begun import begin_with
from server import events, resumed, seal
from server.board import Board
from server.log import Draft, Log, Raw
from server.pack import Pack
from server.resumed import Picture
from server.seal import Opener, Vault, make_keys
from tests import test_board
from tests.conftest import settings_in
from tests.days import SOURCES, Pen, furnish, the_pack
from tests.house import House, build

OF_ONE = ("_vault", "_opener", "_unread", "_newer", "news")  # what a board has for itself, and no facts change


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("resumed")
    make_keys(made / "keys")
    return made


@pytest.fixture(scope="module")
def notes(folder: Path) -> test_board.Notes:
    return test_board.written(Pen(folder))


def new_board(home: Path) -> Board:
    return Board(Opener(home / "keys"), Vault(home), lambda text: "threat" in text, the_pack())


class Shelf:
    """A log that holds a day, as far as a picture asks."""

    def __init__(self, day: list[Raw]) -> None:
        self.day = day

    def read(self, after: str, count: int) -> list[Raw]:
        return self.day[:count]

    def at(self, fact: str) -> Raw | None:
        return next((raw for raw in self.day if raw.id == fact), None)


def kept(home: Path, board: Board, day: list[Raw]) -> Picture:
    shelf: Any = Shelf(day)
    return Picture(home, board, Vault(home), shelf, "kh-2017", lambda: True)


def everything(board: Board) -> dict[str, Any]:
    """All tables of a board, and what its sections know beside them."""
    own = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%' AND name != 'word_terms'"
    names = [row["name"] for row in board.db.execute(own)]
    tables = {name: sorted(map(tuple, board.db.execute(f"SELECT * FROM {name}")), key=repr) for name in names}  # noqa: S608
    plain = (str, int, bool, set, list, dict, tuple)
    sections = {name: part for name, part in vars(board).items() if hasattr(part, "folds")}
    beside = {
        f"{name}.{each}": repr(value)
        for name, part in sections.items()
        for each, value in vars(part).items()
        if isinstance(value, plain) and each not in (*OF_ONE, "folds", "_wires")
    }
    aside = {name: value for name, value in board.kept().items() if name != "version"}
    beside.pop("attendance.version", None)  # it grows, by how much does not matter
    return {**tables, **beside, **aside, **test_board.picture(board)}


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.survival("R39", "the same picture")
def test_a_picture_kept_anywhere_and_the_rest_of_the_day_are_the_whole_day(
    folder: Path, notes: test_board.Notes, data: Any
) -> None:
    day = data.draw(test_board.days(notes))
    cut = data.draw(st.integers(1, max(1, len(day))))
    first = new_board(folder)
    first.fold(day[:cut])
    kept(folder, first, day).keep()
    again = new_board(folder)
    assert kept(folder, again, day).resume() == len(day[:cut])
    assert everything(again) == everything(first)
    again.fold(day[cut:])
    first.fold(day[cut:])
    assert everything(again) == everything(first)


@pytest.fixture
def room(house: House, log: Log, pen: Pen) -> House:
    """A room with some of everything."""
    furnish(log, pen)
    log.append(events.acts.RetentionAnnounced(subject="all", on="2017-07-04", day="2017-06-04"), by="lookout")
    house.fold()
    return house


def picture_of(house: House, home: Path, sound: bool = True) -> Picture:
    board = house.live.room.board
    return Picture(home, board, house.live.room.vault, house.log, "kh-2017", lambda: sound)


@pytest.fixture
def again(redis_server: str, keys: Path, pack: Pack, log: Log) -> Callable[[], tuple[House, Picture]]:
    """A room on the same record, started and still empty; and its picture."""

    def started() -> tuple[House, Picture]:
        house = build(keys, pack, log)
        return house, picture_of(house, keys)

    return started


Again = Callable[[], tuple[House, Picture]]


def test_a_room_goes_on_from_its_picture_and_folds_what_came_since(
    room: House, keys: Path, log: Log, pen: Pen, again: Again
) -> None:
    picture_of(room, keys).keep()
    (draft := keys / "picture" / ".board.12345").write_bytes(b"begun by one that was killed")
    log.append_all(Draft(each, by="reader") for each in (pen.received(20), pen.read(20), pen.opened(20)))
    other, picture = again()
    assert picture.resume() == len(log.read()) - 3
    assert other.live.catch_up() == 3
    assert not draft.exists()
    room.fold()
    assert everything(other.live.room.board) == everything(room.live.room.board)
    found: list[Any] = [each.program("analyst").get("/api/v1/cards?q=canary").json for each in (room, other)]
    assert [card["id"] for card in found[0]["cards"]] == [card["id"] for card in found[1]["cards"]] != []


def test_the_file_is_written_aside_once_enough_has_come_and_tells_nothing(
    room: House, keys: Path, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumed, "BEHIND", 5)
    picture, path = picture_of(room, keys), keys / "picture" / "board"
    picture.look(1000.0)
    late = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < late
        time.sleep(0.02)
    first = path.read_bytes()
    for word in (b"canary", b"cards", b"SQLite", b"+85512345678"):
        assert word not in first
    assert path.stat().st_mode & 0o777 == 0o600
    picture.look(2000.0)
    assert path.read_bytes() == first, "nothing came since"
    assert again()[1].resume() == len(room.log.read())


def test_a_process_that_hangs_over_the_file_is_ended_and_the_next_one_writes_it(
    room: House, keys: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(resumed, "BEHIND", 0)
    picture, path = picture_of(room, keys), keys / "picture" / "board"
    with monkeypatch.context() as hung:
        hung.setattr(picture, "_write", lambda *said: time.sleep(600))
        picture.look(1000.0)
    picture.look(1000.0 + resumed.LONGEST)
    assert "could not be kept" not in caplog.text
    late = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < late
        picture.look(1001.0 + resumed.LONGEST)
        time.sleep(0.02)
    assert "could not be kept" in caplog.text


def test_nothing_is_written_while_a_restart_would_be_quick_anyway(room: House, keys: Path) -> None:
    picture_of(room, keys).look(1000.0)
    assert not (keys / "picture").exists()


def test_while_a_report_is_missing_no_picture_is_kept_and_a_restart_folds_the_whole_record(
    room: House, keys: Path, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumed, "BEHIND", 0)
    picture_of(room, keys).keep()
    picture_of(room, keys, sound=False).look(1000.0)
    assert not (keys / "picture" / "board").exists()
    assert again()[1].resume() == 0


@pytest.mark.parametrize("how", ["forget", "forget_all", "bury"])
def test_once_anybody_is_forgotten_no_picture_of_before_opens_ever_again(
    room: House, keys: Path, again: Again, how: str
) -> None:
    picture = picture_of(room, keys)
    picture.keep()
    path = keys / "picture" / "board"
    copied = path.read_bytes()
    owner = f"source:{SOURCES[1]}"
    getattr(Vault(keys), how)(owner if how == "forget" else [owner])
    with pytest.raises(seal.Buried):
        picture.keep()  # a room that still knows the words cannot close them under a new key
    other, fresh = again()
    assert (fresh.resume(), path.exists()) == (0, False)
    other.fold()
    fresh.keep()
    path.write_bytes(copied)
    assert again()[1].resume() == 0
    assert other.live.room.board.cursor == room.log.head()


@pytest.mark.parametrize("owner", ["model:0badcafe", "duty:d1", "contact:a1"])
def test_a_key_of_what_no_board_knows_leaves_the_picture_as_it_is(
    room: House, keys: Path, again: Again, owner: str
) -> None:
    picture = picture_of(room, keys)
    Vault(keys).seal(owner, {"what": "it closed"})
    assert Vault(keys).forget_all([owner]) == 1
    picture.keep()
    Vault(keys).forget(owner)
    assert again()[1].resume() == len(room.log.read())
    Vault(keys).forget_all([owner, f"source:{SOURCES[1]}"])
    assert again()[1].resume() == 0


def test_a_picture_goes_with_the_key_of_a_report_alone_and_where_nothing_has_a_key_any_more(
    room: House, keys: Path, again: Again
) -> None:
    for owners in ([f"{seal.ALONE}typed"], []):
        house, picture = again()
        house.fold()
        picture.keep()
        Vault(keys).bury(owners)
        assert again()[1].resume() == 0


def test_a_picture_of_another_program_is_not_used(
    room: House, keys: Path, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_of(room, keys).keep()
    monkeypatch.setattr(resumed, "program", lambda pack: "another one")
    assert again()[1].resume() == 0


def test_a_picture_of_another_record_is_not_used(room: House, keys: Path, log: Log, pen: Pen, again: Again) -> None:
    picture_of(room, keys).keep()
    log.client.delete(log.stream)
    log.append(pen.received(30), by="gateway:kannel")
    other, picture = again()
    assert picture.resume() == 0
    assert other.live.catch_up() == 1


@pytest.mark.parametrize("comes_again", [True, False])
def test_a_picture_with_a_fact_that_the_record_lost_in_a_failover_is_used_once_at_most(
    room: House, keys: Path, log: Log, pen: Pen, again: Again, comes_again: bool
) -> None:
    lost, _ = log.append_all(Draft(pen.received(n), by="gateway:kannel") for n in (30, 31))
    room.fold()
    picture_of(room, keys).keep()
    log.client.xdel(log.stream, lost.id)
    if comes_again:
        log.append(pen.received(30), by="gateway:kannel")
    other, picture = again()
    with pytest.raises((RuntimeError, sqlite3.IntegrityError)):
        begin_with(other.live, picture, settings_in(keys))
    other, picture = again()
    begin_with(other.live, picture, settings_in(keys))
    other.fold()
    assert other.live.room.board.facts == len(log.read())


@pytest.mark.parametrize("where", [0, 40, -1, -5000])
@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_damaged_picture_is_thrown_away_and_the_record_is_folded(
    room: House, keys: Path, again: Again, where: int, how: str
) -> None:
    picture_of(room, keys).keep()
    path = keys / "picture" / "board"
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content if how == "flipped" else content[: where % len(content)])
    other, picture = again()
    assert (picture.resume(), path.exists()) == (0, False)
    other.fold()
    assert everything(other.live.room.board) == everything(room.live.room.board)
