"""Alerts are answered: acknowledged, quiet for a while unless they grow, taken up in an incident; each told once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Draft
from tests.days import Pen, report_id
from tests.house import House
from tests.test_working import Clock, opened

BODY = json.loads((Path(__file__).parent / "golden" / "alert.raised.v1.json").read_text())["body"]


def raised(pen: Pen, alert: str, *reports: int, **more: Any) -> events.AlertRaised:
    evidence = {"area": "08", "parts": ["08"], "reports": [report_id(n) for n in reports], "stations": []}
    clear = {**BODY, "restricted": False, "rehearsal": False, "province": "08", "category": "BX", **more}
    return events.AlertRaised(subject=alert, **{**clear, "evidence": pen.vault.seal("room", evidence)})


def soon(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


@pytest.fixture
def clock(house: House) -> Clock:
    made = Clock()
    object.__setattr__(house.live.room, "clock", made)
    return made


@pytest.fixture
def room(house: House, pen: Pen, clock: Clock) -> House:
    """An alert about an incident and a report that is none, and a restricted alert."""
    report = [pen.received(2, at=soon()), pen.read(2, kind="unsorted", category="", sub="", severity=0)]
    house.log.append_all([*opened(pen, 1), *(Draft(fact, by="reader") for fact in report)])
    for alert in (raised(pen, "a1", 1, 2), raised(pen, "hidden", 1, restricted=True)):
        house.log.append(alert, by="lookout")
    house.fold()
    return house


def alert(client: FlaskClient, name: str = "a1") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in client.get("/api/v1/alerts").json["alerts"] if each["id"] == name)  # type: ignore[index]
    return found


def answer(client: FlaskClient, what: str, name: str = "a1", **body: str) -> int:
    return client.post(f"/api/v1/alerts/{name}/{what}", json=body).status_code


def test_an_alert_says_who_deals_with_it(room: House) -> None:
    amina = room.at_desk("Amina")
    assert (alert(amina)["state"], alert(amina)["by"]) == ("open", None)
    assert answer(amina, "acknowledgement", note="I call there") == 202
    room.fold()
    found = alert(room.program("administrator"))
    assert (found["state"], found["by"], found["note"]) == ("acknowledged", "Amina", "I call there")


def test_a_snoozed_alert_is_quiet_until_then_or_until_it_grows(room: House, pen: Pen, clock: Clock) -> None:
    amina = room.at_desk("Amina")
    until = soon(minutes=30)
    assert answer(amina, "snooze", until=until) == 202
    room.fold()
    assert (alert(amina)["state"], alert(amina)["quiet_until"][:19]) == ("snoozed", until[:19])
    clock.later(minutes=31)
    assert alert(amina)["state"] == "open"
    clock.later(minutes=-31)
    assert alert(amina)["state"] == "snoozed"
    room.log.append(raised(pen, "a1", 1, 2, found=99), by="lookout")
    room.fold()
    assert alert(amina)["state"] == "open"


def test_an_alert_is_quiet_for_a_few_hours_at_most(room: House) -> None:
    amina = room.at_desk("Amina")
    for until in ("", "later", soon(minutes=-1), soon(hours=5)):
        assert answer(amina, "snooze", until=until) == 422


def test_an_alert_that_is_over_cannot_be_snoozed(room: House) -> None:
    room.log.append(events.AlertEnded(subject="a1", at=soon()), by="lookout")
    room.fold()
    assert answer(room.at_desk("Amina"), "snooze", until=soon(minutes=5)) == 422


def test_an_incident_that_is_there_deals_with_an_alert(room: House) -> None:
    amina = room.at_desk("Amina")
    assert answer(amina, "incident", incident=report_id(2)) == 422, "it is none"
    assert answer(amina, "incident", incident=report_id(9)) == 404
    assert answer(amina, "incident", incident=report_id(1)) == 202
    room.fold()
    assert (alert(amina)["state"], alert(amina)["incident"], alert(amina)["by"]) == ("taken", report_id(1), "Amina")


def test_an_incident_is_made_of_one_of_its_reports(room: House) -> None:
    amina = room.at_desk("Amina")
    assert answer(amina, "incident", report=report_id(9), code="NC", reason="soldiers") == 422, "not one of its reports"
    assert answer(amina, "incident", report=report_id(2), code="NC") == 422, "no reason"
    before = len(room.log.read())
    assert answer(amina, "incident", report=report_id(2), code="NC", reason="many told of it") == 202
    room.fold()
    assert len(room.log.read()) == before + 2
    assert amina.get(f"/api/v1/cards/{report_id(2)}").json["card"]["kind"] == "incident"  # type: ignore[index]
    assert alert(amina)["incident"] == report_id(2)


def test_a_restricted_alert_is_answered_by_the_lead_alone(room: House) -> None:
    amina, sok = room.at_desk("Amina"), room.at_desk("Sok", "security_lead")
    for what, body in (("acknowledgement", {}), ("snooze", {"until": soon(hours=1)}), ("incident", {})):
        assert answer(amina, what, "hidden", **body) == answer(amina, what, "nothing", **body) == 404
    assert answer(sok, "acknowledgement", "hidden") == 202


def test_an_incident_that_became_restricted_is_not_named_to_others(room: House, pen: Pen) -> None:
    amina = room.at_desk("Amina")
    answer(amina, "incident", incident=report_id(1))
    room.log.append(pen.recategorised(1, restricted=True), by="security_lead:Sok")
    room.fold()
    assert alert(amina)["incident"] is None
    assert alert(room.at_desk("Sok", "security_lead"))["incident"] == report_id(1)
