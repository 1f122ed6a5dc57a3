"""A shift is handed over: the sheet is made by the board, signed by whoever comes, and tells of nothing restricted."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Draft
from tests.days import Pen, report_id
from tests.house import House
from tests.test_working import HIDDEN, card, opened, said


@pytest.fixture
def room(house: House, pen: Pen) -> House:
    """Three open incidents of severity 4, one small one, one that is restricted, one that is decided."""
    house.log.append_all([*opened(pen, 1, 2, minutes=-30), *opened(pen, 3), *opened(pen, 4, severity=2)])
    house.log.append_all([*opened(pen, 5, **HIDDEN), *opened(pen, 6), Draft(pen.rejected(6), by="analyst:X")])
    for name, role in (("Amina", "analyst"), ("Dara", "analyst"), ("Sok", "security_lead"), ("Vann", "viewer")):
        house.person(name, role)
    house.fold()
    return house


def get(client: FlaskClient, path: str = "shifts/preview") -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def hand_over(client: FlaskClient, **more: str) -> Any:
    return client.post("/api/v1/shifts", json={"to": "Dara", "words": "A statement at 14:00.", **more})


def test_the_sheet_says_what_is_open_held_given_due_and_late(room: House) -> None:
    amina = room.at_desk("Amina")
    said(amina, 3, "hold")
    said(amina, 4, "assignment", to="Dara")
    said(amina, 1, "due", at=card(amina, 1)["at"], note="call the clerk")
    room.fold()
    sheet = get(amina)["sheet"]
    ids = {name: [report_id(n) for n in numbers] for name, numbers in {"open": (1, 2, 3), "overdue": (1, 2)}.items()}
    assert {name: sheet[name] for name in ids} == ids
    assert (sheet["held"], sheet["assigned"], sheet["due"]) == ([report_id(3)], [report_id(4)], [report_id(1)])
    assert sheet["totals"] == {"open": 3, "overdue": 2, "held": 1, "assigned": 1, "due": 1}
    assert {one["id"] for one in sheet["cards"]} == {report_id(n) for n in (1, 2, 3, 4)}
    assert [one["gateway"] for one in sheet["gateways"]] == ["kannel"]
    assert "text" not in sheet["cards"][0]


def test_whoever_hands_over_holds_nothing_and_whoever_comes_signs(room: House) -> None:
    amina, dara, sok = room.at_desk("Amina"), room.at_desk("Dara"), room.at_desk("Sok", "security_lead")
    said(amina, 3, "hold")
    room.fold()
    answer = hand_over(amina)
    assert answer.status_code == 202, answer.text
    room.fold()
    assert card(dara, 3)["held"] is None
    shift = answer.json["shift"]
    assert amina.post(f"/api/v1/shifts/{shift}/takeover").status_code == 422, "not by whoever leaves"
    assert dara.post(f"/api/v1/shifts/{shift}/takeover", json={"note": "read it"}).status_code == 202
    room.fold()
    assert sok.post(f"/api/v1/shifts/{shift}/takeover").status_code == 422, "once"
    found = get(dara, f"shifts/{shift}")
    assert (found["by"], found["to"], found["taken"]["by"], found["taken"]["note"]) == (
        *("Amina", "Dara", "Dara", "read it"),
    )
    assert found["sheet"]["held"] == [report_id(3)], "as it was then"
    assert found["sheet"]["words"] == "A statement at 14:00."
    assert [one["id"] for one in get(amina, "shifts")["shifts"]] == [shift]


def test_two_who_sign_at_once_do_not_both_do(room: House) -> None:
    shift = hand_over(room.at_desk("Amina")).json["shift"]
    room.fold()
    both = [room.at_desk("Dara"), room.at_desk("Sok", "security_lead")]
    assert [each.post(f"/api/v1/shifts/{shift}/takeover").status_code for each in both] == [202, 409]


@pytest.mark.parametrize(
    "wrong", [{"to": "Amina"}, {"to": "Nobody"}, {"to": "Vann"}, {"to": ""}, {"words": "a" * 9000}]
)
def test_a_shift_is_handed_to_somebody_else_who_may_decide(room: House, wrong: dict[str, str]) -> None:
    assert hand_over(room.at_desk("Amina"), **wrong).status_code == 422


def test_a_program_hands_over_nothing(room: House) -> None:
    assert hand_over(room.program("analyst")).status_code == 422


def test_no_sheet_tells_of_what_is_restricted_but_a_lead_s_own_how_many(room: House) -> None:
    sok, amina = room.at_desk("Sok", "security_lead"), room.at_desk("Amina")
    said(sok, 5, "assignment", to="Sok")
    said(sok, 5, "hold")
    said(sok, 5, "due", at=card(sok, 5)["at"])
    room.fold()
    assert report_id(5) not in json.dumps(get(sok)) + json.dumps(get(amina))
    assert (get(sok)["sheet"]["restricted"], "restricted" in get(amina)["sheet"]) == (1, False)
    shift = hand_over(sok, to="Amina").json["shift"]
    room.fold()
    assert get(sok, f"shifts/{shift}")["sheet"]["restricted"] == 1
    assert "restricted" not in get(amina, f"shifts/{shift}")["sheet"]


def test_what_becomes_restricted_later_leaves_earlier_sheets(room: House, pen: Pen) -> None:
    amina = room.at_desk("Amina")
    shift = hand_over(amina).json["shift"]
    room.log.append(pen.recategorised(1, restricted=True), by="security_lead:Sok")
    room.fold()
    sheet = get(amina, f"shifts/{shift}")["sheet"]
    assert report_id(1) not in json.dumps(sheet)
    assert (sheet["open"], sheet["totals"]["open"]) == ([report_id(2), report_id(3)], 2)


def test_a_sheet_stands_sealed_on_the_record(room: House) -> None:
    hand_over(room.at_desk("Amina"), words="canary of words")
    [fact] = [raw.fact().event for raw in room.log.read() if raw.fields["wire"] == events.ShiftHandedOver.wire]
    clear = events.encode(fact)
    assert "canary" not in clear
    assert report_id(1) not in clear
