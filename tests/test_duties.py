"""Who is on duty, and whom danger pages: once each, with words that tell nothing, and nobody but the lead of danger."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Draft, Log
from server.pack import Pack
from server.seal import Forgotten, Vault
from server.work.duties import owner_of
from tests import fakes
from tests.days import Pen, report_id
from tests.fakes import Gateway
from tests.house import House
from tests.post import Office, all_steps

HIDDEN = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
NUMBERS = {name: f"+8551234568{n}" for n, name in enumerate(("Sok", "Chan", "Amina", "Dara"))}


def hour(hours: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with fakes.gateway() as made:
        yield made


@pytest.fixture
def office(log: Log, keys: Path, pack: Pack, gateway: Gateway) -> Office:
    """A courier that sends by Kannel."""
    kannel = {"KANNEL_URL": f"{gateway.url}/cgi-bin/sendsms", "KANNEL_USER": "room", "KANNEL_PASSWORD": "secret words"}
    made = Office(log, keys, pack, {**kannel, "KANNEL_FROM": "1234", "TEXTS": "on", "TEXTS_BY": "kannel"})
    made.courier()
    return made


def on_duty(office: Office, pen: Pen, name: str, level: str, *, pages: bool = True, off: float = 4) -> str:
    duty = f"duty-{name}"
    sealed = pen.vault.seal(owner_of(duty), {"number": NUMBERS[name]})
    hours = {"starts": hour(-1), "ends": hour(off)}
    planned = events.DutyPlanned(subject=duty, person=name, level=level, **hours, pages=pages, sealed=sealed)
    office.log.append(planned, by="administrator:Vann")
    return duty


def opened(office: Office, pen: Pen, n: int, rehearsal: bool = False, **more: Any) -> None:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    first = office.log.append(pen.received(n, at=at, rehearsal=rehearsal), by="gateway:kannel")
    facts = [pen.read(n, **more), pen.opened(n, rehearsal=rehearsal, **more)]
    office.log.append_all(Draft(fact, by="reader", cause=first.id) for fact in facts)


def paged(office: Office, gateway: Gateway) -> list[str]:
    """Who was paged, in the order of the calls."""
    all_steps(office.courier())
    return [next(name for name, number in NUMBERS.items() if number == called) for called in gateway.numbers()]


def test_what_is_very_grave_pages_the_lead_and_the_council_once(office: Office, gateway: Gateway, pen: Pen) -> None:
    for name, level in (("Sok", "security_lead"), ("Chan", "council"), ("Amina", "desk")):
        on_duty(office, pen, name, level)
    opened(office, pen, 1, severity=5)
    opened(office, pen, 2, severity=4)
    assert sorted(paged(office, gateway)) == ["Chan", "Sok"]
    assert sorted(paged(office, gateway)) == ["Chan", "Sok"]
    assert set(gateway.words()) == {office.pack.ladder.page}
    opened(office, pen, 3, severity=5)
    assert len(paged(office, gateway)) == 4


def test_danger_pages_the_security_lead_and_nobody_else_even_if_there_is_none(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    on_duty(office, pen, "Chan", "council")
    opened(office, pen, 1, **HIDDEN)
    assert paged(office, gateway) == []
    on_duty(office, pen, "Sok", "security_lead")
    opened(office, pen, 2, **HIDDEN)
    assert paged(office, gateway) == ["Sok"]


def test_a_flood_of_grave_reports_pages_a_few_times_and_hides_no_danger_behind_it(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    on_duty(office, pen, "Chan", "council")
    for n in range(1, 31):
        opened(office, pen, n, severity=5)
        if n % 6 == 0:
            assert paged(office, gateway)
    flood = gateway.numbers()
    assert (flood.count(NUMBERS["Sok"]), flood.count(NUMBERS["Chan"])) == (1, 1), "three asked for, one text goes out"
    opened(office, pen, 31, **HIDDEN)
    assert paged(office, gateway).count("Sok") == 2


def test_of_pages_that_waited_for_a_gateway_each_person_gets_the_newest(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    on_duty(office, pen, "Chan", "council")
    gateway.answer = lambda: (503, {}, b"later")
    for n in (1, 2, 3):
        opened(office, pen, n, severity=5)
    all_steps(office.courier())
    reasons = [raw.fact().event.reason for raw in office.log.read() if raw.fields["wire"] == "text.failed"]
    assert reasons == ["expired", "expired"]


def test_whoever_has_no_account_any_more_is_not_paged(office: Office, gateway: Gateway, pen: Pen) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    on_duty(office, pen, "Dara", "security_lead")
    office.log.append(events.AccountClosed(subject="Sok"), by="administrator:Vann")
    opened(office, pen, 1, **HIDDEN)
    assert paged(office, gateway) == ["Dara"]


def test_the_numbers_of_whoever_has_no_account_any_more_are_destroyed_and_nobody_elses(
    office: Office, keys: Path, pen: Pen
) -> None:
    gone, stays = (on_duty(office, pen, name, "security_lead") for name in ("Sok", "Dara"))
    sealed = {raw.fact().event.subject: raw.fact().event.sealed for raw in office.log.read()}
    office.log.append(events.AccountClosed(subject="Sok"), by="console")
    all_steps(office.courier())
    assert Vault(keys).open(owner_of(stays), sealed[stays]) == {"number": NUMBERS["Dara"]}
    with pytest.raises(Forgotten):
        Vault(keys).open(owner_of(gone), sealed[gone])


def test_a_page_tells_nothing_of_what_it_is_about(office: Office, gateway: Gateway, pen: Pen, pack: Pack) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    opened(office, pen, 1, **HIDDEN)
    paged(office, gateway)
    [said] = gateway.words()
    for told in ("OE", "OB", events.reference(report_id(1)), report_id(1)[:8], "0123"):
        assert told not in said
    assert not any(char.isdigit() for char in said)
    [asked] = office.facts(events.TextAsked)
    clear = events.encode(asked).replace(asked.sealed, "")  # type: ignore[attr-defined]
    assert NUMBERS["Sok"][1:] not in clear
    assert said not in clear


def test_if_nobody_is_there_who_should_be_told_everybody_who_can_be_paged_is(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    on_duty(office, pen, "Amina", "desk")
    on_duty(office, pen, "Dara", "verification_lead", pages=False)
    opened(office, pen, 1, severity=5)
    assert paged(office, gateway) == ["Amina"]


def test_when_nobody_looks_in_time_the_next_level_is_paged_too(office: Office, gateway: Gateway, pen: Pen) -> None:
    for name, level in (("Sok", "security_lead"), ("Dara", "verification_lead")):
        on_duty(office, pen, name, level)
    opened(office, pen, 1, severity=5)
    assert paged(office, gateway) == ["Sok"]
    for clock in ("call_back", "look", "look"):
        up = events.WorkEscalated(subject=report_id(1), clock=clock, level="verification_lead", due=hour())
        office.log.append(up, by="lookout")
        if clock == "call_back":
            assert paged(office, gateway) == ["Sok"]
    assert paged(office, gateway) == ["Sok", "Dara"]


@pytest.mark.security("S24", "alert")
def test_somebody_who_is_forced_to_sign_in_pages_the_lead_and_not_themselves(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    for name, level in (("Sok", "security_lead"), ("Chan", "security_lead"), ("Amina", "desk")):
        on_duty(office, pen, name, level)
    sealed = pen.vault.seal("room", {"name": "Chan"})
    office.log.append(events.accounts.AccountForced(subject="0a1b2c3d", sealed=sealed), by="room")
    assert paged(office, gateway) == ["Sok"]
    assert set(gateway.words()) == {office.pack.ladder.page}


def test_whoever_is_off_duty_or_was_cancelled_is_not_paged(office: Office, gateway: Gateway, pen: Pen) -> None:
    on_duty(office, pen, "Sok", "security_lead", off=-0.5)
    cancelled = on_duty(office, pen, "Chan", "council")
    office.log.append(events.DutyCancelled(subject=cancelled), by="administrator:Vann")
    opened(office, pen, 1, severity=5)
    assert paged(office, gateway) == []


def test_a_rehearsal_pages_no_phone_and_where_texts_are_off_nothing_is_asked_for(
    office: Office, gateway: Gateway, pen: Pen
) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    opened(office, pen, 1, rehearsal=True, severity=5)
    assert paged(office, gateway) == []
    assert office.ends() == ["sent"]
    office.env |= {"TEXTS": "off"}
    opened(office, pen, 2, severity=5)
    assert paged(office, gateway) == []
    assert len(office.facts(events.TextAsked)) == 1


def test_what_a_person_finds_to_be_very_grave_pages_too(office: Office, gateway: Gateway, pen: Pen) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    opened(office, pen, 1, severity=3)
    assert paged(office, gateway) == []
    graver = events.IncidentTriaged(subject=report_id(1), severity=5, reason="")
    office.log.append(graver, by="analyst:Amina")
    assert paged(office, gateway) == ["Sok"]


def test_a_courier_that_was_away_pages_for_what_is_still_open_alone(office: Office, gateway: Gateway, pen: Pen) -> None:
    on_duty(office, pen, "Sok", "security_lead")
    for n in (1, 2):
        opened(office, pen, n, severity=5)
    office.log.append(pen.rejected(1), by="analyst:Amina")
    assert paged(office, gateway) == ["Sok"]


# at the desks


def plan(client: FlaskClient, **more: str) -> Any:
    body = {"person": "Sok", "level": "security_lead", "starts": hour(-1), "ends": hour(4), "pages": "true"}
    return client.post("/api/v1/duties", json={**body, "number": "012 345 680", **more})


@pytest.fixture
def lead(house: House) -> FlaskClient:
    house.person("Amina", "analyst")
    return house.at_desk("Sok", "security_lead")


def test_duties_are_planned_listed_and_taken_off_and_no_number_is_shown(house: House, lead: FlaskClient) -> None:
    answer = plan(lead)
    assert answer.status_code == 202, answer.text
    assert plan(lead, person="Amina", level="desk", pages="false", number="").status_code == 202
    house.fold()
    told = house.program("analyst").get("/api/v1/duties")
    assert "345680" not in told.text.replace(" ", "")
    shown: Any = told.json
    assert sorted((one["person"], one["level"], one["number"]) for one in shown["duties"]) == [
        ("Amina", "desk", False),
        ("Sok", "security_lead", True),
    ]
    assert {one["person"]: one["pages"] for one in shown["now"]} == {"Amina": False, "Sok": True}
    assert shown["unreached"] == ["desk", "verification_lead", "council"]
    assert "345680" not in "".join(str(raw.fields) for raw in house.log.read())
    assert lead.post(f"/api/v1/duties/{answer.json['duty']}/cancellation").status_code == 202
    house.fold()
    after: Any = lead.get("/api/v1/duties").json
    assert [one["person"] for one in after["duties"]] == ["Amina"]
    assert house.live.room.board.duties.number(answer.json["duty"]) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "Nobody"},
        {"level": "king"},
        {"person": "Amina"},  # who is no security lead
        {"number": ""},
        {"number": "hello"},
        {"starts": "soon"},
        {"ends": hour(-2)},
        {"ends": hour(48)},
        {"pages": "perhaps"},
    ],
)
def test_a_duty_that_cannot_be_is_refused(lead: FlaskClient, wrong: dict[str, str]) -> None:
    assert plan(lead, **wrong).status_code == 422


def test_how_many_pages_went_out_is_told_to_the_security_lead_alone(house: House, lead: FlaskClient) -> None:
    asked = {
        "source": "d",
        "why": "page",
        "order": "",
        "gateway": "kannel",
        "segments": 1,
        "rehearsal": False,
        "sealed": "",
    }
    house.log.append(events.TextAsked(subject="t", **asked), by="courier")  # type: ignore[arg-type]
    house.log.append(events.TextFailed(subject="t", reason="refused", handle="", attempt=1), by="courier")
    house.fold()
    assert lead.get("/api/v1/duties").json["became"] == {"failed": 1}  # type: ignore[index]
    for role in ("analyst", "administrator"):
        assert "became" not in house.program(role).get("/api/v1/duties").json  # type: ignore[operator]
        texts: Any = house.program(role).get("/api/v1/texts").json
        assert (texts["answered"], texts["failed"]) == ({}, [])
        sheet: Any = house.program(role).get("/api/v1/shifts/preview").json
        assert sheet["sheet"]["gateways"] == []


def test_analysts_plan_nobody(house: House, lead: FlaskClient) -> None:
    assert plan(house.at_desk("Amina")).status_code == 403
