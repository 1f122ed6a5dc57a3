"""The way to a verdict: what each needs, who has to agree, and what takes it back; through HTTP and the log."""

import itertools
import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import events, membership
from server.cases import MISSING
from server.log import Draft
from tests.conftest import NewReader
from tests.days import PLACES, STATION, Pen, report_id
from tests.house import House, decide, error, ticked, told
from tests.post import enrol
from tests.test_attendance import HERE, enrolled

GRAVE, MINOR, OTHER, CALM, FAR, HIDDEN = range(6)
ALIASES = [f"{n:020x}" for n in range(1, 7)]
SECRET = {"restricted": True, "category": "OB", "sub": "OE", "severity": 5}
MINOR_CODE = {"category": "IN", "sub": "NB", "severity": 3}
WHY = {"reason": "called back on the number on file"}
CALLED = {"method": "call_back", **WHY}


def told_of(house: House, pen: Pen) -> House:
    """A grave incident, two of less weight, a quiet report of the same station, one elsewhere, a hidden one."""
    facts: list[events.Event] = [
        pen.received(n, f"words {n}", ALIASES[n], at=f"2017-06-04T03:{n:02d}:00.000+00:00") for n in range(6)
    ]
    facts += [pen.read(GRAVE, "words 0", ALIASES[0], where=STATION), pen.opened(GRAVE)]
    for n in (MINOR, OTHER):
        facts += [pen.read(n, f"words {n}", ALIASES[n], where=STATION, **MINOR_CODE), pen.opened(n, **MINOR_CODE)]
    facts += [pen.read(CALM, "words 3", ALIASES[3], kind="quiet", category="", sub="", severity=0, where=STATION)]
    facts += [pen.read(FAR, "words 4", ALIASES[4], where=PLACES[1], **MINOR_CODE), pen.opened(FAR, **MINOR_CODE)]
    facts += [pen.read(HIDDEN, "words 5", ALIASES[5], where=STATION, **SECRET), pen.opened(HIDDEN, **SECRET)]
    house.log.append_all(Draft(fact, by="reader") for fact in facts)
    house.fold()
    return house


@pytest.fixture
def house(house: House, pen: Pen) -> House:
    return told_of(house, pen)


@pytest.fixture
def amina(house: House) -> FlaskClient:
    return house.at_desk("Amina", organisation="Network A")


@pytest.fixture
def boran(house: House) -> FlaskClient:
    return house.at_desk("Boran", organisation="Network B")


def whole(client: FlaskClient, n: int, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/incidents/{report_id(n)}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def status(client: FlaskClient, n: int) -> str:
    return str(told(client, n)["card"]["status"])


def done(house: House, client: FlaskClient, n: int, what: str, **body: Any) -> dict[str, Any]:
    answer = decide(client, n, what, **body)
    assert answer.status_code == 202, answer.text
    house.fold()
    return dict(answer.json or {})


def refused(client: FlaskClient, n: int, what: str, **body: Any) -> str:
    answer = decide(client, n, what, **body)
    assert answer.status_code == 422, answer.text
    return error(answer)["message"]


NEEDS: list[tuple[dict[str, str], dict[str, str], str, str]] = [
    ({}, {}, "verified", "called"),
    ({"call_back": "failed", "photo": "done"}, {}, "verified", "called"),
    ({"call_back": "done"}, {}, "verified", "evidence"),
    ({"call_back": "done", "second_source": "done"}, {}, "verified", "evidence"),
    ({"call_back": "done", "photo": "against"}, {}, "verified", "evidence"),
    ({"call_back": "done", "photo": "done"}, {}, "verified", ""),
    ({"call_back": "done", "official": "done"}, {"method": "document"}, "verified", ""),
    ({"call_back": "done", "official": "done"}, {"method": "photo"}, "verified", "method"),
    ({"call_back": "done", "official": "done"}, {"method": "second_source"}, "verified", "method"),
    ({"photo": "done"}, {"method": "direct_observation", "basis": "saw"}, "verified", ""),
    ({"photo": "done"}, {"method": "direct_observation", "basis": "told"}, "verified", "called"),
    ({"call_back": "done", "photo": "done"}, {"method": "direct_observation"}, "verified", "method"),
    ({"call_back": "done", "photo": "done"}, {}, "corroborated", "sources"),
    ({}, {}, "false", "tried"),
    ({"photo": "done", "call_back": "unsafe"}, {}, "unconfirmed", "tried"),
    ({"call_back": "failed"}, {}, "unconfirmed", ""),
    ({"contrary": "against"}, {"method": "second_source"}, "false", ""),
]


@pytest.mark.parametrize(("steps", "more", "verdict", "lacks"), NEEDS)
def test_a_verdict_names_what_it_still_needs(
    house: House, amina: FlaskClient, steps: dict[str, str], more: dict[str, str], verdict: str, lacks: str
) -> None:
    for step, outcome in steps.items():
        done(house, amina, MINOR, "checks", step=step, outcome=outcome)
    what = "verification" if verdict in ("verified", "corroborated") else "rejection"
    if lacks:
        assert refused(amina, MINOR, what, verdict=verdict, **{**CALLED, **more}) == MISSING[lacks]
        assert status(amina, MINOR) in ("new", "checking")
    else:
        assert done(house, amina, MINOR, what, verdict=verdict, **{**CALLED, **more})["awaiting"] is False
        assert status(amina, MINOR) == verdict


def test_what_is_missing_is_told_before_the_press_in_the_reader_s_language(house: House, amina: FlaskClient) -> None:
    first = whole(amina, MINOR)["guards"]
    assert first["verified"] == [MISSING["called"], MISSING["evidence"]]
    assert (first["corroborated"], first["false"], first["unverified"]) == (
        [MISSING["sources"]],
        [MISSING["tried"]],
        [],
    )
    khmer = whole(amina, MINOR, "?lang=km")["guards"]
    assert [len(each) for each in khmer.values()] == [len(each) for each in first.values()]
    assert not any(each.isascii() for found in khmer.values() for each in found)
    ticked(house, amina, MINOR)
    assert whole(amina, MINOR)["guards"]["verified"] == []
    assert MISSING["outside"] in whole(amina, GRAVE)["guards"]["corroborated"]


def test_the_first_look_says_how_grave_it_is_and_every_step_leaves_a_tick(house: House, amina: FlaskClient) -> None:
    assert refused(amina, MINOR, "triage", severity=5).startswith("Write a reason")
    assert refused(amina, MINOR, "triage", severity=9, reason="graver than grave").startswith("Say how grave")
    done(house, amina, MINOR, "triage", severity=3)
    assert status(amina, MINOR) == "triaged"
    assert refused(amina, MINOR, "triage", severity=3).startswith("This was looked at already")
    done(house, amina, MINOR, "checks", step="station", outcome="done", note="she is assigned there")
    done(house, amina, MINOR, "checks", step="call_back", outcome="failed")
    done(house, amina, MINOR, "checks", step="call_back", outcome="done")
    assert refused(amina, MINOR, "checks", step="magic", outcome="done").startswith("Say which step")
    assert refused(amina, MINOR, "checks", step="photo", outcome="maybe").startswith("Say what came of it")
    page = whole(amina, MINOR)
    assert page["card"]["status"] == "checking"
    assert page["card"]["steps"] == {"station": "done", "call_back": "done"}
    steps = [(each["step"], each["outcome"], each["by"], each["note"]) for each in page["steps"]]
    assert steps == [
        ("station", "done", "analyst:Amina", "she is assigned there"),
        ("call_back", "failed", "analyst:Amina", ""),
        ("call_back", "done", "analyst:Amina", ""),
    ]
    assert all(each["at"] for each in page["steps"])


def test_what_is_grave_waits_for_a_second_person_of_another_organisation(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    same, nobody = house.at_desk("Chan", organisation=" network a "), house.at_desk("Dara")
    ticked(house, amina, GRAVE)
    assert done(house, amina, GRAVE, "verification", **CALLED, basis="saw")["awaiting"] is True
    card = told(boran, GRAVE)["card"]
    assert (card["status"], card["awaiting"]) == ("checking", {"verdict": "verified", "by": "Amina"})
    press = house.program("press")
    assert press.get(f"/api/v1/cards/{report_id(GRAVE)}").status_code == 404
    assert refused(amina, GRAVE, "confirmation", **WHY) == MISSING["same"]
    assert refused(same, GRAVE, "confirmation", **WHY) == MISSING["apart"]
    assert refused(nobody, GRAVE, "confirmation", **WHY) == MISSING["apart"]
    assert whole(nobody, GRAVE)["guards"]["confirmation"] == [MISSING["apart"]]
    assert refused(boran, GRAVE, "verification", **CALLED) == MISSING["waits"]
    assert refused(boran, GRAVE, "unverified", **WHY) == MISSING["waits"]
    assert refused(boran, GRAVE, "confirmation", reason="x").startswith("Write a reason")
    assert whole(boran, GRAVE)["guards"]["confirmation"] == []
    assert whole(boran, GRAVE)["proposal"]["why"] == WHY["reason"]
    done(house, boran, GRAVE, "confirmation", reason="I spoke with her, too")
    page = whole(amina, GRAVE)
    assert (page["card"]["status"], page["card"]["awaiting"], page["proposal"]) == ("verified", None, None)
    last = page["history"][-1]
    assert (last["what"], last["by"], last["proposed_by"]) == ("incident.verified", "analyst:Boran", "Amina")
    assert (last["method"], last["basis"], last["why"]) == ("call_back", "saw", "I spoke with her, too")
    assert press.get(f"/api/v1/cards/{report_id(GRAVE)}").status_code == 200


def test_whoever_is_moved_to_another_organisation_confirms_nothing_that_waited_before(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    chan, admin = house.at_desk("Chan", organisation="Network A"), house.at_desk("Dara", "administrator")
    ticked(house, amina, GRAVE)
    done(house, amina, GRAVE, "verification", **CALLED, basis="saw")
    door = "/api/v1/accounts/{}/organisation"
    assert admin.post(door.format("Chan"), json={"organisation": "Network B"}).status_code == 202
    house.fold()
    assert house.live.room.board.people.organisation_written("Chan") == "Network B"
    assert refused(chan, GRAVE, "confirmation", **WHY) == MISSING["vouched"]
    membership.move(house.log, "Chan", "Network B", by="console")
    house.fold()
    assert refused(chan, GRAVE, "confirmation", **WHY) == MISSING["young"]
    assert done(house, boran, GRAVE, "confirmation", **WHY)
    for name, of in (("Dara", "Network A"), ("Nobody", "Network A"), ("Chan", "x" * 61), ("Chan", "a\nb")):
        assert admin.post(door.format(name), json={"organisation": of}).status_code == 422, name
    assert chan.post(door.format("Chan"), json={"organisation": "Network A"}).status_code == 403


def test_where_the_coalition_has_one_organisation_any_second_person_will_do(house: House) -> None:
    amina, boran = house.at_desk("Amina"), house.at_desk("Boran", organisation="Network A")
    ticked(house, amina, GRAVE, contrary="done")
    done(house, amina, GRAVE, "rejection", verdict="false", method="second_source", reason="nothing was there")
    done(house, boran, GRAVE, "confirmation", **WHY)
    assert status(boran, GRAVE) == "false"


def test_whoever_names_no_organisation_proposes_nothing_where_there_are_two(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    nobody = house.at_desk("Dara")
    ticked(house, nobody, GRAVE)
    assert refused(nobody, GRAVE, "verification", **CALLED) == MISSING["member"]
    done(house, nobody, GRAVE, "unverified", reason="nobody can be reached safely")
    assert status(nobody, GRAVE) == "unverified"


def test_a_second_person_may_decline_and_the_first_may_withdraw(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    ticked(house, amina, GRAVE)
    assert refused(boran, GRAVE, "decline", **WHY) == MISSING["none"]
    for who in (boran, amina):
        done(house, amina, GRAVE, "verification", **CALLED)
        done(house, who, GRAVE, "decline", reason="the photo is of another year")
        card = told(boran, GRAVE)["card"]
        assert (card["status"], card["awaiting"]) == ("checking", None)
        assert told(boran, GRAVE)["history"][-1]["why"] == "the photo is of another year"
    assert refused(boran, GRAVE, "confirmation", **WHY) == MISSING["none"]


@pytest.mark.parametrize(
    ("what", "body", "stays"),
    [
        ("triage", {"severity": 5, "reason": "graver than it looked"}, False),
        ("category", {"code": "XA", "reason": "rather this"}, False),
        ("place", {"place": "0805", "reason": "it was there"}, False),
        ("checks", {"step": "contrary", "outcome": "done"}, True),
        ("notes", {"note": "call at noon"}, True),
    ],
)
def test_a_proposal_falls_when_it_was_about_something_else(
    house: House, amina: FlaskClient, boran: FlaskClient, what: str, body: dict[str, Any], stays: bool
) -> None:
    ticked(house, amina, GRAVE)
    done(house, amina, GRAVE, "verification", **CALLED)
    done(house, boran, GRAVE, what, **body)
    assert bool(told(boran, GRAVE)["card"]["awaiting"]) is stays


def test_what_the_first_person_stood_on_is_looked_at_again_when_the_second_confirms(
    house: House, pen: Pen, amina: FlaskClient, boran: FlaskClient
) -> None:
    """A report that is parted may have been the second source: the proposal waits, and misses it."""
    sources = {"a" * 20: "Network A", "b" * 20: "Network B"}
    for n, (alias, name) in enumerate(sources.items()):
        monitor = replace(enrolled(pen, n + 1, HERE), aliases=alias, organisation=name)
        told_ = pen.received(30 + n, f"from {n}", alias, gateway=("kannel", "smsgate")[n])
        read = pen.read(30 + n, f"from {n}", alias, where=STATION)
        house.log.append_all(Draft(each, by="reader") for each in (monitor, told_, read, pen.opened(30 + n)))
    house.fold()
    joined = {"report": report_id(31), "reason": "both tell of it"}
    done(house, amina, 30, "reports", **joined)
    assert told(amina, 30)["card"]["sources"] == 2
    ticked(house, amina, 30, call_back="done")
    done(house, amina, 30, "verification", **CALLED)
    sources_now = whole(boran, 30)["sources"]
    assert sources_now == {"independent": 2, "reports": {report_id(30): "", report_id(31): ""}}
    done(house, boran, 30, f"reports/{report_id(31)}/parting", reason="of another station")
    assert refused(boran, 30, "confirmation", **WHY) == MISSING["evidence"]
    assert told(boran, 30)["card"]["awaiting"]
    done(house, boran, 30, "reports", **joined)
    done(house, boran, 30, "confirmation", **WHY)
    assert status(boran, 30) == "verified"


@pytest.mark.security("S23", "messages alone")
def test_messages_alone_never_carry_what_is_grave(house: House, amina: FlaskClient) -> None:
    saw = {"method": "direct_observation", "basis": "saw", **WHY}
    done(house, amina, GRAVE, "checks", step="second_source", outcome="done")
    assert MISSING["outside"] in whole(amina, GRAVE)["guards"]["verified"]
    assert refused(amina, GRAVE, "verification", **saw) in (MISSING["evidence"], MISSING["outside"])
    done(house, amina, GRAVE, "checks", step="official", outcome="done")
    assert done(house, amina, GRAVE, "verification", **saw)["awaiting"] is True


@pytest.mark.security("S23", "a monitor's own number")
def test_under_monitors_own_numbers_and_rightly_written_a_message_still_carries_nothing_grave(
    house: House, keys: Path, pen: Pen, amina: FlaskClient, new_reader: NewReader
) -> None:
    """Anybody can send an SMS under any number: two of them, of two organisations, are no more."""
    for n in (0, 1):
        alias = enrol(house.log, keys, n, organisation=f"Network {n}")
        gateway = ("kannel", "smsgate")[n]
        house.log.append(pen.received(40 + n, f"XB KD0123-7 {n}0 ballots", alias, gateway=gateway), by="gateway")
    assert new_reader().step()
    house.fold()
    cards = [told(amina, 40 + n)["card"] for n in (0, 1)]
    assert [(card["known"], card["severity"], card["status"]) for card in cards] == [("known", 5, "new")] * 2
    done(house, amina, 40, "reports", report=report_id(41), reason="both tell of it")
    done(house, amina, 40, "checks", step="second_source", outcome="done")
    assert whole(amina, 40)["sources"]["independent"] == 2
    methods = ("call_back", "second_source", "photo", "direct_observation")
    lacks = (MISSING["outside"], MISSING["method"], MISSING["called"], MISSING["evidence"])
    for verdict in ("verified", "corroborated"):
        assert MISSING["outside"] in whole(amina, 40)["guards"][verdict]
        for method, basis in itertools.product(methods, ("", "saw")):
            said = refused(amina, 40, "verification", verdict=verdict, method=method, basis=basis, **WHY)
            assert said in lacks, (method, said)
    done(house, amina, 40, "checks", step="call_back", outcome="done")
    assert done(house, amina, 40, "verification", **CALLED)["awaiting"] is True, "called back on the number on file"


def test_a_program_gives_no_verdict_calls_nobody_and_decides_nothing_grave(house: House, amina: FlaskClient) -> None:
    program = house.program("analyst")
    ticked(house, amina, GRAVE)
    ticked(house, amina, MINOR)
    for what in ("verification", "rejection", "unverified"):
        assert refused(program, GRAVE, what, **CALLED) == MISSING["program"]
    done(house, amina, GRAVE, "verification", **CALLED)
    for what in ("confirmation", "decline"):
        assert refused(program, GRAVE, what, **WHY) == MISSING["program"]
    for what in ("verification", "rejection"):
        assert refused(program, MINOR, what, **CALLED) == MISSING["program"]
    for step in ("call_back", "questions"):
        assert refused(program, OTHER, "checks", step=step, outcome="done").startswith("A program calls nobody")
    done(house, program, OTHER, "checks", step="photo", outcome="done")
    assert status(amina, MINOR) == "checking"


@pytest.mark.security("S11", "verdict on what is or was grave", "what was lowered")
@pytest.mark.parametrize("by", ["the same person", "a program"])
def test_what_was_lowered_goes_on_needing_two_persons_of_different_organisations(
    house: House, amina: FlaskClient, boran: FlaskClient, by: str
) -> None:
    chan = house.at_desk("Chan", organisation="Network A")
    ticked(house, amina, GRAVE)
    lowers = amina if by == "the same person" else house.program("analyst")
    done(house, lowers, GRAVE, "triage", severity=2, reason="less than it looked")
    assert done(house, amina, GRAVE, "verification", **CALLED)["awaiting"] is True
    assert refused(chan, GRAVE, "confirmation", **WHY) == MISSING["apart"]
    done(house, boran, GRAVE, "decline", **WHY)
    for client in (chan, boran):
        assert done(house, client, GRAVE, "verification", **CALLED)["awaiting"] is True
        done(house, amina, GRAVE, "decline", **WHY)


def test_a_verdict_of_one_person_falls_when_the_incident_becomes_grave(house: House, amina: FlaskClient) -> None:
    ticked(house, amina, MINOR)
    done(house, amina, MINOR, "verification", **CALLED)
    assert refused(amina, MINOR, "triage", severity=5, reason="graver").startswith("This is decided already")
    done(house, amina, MINOR, "category", code="NF", reason="rather this")
    card = told(amina, MINOR)["card"]
    assert (card["severity"], card["status"]) == (4, "checking")
    assert house.program("press").get(f"/api/v1/cards/{report_id(MINOR)}").status_code == 404


@pytest.mark.security("S11", "what was joined")
def test_what_stands_in_an_incident_makes_it_as_grave_as_itself(house: House, amina: FlaskClient) -> None:
    ticked(house, amina, MINOR)
    done(house, amina, MINOR, "reports", report=report_id(GRAVE), reason="the same thing")
    assert done(house, amina, MINOR, "verification", **CALLED)["awaiting"] is True


@pytest.mark.parametrize("verdict", ["verified", "unverified", "unconfirmed"])
def test_a_verdict_is_taken_back_with_a_reason_and_only_then_another_follows(
    house: House, amina: FlaskClient, verdict: str
) -> None:
    doors = {"verified": "verification", "unverified": "unverified", "unconfirmed": "rejection"}
    ticked(house, amina, MINOR)
    assert refused(amina, MINOR, "reopening", **WHY).startswith("There is no verdict")
    done(house, amina, MINOR, doors[verdict], **CALLED)
    for what in doors.values():
        assert refused(amina, MINOR, what, **CALLED) == MISSING["decided"]
    assert refused(amina, MINOR, "reopening").startswith("Write a reason")
    done(house, amina, MINOR, "reopening", reason="somebody else calls it wrong")
    assert (status(amina, MINOR), whole(amina, MINOR)["guards"]["verified"]) == ("checking", [])
    assert house.program("press").get(f"/api/v1/cards/{report_id(MINOR)}").status_code == 404


@pytest.mark.parametrize("ahead", [-1, 1])
@pytest.mark.parametrize(
    "what", ["triage", "verification", "rejection", "unverified", "confirmation", "decline", "reopening", "description"]
)
def test_whoever_looked_at_another_version_gets_the_newer_card(
    house: House, amina: FlaskClient, what: str, ahead: int
) -> None:
    """Also who names one that is still to come: it would be judged by what stands now."""
    ticked(house, amina, MINOR)
    version = told(amina, MINOR)["card"]["version"]
    answer = decide(amina, MINOR, what, **CALLED, severity=5, basis="saw", expect=version + ahead)
    assert answer.status_code == 409
    assert answer.json
    assert (error(answer)["code"], answer.json["card"]["version"]) == ("stale", version)


def test_of_two_who_decide_on_the_same_picture_the_second_is_told(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    ticked(house, amina, MINOR)
    assert decide(amina, MINOR, "triage", severity=5, reason="graver than it looked").status_code == 202
    for client in (amina, boran):
        assert decide(client, MINOR, "verification", **CALLED).status_code == 409, "severity 3 is what was judged"


PARTY = "canary-party"


@pytest.mark.security("S44", "hidden before")
def test_who_is_said_to_benefit_is_nobody_s_to_read_before_the_verdict(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    said = {"basis": "told", "affected": "10-49", "goes_on": "yes", "how_known": "she counted", "asked": "a lawyer"}
    done(house, amina, MINOR, "description", **said, benefits=PARTY)
    ticked(house, amina, MINOR)
    done(house, amina, MINOR, "description", **{**said, "affected": "50-199"})

    def everything() -> str:
        clients = (amina, boran, house.program("security_lead"), house.program("administrator"))
        pages = [json.dumps([whole(client, MINOR), told(client, MINOR)]) for client in clients]
        return "".join([*pages, str(house.log.read()), amina.get("/api/v1/changes?after=0-0").text])

    assert PARTY not in everything()
    page = whole(amina, MINOR)
    told_ = page["description"]
    assert (told_["affected"], told_["how_known"], told_["benefits"]) == ("50-199", "she counted", None)
    assert (told_["benefits_hidden"], page["card"]["affected"], page["card"]["basis"]) == (True, "50-199", "told")
    done(house, amina, MINOR, "unverified", **WHY)
    assert PARTY not in everything()
    done(house, amina, MINOR, "reopening", **WHY)
    done(house, amina, MINOR, "verification", **CALLED)
    page = whole(boran, MINOR)
    assert (page["description"]["benefits"], page["description"]["benefits_hidden"]) == (PARTY, False)
    assert [each["benefits"] for each in page["history"] if each["what"] == "incident.described"] == [PARTY, PARTY]
    done(house, amina, MINOR, "reopening", **WHY)
    assert PARTY not in everything()


@pytest.mark.parametrize(
    "body", [{}, {"basis": "guessed"}, {"affected": "many"}, {"goes_on": "perhaps"}, {"how_known": "x" * 4001}]
)
def test_a_description_that_says_nothing_or_too_much_is_refused(
    house: House, amina: FlaskClient, body: dict[str, str]
) -> None:
    assert refused(amina, MINOR, "description", **body).endswith(".")


def test_a_right_of_reply_is_logged_with_what_was_shared(house: House, amina: FlaskClient) -> None:
    asked = {"state": "asked", "who": "the head of the station", "shared": "the hour, no names"}
    done(house, amina, MINOR, "replies", **asked)
    done(house, amina, MINOR, "replies", state="answered", who="the head of the station", said="it was a mistake")
    assert refused(amina, MINOR, "replies", state="asked").startswith("Say who")
    assert refused(amina, MINOR, "replies", state="shouted", who="him").startswith("Say how far")
    replies = whole(amina, MINOR)["replies"]
    assert [(each["state"], each["who"], each.get("said")) for each in replies] == [
        ("asked", "the head of the station", None),
        ("answered", "the head of the station", "it was a mistake"),
    ]
    assert "no names" not in str(house.log.read())


def test_a_translation_stands_beside_the_words_of_its_report(house: House, amina: FlaskClient) -> None:
    path = f"/api/v1/reports/{report_id(MINOR)}/translation"
    assert amina.post(path, json={"language": "en", "words": "canary in English"}).status_code == 202
    assert amina.post(path, json={"language": "xx", "words": "canary"}).status_code == 422
    assert amina.post(path, json={"language": "en", "words": " "}).status_code == 422
    house.fold()
    (report,) = whole(amina, MINOR)["reports"]
    assert report["text"] == "words 1"
    assert [(each["language"], each["words"], each["by"]) for each in report["translations"]] == [
        ("en", "canary in English", "analyst:Amina")
    ]
    assert "canary" not in str(house.log.read())


def test_the_page_shows_what_speaks_against_and_what_is_near(house: House, amina: FlaskClient) -> None:
    page = whole(amina, MINOR)
    assert [each["id"] for each in page["contrary"]] == [report_id(CALM)]
    assert [each["id"] for each in page["similar"]] == [report_id(OTHER)], (
        "of its category and district; nothing hidden"
    )
    done(house, amina, OTHER, "dismissal", kind="quiet", reason="all was well")
    page = whole(amina, MINOR)
    assert {each["id"] for each in page["contrary"]} == {report_id(CALM), report_id(OTHER)}
    assert page["similar"] == []
    assert page["sources"] == {"independent": 1, "reports": {report_id(MINOR): ""}}


def test_what_is_restricted_lies_beside_no_open_incident_even_for_the_lead(house: House, pen: Pen) -> None:
    quiet = {"kind": "quiet", "category": "", "sub": "", "severity": 0, "restricted": True}
    alike = {**MINOR_CODE, "restricted": True}
    facts = [pen.received(n, f"SOS {n}", at=f"2017-06-04T03:{n:02d}:00.000+00:00") for n in (20, 21)]
    facts += [pen.read(20, "SOS 20", where=STATION, **quiet), pen.read(21, "SOS 21", where=STATION, **alike)]
    house.log.append_all(Draft(fact, by="reader") for fact in [*facts, pen.opened(21, **alike)])
    house.fold()
    lead = house.at_desk("Sok", "security_lead")
    page = whole(lead, MINOR)
    assert [each["id"] for each in page["contrary"]] == [report_id(CALM)]
    assert [each["id"] for each in page["similar"]] == [report_id(OTHER)]
    own = whole(lead, 21)
    assert {each["id"] for each in own["contrary"]} == {report_id(CALM), report_id(20)}
    assert {each["id"] for each in own["similar"]} == {report_id(MINOR), report_id(OTHER)}


def test_the_script_of_the_call_begins_with_safety_and_is_of_the_category(house: House, amina: FlaskClient) -> None:
    parts = [each["part"] for each in whole(amina, MINOR)["script"]]
    assert parts[:2] == ["greeting", "safety"]
    assert parts[-2:] == ["read_back", "thanks"]
    assert "about" in parts
    english, khmer = whole(amina, MINOR)["script"], whole(amina, MINOR, "?lang=km")["script"]
    assert [each["part"] for each in khmer] == parts
    assert not any(one["words"] == other["words"] for one, other in zip(english, khmer, strict=True))


def test_where_it_may_harm_nobody_but_the_lead_calls(house: House, amina: FlaskClient) -> None:
    lead = house.at_desk("Sok", "security_lead")
    done(house, lead, HIDDEN, "checks", step="call_back", outcome="done")
    assert amina.get(f"/api/v1/incidents/{report_id(HIDDEN)}").status_code == 404
    done(house, amina, MINOR, "checks", step="call_back", outcome="unsafe", note="somebody listened")
    page = whole(amina, MINOR)
    assert (page["may_call"], page["script"]) == (False, [])
    for step in ("call_back", "questions"):
        assert "security lead" in refused(amina, MINOR, "checks", step=step, outcome="done")
    done(house, lead, MINOR, "checks", step="call_back", outcome="done")


def test_there_is_no_page_of_what_is_no_incident_and_none_for_the_press(house: House, amina: FlaskClient) -> None:
    assert amina.get(f"/api/v1/incidents/{report_id(CALM)}").status_code == 404
    assert amina.get(f"/api/v1/incidents/{report_id(99)}").status_code == 404
    for role in ("press", "viewer"):
        assert house.program(role).get(f"/api/v1/incidents/{report_id(MINOR)}").status_code == 403


STEPS = ("station", "call_back", "questions", "second_source", "photo", "official", "contrary")
TRIES = st.one_of(
    st.tuples(st.just("checks"), st.fixed_dictionaries({"step": st.sampled_from(STEPS), "outcome": st.just("done")})),
    st.tuples(st.just("triage"), st.fixed_dictionaries({"severity": st.integers(1, 5)})),
    st.tuples(st.just("category"), st.fixed_dictionaries({"code": st.sampled_from(["NB", "XB", "PA", "XA"])})),
    st.tuples(st.sampled_from(["verification", "rejection", "confirmation", "unverified"]), st.just(CALLED)),
    st.tuples(st.sampled_from(["decline", "reopening", "reports"]), st.just({"report": report_id(OTHER)})),
    st.tuples(st.just("dismissal"), st.just({"kind": "noise"})),
    st.tuples(st.just("fold"), st.just({})),
)


NUMBERS = count(1000)


@pytest.mark.security("S11", "verdict on what is or was grave")
@pytest.mark.security("S23", "one person")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grave=st.booleans(), tries=st.lists(st.tuples(TRIES, st.booleans(), st.integers(0, 2)), min_size=4, max_size=10))
def test_no_sequence_of_requests_by_one_person_ever_decides_what_is_or_was_grave(
    house: House, pen: Pen, amina: FlaskClient, grave: bool, tries: list[Any]
) -> None:
    """Whatever they try, in whatever order, by themselves or by their program, on the newest picture or ahead of it."""
    number, code, before = next(NUMBERS), {} if grave else MINOR_CODE, house.log.head()
    facts = [pen.received(number), pen.read(number, where=STATION, **code), pen.opened(number, **code)]
    house.log.append_all(Draft(each, by="reader") for each in facts)
    house.fold()
    ticked(house, amina, number, call_back="done", photo="done", contrary="done")
    program = house.program("analyst")
    for (what, body), by_program, ahead in tries:
        if what == "fold":
            house.fold()
            continue
        version = told(amina, number)["card"]["version"]
        sent = {"reason": "as I see it", **body, "expect": version + ahead if ahead else ""}
        assert decide(program if by_program else amina, number, what, **sent).status_code in (202, 409, 422)
    house.fold()
    was_grave = False
    for event in [
        raw.fact().event for raw in house.log.read(before) if raw.fields["about"].endswith(report_id(number))
    ]:
        was_grave = was_grave or getattr(event, "severity", 0) > 3
        assert not (was_grave and isinstance(event, events.IncidentVerified | events.IncidentRejected))
    card = told(amina, number)["card"]
    assert not (was_grave and card["status"] in ("verified", "corroborated", "unconfirmed", "false"))
