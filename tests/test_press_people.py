"""Whose word counts for a statement, and that nothing is answered for which the record has overtaken."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.log import Draft
from server.pack import Pack
from server.press.checks.surroundings import Surroundings
from tests.days import Pen, report_id
from tests.house import PHRASE, House, error
from tests.test_attendance import HERE, THERE
from tests.test_press_desk import TEXTS, People, desk, people, said

__all__ = ["desk", "people"]


@pytest.fixture
def vann(desk: House) -> FlaskClient:
    return desk.at_desk("Vann", "administrator", "Fourth Union")


def let_in(house: House, by: FlaskClient, name: str, role: str, organisation: str) -> FlaskClient:
    """Somebody whose account was opened in the room, not at the console."""
    account = {"name": name, "role": role, "organisation": organisation, "passphrase": PHRASE}
    assert by.post("/api/v1/accounts", json=account).status_code == 202
    house.fold()
    return house.at_desk(name)


def moved(house: House, by: FlaskClient, name: str, organisation: str) -> None:
    assert by.post(f"/api/v1/accounts/{name}/organisation", json={"organisation": organisation}).status_code == 202
    house.fold()


def refusal(people: People, who: FlaskClient, statement: str, step: str, **body: Any) -> str:
    answer = people.post(who, statement, step, **body)
    assert answer.status_code == 422, answer.text
    return error(answer)["message"]


def frozen(people: People) -> tuple[str, str]:
    """A statement with its figures, and its hash."""
    statement = people.written()
    people.does(people.author, statement, "freezing")
    return statement, people.show(statement)["hash"]


def test_an_administrator_is_not_two_organisations_by_accounts_of_their_own(
    desk: House, people: People, vann: FlaskClient
) -> None:
    first = let_in(desk, vann, "Puppet", "analyst", "Canary Organisation")
    own = let_in(desk, vann, "Colleague", "analyst", "fourth  union")
    statement, seen = frozen(people)
    people.does(people.checker, statement, "check", hash=seen)
    assert "you cannot sign for it" in refusal(people, first, statement, "signature", hash=seen)
    people.does(own, statement, "signature", hash=seen)
    assert "has signed this already" in refusal(people, vann, statement, "signature", hash=seen)


def test_who_let_the_author_in_or_was_let_in_by_them_does_not_answer_for_the_text(
    desk: House, people: People, vann: FlaskClient
) -> None:
    people.author = let_in(desk, vann, "Writer", "press", "Fourth Union")
    statement, seen = frozen(people)
    people.does(people.checker, statement, "check", hash=seen)
    assert "let somebody in" in refusal(people, vann, statement, "signature", hash=seen)


def test_an_account_that_is_newer_than_the_statement_neither_checks_nor_signs_it(desk: House, people: People) -> None:
    statement, seen = frozen(people)
    late = desk.at_desk("Late", "analyst", "Fifth Union")
    for step in ("check", "signature"):
        assert "newer than this statement" in refusal(people, late, statement, step, hash=seen)


def test_who_signed_and_is_moved_does_not_sign_again_and_the_signature_counts_no_more(
    desk: House, people: People, vann: FlaskClient
) -> None:
    statement, seen = frozen(people)
    third = desk.at_desk("Checker", "analyst")
    people.does(people.other, statement, "check", hash=seen)
    people.does(third, statement, "signature", hash=seen)
    people.does(people.other, statement, "signature", hash=seen)
    assert people.show(statement)["state"] == "signed"
    moved(desk, vann, "Checker", "Brand New Union")
    again = people.post(people.checker, statement, "signature", hash=seen)
    assert again.status_code == 422
    told = people.show(statement)
    assert (told["state"], told["signatures"]) == ("checked", 1)
    assert [one["stands"] for one in told["signed"]] == [False, True]
    assert "Not enough organisations" in error(people.release(statement))["message"]


def test_nobody_takes_back_a_signature_of_an_organisation_that_did_not_let_them_in(
    desk: House, people: People, vann: FlaskClient
) -> None:
    puppet = let_in(desk, vann, "Puppet", "analyst", "Second Union")
    mole = desk.at_desk("Mole", "analyst", "Sixth Union")
    statement = people.signed()
    moved(desk, vann, "Mole", "Second Union")
    why = "to stop the release"
    assert "cannot sign for it" in refusal(people, puppet, statement, "signature-back", reason=why)
    assert people.post(mole, statement, "signature-back", reason=why).status_code == 422
    assert people.show(statement)["state"] == "signed"
    people.does(people.checker, statement, "signature-back", reason="we looked again")


def test_who_let_the_author_in_or_came_later_does_not_keep_the_text_after_a_change(
    desk: House, people: People, vann: FlaskClient, pen: Pen
) -> None:
    people.author = let_in(desk, vann, "Writer", "press", "Fourth Union")
    over = desk.at_desk("Sok", "security_lead", "Fourth Union")
    statement, _ = frozen(people)
    late = desk.at_desk("Late", "analyst", "Fifth Union")
    said(desk, events.accounts.AccountRecast(subject="Vann", role="security_lead"))
    said(desk, *became(pen, {"category": "BX", "sub": "XC"}))
    asked = {"incident": report_id(1), "upto": desk.live.room.board.cursor, "reason": "it stays as it is"}
    for who, why in ((desk.at_desk("Vann"), "let somebody in"), (late, "newer than this statement")):
        assert why in refusal(people, who, statement, "review", **asked)
    people.does(over, statement, "review", **asked)


def test_an_organisation_whose_signature_became_void_while_the_proof_was_made_is_not_named(
    desk: House, people: People
) -> None:
    third = desk.at_desk("Third", "analyst", "Sixth Union")
    statement, tools = people.signed(), desk.app.extensions["room"]
    people.does(third, statement, "signature", hash=people.show(statement)["hash"])

    def prove(document: dict[str, Any]) -> dict[str, Any]:
        said(desk, events.accounts.AccountRecast(subject="Third", role="viewer"), by="console")
        return document

    desk.app.extensions["room"] = replace(tools, press=replace(tools.press, prove=prove))
    late = people.release(statement)
    assert (late.status_code, error(late)["code"]) == (409, "stale")
    desk.app.extensions["room"] = tools
    assert people.release(statement).status_code == 202


def test_organisations_whose_names_differ_by_signs_alone_are_one(desk: House, people: People) -> None:
    one, two = desk.at_desk("One", "analyst", "COMFREL"), desk.at_desk("Two", "analyst", "Com\u2011frel ")
    statement, seen = frozen(people)
    people.does(people.checker, statement, "check", hash=seen)
    people.does(one, statement, "signature", hash=seen)
    assert "has signed this already" in refusal(people, two, statement, "signature", hash=seen)


def test_a_check_counts_no_more_once_the_checker_wrote_in_the_text(desk: House, people: People) -> None:
    statement, seen = frozen(people)
    people.does(people.checker, statement, "check", hash=seen)
    assert people.show(statement)["state"] == "checked"
    changed = {**TEXTS, "en": {**TEXTS["en"], "title": "Another"}}
    close = desk.live.room.vault.seal
    for texts, by in ((changed, "press:Checker"), (TEXTS, "press:Second")):
        fact = events.StatementDrafted(subject=statement, hash="", words=close(f"statement:{statement}", texts))
        said(desk, fact, by=by)
    told = people.show(statement)
    assert (told["hash"], told["state"], told["checked"]["stands"]) == (seen, "drafting", False)


def test_who_wrote_what_is_corrected_does_not_sign_the_correction(desk: House, people: People) -> None:
    first = people.signed()
    assert people.release(first).status_code == 202
    people.author = desk.at_desk("Second", "press", "Fourth Union")
    correction = people.begun("correction", corrects=first)
    people.does(people.author, correction, "draft", base=people.show(correction)["base"], texts=TEXTS)
    people.does(people.author, correction, "freezing")
    seen = people.show(correction)["hash"]
    people.does(people.checker, correction, "check", hash=seen)
    before = desk.at_desk("Author", "press")
    assert "You wrote part" in refusal(people, before, correction, "signature", hash=seen)


@pytest.mark.parametrize("step", ["check", "signature", "release"])
def test_what_the_record_refuted_and_the_room_has_not_seen_is_not_answered_for(
    desk: House, people: People, pen: Pen, step: str
) -> None:
    statement = people.signed()
    who = people.author
    if step != "release":
        statement, _ = frozen(people)
        who = people.checker
    if step == "signature":
        people.does(who, statement, "check", hash=people.show(statement)["hash"])
    seen = people.show(statement)["hash"]
    desk.log.append_all([Draft(pen.rejected(1), "analyst:Amina")])
    late = people.post(who, statement, step, hash=seen)
    assert (late.status_code, error(late)["code"]) == (409, "stale")
    assert "no longer what they count" in error(people.post(who, statement, step, hash=seen))["message"]


def test_what_comes_from_outside_meanwhile_holds_no_release_up(desk: House, people: People, pen: Pen) -> None:
    statement = people.signed()
    seen = people.show(statement)["hash"]
    flood = [pen.received(n, f"flood {n}") for n in range(20, 40)]
    desk.log.append_all(Draft(fact, "door") for fact in [*flood, pen.read(20, "flood 20"), pen.opened(20)])
    day = {"starts": "2017-06-04T00:00:00+00:00", "ends": "2017-06-04T09:00:00+00:00"}
    duty = events.DutyPlanned(subject="d-1", person="Amina", level="desk", **day, pages=False, sealed="")
    own = events.accounts.AccountRephrased(subject="Checker")
    desk.log.append_all(Draft(fact, "analyst:Amina") for fact in (duty, events.DutyCancelled(subject="d-1"), own))
    assert people.post(people.author, statement, "release", hash=seen).status_code == 202
    second = people.signed()
    desk.log.append_all([Draft(pen.read(0, "read again"), "reader")])
    assert people.post(people.author, second, "release", hash=people.show(second)["hash"]).status_code == 409


def test_an_incident_that_is_refuted_while_the_proof_is_made_is_not_released(
    desk: House, people: People, pen: Pen
) -> None:
    statement, tools = people.signed(), desk.app.extensions["room"]

    def prove(document: dict[str, Any]) -> dict[str, Any]:
        said(desk, pen.rejected(1))
        return document

    desk.app.extensions["room"] = replace(tools, press=replace(tools.press, prove=prove))
    assert "no longer what they count" in error(people.release(statement))["message"]
    assert people.show(statement)["number"] is None


def test_a_press_that_met_anothers_release_is_not_taken_for_done(desk: House, people: People) -> None:
    first, second = people.signed(), people.signed()
    hashes = {each: people.show(each)["hash"] for each in (first, second)}
    header = {"X-Press": "onepress"}

    def press(statement: str, **headers: str) -> int:
        body = {"hash": hashes[statement]}
        return people.author.post(f"/api/v1/statements/{statement}/release", json=body, headers=headers).status_code

    assert press(first) == 202
    assert press(second, **header) == 409
    desk.fold()
    assert press(second, **header) == 202
    desk.fold()
    assert press(second, **header) == 202
    desk.fold()
    assert [people.show(each)["number"] for each in (first, second)] == [1, 2]


def test_why_a_statement_is_withdrawn_is_public_and_names_nobody(desk: House, people: People, pack: Pack) -> None:
    statement, tools = people.signed(), desk.app.extensions["room"]
    assert people.release(statement).status_code == 202
    check = Surroundings(tools.board, pack).check
    desk.app.extensions["room"] = replace(tools, press=replace(tools.press, check=check))
    assert "phone" in refusal(people, people.other, statement, "withdrawal", reason="Ring 012 345 678 about it.")
    people.does(people.other, statement, "withdrawal", reason="A figure in it is not right.")


@pytest.mark.parametrize(
    ("token", "fact", "gone"),
    [
        ("count sub=XB", {"category": "IN", "sub": "NC"}, True),
        ("count category=BX", {"category": "BX", "sub": "XC"}, False),
        ("list category=BX by=sub top=3", {"category": "BX", "sub": "XC"}, True),
        ("count severity=4+", {"severity": 2}, True),
        ("count category=BX", {"severity": 2}, False),
        ("count basis=saw", {"basis": "told"}, True),
        ("count category=BX", {"basis": "told"}, False),
        ("share category=BX", {"station": THERE}, True),
        ("count category=BX", {"station": THERE}, False),
    ],
)
def test_what_makes_a_figure_wrong_cannot_be_kept_by_looking_at_it(
    desk: House, people: People, pen: Pen, token: str, fact: dict[str, Any], gone: bool
) -> None:
    texts = {each: {"title": "Title", "body": f"{{{{{token}}}}}"} for each in ("km", "en")}
    if token.startswith("count severity"):
        said(desk, events.IncidentTriaged(subject=report_id(1), severity=4, reason=""))
    if "station" in fact:
        said(desk, *became(pen, {"station": HERE}))
    statement = people.written(texts)
    people.does(people.author, statement, "freezing")
    said(desk, *became(pen, fact))
    changes = {one["incident"]: one for one in people.show(statement, people.other)["changes"]}
    assert changes[report_id(1)]["gone"] == gone, changes


def became(pen: Pen, fact: dict[str, Any]) -> list[events.Event]:
    if "severity" in fact:
        return [events.IncidentTriaged(subject=report_id(1), **fact, reason="")]
    if "basis" in fact:
        verdict = replace(pen.verified(1), basis=fact["basis"])
        return [events.IncidentReopened(subject=report_id(1), reason=""), verdict]
    if "station" in fact:
        at = fact["station"]
        where = {"code": at, "level": "station", "station": at, "lat": 11.4, "lon": 105.1}
        placed = pen.placed(1, {**where, "confidence": 1.0, "because": []})
        return [replace(placed, province="08"), pen.verified(1)]
    severity = {"severity": 3, "restricted": False, "reason": ""}
    return [events.IncidentRecategorised(subject=report_id(1), **fact, **severity), pen.verified(1)]


def test_who_was_let_in_by_the_account_that_let_the_author_in_does_not_check_the_method(
    desk: House, people: People, vann: FlaskClient
) -> None:
    people.author = let_in(desk, vann, "Writer", "press", "Fourth Union")
    brother = let_in(desk, vann, "Brother", "analyst", "Fourth Union")
    statement, seen = frozen(people)
    assert "let in you and somebody" in refusal(people, brother, statement, "check", hash=seen)
    people.does(people.checker, statement, "check", hash=seen)
    people.does(brother, statement, "signature", hash=seen)


def test_a_check_and_a_signature_of_an_account_that_was_closed_count_no_more(desk: House, people: People) -> None:
    statement = people.signed()
    desk.live.room.access.close_account("Checker", by="console")
    desk.fold()
    told = people.show(statement, people.other)
    assert (told["state"], told["signatures"]) == ("drafting", 1)
