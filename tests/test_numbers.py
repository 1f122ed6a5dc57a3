"""The numbers of incidents tell nobody that there are restricted ones."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import events, seal
from server.board import Board
from server.log import Draft
from server.pack import Pack
from tests.days import Pen, raws, report_id
from tests.house import House

DANGER = {"category": "OB", "sub": "OE", "severity": 5, "restricted": True}


class Room:
    """A board alone: facts are folded as they are said."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        seal.make_keys(folder / "keys")
        self.pen, self._folder, self._pack = Pen(folder), folder, pack
        self.begin()

    def begin(self) -> None:
        """An empty board."""
        self.board = Board(seal.Opener(self._folder / "keys"), seal.Vault(self._folder), lambda text: False, self._pack)
        self._said: list[events.Event] = []

    def say(self, *facts: events.Event, by: str = "somebody") -> set[str]:
        before = len(self._said)
        self._said += facts
        return self.board.fold(raws(self._said, by)[before:])

    def incident(self, n: int, *, hidden: bool = False) -> None:
        code: dict[str, Any] = DANGER if hidden else {}
        self.say(self.pen.received(n), self.pen.read(n, **code), self.pen.opened(n, **code), by="reader")

    def numbers(self) -> dict[int, int]:
        known = {report_id(n): n for n in range(40)}
        rows = self.board.db.execute("SELECT id, number FROM cards WHERE number IS NOT NULL")
        return {known[row["id"]]: row["number"] for row in rows}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Room:
    return Room(tmp_path_factory.mktemp("numbers"), pack)


@pytest.fixture
def room(furnished: Room) -> Room:
    furnished.begin()
    return furnished


def test_what_is_restricted_when_it_is_opened_leaves_no_gap(room: Room) -> None:
    for n, hidden in enumerate((False, True, False, True, False)):
        room.incident(n, hidden=hidden)
    assert room.numbers() == {0: 1, 1: -1, 2: 2, 3: -2, 4: 3}


def test_once_a_person_shows_it_to_all_desks_it_has_their_next_number_and_keeps_it(room: Room) -> None:
    for n, hidden in enumerate((True, False, True, False)):
        room.incident(n, hidden=hidden)
    assert room.say(room.pen.recategorised(2)) == {report_id(2)}
    assert room.numbers() == {0: -1, 1: 1, 2: 3, 3: 2}
    room.say(room.pen.recategorised(2, restricted=True))
    room.incident(4, hidden=True)
    room.incident(5)
    assert room.numbers() == {0: -1, 1: 1, 2: 3, 3: 2, 4: -3, 5: 4}, "no number of the lead's is given twice"


def test_an_incident_that_is_restricted_later_keeps_the_number_that_everybody_knows(room: Room) -> None:
    room.incident(0)
    room.say(room.pen.recategorised(0, restricted=True))
    room.incident(1)
    assert room.numbers() == {0: 1, 1: 2}


def test_what_only_a_part_of_it_restricts_is_numbered_apart_too(room: Room) -> None:
    """The reader holds it for harmless, and the report was restricted by its first reading."""
    facts = [room.pen.received(0), room.pen.read(0, restricted=True), room.pen.opened(0)]
    room.say(*facts, by="reader")
    room.incident(1)
    assert room.numbers() == {0: -1, 1: 1}
    room.say(events.IncidentDismissed(subject=report_id(0), kind="noise", reason=""))
    room.say(events.ReportReleased(subject=report_id(0), reason=""))
    assert room.numbers() == {0: 2, 1: 1}


def test_the_lead_finds_a_restricted_incident_by_its_number_and_nobody_else_does(house: House, pen: Pen) -> None:
    for n, code in enumerate((DANGER, {})):
        facts = [pen.received(n), pen.read(n, **code), pen.opened(n, **code)]
        house.log.append_all(Draft(fact, by="reader") for fact in facts)
    house.fold()
    lead, analyst = house.program("security_lead"), house.program("analyst")
    for asked in ("query=R-1", "query=%23r-1", "number=-1"):
        found: Any = lead.get(f"/api/v1/cards?list=all&{asked}").json
        assert [(card["id"], card["number"]) for card in found["cards"]] == [(report_id(0), -1)], asked
        other: Any = analyst.get(f"/api/v1/cards?{asked}").json
        assert (other["cards"], other["total"]) == ([], 0)
    shown: Any = analyst.get("/api/v1/cards?query=%231").json
    assert [card["id"] for card in shown["cards"]] == [report_id(1)]


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from(("open", "hide", "show"))), max_size=24))
def test_open_numbers_are_given_without_gaps_whatever_is_hidden_and_shown(
    furnished: Room, steps: list[tuple[int, str]]
) -> None:
    furnished.begin()
    given_out: set[int] = set()
    for n, step in steps:
        if n not in furnished.numbers():
            furnished.incident(n, hidden=step == "hide")
        elif step != "open":
            furnished.say(furnished.pen.recategorised(n, restricted=step == "hide"))
        found = list(furnished.numbers().values())
        given_out |= {number for number in found if number > 0}
        assert len(set(found)) == len(found)
        assert 0 not in found
        assert given_out == set(range(1, len(given_out) + 1))
