"""The press desk at its door: from the first word to the release, by three people of three organisations."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import events
from server.log import Draft, Log
from server.pack import Pack
from server.roles import Refused
from tests import days
from tests.days import Pen, report_id
from tests.house import House, build, error
from tests.test_attendance import ALIASES, HERE, enrolled
from tests.test_live import got, screen
from tests.test_openapi import described, fits

TEXTS = {
    "en": {"title": "Preliminary flash update", "body": "As of {{asof}}.\n\nWe verified {{count category=BX}}."},
    "km": {"title": "ព័ត៌មានបន្ទាន់បឋម", "body": "គិតត្រឹម{{asof}}។\n\nយើងបានផ្ទៀងផ្ទាត់{{count category=BX}}។"},
}


def said(house: House, *facts: events.Event, by: str = "analyst:Amina") -> None:
    house.log.append_all(Draft(event, by) for event in facts)
    house.fold()


@pytest.fixture
def desk(house: House, pen: Pen) -> House:
    """A room with three monitors in one province, and three verified incidents of theirs."""
    day: list[events.Event] = [enrolled(pen, n, HERE) for n in (1, 2, 3)]
    for n in range(4):
        source = ALIASES[n % 3 + 1]
        day += [pen.received(n, f"report {n}", source), pen.read(n, f"report {n}", source, where=days.PLACES[1])]
        day += [pen.opened(n, category="BX", sub="XB"), *([pen.verified(n)] if n < 3 else [])]
    said(house, *day)
    tools = house.app.extensions["room"]  # checks and proof have tests of their own
    press = replace(tools.press, check=lambda draft: (), prove=lambda document: document)
    house.app.extensions["room"] = replace(tools, press=press)
    return house


class People:
    """Three people of three organisations, and one more."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.author = house.at_desk("Author", "press", "First Union")
        self.checker = house.at_desk("Checker", "analyst", "Second Union")
        self.other = house.at_desk("Other", "security_lead", "Third Union")

    def post(self, who: FlaskClient, statement: str, step: str, **body: Any) -> TestResponse:
        answer = who.post(f"/api/v1/statements/{statement}/{step}", json=body)
        self.house.fold()
        return answer

    def does(self, who: FlaskClient, statement: str, step: str, **body: Any) -> dict[str, Any]:
        answer = self.post(who, statement, step, **body)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json  # type: ignore[assignment]
        return told

    def show(self, statement: str, who: FlaskClient | None = None) -> dict[str, Any]:
        answer = (who or self.author).get(f"/api/v1/statements/{statement}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json  # type: ignore[assignment]
        return told

    def begun(self, kind: str = "flash", **more: Any) -> str:
        answer = self.author.post("/api/v1/statements", json={"kind": kind, **more})
        assert answer.status_code == 202, answer.text
        self.house.fold()
        return str(answer.json["statement"])  # type: ignore[index]

    def written(self, texts: dict[str, Any] = TEXTS, **more: Any) -> str:
        statement = self.begun(**more)
        self.does(self.author, statement, "draft", base=self.show(statement)["base"], texts=texts)
        return statement

    def signed(self, **more: Any) -> str:
        statement = self.written(**more)
        self.does(self.author, statement, "freezing")
        self.agree(statement)
        return statement

    def agree(self, statement: str) -> None:
        seen = self.show(statement)["hash"]
        self.does(self.checker, statement, "check", hash=seen)
        self.does(self.checker, statement, "signature", hash=seen)
        self.does(self.other, statement, "signature", hash=seen)

    def release(self, statement: str) -> TestResponse:
        return self.post(self.author, statement, "release", hash=self.show(statement)["hash"])


@pytest.fixture
def people(desk: House) -> People:
    return People(desk)


def test_a_statement_goes_from_its_template_to_its_release_by_three_people(desk: House, people: People) -> None:
    statement = people.begun("mid_day")
    fresh = people.show(statement)
    assert fresh["state"] == "drafting"
    assert set(fresh["texts"]) == {"km", "en"}
    assert not fresh["wrong"]
    assert [each["key"] for each in fresh["guards"]["check"]] == ["role", "gaps", "live", "author"]
    people.does(people.author, statement, "draft", base=fresh["base"], texts=TEXTS)
    people.does(people.author, statement, "freezing")
    frozen = people.show(statement)
    [figure] = [each for each in frozen["figures"] if each["token"] == "count category=BX status=verified"]
    assert figure["frozen"]["value"] == figure["live"]["value"] == 3
    assert figure["frozen"]["shown"] == {"en": "3 incidents", "km": "ហេតុការណ៍ ៣"}
    assert {one["id"] for one in figure["frozen"]["incidents"]} == {report_id(n) for n in range(3)}
    assert figure["frozen"]["facts"] < desk.live.room.board.facts
    people.does(people.checker, statement, "check", hash=frozen["hash"])
    assert people.show(statement)["state"] == "checked"
    for signer in (people.checker, people.other):
        people.does(signer, statement, "signature", hash=frozen["hash"])
    assert people.show(statement)["state"] == "signed"
    assert people.release(statement).status_code == 202
    whole = people.show(statement)
    assert (whole["state"], whole["number"]) == ("released", 1)
    document = people.author.get(f"/api/v1/statements/{statement}/document").json["document"]  # type: ignore[index]
    assert "We verified 3 incidents." in document["texts"]["en"]["markdown"]
    assert [one["organisation"] for one in document["signed"]] == ["Second Union", "Third Union"]
    assert report_id(0) not in json.dumps(document)


def test_what_is_answered_is_what_the_description_says(people: People) -> None:
    statement = people.signed()
    people.release(statement)
    for name in ("", "/versions", "/document"):
        schema = described()["paths"][f"/statements/{{statement}}{name}"]["get"]["responses"]["200"]["content"]
        answer = people.checker.get(f"/api/v1/statements/{statement}{name}")
        fits(answer.json, schema["application/json"]["schema"], name)


@pytest.mark.security("S11", "publishing")
def test_nobody_checks_or_signs_what_they_wrote_and_no_organisation_twice(desk: House, people: People) -> None:
    again, loose = desk.at_desk("Another", "administrator", " second union"), desk.at_desk("Loose", "analyst")
    statement = people.written()
    people.does(people.author, statement, "freezing")
    seen = people.show(statement)["hash"]
    people.does(people.checker, statement, "check", hash=seen)
    own = people.post(people.author, statement, "signature", hash=seen)
    assert "somebody else" in error(own)["message"]
    people.does(people.checker, statement, "signature", hash=seen)
    assert "has signed this already" in error(people.post(again, statement, "signature", hash=seen))["message"]
    assert "no organisation" in error(people.post(loose, statement, "signature", hash=seen))["message"]
    early = people.release(statement)
    assert (early.status_code, "Not enough organisations" in error(early)["message"]) == (422, True)


def test_an_incident_that_is_refuted_a_minute_before_holds_the_release_up_until_it_is_frozen_anew(
    desk: House, people: People, pen: Pen
) -> None:
    statement = people.signed()
    said(desk, pen.rejected(1))
    held = people.release(statement)
    assert "no longer what they count" in error(held)["message"]
    whole = people.show(statement)
    [change] = whole["changes"]
    assert (change["incident"], change["gone"]) == (report_id(1), True)
    told = people.show(statement, people.checker)["changes"][0]
    assert (told["was"], told["now"]) == (
        {"status": "verified", "basis": "saw"},
        {"status": "unconfirmed", "basis": ""},
    )
    [figure] = [each for each in whole["figures"] if each["token"].startswith("count category=BX")]
    assert (figure["frozen"]["value"], figure["live"]["value"], figure["since"]["difference"]) == (3, 2, -1)
    keep = {"incident": report_id(1), "upto": whole["cursor"], "reason": "it is well known"}
    assert people.post(people.checker, statement, "review", **keep).status_code == 422
    people.does(people.author, statement, "freezing")
    assert people.show(statement)["state"] == "drafting"
    people.agree(statement)
    assert people.release(statement).status_code == 202


def test_what_changed_and_still_counts_may_be_kept_by_looking_at_it_again(
    desk: House, people: People, pen: Pen
) -> None:
    statement = people.signed()
    said(desk, pen.noted(1))
    assert people.show(statement)["changes"] == []  # a note changes nothing that is counted
    graver = events.IncidentTriaged(subject=report_id(1), severity=3, reason=pen._why(1, "less grave"))
    said(desk, graver)
    assert "has changed since" in error(people.release(statement))["message"]
    cursor = people.show(statement)["cursor"]
    look = {"incident": report_id(1), "upto": cursor, "reason": "the text holds"}
    assert "somebody else" in error(people.post(people.author, statement, "review", **look))["message"]
    people.does(people.checker, statement, "review", **look)
    assert people.show(statement)["changes"] == []
    assert people.release(statement).status_code == 202


def test_an_incident_that_becomes_restricted_is_told_as_gone_to_all_but_the_lead(
    desk: House, people: People, pen: Pen
) -> None:
    statement = people.signed()
    said(desk, pen.recategorised(1, restricted=True), by="security_lead:Sok")
    gone = {"incident": report_id(1), "gone": True, "was": {}, "now": {}}
    for who in (people.author, people.checker):
        whole = people.show(statement, who)
        assert whole["changes"] == [gone]
        for figure in whole["figures"]:
            for told in (figure["frozen"], figure["live"]):
                assert report_id(1) not in [one["id"] for one in told["incidents"]]
    [change] = people.show(statement, people.other)["changes"]
    assert change["now"]["restricted"] == 1
    assert "no longer what they count" in error(people.release(statement))["message"]
    people.does(people.author, statement, "freezing")
    values = {one["token"]: one["frozen"]["value"] for one in people.show(statement)["figures"]}
    assert values["count category=BX status=verified"] == 2


@dataclass
class Finding:
    id: str
    level: str


def test_what_the_checks_find_stops_a_step_or_is_accepted_with_a_reason(desk: House, people: People) -> None:
    statement = people.written()
    people.does(people.author, statement, "freezing")
    seen, tools = people.show(statement)["hash"], desk.app.extensions["room"]
    found = [Finding("number without a unit", "must"), Finding("long", "should")]
    desk.app.extensions["room"] = replace(tools, press=replace(tools.press, check=lambda draft: found))
    assert [one["id"] for one in people.show(statement)["findings"]] == ["number without a unit", "long"]
    first = people.post(people.checker, statement, "check", hash=seen, accepted="long", reason="it is short enough")
    assert "must be put right" in error(first)["message"]
    del found[0]
    assert people.post(people.checker, statement, "check", hash=seen).status_code == 422
    people.does(people.checker, statement, "check", hash=seen, accepted="long", reason="it is short enough")
    assert people.show(statement)["checked"]["accepted"] == ["long"]


def test_a_proof_that_does_not_hold_stops_the_release_and_nothing_is_written(desk: House, people: People) -> None:
    def refuse(document: dict[str, Any]) -> dict[str, Any]:
        raise Refused("This figure cannot be proved.")

    statement, tools = people.signed(), desk.app.extensions["room"]
    desk.app.extensions["room"] = replace(tools, press=replace(tools.press, prove=refuse))
    facts = desk.live.room.board.facts
    assert error(people.release(statement))["message"] == "This figure cannot be proved."
    assert (desk.live.room.board.facts, people.show(statement)["state"]) == (facts, "signed")


def test_two_releases_at_once_never_have_one_number(desk: House, people: People) -> None:
    first, second = people.signed(), people.signed()
    hashes = {statement: people.show(statement)["hash"] for statement in (first, second)}
    posted = [
        people.author.post(f"/api/v1/statements/{statement}/release", json={"hash": hashes[statement]})
        for statement in (first, second)
    ]
    assert [answer.status_code for answer in posted] == [202, 409]
    desk.fold()
    assert people.release(second).status_code == 202
    assert [people.show(statement)["number"] for statement in (first, second)] == [1, 2]


def test_another_word_or_another_number_makes_check_and_signatures_void(desk: House, people: People, pen: Pen) -> None:
    statement = people.signed()
    whole = people.show(statement)
    changed = {**TEXTS, "en": {**TEXTS["en"], "title": "Preliminary flash update, the first"}}
    people.does(people.author, statement, "draft", base=whole["base"], texts=changed)
    after = people.show(statement)
    assert (after["state"], after["checked"]["stands"], after["signatures"]) == ("drafting", False, 0)
    stale = people.post(people.author, statement, "release", hash=whole["hash"])
    assert stale.status_code == 409


def test_what_is_released_stays_as_it_is_and_its_withdrawal_keeps_it(desk: House, people: People) -> None:
    statement = people.signed()
    assert people.release(statement).status_code == 202
    before = people.author.get(f"/api/v1/statements/{statement}/document").json
    whole = people.show(statement)
    late = people.post(people.author, statement, "draft", base=whole["base"], texts={**TEXTS, "en": TEXTS["km"]})
    assert "stays as it is" in error(late)["message"]
    said(desk, events.StatementDrafted(subject=statement, hash="", words=""), by="press:Author")
    assert people.show(statement)["texts"] == whole["texts"]
    for step in ("freezing", "check", "signature", "embargo", "release", "abandonment"):
        body = {"hash": whole["hash"], "reason": "for a reason"}
        refused = people.post(people.checker if step == "check" else people.author, statement, step, **body)
        assert refused.status_code == 422, step
    people.does(people.other, statement, "withdrawal", reason="a source is in danger")
    viewer, tools = desk.program("viewer"), desk.app.extensions["room"]
    assert viewer.get("/api/v1/statements").json["statements"] == []  # type: ignore[index]
    signs = replace(tools.press, signed=lambda document: "{}")  # as the ledger would, within a minute
    desk.app.extensions["room"] = replace(tools, press=signs)
    told = viewer.get("/api/v1/statements").json["statements"]  # type: ignore[index]
    assert [(one["id"], one["state"], one["reason"]) for one in told] == [
        (statement, "withdrawn", "a source is in danger")
    ]
    assert people.author.get(f"/api/v1/statements/{statement}/document").json["document"] == before["document"]  # type: ignore[index]


def test_a_correction_has_a_number_of_its_own_and_says_what_changed(desk: House, people: People, pen: Pen) -> None:
    first = people.signed()
    assert people.release(first).status_code == 202
    said(desk, pen.rejected(2))
    correction = people.begun("correction", corrects=first)
    begun = people.show(correction)
    assert begun["corrects"] == 1
    assert TEXTS["en"]["body"] in begun["texts"]["en"]["body"]
    people.does(people.author, correction, "draft", base=begun["base"], texts=TEXTS)
    people.does(people.author, correction, "freezing")
    people.agree(correction)
    assert people.release(correction).status_code == 202
    document = people.author.get(f"/api/v1/statements/{correction}/document").json["document"]  # type: ignore[index]
    assert (document["number"], document["corrects"]) == (2, 1)
    [figure] = [one for one in document["changes"] if one.get("token") == "count category=BX status=verified"]
    assert (figure["was"]["value"], figure["now"]["value"]) == (3, 2)
    lines = [one["lines"] for one in document["changes"] if one.get("language") == "en"]
    assert "-We verified 3 incidents." in lines[0]
    assert "+We verified 2 incidents." in lines[0]


def test_a_rehearsal_is_never_released_and_counts_nothing_real(desk: House, people: People) -> None:
    statement = people.signed(rehearsal="true")
    assert people.release(statement).status_code == 202
    whole = people.show(statement)
    assert (whole["state"], whole["rehearsal"]) == ("rehearsed", True)
    [count] = [one["frozen"]["value"] for one in whole["figures"] if one["token"] == "count status=verified"]
    assert count == 0
    wires = [raw.fields["wire"] for raw in desk.log.read(count=10_000)]
    assert "statement.rehearsed" in wires
    assert "statement.released" not in wires
    assert desk.program("viewer").get("/api/v1/statements").json["statements"] == []  # type: ignore[index]


def test_a_real_statement_never_counts_what_is_rehearsed_even_when_the_record_says_so(
    desk: House, people: People, pen: Pen
) -> None:
    said(desk, pen.received(7, rehearsal=True), pen.read(7), pen.opened(7, rehearsal=True), pen.verified(7))
    statement = people.signed()
    values = {one["token"]: one["frozen"]["value"] for one in people.show(statement)["figures"]}
    assert values["count status=verified"] == 3
    figure = {"value": 1, "unit": "incidents", "of": None, "of_unit": "", "basis": "verified", "items": []}
    board = desk.live.room.board
    bound = {"token": "count category=BX status=verified", "facts": board.facts, "hash": "", "sealed": ""}
    upto = {one.upto for one in board.statements.figures(statement).values()}.pop()
    forged = events.StatementFrozen(
        subject=statement, upto=upto, figure=json.dumps(figure), incidents=report_id(7), **bound
    )
    said(desk, forged, by="press:Author")
    refused = people.release(statement)
    assert "of a rehearsal" in error(refused)["message"]


def test_two_people_write_at_once_and_nothing_is_lost(desk: House, people: People) -> None:
    statement = people.written()
    base = people.show(statement)["base"]
    second = desk.at_desk("Second", "press", "Fourth Union")
    mine = {**TEXTS, "en": {**TEXTS["en"], "title": "Another title"}}
    theirs = {**TEXTS, "en": {**TEXTS["en"], "body": TEXTS["en"]["body"] + "\n\nMore follows."}}
    people.does(second, statement, "draft", base=base, texts=theirs)
    merged = people.does(people.author, statement, "draft", base=base, texts=mine)
    both = {"title": "Another title", "body": theirs["en"]["body"]}
    assert (merged["merged"], merged["texts"]["en"]) == (True, both)
    assert people.show(statement)["texts"]["en"] == both
    clash = people.post(second, statement, "draft", base=base, texts={**TEXTS, "en": {**both, "title": "A third"}})
    assert clash.status_code == 409
    told: dict[str, Any] = clash.json  # type: ignore[assignment]
    assert told["theirs"]["en"]["title"] == "Another title"
    assert told["mine"]["en"]["title"] == "A third"
    assert {"Another title", "A third"} <= set(told["marked"]["en"]["title"].split("\n"))
    assert people.show(statement)["texts"]["en"] == both
    resolved = {**TEXTS, "en": {**both, "title": "A third"}}
    people.does(second, statement, "draft", base=told["base"], texts=resolved)
    versions = people.author.get(f"/api/v1/statements/{statement}/versions").json["versions"]  # type: ignore[index]
    assert [version["by"] for version in versions][:3] == ["Second", "Author", "Second"]
    assert "-Another title" in versions[0]["differences"]["en"]
    assert "+A third" in versions[0]["differences"]["en"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"base": "x", "texts": TEXTS}, 409),
        ({"base": 999, "texts": TEXTS}, 409),
        ({"base": None, "texts": TEXTS}, 409),
        ({"base": 2, "texts": {"en": TEXTS["en"]}}, 422),
        ({"base": 2, "texts": {"en": {"title": 1, "body": []}, "km": TEXTS["km"]}}, 422),
        ({"base": 2, "texts": "texts"}, 422),
        ({"base": 2, "texts": {**TEXTS, "en": {"title": "a" * 301, "body": ""}}}, 422),
        ({"base": 2, "texts": {**TEXTS, "en": {"title": "a", "body": "a" * 60_001}}}, 422),
    ],
)
def test_an_odd_draft_is_refused_and_no_fault(people: People, body: dict[str, Any], status: int) -> None:
    statement = people.begun()
    assert people.show(statement)["base"] == 2
    assert people.post(people.author, statement, "draft", **body).status_code == status
    assert len(people.author.get(f"/api/v1/statements/{statement}/versions").json["versions"]) == 1  # type: ignore[index]


def test_halves_of_characters_and_old_line_ends_are_kept_as_what_can_be_written(people: People) -> None:
    statement = people.begun()
    odd = {**TEXTS, "en": {"title": "a\ud800b", "body": "one\r\ntwo"}}
    people.does(people.author, statement, "draft", base=2, texts=odd)
    assert people.show(statement)["texts"]["en"] == {"title": "a?b", "body": "one\ntwo"}


def test_a_statement_that_is_none_is_not_found(people: People) -> None:
    for name in ("", "/versions", "/document"):
        assert people.author.get(f"/api/v1/statements/none{name}").status_code == 404
    for step in ("draft", "freezing", "release"):
        assert people.author.post(f"/api/v1/statements/none/{step}", json={}).status_code == 404


def test_a_text_that_is_saved_again_as_it_was_adds_no_fact(desk: House, people: People) -> None:
    statement = people.written()
    facts, base = desk.live.room.board.facts, people.show(statement)["base"]
    told = people.does(people.author, statement, "draft", base=base, texts=TEXTS)
    assert (told["base"], told["merged"]) == (base, False)
    assert desk.live.room.board.facts == facts


def test_an_open_press_desk_learns_of_a_change_by_the_line_and_viewers_do_not(desk: House, people: People) -> None:
    press, viewer = screen(desk, "press"), screen(desk, "viewer")
    got(press), got(viewer)
    statement = people.begun()
    told = [body for name, body in got(press) if name == "statements"]
    assert [body["statements"] for body in told] == [[statement]]
    assert [name for name, _ in got(viewer) if name == "statements"] == []


def test_what_nobody_has_seen_yet_is_in_no_clear_word_on_the_record(desk: House, people: People) -> None:
    people.signed()
    whole = "\n".join(raw.fields["body"] for raw in desk.log.read(count=10_000))
    assert "Preliminary flash update" not in whole
    assert HERE not in whole


def test_an_embargo_holds_until_its_hour_and_can_be_lifted(desk: House, people: People) -> None:
    statement = people.signed()
    seen = people.show(statement)["hash"]
    people.does(people.author, statement, "embargo", hash=seen, until="2999-01-01T07:00:00+07:00")
    assert people.show(statement)["state"] == "embargo"
    assert "under embargo" in error(people.release(statement))["message"]
    assert "somebody else" in error(people.post(people.author, statement, "embargo", hash=seen, until=""))["message"]
    people.does(people.author, statement, "embargo", hash=seen, until="2999-01-01T08:00:00+07:00")
    people.does(people.checker, statement, "embargo", hash=seen, until="")
    assert people.release(statement).status_code == 202


@pytest.mark.parametrize("role", ["press", "analyst", "security_lead", "administrator", "viewer"])
def test_a_program_takes_no_step(desk: House, people: People, role: str) -> None:
    statement = people.signed()
    program, seen = desk.program(role), people.show(statement)["hash"]
    for step in ("draft", "freezing", "check", "signature", "embargo", "release", "withdrawal", "abandonment"):
        body = {"hash": seen, "reason": "for a reason", "base": people.show(statement)["base"], "texts": TEXTS}
        body["texts"] = {**TEXTS, "en": TEXTS["km"]}
        assert people.post(program, statement, step, **body).status_code in (403, 422), step
    assert program.post("/api/v1/statements", json={"kind": "flash"}).status_code in (403, 422)


@pytest.mark.parametrize(
    "token", ["count category=ZZ", "count sub=OE", "percent", "count province=08 status=verified x", "{{", "a" * 400]
)
def test_a_token_that_cannot_be_read_says_why_in_both_languages(people: People, token: str) -> None:
    [told] = people.author.get("/api/v1/palette", query_string={"token": token}).json["figures"]  # type: ignore[index]
    assert set(told) == {"token", "sentence"}
    assert set(told["sentence"]) == {"km", "en"}


def test_the_palette_shows_every_figure_with_what_it_rests_on(people: People) -> None:
    figures = {one["token"]: one for one in people.author.get("/api/v1/palette").json["figures"]}  # type: ignore[index]
    assert figures["stations heard"]["shown"]["en"] == "1 of 1 station with a monitor"
    counted = figures["count category=BX status=verified"]
    assert (counted["value"], counted["known"]["en"], counted["counted"]) == (3, "verified", 3)
    assert [one["number"] for one in sorted(counted["incidents"], key=lambda one: one["number"])] == [1, 2, 3]
    assert figures["count status=unverified"]["incidents"] == []


def test_a_room_that_starts_again_has_the_same_statements(
    desk: House, people: People, keys: Path, pack: Pack, log: Log
) -> None:
    statement = people.signed()
    again = build(keys, pack, log)
    again.fold()
    before, after = (house.live.room.board.statements for house in (desk, again))
    assert (before.rows(), before.versions(statement)) == (after.rows(), after.versions(statement))
    assert (before.figures(statement), before.signatures(statement)) == (
        after.figures(statement),
        after.signatures(statement),
    )
