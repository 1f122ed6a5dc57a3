"""While two versions run side by side, no process of the older one dies of a fact of the newer one, nor hides that."""

import logging
from pathlib import Path
from typing import Any

import pytest

from dashboard.live import SPACE
from server import events
from server.board import Board
from server.heads import verify
from server.ledger import Ledger
from server.log import Log, Raw
from server.pack import Pack
from server.seal import Opener, Vault
from tests.days import Pen, report_id
from tests.house import House
from tests.post import Office, all_steps, enrol
from tests.test_board import picture
from tests.test_lookout import Clock
from tests.test_lookout import lookout as lookout_of

NEWER = [  # (wire, v) of facts about reports and incidents that no program here can read
    *(("report.received", 99), ("report.read", 99), ("report.dreamt", 1), ("incident.opened", 99)),
    *(("incident.verified", 99), ("incident.joined", 99), ("monitor.enrolled", 99), ("text.asked", 99)),
    *(("statement.released", 99), ("contact.named", 99), ("duty.planned", 99), ("complaint.opened", 99)),
]


def add(log: Log, wire: str, v: int) -> None:
    """A fact as a newer program writes it."""
    about = {"monitor": f"monitor:{'a' * 32}"}.get(wire.partition(".")[0], f"{wire.partition('.')[0]}:{report_id(0)}")
    fields: dict[Any, Any] = {"wire": wire, "v": str(v), "about": about, "by": "reader", "cause": "", "version": "9"}
    log.client.xadd(log.stream, fields | {"body": '{"of_tomorrow":true}'})


def mixed(log: Log, pen: Pen) -> list[Raw]:
    """A small day, with a fact of tomorrow's behind each of its own."""
    day = [pen.received(0), pen.read(0), pen.opened(0), pen.received(1), pen.read(1), pen.opened(1), pen.verified(0)]
    came = ""
    for n, (wire, v) in enumerate(NEWER):
        if n < len(day):
            fact = log.append(day[n], by="reader", cause=came)
            came = fact.id if isinstance(day[n], events.ReportReceived) else came
        add(log, wire, v)
    return log.read()


@pytest.fixture
def board(keys: Path, pack: Pack) -> Board:
    return Board(Opener(keys / "keys"), Vault(keys), lambda text: False, pack)


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_board_passes_over_facts_of_a_newer_program_and_counts_them(
    log: Log, pen: Pen, keys: Path, pack: Pack, board: Board, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    raws = mixed(log, pen)
    with caplog.at_level(logging.WARNING):
        for at in range(0, len(raws), size):
            board.fold(raws[at : at + size])
    assert (board.newer, board.facts, board.cursor) == (len(NEWER), len(raws), log.head())
    other = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, pack)
    other.fold([raw for raw in raws if raw.fields["v"] != "99" and raw.fields["wire"] != "report.dreamt"])
    assert {**picture(board), "cursor": ""} == {**picture(other), "cursor": ""}
    said = [each.getMessage() for each in caplog.records]
    assert len(said) == len(NEWER), "each kind is said once"
    assert f"{NEWER[0][0]} v99" in said[0]


@pytest.mark.survival("R40", "every process", "newer facts")
def test_a_room_lives_on_and_everybody_at_a_desk_is_told(house: House, log: Log, pen: Pen) -> None:
    mixed(log, pen)
    house.fold()
    desk = house.person("Amina", "analyst")
    told: Any = desk.get("/health").json
    assert (told["newer"], told["behind"]) == (len(NEWER), False)
    for role, is_told in (("analyst", "newer"), ("viewer", "up")):
        screen = house.socketio.test_client(house.app, namespace=SPACE, auth={"token": house.token(role)})
        assert [each["args"][0]["record"] for each in screen.get_received(SPACE) if each["name"] == "patch"] == [
            is_told
        ]
        screen.disconnect(SPACE)
    page = desk.get("/").get_data(as_text=True)
    assert 'data-testid="record-newer"' in page


@pytest.mark.survival("R40", "every process", "newer facts")
def test_a_courier_a_lookout_and_a_ledger_live_on(log: Log, keys: Path, pack: Pack, pen: Pen) -> None:
    office = Office(log, keys, pack, {"TEXTS": "dry"})
    courier = office.courier()
    enrol(log, keys)
    looking, ledger = lookout_of(log, keys, pack, Clock()), Ledger(keys, pack)
    mixed(log, pen)
    all_steps(courier)
    while looking.step():
        pass
    ledger.copy(log.read())
    ledger.sign(0.0)
    facts = len(log.read())
    assert verify(keys / "ledger")[0] == ledger.tree.size == facts
    assert looking.where() == log.head()
    again = Ledger(keys, pack)
    assert again.tree.root() == ledger.tree.root()
    log.append(pen.received(2), by="gateway:kannel")
    again.copy(log.follow(again.last, 0))
    assert again.tree.size == facts + 1


def test_what_the_newer_program_wrote_is_there_once_the_older_one_is_updated(
    log: Log, pen: Pen, keys: Path, pack: Pack, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = mixed(log, pen)
    log.append(pen.noted(0), by="analyst:Amina")
    with monkeypatch.context() as older:
        older.delitem(events.KINDS, "incident.noted")
        board.fold([*raws, *log.read(raws[-1].id)])
        assert board.newer == len(NEWER) + 1
    updated = Board(Opener(keys / "keys"), Vault(keys), lambda text: False, pack)
    updated.fold(log.read())
    assert updated.newer == len(NEWER)
    assert [row["wire"] for row in updated.db.execute("SELECT wire FROM history")].count("incident.noted") == 1
