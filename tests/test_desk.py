"""What people decide at their desks, through HTTP: by the rules, onto the log, and never over somebody else's head."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.pack import Pack
from tests import days
from tests.days import Pen, report_id
from tests.house import PHRASE, WRITES, House, decide, error, ticked, told


@pytest.fixture
def desk(house: House, pen: Pen) -> FlaskClient:
    """Amina at her desk, with some of everything on the log."""
    days.furnish(house.log, pen)
    house.fold()
    return house.at_desk("Amina")


DECISIONS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("verification", {"method": "call_back", "reason": "I called back"}, "incident.verified", {"status": "verified"}),
    ("rejection", {"method": "second_source", "reason": "ខ្ញុំបានសួរ"}, "incident.rejected", {"status": "unconfirmed"}),
    ("category", {"code": "nc", "reason": "rather this"}, "incident.recategorised", {"category": "IN", "sub": "NC"}),
    ("category", {"code": "PR", "reason": "rather this"}, "incident.recategorised", {"category": "PR", "sub": None}),
    ("place", {"place": "0805", "reason": "they said where"}, "incident.placed", {}),
    ("notes", {"note": "call again at noon"}, "incident.noted", {}),
]


@pytest.mark.parametrize(("what", "body", "wire", "after"), DECISIONS)
def test_a_decision_comes_down_the_line_and_says_who_when_and_why(
    house: House, desk: FlaskClient, what: str, body: dict[str, Any], wire: str, after: dict[str, Any]
) -> None:
    ticked(house, desk, days.NEW)
    before = told(desk, days.NEW)
    answer = decide(desk, days.NEW, what, **body, expect=before["card"]["version"])
    assert answer.status_code == 202, answer.text
    verdict = {"awaiting": False} if what in ("verification", "rejection") else {}
    assert answer.json == {"cursor": house.log.head(), **verdict}
    assert told(desk, days.NEW)["card"] == before["card"], "the answer changes no screen; the line does"
    house.fold()
    now = told(desk, days.NEW)
    assert {name: now["card"][name] for name in after} == after
    assert now["card"]["version"] == before["card"]["version"] + 1
    fact = now["history"][-1]
    assert (fact["what"], fact["by"], fact["why"]) == (wire, "analyst:Amina", body.get("reason") or body["note"])
    assert fact["at"].endswith("+00:00")
    assert now["history"][:-1] == before["history"]


def test_a_place_that_a_person_chose_is_where_the_incident_is(house: House, desk: FlaskClient, pack: Pack) -> None:
    station = next(iter(pack.stations.values()))
    for chosen, code, level in (("0805", "0805", "district"), (f"{station.code}-1", station.code, "station")):
        assert decide(desk, days.NEW, "place", place=chosen, reason="they said where").status_code == 202
        house.fold()
        place = told(desk, days.NEW)["card"]["place"]
        assert (place["level"], place["province"], place["confidence"]) == (
            level,
            place["code"][:2] if level != "station" else place["province"],
            1.0,
        )
        assert code in (place["code"], place["station"])
        assert all(place["name"].values())


def test_what_a_person_wrote_stands_sealed_on_the_log(house: House, desk: FlaskClient) -> None:
    ticked(house, desk, days.NEW)
    decide(desk, days.NEW, "notes", note="canary name of a witness")
    house.fold()
    answer = decide(desk, days.NEW, "verification", method="photo", reason="canary photo of a street")
    assert answer.status_code == 202
    assert "canary" not in str(house.log.read())


@pytest.mark.survival("R28", "at the desk")
def test_a_decision_on_an_old_picture_is_refused_with_the_newer_card(house: House, desk: FlaskClient) -> None:
    ticked(house, desk, days.NEW)
    version = told(desk, days.NEW)["card"]["version"]
    assert decide(desk, days.NEW, "verification", method="photo", reason="seen", expect=version).status_code == 202
    house.fold()
    answer = decide(house.at_desk("Boran"), days.NEW, "rejection", method="photo", reason="not seen", expect=version)
    assert answer.status_code == 409
    assert error(answer)["code"] == "stale"
    assert answer.json
    assert (answer.json["card"]["status"], answer.json["card"]["version"]) == ("verified", version + 1)
    house.fold()
    assert told(desk, days.NEW)["card"]["status"] == "verified"


def test_a_report_that_the_reader_did_not_take_can_be_opened_once(house: House, desk: FlaskClient) -> None:
    boran = house.at_desk("Boran")
    answer = decide(desk, days.CHECKIN, "incident", code="NC", reason="I read it again")
    assert answer.status_code == 202
    first = decide(boran, days.CHECKIN, "incident", code="PR", reason="mine")
    assert (first.status_code, error(first)["code"]) == (409, "stale"), "Boran learns that Amina was first"
    house.fold()
    again = decide(desk, days.CHECKIN, "incident", code="PR", reason="again")
    assert again.status_code == 422
    opened = [raw for raw in house.log.read() if raw.fields["about"] == f"incident:{report_id(days.CHECKIN)}"]
    assert [raw.fields["by"] for raw in opened] == ["analyst:Amina"]


REFUSALS: list[tuple[int, str, dict[str, Any]]] = [
    (days.NEW, "verification", {"reason": "called back"}),
    (days.NEW, "verification", {"method": "magic", "reason": "called back"}),
    (days.NEW, "verification", {"method": "photo", "reason": " . "}),
    (days.NEW, "verification", {"method": "photo", "reason": "x" * 4001}),
    (days.NEW, "verification", {"method": "photo", "reason": "called", "expect": "²"}),
    (days.NEW, "verification", {"method": "photo", "reason": "called", "expect": "9" * 5000}),
    (days.NEW, "verification", {"method": "photo", "reason": "called", "expect": "-1"}),
    (days.NEW, "rejection", {"method": {"a": 1}, "reason": ["x"]}),
    (days.VERIFIED, "verification", {"method": "photo", "reason": "called back"}),
    (days.REJECTED, "rejection", {"method": "photo", "reason": "called back"}),
    (days.NEW, "category", {"code": "ZZ", "reason": "rather this"}),
    (days.NEW, "category", {"code": "", "reason": "rather this"}),
    (days.NEW, "category", {"code": "XB", "reason": "the same again"}),
    (days.NEW, "category", {"code": "PR"}),
    (days.NEW, "place", {"place": "nowhere", "reason": "they said"}),
    (days.NEW, "place", {"place": "", "reason": "they said"}),
    (days.NEW, "place", {"place": "08"}),
    (days.NEW, "notes", {"note": ""}),
    (days.NEW, "notes", {}),
    (days.CHECKIN, "verification", {"method": "photo", "reason": "called back"}),
    (days.NEW, "incident", {"code": "PR", "reason": "again"}),
]


@pytest.mark.parametrize(("n", "what", "body"), REFUSALS)
def test_a_rule_says_no_in_a_sentence_and_nothing_is_written(
    furnished: House, sokha: FlaskClient, n: int, what: str, body: dict[str, Any]
) -> None:
    before = len(furnished.log.read())
    answer = decide(sokha, n, what, **body)
    assert answer.status_code == 422, answer.text
    found = error(answer)
    assert found["code"] == "refused"
    assert found["message"].endswith(".")
    assert len(furnished.log.read()) == before


@pytest.fixture(scope="module")
def sokha(furnished: House) -> FlaskClient:
    return furnished.at_desk("Sokha")


@pytest.mark.security("S31", "odd bodies")
@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"null", b'"x"', b"{", b"\xff", b"[[[[" * 1000])
def test_an_odd_body_is_no_fault(furnished: House, sokha: FlaskClient, body: bytes) -> None:
    for path, _ in WRITES[:-1]:
        answer = sokha.post(path, data=body, content_type="application/json")
        assert answer.status_code in (400, 404, 422), (path, answer.status_code)
    admin = furnished.at_desk("Dara", "administrator")
    assert admin.post("/api/v1/accounts", data=body, content_type="application/json").status_code in (400, 422)


def test_a_body_that_is_too_large_is_refused(furnished: House, sokha: FlaskClient) -> None:
    notes = next(path for path, _ in WRITES if path.endswith("/notes"))
    answer = sokha.post(notes, data=b'{"note": "' + b"x" * 300_000 + b'"}', content_type="application/json")
    assert answer.status_code in (413, 422)


@pytest.mark.security("S60", "on the page")
def test_an_administrator_opens_and_closes_accounts(house: House) -> None:
    admin = house.at_desk("Dara", "administrator")
    account = {"name": "Amina", "role": "analyst", "passphrase": PHRASE, "organisation": "Network A"}
    assert admin.post("/api/v1/accounts", json=account).status_code == 202
    house.fold()
    listed = admin.get("/api/v1/accounts").json
    assert listed
    assert [(one["name"], one["role"], one["organisation"]) for one in listed["accounts"]] == [
        ("Amina", "analyst", "Network A"),
        ("Dara", "administrator", ""),
    ]
    amina = house.person("Amina", "analyst")
    assert amina.get("/api/v1/counts").status_code == 200
    assert admin.delete("/api/v1/accounts/Amina").status_code == 202
    house.fold()
    assert amina.get("/api/v1/counts").status_code == 401
    opened, closed = (raw for raw in house.log.read() if raw.fields["about"] == "account:Amina")
    assert (opened.fields["by"], closed.fields["by"]) == ("administrator:Dara", "administrator:Dara")
    for wrong in ({"passphrase": "short"}, {"organisation": "x" * 61}, {"organisation": "a\nb"}):
        assert admin.post("/api/v1/accounts", json={**account, **wrong}).status_code == 422


@pytest.mark.survival("R28", "at the desk")
def test_of_two_decisions_that_name_no_version_the_second_is_stale(house: House, desk: FlaskClient) -> None:
    ticked(house, desk, days.NEW)
    assert decide(desk, days.NEW, "verification", method="photo", reason="seen").status_code == 202
    second = decide(desk, days.NEW, "rejection", method="photo", reason="not seen")
    assert second.status_code == 409, "both were judged on the same picture"
    assert decide(desk, days.NEW, "notes", note="a note never comes too late").status_code == 202
    house.fold()
    assert told(desk, days.NEW)["card"]["status"] == "verified"


@pytest.mark.parametrize(("code", "restricted"), [("IN", True), ("OE", True), ("NC", False)])
def test_what_was_restricted_stays_so_until_a_person_says_what_it_is(
    house: House, pen: Pen, code: str, restricted: bool
) -> None:
    days.furnish(house.log, pen)
    house.fold()
    lead = house.at_desk("Sok", "security_lead")
    decide(lead, days.RESTRICTED, "category", code="OD", reason="first this")
    house.fold()
    assert decide(lead, days.RESTRICTED, "category", code=code, reason="rather this").status_code == 202
    house.fold()
    assert told(lead, days.RESTRICTED)["card"]["restricted"] is restricted
