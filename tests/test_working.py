"""Who works on what: taken by one alone, given back by time, called by name; nothing tells of what is restricted."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events, sums
from server.log import Draft
from server.pack import Pack
from server.work.called import called
from tests.days import Pen, report_id
from tests.house import House, build, error, told

HIDDEN = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}


class Clock:
    """The room's wall clock, which a test moves on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock(house: House) -> Clock:
    made = Clock()
    object.__setattr__(house.live.room, "clock", made)
    return made


def at(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def opened(pen: Pen, *numbers: int, minutes: float = 0, **more: Any) -> list[Draft]:
    """Incidents that were told just now."""
    facts: list[events.Event] = []
    rehearsal = more.pop("rehearsal", False)
    sent = {name: more.pop(name) for name in ("source", "crowded") if name in more}
    of = {name: value for name, value in sent.items() if name == "source"}
    for n in numbers:
        facts += [pen.received(n, at=at(minutes), rehearsal=rehearsal, **sent), pen.read(n, **of, **more)]
        facts += [pen.opened(n, rehearsal=rehearsal, **more)]
    return [Draft(fact, by="reader") for fact in facts]


def said(client: FlaskClient, n: int, what: str, **body: Any) -> Any:
    return client.post(f"/api/v1/incidents/{report_id(n)}/{what}", json=body)


def card(client: FlaskClient, n: int) -> dict[str, Any]:
    found: dict[str, Any] = told(client, n)["card"]
    return found


@pytest.fixture
def amina(house: House) -> FlaskClient:
    return house.at_desk("Amina")


@pytest.fixture
def dara(house: House) -> FlaskClient:
    return house.at_desk("Dara")


def test_what_somebody_takes_nobody_else_gets_until_it_is_given_back(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    assert said(amina, 1, "hold").status_code == 202
    house.fold()
    assert card(dara, 1)["held"]["by"] == "Amina"
    assert error(said(dara, 1, "hold"))["message"] == "Amina has it."
    assert said(dara, 1, "release-hold").status_code == 422
    assert said(amina, 1, "release-hold").status_code == 202
    house.fold()
    assert card(dara, 1)["held"] is None
    assert said(dara, 1, "hold").status_code == 202
    facts = [fact["what"] for fact in told(dara, 1)["history"]]
    assert facts[-2:] == ["work.taken", "work.let_go"]


def test_two_who_take_the_same_at_once_do_not_both_get_it(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    assert [said(who, 1, "hold").status_code for who in (amina, dara)] == [202, 409]


def test_batches_of_many_who_press_at_once_are_disjoint_and_the_gravest_go_first(
    house: House, pen: Pen, keys: Path, pack: Pack
) -> None:
    house.log.append_all(opened(pen, *range(20), severity=3) + opened(pen, *range(20, 36), severity=5))
    other = build(keys, pack, house.log)  # another room process, which knows no more
    people = [each.at_desk(f"Person {n}") for n, each in enumerate((house, other, house, other))]
    for each in (house, other):
        each.fold()
    got: list[Any] = []
    gate = threading.Barrier(len(people))

    def press(client: FlaskClient) -> None:
        gate.wait()
        got.append(client.post("/api/v1/batch").json)

    threads = [threading.Thread(target=press, args=(client,)) for client in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.fold()
    cards = [card for batch in got for card in batch["cards"]]
    assert len(cards) == len(set(cards)) == 36
    assert max(len(batch["cards"]) for batch in got) == 10
    assert {report_id(n) for n in range(20, 36)} <= set(cards)
    for client in people:
        assert not (client.post("/api/v1/batch").json or {}).get("cards")
    for batch in got:
        owners = {told(people[0], int_of(one))["card"]["held"]["by"] for one in batch["cards"]}
        assert len(owners) == 1


def int_of(card: str) -> int:
    return next(n for n in range(100) if report_id(n) == card)


@pytest.mark.survival("R29", "claim ends")
def test_what_is_held_comes_back_by_time_alone_and_later_while_somebody_works_on_it(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient, clock: Clock
) -> None:
    house.log.append_all(opened(pen, 1, 2))
    house.fold()
    assert len(amina.post("/api/v1/batch").json["cards"]) == 2  # type: ignore[index]
    house.fold()
    before, head = card(amina, 1)["held"]["until"], len(house.log.read())
    assert said(amina, 1, "notes", note="I called").status_code == 202
    house.fold()
    assert card(amina, 1)["held"]["until"] >= before
    assert dara.post("/api/v1/batch").json["cards"] == []  # type: ignore[index]
    clock.later(minutes=11)
    assert len(house.log.read()) == head + 1
    assert len(dara.post("/api/v1/batch").json["cards"]) == 2  # type: ignore[index]


def test_whoever_signs_out_holds_nothing_any_more(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    amina.post("/api/v1/batch")
    house.fold()
    amina.post("/sign-out")
    house.fold()
    assert card(dara, 1)["held"] is None


def test_what_is_assigned_to_somebody_else_or_decided_or_restricted_is_in_no_batch(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all([*opened(pen, 1, 2, 3), *opened(pen, 4, **HIDDEN), Draft(pen.rejected(3), by="analyst:X")])
    house.fold()
    assert said(amina, 1, "assignment", to="Dara").status_code == 202
    house.fold()
    assert amina.post("/api/v1/batch").json["cards"] == [report_id(2)]  # type: ignore[index]
    assert dara.post("/api/v1/batch").json["cards"] == [report_id(1)]  # type: ignore[index]


def test_only_those_who_may_decide_are_given_work_and_only_a_lead_what_is_restricted(
    house: House, pen: Pen, amina: FlaskClient
) -> None:
    lead = house.at_desk("Sok", "security_lead")
    house.person("Vanna", "viewer")
    house.log.append_all([*opened(pen, 1), *opened(pen, 2, **HIDDEN)])
    house.fold()
    for name in ("Vanna", "Nobody"):
        assert said(amina, 1, "assignment", to=name).status_code == 422
    assert said(lead, 2, "assignment", to="Amina").status_code == 422
    assert said(amina, 2, "assignment", to="Sok").status_code == 404
    assert said(lead, 2, "assignment", to="Sok").status_code == 202
    assert said(amina, 1, "assignment", to="Amina", expect=7).status_code == 409
    house.fold()
    assert [each["id"] for each in lead.get("/api/v1/work").json["assigned"]] == [report_id(2)]  # type: ignore[index]
    assert amina.get("/api/v1/work").json["assigned"] == []  # type: ignore[index]


def test_work_changes_nothing_under_the_hands_of_somebody_who_decides(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    version = card(amina, 1)["version"]
    said(dara, 1, "hold")
    said(dara, 1, "due", at=at(20), note="call again")
    house.fold()
    assert card(amina, 1)["version"] == version
    assert said(amina, 1, "notes", note="a note", expect=version).status_code == 202


def test_a_next_call_is_shown_until_it_is_taken_away(house: House, pen: Pen, amina: FlaskClient) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    when = at(20)
    assert said(amina, 1, "due", at=when, note="call the clerk").status_code == 202
    house.fold()
    assert card(amina, 1)["due"] == when
    assert told(amina, 1)["history"][-1]["why"] == "call the clerk"
    assert said(amina, 1, "due").status_code == 202
    house.fold()
    assert card(amina, 1)["due"] is None
    for wrong in ("tomorrow", "2026-01-01T10:00:00", "2999-01-01T10:00:00+00:00"):
        assert said(amina, 1, "due", at=wrong).status_code == 422


def test_a_name_in_a_note_calls_its_person_until_they_act(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    said(amina, 1, "notes", note="please @dara, look; not @Daravuth or a@b")
    house.fold()
    assert card(amina, 1)["mentions"] == ["Dara"]
    assert [each["id"] for each in dara.get("/api/v1/work").json["mentions"]] == [report_id(1)]  # type: ignore[index]
    said(dara, 1, "notes", note="seen")
    house.fold()
    assert card(amina, 1)["mentions"] == []
    assert dara.get("/api/v1/work").json["mentions"] == []  # type: ignore[index]


def test_a_name_goes_on_with_the_signs_above_and_below_its_letters() -> None:
    assert called("@សុខា please look", ["សុខ"]) == []
    assert called("@សុខ please look", ["សុខ"]) == ["សុខ"]


def test_a_program_takes_no_work(house: House, pen: Pen) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    program = house.program("analyst")
    assert program.post("/api/v1/batch").status_code == 422
    assert said(program, 1, "hold").status_code == 422


def test_the_clocks_of_an_incident_begin_when_its_report_came(house: House, pen: Pen, amina: FlaskClient) -> None:
    house.log.append_all(opened(pen, 1, severity=5))
    house.fold()
    look, call = card(amina, 1)["clocks"]
    began = datetime.fromisoformat(card(amina, 1)["at"])
    assert (look["name"], call["name"], look["met"], call["met"]) == ("look", "call_back", None, None)
    assert datetime.fromisoformat(look["due"]) - began == timedelta(minutes=2)
    assert datetime.fromisoformat(call["due"]) - began == timedelta(minutes=5)
    said(amina, 1, "notes", note="I look at it")
    house.fold()
    assert card(amina, 1)["clocks"][0]["met"]
    house.log.append(pen.rejected(1), by="analyst:Amina")
    house.fold()
    assert card(amina, 1)["clocks"] == []


def test_nobody_is_called_back_by_a_clock_while_an_incident_is_restricted(house: House, pen: Pen) -> None:
    lead = house.at_desk("Sok", "security_lead")
    house.log.append_all(opened(pen, 1, **HIDDEN))
    house.fold()
    assert [clock["name"] for clock in card(lead, 1)["clocks"]] == ["look"]


def test_a_batch_fills_up_to_ten_held_and_nobody_holds_all(house: House, pen: Pen, amina: FlaskClient) -> None:
    house.log.append_all(opened(pen, *range(15)))
    house.fold()
    assert said(amina, 1, "hold").status_code == 202
    house.fold()
    assert len(amina.post("/api/v1/batch").json["cards"]) == 9  # type: ignore[index]
    house.fold()
    assert "You hold 10 already" in error(amina.post("/api/v1/batch"))["message"]
    assert said(amina, 1, "release-hold").status_code == 202
    house.fold()
    assert len(amina.post("/api/v1/batch").json["cards"]) == 1  # type: ignore[index]


def test_what_was_decided_or_hidden_before_a_batch_was_taken_is_not_held(
    house: House, pen: Pen, amina: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1, 2, 3))
    house.fold()
    house.log.append(pen.rejected(1), by="analyst:Dara")
    house.log.append(pen.recategorised(2, restricted=True), by="security_lead:Sok")
    assert len(amina.post("/api/v1/batch").json["cards"]) == 3  # type: ignore[index]
    house.fold()
    assert [one["id"] for one in amina.get("/api/v1/work").json["held"]] == [report_id(3)]  # type: ignore[index]


def test_what_was_assigned_to_a_closed_account_is_there_for_everybody(
    house: House, pen: Pen, amina: FlaskClient, dara: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1))
    house.fold()
    said(amina, 1, "assignment", to="Dara")
    house.log.append(events.AccountClosed(subject="Dara"), by="console")
    house.fold()
    assert card(amina, 1)["assigned"] is None
    assert amina.post("/api/v1/batch").json["cards"] == [report_id(1)]  # type: ignore[index]


def test_of_equally_grave_ones_monitors_come_first_and_a_flood_last(house: House, pen: Pen, amina: FlaskClient) -> None:
    flood, stranger, monitor = ("a" * 20, "b" * 20, "c" * 20)
    house.log.append_all(opened(pen, 1, minutes=-3, source=flood, crowded=True))
    house.log.append_all([*opened(pen, 2, minutes=-2, source=stranger), *opened(pen, 3, source=monitor)])
    enrolled = {"organisation": "one", "language": "km", "replies": False, "aliases": monitor, "rehearsal": False}
    house.log.append(events.MonitorEnrolled(subject="1" * 32, sealed="", **enrolled), by="console")
    house.fold()
    page = amina.get("/api/v1/cards", query_string={"order": "urgency", "query": ""}).json
    assert [one["id"] for one in page["pinned"]] == [report_id(n) for n in (3, 2, 1)]  # type: ignore[index]
    assert amina.post("/api/v1/batch").json["cards"] == [report_id(n) for n in (3, 2, 1)]  # type: ignore[index]


@pytest.mark.parametrize("how", ["reopened", "dismissed"])
def test_when_a_decision_is_taken_back_the_clocks_run_again(
    house: House, pen: Pen, amina: FlaskClient, how: str
) -> None:
    house.log.append_all(opened(pen, 1, severity=5, minutes=-60))
    dismissed = events.IncidentDismissed(subject=report_id(1), kind="noise", reason="")
    house.log.append(pen.rejected(1) if how == "reopened" else dismissed, by="analyst:Amina")
    reopened = events.IncidentReopened(subject=report_id(1), reason="")
    house.log.append(reopened if how == "reopened" else pen.recategorised(1), by="analyst:Dara")
    house.fold()
    look, call = card(amina, 1)["clocks"]
    assert look["met"]
    assert not call["met"]
    assert datetime.fromisoformat(call["due"]) > datetime.now(UTC)


def test_the_clocks_of_a_rehearsal_do_not_come_back_beside_the_real_day(
    house: House, pen: Pen, amina: FlaskClient
) -> None:
    house.log.append_all(opened(pen, 1, minutes=-60, severity=5, rehearsal=True))
    house.log.append_all(opened(pen, 2, severity=1))
    house.log.append(pen.noted(1), by="analyst:Amina")
    house.fold()
    assert card(amina, 1)["clocks"] == []


@pytest.mark.security("S54", "simulated hours")
def test_the_hour_of_a_rehearsal_does_not_go_back_with_a_late_report(
    house: House, pen: Pen, amina: FlaskClient
) -> None:
    house.log.append_all([*opened(pen, 1, rehearsal=True), *opened(pen, 2, minutes=-90, rehearsal=True)])
    house.fold()
    hour = card(amina, 1)["at"]
    assert datetime.fromisoformat(amina.get("/api/v1/work").json["clock"]) == datetime.fromisoformat(hour)  # type: ignore[index]
    assert sums.totals(house.live.room.board)["newest"] == hour


def test_a_batch_is_narrowed_by_a_query_and_a_wrong_query_is_explained(
    house: House, pen: Pen, amina: FlaskClient
) -> None:
    house.log.append_all([*opened(pen, 1, severity=3), *opened(pen, 2, 3, severity=4)])
    house.fold()
    assert amina.post("/api/v1/batch", json={"query": "sevv:3"}).status_code == 422
    assert amina.post("/api/v1/batch", json={"query": "sev:3"}).json["cards"] == [report_id(1)]  # type: ignore[index]
    assert len(amina.post("/api/v1/batch").json["cards"]) == 2  # type: ignore[index]
