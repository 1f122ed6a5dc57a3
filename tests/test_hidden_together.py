"""What is told together is hidden together: parts of one message, and reports that stand in one incident."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events, heard, sums
from server.alerts.picture import Picture
from server.pack import Pack
from server.seal import Opener
from tests.days import Pen, raws, report_id
from tests.house import House, cards, decide, told
from tests.test_attendance import ALIASES, HERE, enrolled
from tests.test_joining import card, join, part

LEAD = "security_lead"
GRAVE, CALM = "SOS they have taken", "our friend at the school"
ONE, TWO, QUIET = 11, 12, 13
SOON = datetime(2017, 6, 4, 3, 5, tzinfo=UTC)
CODE = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}


@pytest.fixture
def room(house: House, pen: Pen) -> House:
    """Two incidents, and an "all is well"."""
    for n in (ONE, TWO, QUIET):
        quiet = {"kind": "quiet", "category": "", "sub": ""} if n == QUIET else {}
        by(house, pen.received(n, f"told {n}", ALIASES[n - ONE]), pen.read(n, f"told {n}", ALIASES[n - ONE], **quiet))
    by(house, pen.opened(ONE), pen.opened(TWO))
    return house


@pytest.fixture
def desk(room: House) -> FlaskClient:
    return room.at_desk("Amina")


def cut(pen: Pen, n: int, text: str, number: int, **more: Any) -> events.ReportReceived:
    return pen.received(n, text, part=f"{number}/2", whole="one message", **more)


def by(house: House, *facts: events.Event) -> None:
    for fact in facts:
        house.log.append(fact, by="reader")
    house.fold()


def seen(house: House, role: str = "analyst") -> set[str]:
    return set(cards(house.program(role)))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("texts", [(GRAVE, CALM), (CALM, GRAVE), ("SO", "S men came")])
def test_a_part_that_nobody_has_read_is_hidden_with_one_that_is_in_doubt(
    house: House, pen: Pen, order: tuple[int, int], texts: tuple[str, str]
) -> None:
    for number in order:
        by(house, cut(pen, number, texts[number - 1], number))
    assert seen(house) == set()
    assert seen(house, LEAD) == set(), "the feed of the lead is as open as everybody's"
    assert set(cards(house.program(LEAD), "list=restricted")) == {report_id(1), report_id(2)}


def test_screens_that_showed_the_second_part_are_told_that_it_is_gone(house: House, pen: Pen) -> None:
    by(house, cut(pen, 2, CALM, 2))
    after = house.live.room.board.cursor
    assert seen(house) == {report_id(2)}
    by(house, cut(pen, 1, GRAVE, 1))
    assert changes(house, after) == [{"id": report_id(2), "gone": True}]


def changes(house: House, after: str, role: str = "analyst") -> list[dict[str, Any]]:
    answer = house.program(role).get(f"/api/v1/changes?after={after}").json
    assert answer
    found: list[dict[str, Any]] = answer["cards"]
    return found


@pytest.mark.parametrize("first", [1, 2])
def test_a_part_that_comes_too_late_and_is_restricted_hides_the_one_that_was_read(
    house: House, pen: Pen, first: int
) -> None:
    late = 3 - first
    by(house, cut(pen, first, CALM, first), pen.read(first, CALM), pen.opened(first))
    after = house.live.room.board.cursor
    assert seen(house) == {report_id(first)}
    by(house, cut(pen, late, "arrested", late), pen.read(late, "arrested", **CODE), pen.opened(late, **CODE))
    assert seen(house) == set()
    assert {"id": report_id(first), "gone": True} in changes(house, after)
    lead = house.at_desk("Sok", LEAD)
    path = f"/api/v1/reports/{report_id(first)}/release"
    assert lead.post(path, json={"reason": "it tells nothing"}).status_code == 202
    house.fold()
    assert seen(house) == {report_id(first)}, "what a person decided stands"


def test_parts_of_another_message_of_the_same_reference_hide_nothing(house: House, pen: Pen) -> None:
    by(house, cut(pen, 1, GRAVE, 1), cut(pen, 2, CALM, 2, at="2017-06-04T08:00:00.000+00:00"))
    assert seen(house) == {report_id(2)}


def test_a_message_whose_parts_are_read_as_open_is_open(house: House, pen: Pen) -> None:
    by(house, cut(pen, 1, GRAVE, 1), cut(pen, 2, CALM, 2))
    by(house, pen.read(1, GRAVE), pen.read(2, CALM))
    assert seen(house) == {report_id(1), report_id(2)}


def test_screens_are_told_when_a_joined_report_hides_its_incident(room: House, desk: FlaskClient) -> None:
    join(desk, TWO, ONE)
    room.fold()
    after = room.live.room.board.cursor
    restrict(room, desk, TWO)
    gone = {each["id"] for each in changes(room, after) if each.get("gone")}
    assert gone == {report_id(ONE), report_id(TWO)}


def restrict(room: House, desk: FlaskClient, n: int, code: str = "OE") -> None:
    path = f"/api/v1/incidents/{report_id(n)}/category"
    assert desk.post(path, json={"code": code, "reason": "it was this"}).status_code == 202
    room.fold()


def test_what_stands_in_a_restricted_incident_is_hidden_with_it_and_comes_back_with_it(
    room: House,
    desk: FlaskClient,
) -> None:
    for n in (TWO, QUIET):
        assert join(desk, n, ONE).status_code == 202
        room.fold()
    after = room.live.room.board.cursor
    restrict(room, desk, ONE)
    for n in (ONE, TWO, QUIET):
        assert desk.get(f"/api/v1/cards/{report_id(n)}").status_code == 404
        assert {"id": report_id(n), "gone": True} in changes(room, after)
    assert not {report_id(TWO), report_id(QUIET)} & set(cards(desk, "q=told"))
    lead = room.at_desk("Lina", LEAD)
    assert part(lead, QUIET, ONE).status_code == 202
    room.fold()
    assert card(desk, QUIET)["stands_in"] is None, "what was no part of it is open again"
    restrict(room, lead, ONE, "NC")
    assert (card(desk, ONE)["reports"], card(desk, TWO)["stands_in"]) == (2, report_id(ONE))


def dismiss(room: House, first: FlaskClient, second: FlaskClient, n: int) -> None:
    """Two say that a grave incident is none."""
    assert decide(first, n, "dismissal", kind="noise", reason="an advert").status_code == 202
    room.fold()
    assert decide(second, n, "confirmation", reason="so it is").status_code == 202
    room.fold()


def test_what_people_joined_to_an_incident_that_is_dismissed_stands_for_itself_again(
    room: House,
    desk: FlaskClient,
) -> None:
    before, second = desk.get("/api/v1/counts").json, room.at_desk("Boran")
    join(desk, TWO, ONE)
    room.fold()
    dismiss(room, desk, second, ONE)
    assert card(desk, TWO)["stands_in"] is None
    assert report_id(TWO) in cards(desk)
    assert before
    assert desk.get("/api/v1/counts").json["incidents"] == before["incidents"] - 1  # type: ignore[index]


def test_the_same_message_again_is_dismissed_with_the_first(room: House, desk: FlaskClient) -> None:
    again = {"report": report_id(TWO), "how": "same message", "reason": ""}
    by(room, events.IncidentJoined(subject=report_id(ONE), **again))
    assert card(desk, TWO)["stands_in"] == report_id(ONE)
    dismiss(room, desk, room.at_desk("Boran"), ONE)
    assert report_id(TWO) not in cards(desk)


def stations(house: House) -> int:
    board = house.live.room.board
    view = heard.today(board.attendance, sums.totals(board), SOON)
    return sum(row["heard"] for row in heard.areas(view, "province"))


def test_an_incident_that_a_joined_report_hides_is_no_sign_of_life(house: House, pen: Pen) -> None:
    by(house, enrolled(pen, 1, HERE))
    for n in (1, 2):
        by(
            house,
            pen.received(n, "a", ALIASES[n]),
            pen.read(n, "a", ALIASES[n], where={"level": "none"}),
            pen.opened(n),
        )
    joined = {"report": report_id(2), "how": "same event", "reason": ""}
    house.log.append(events.IncidentJoined(subject=report_id(1), **joined), by="analyst:Amina")
    house.fold()
    assert stations(house) == 1
    house.log.append(pen.recategorised(2, restricted=True), by="analyst:Amina")
    house.fold()
    assert told(house.program(LEAD), 1)["card"]["restricted"]
    assert stations(house) == 0


@pytest.mark.parametrize("hidden", [True, False])
def test_a_restricted_report_is_no_sign_of_life_to_the_lookout(keys: Path, pen: Pen, pack: Pack, hidden: bool) -> None:
    """Or the silent stations that an alert names would tell which one is left out."""
    picture = Picture(Opener(keys / "keys"), pen.vault, pack)
    read = pen.read(1, "a", ALIASES[1], where={"level": "none"}, restricted=hidden)
    for raw in raws([enrolled(pen, 1, HERE), pen.received(1, "a", ALIASES[1]), read]):
        picture.take(raw.fact())
    assert picture.worlds[False].heard_since(HERE, 1) is not hidden


def test_a_release_that_an_incident_overtook_opens_it_to_no_alert(keys: Path, pen: Pen, pack: Pack) -> None:
    picture = Picture(Opener(keys / "keys"), pen.vault, pack)
    release = events.ReportReleased(subject=report_id(1), reason="")
    for raw in raws([pen.received(1, GRAVE), pen.read(1, GRAVE, **CODE), pen.opened(1, **CODE), release]):
        picture.take(raw.fact())
    assert picture.worlds[False].reports[report_id(1)].restricted
