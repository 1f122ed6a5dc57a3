"""A source's number is shown to call back: to a person, for a reason, asked again, counted, and on the log first."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import events
from server.casework import UNSAFE
from server.desk.revealing import MOST
from server.doubts import MOST as DOUBTS
from server.log import Draft, Log
from server.people.tries import MOST as TRIES
from tests.days import Pen, report_id
from tests.house import PHRASE, House, decide, error, told
from tests.test_attendance import HERE, enrolled

MONITOR, STRANGER, HIDDEN, NOBODY, ASIDE = range(5)
KNOWN, UNKNOWN, ENDANGERED = "1a" * 10, "2b" * 10, "3c" * 10
ON_FILE, WRITTEN, OF_DANGER = "+85511100100", "+85512345678", "+85511100200"
SECRET = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
MINOR = {"category": "IN", "sub": "NB", "severity": 3}


@pytest.fixture
def room(house: House, pen: Pen) -> House:
    """Incidents of a monitor, of a stranger, of a monitor in danger, of nobody; and a report that stands in none."""
    facts: list[events.Event] = []
    for n, (alias, phone) in enumerate(((KNOWN, ON_FILE), (ENDANGERED, OF_DANGER)), 1):
        monitor = enrolled(pen, n, HERE)
        words = {"name": "Sok", "phones": [phone], "stations": [HERE], "supervisor": "", "no_signal": False}
        sealed = pen.vault.seal(f"monitor:{monitor.subject}", words)
        given = {**_fields(monitor), "aliases": alias, "sealed": sealed}
        facts.append(events.MonitorEnrolled(subject=monitor.subject, **given))
    for n, source in ((MONITOR, KNOWN), (STRANGER, UNKNOWN), (HIDDEN, ENDANGERED), (NOBODY, "")):
        code, text = (SECRET, f"SOS {n}") if n == HIDDEN else (MINOR, f"words {n}")
        facts += [
            pen.received(n, text, source),
            pen.read(n, text, source, **code),
            pen.opened(n, **code),
        ]
    facts += [
        pen.received(ASIDE, "words 4", UNKNOWN),
        events.ReportSetAside(subject=report_id(ASIDE), reason="a fault"),
    ]
    house.log.append_all(Draft(fact, by="reader") for fact in facts)
    house.fold()
    return house


def _fields(event: events.Event) -> dict[str, Any]:
    return {name: value for name, value in vars(event).items() if name != "subject"}


@pytest.fixture
def amina(room: House) -> FlaskClient:
    return room.at_desk("Amina")


def asked(
    client: FlaskClient, n: int, phrase: str = PHRASE, reason: str = "to hear when it was", **more: Any
) -> TestResponse:
    return decide(client, n, "number", passphrase=phrase, reason=reason, **more)


def revealed(log: Log) -> list[events.SourceRevealed]:
    found = [raw.fact().event for raw in log.read()]
    return [event for event in found if isinstance(event, events.SourceRevealed)]


@pytest.mark.parametrize(("n", "number", "of"), [(MONITOR, ON_FILE, "roster"), (STRANGER, WRITTEN, "message")])
def test_the_number_is_the_one_on_file_else_that_of_the_message(
    room: House, amina: FlaskClient, n: int, number: str, of: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answer = asked(amina, n)
    assert answer.status_code == 200, answer.text
    assert answer.json == {"number": number, "of": of, "cursor": room.log.head()}
    assert answer.headers["Cache-Control"] == "no-store"
    (fact,) = revealed(room.log)
    assert (fact.subject, fact.incident, fact.report) == ((KNOWN, UNKNOWN)[n], report_id(n), report_id(n))
    room.fold()
    told_ = told(amina, n)
    last = told_["history"][-1]
    assert (last["what"], last["by"], last["why"], last["report"]) == (
        "source.revealed",
        "analyst:Amina",
        "to hear when it was",
        report_id(n),
    )
    page = amina.get(f"/api/v1/incidents/{report_id(n)}").text
    for text in (str(told_), page, str(room.log.read()), caplog.text):
        assert number not in text
        assert number.removeprefix("+") not in text


@pytest.mark.security("S3", "on the record first")
def test_it_stands_on_the_log_before_it_is_told_or_it_is_not_told(
    room: House, amina: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = room.log.append

    def full(event: events.Event, **more: Any) -> Any:
        if isinstance(event, events.SourceRevealed):
            raise OSError("no room on the disk")
        return whole(event, **more)

    monkeypatch.setattr(room.log, "append", full)
    answer = asked(amina, MONITOR)
    assert (answer.status_code, ON_FILE in answer.text) == (500, False)


@pytest.mark.security("S3", "role")
@pytest.mark.parametrize("role", ["administrator", "press", "viewer"])
def test_other_roles_are_shown_none(room: House, role: str) -> None:
    assert asked(room.at_desk("Somebody", role), MONITOR).status_code == 403
    assert revealed(room.log) == []


@pytest.mark.security("S3", "role")
def test_a_program_is_shown_none_whatever_it_says(room: House) -> None:
    for role in ("analyst", "security_lead"):
        answer = asked(room.program(role), MONITOR)
        assert (answer.status_code, "people alone" in error(answer)["message"]) == (422, True)
    assert revealed(room.log) == []


@pytest.mark.security("S3", "reason and pass-phrase")
def test_a_number_needs_the_pass_phrase_and_a_reason_and_guesses_are_counted(room: House, amina: FlaskClient) -> None:
    for reason in ("", " . "):
        assert error(asked(amina, MONITOR, reason=reason))["message"].startswith("Write a reason")
    for n in range(DOUBTS - 1):
        answer = asked(amina, MONITOR, f"not {PHRASE} {n}")
        assert (answer.status_code, "do not match" in error(answer)["message"]) == (422, True)
    assert asked(amina, MONITOR).status_code == 200, "so many may mistype"
    for n in range(TRIES):
        asked(amina, MONITOR, f"not {PHRASE} {n}")
    assert len(revealed(room.log)) == 1


def test_who_guesses_in_a_session_loses_it_and_it_is_on_the_log_and_nobody_else_is_locked_out(
    room: House, amina: FlaskClient
) -> None:
    own, before = room.at_desk("Amina"), room.log.head()
    for n in range(DOUBTS):
        amina.environ_base["REMOTE_ADDR"] = f"10.0.0.{n % 5}"
        assert amina.get("/api/v1/counts").status_code == 200
        answer = asked(amina, MONITOR, f"not {PHRASE} {n}")
        assert answer.status_code == 422
    assert "session has ended" in error(answer)["message"]
    assert asked(amina, MONITOR).status_code == 401
    (fact,) = [raw.fact() for raw in room.log.read(before)]
    assert (fact.event, fact.by) == (events.AccountDoubted(subject="Amina", tries=DOUBTS), "room")
    assert asked(own, MONITOR).status_code == 200
    assert asked(room.at_desk("Amina"), STRANGER).status_code == 200
    assert asked(own, MONITOR, "not it either").status_code == 422
    assert own.get("/api/v1/counts").status_code == 401, "an hour is not over: this session, too"
    assert asked(room.at_desk("Boran"), MONITOR, "not it either").status_code == 422


@pytest.mark.security("S3", "so many an hour")
def test_so_many_an_hour_and_no_more_for_each_person(room: House, amina: FlaskClient) -> None:
    assert [asked(amina, STRANGER).status_code for _ in range(MOST)] == [200] * MOST
    assert asked(amina, MONITOR).status_code == 429
    assert len(revealed(room.log)) == MOST
    assert asked(room.at_desk("Boran"), MONITOR).status_code == 200


def test_what_may_harm_somebody_only_the_lead_calls(room: House, amina: FlaskClient) -> None:
    assert asked(amina, HIDDEN).status_code == 404
    assert decide(amina, STRANGER, "checks", step="call_back", outcome="unsafe").status_code == 202
    room.fold()
    assert error(asked(amina, STRANGER))["message"] == UNSAFE
    lead = room.at_desk("Lina", "security_lead")
    assert asked(lead, HIDDEN).json["number"] == OF_DANGER  # type: ignore[index]
    assert asked(lead, STRANGER).json["number"] == WRITTEN  # type: ignore[index]
    room.fold()
    assert amina.get(f"/api/v1/cards/{report_id(HIDDEN)}").status_code == 404
    assert report_id(HIDDEN) not in amina.get("/api/v1/changes?after=0-0").text


def test_a_number_that_is_not_there_or_belongs_elsewhere_is_not_shown(room: House, amina: FlaskClient) -> None:
    assert error(asked(amina, NOBODY))["message"].startswith("The number of this source is not known")
    assert error(asked(amina, MONITOR, report=report_id(STRANGER)))["message"].endswith("stand in this incident.")
    assert asked(amina, MONITOR, report=report_id(HIDDEN)).status_code == 404
    assert asked(amina, MONITOR, report=report_id(99)).status_code == 404
    room.live.room.vault.forget(f"source:{UNKNOWN}")
    assert error(asked(amina, STRANGER))["message"].startswith("The number of this source is not known")
    assert revealed(room.log) == []


def test_a_report_that_was_joined_has_its_own_number(room: House, amina: FlaskClient) -> None:
    assert decide(amina, MONITOR, "reports", report=report_id(STRANGER), reason="the same").status_code == 202
    room.fold()
    assert asked(amina, MONITOR, report=report_id(STRANGER)).json["number"] == WRITTEN  # type: ignore[index]
    room.fold()
    assert told(amina, MONITOR)["history"][-1]["report"] == report_id(STRANGER)
    assert asked(amina, STRANGER).status_code == 422, "it stands elsewhere: ask there"


@pytest.mark.security("S3", "told to the security lead")
def test_every_number_that_was_shown_is_told_to_the_security_lead_and_to_nobody_else(
    room: House, amina: FlaskClient
) -> None:
    for n in (MONITOR, STRANGER):
        assert asked(amina, n, reason=f"to hear of {n}").status_code == 200
    room.fold()
    answer = room.at_desk("Dara", "security_lead").get("/api/v1/reveals")
    found = [(each["by"], each["incident"], each["reason"], each["source"][0]) for each in answer.json["reveals"]]
    assert found == [
        ("analyst:Amina", report_id(STRANGER), "to hear of 1", "S"),
        ("analyst:Amina", report_id(MONITOR), "to hear of 0", "M"),
    ]
    assert not [number for number in (ON_FILE, WRITTEN, KNOWN, UNKNOWN) if number in answer.text]
    for role in ("administrator", "analyst", "press", "viewer"):
        assert room.program(role).get("/api/v1/reveals").status_code == 403
