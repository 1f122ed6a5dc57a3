"""What needs two persons is never had by one: not by burying it, changing it later, or being both; through HTTP."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events, membership
from server.cases import MISSING
from server.casework import UNSAFE
from server.log import Draft
from tests.days import Pen, report_id
from tests.house import PHRASE, House, cards, decide, error, ticked, told
from tests.test_attendance import HERE, enrolled
from tests.test_verifying import (
    CALLED,
    FAR,
    GRAVE,
    MINOR,
    MINOR_CODE,
    OTHER,
    SECRET,
    WHY,
    done,
    refused,
    status,
    told_of,
    whole,
)

SAME = {"reason": "both tell of it"}


@pytest.fixture
def house(house: House, pen: Pen) -> House:
    return told_of(house, pen)


@pytest.fixture
def amina(house: House) -> FlaskClient:
    return house.at_desk("Amina", organisation="Network A")


@pytest.fixture
def boran(house: House) -> FlaskClient:
    return house.at_desk("Boran", organisation="Network B")


def public(house: House) -> set[str]:
    """The incidents that everybody is told of."""
    house.fold()
    return {report for report, card in cards(house.program("viewer")).items() if card["status"] == "verified"}


def verified(house: House, client: FlaskClient, n: int) -> None:
    """Verified by this person alone."""
    ticked(house, client, n)
    assert done(house, client, n, "verification", **CALLED)["awaiting"] is False


def agreed(house: House, first: FlaskClient, second: FlaskClient, n: int) -> None:
    """Verified by two."""
    ticked(house, first, n)
    assert done(house, first, n, "verification", **CALLED)["awaiting"] is True
    done(house, second, n, "confirmation", **WHY)
    assert report_id(n) in public(house)


def decided_after(client: FlaskClient) -> str:
    """What the figure of the time to a verdict says."""
    whole_ = client.get("/api/v1/figures/whole").json or {}
    return str(whole_["figures"]["verdict"]["shows"])


@pytest.mark.parametrize("how", ["verified", "unverified"])
def test_what_is_grave_is_not_buried_in_what_one_person_decided(house: House, amina: FlaskClient, how: str) -> None:
    if how == "verified":
        verified(house, amina, MINOR)
    else:
        done(house, amina, MINOR, "unverified", **WHY)
    done(house, amina, MINOR, "reports", report=report_id(GRAVE), **SAME)
    assert status(amina, MINOR) == "checking"
    assert report_id(MINOR) not in public(house)
    assert report_id(MINOR) in cards(amina, "query=status:open")
    (clock,) = [each for each in told(amina, MINOR)["card"]["clocks"] if each["name"] == "call_back"]
    assert clock["met"] is None, "somebody has to begin to call, by when is said"
    ticked(house, amina, MINOR)
    assert done(house, amina, MINOR, "verification", **CALLED)["awaiting"] is True


def test_a_proposal_falls_when_what_is_joined_makes_it_grave(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
) -> None:
    done(house, amina, FAR, "triage", severity=4, reason="graver than it looked")
    done(house, amina, FAR, "triage", severity=3, reason="as it looked before")
    ticked(house, amina, FAR)
    assert done(house, amina, FAR, "verification", **CALLED)["awaiting"] is True
    done(house, boran, FAR, "reports", report=report_id(GRAVE), **SAME)
    assert told(amina, FAR)["card"]["awaiting"] is None
    assert refused(boran, FAR, "confirmation", **WHY) == MISSING["none"]


def test_a_report_that_stands_in_a_verified_incident_and_is_raised_takes_the_verdict_back(
    house: House,
    amina: FlaskClient,
) -> None:
    done(house, amina, MINOR, "reports", report=report_id(OTHER), **SAME)
    verified(house, amina, MINOR)
    after = house.live.room.board.cursor
    done(house, amina, OTHER, "category", code="XB", reason="worse than we thought")
    assert status(amina, MINOR) == "checking"
    assert report_id(MINOR) not in public(house)
    changed = amina.get(f"/api/v1/changes?after={after}").json or {}
    assert {report_id(MINOR), report_id(OTHER)} <= {each["id"] for each in changed["cards"]}


def test_the_same_message_again_takes_no_verdict_back(house: House, amina: FlaskClient) -> None:
    verified(house, amina, MINOR)
    again = events.IncidentJoined(subject=report_id(MINOR), report=report_id(GRAVE), how="same message", reason="")
    house.log.append(again, by="reader")
    assert report_id(MINOR) in public(house)


@pytest.mark.security("S11", "dismissing")
def test_no_program_and_no_single_person_dismisses_what_is_grave(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
) -> None:
    noise = {"kind": "noise", "reason": "an advertisement"}
    assert refused(house.program("analyst"), GRAVE, "dismissal", **noise) == MISSING["program"]
    assert refused(amina, GRAVE, "dismissal", kind="news", reason="an advertisement").startswith("Say what it is")
    assert done(house, amina, GRAVE, "dismissal", **noise)["awaiting"] is True
    card = told(amina, GRAVE)["card"]
    assert (card["kind"], card["status"], card["awaiting"]) == (
        "incident",
        "checking",
        {"verdict": "dismissed", "by": "Amina"},
    )
    assert report_id(GRAVE) in cards(amina, "query=awaiting:dismissed")
    assert whole(boran, GRAVE)["proposal"]["kind"] == "noise"
    assert refused(amina, GRAVE, "confirmation", **WHY) == MISSING["same"]
    assert refused(amina, GRAVE, "dismissal", **noise) == MISSING["waits"]
    done(house, boran, GRAVE, "confirmation", reason="so it is")
    card = told(amina, GRAVE)["card"]
    assert (card["kind"], card["status"], card["awaiting"]) == ("noise", "dismissed", None)
    assert done(house, amina, MINOR, "dismissal", **noise)["awaiting"] is False


def test_what_two_verified_is_opened_again_before_it_is_dismissed(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
) -> None:
    agreed(house, amina, boran, GRAVE)
    assert refused(amina, GRAVE, "dismissal", kind="noise", **WHY) == MISSING["decided"]


@pytest.mark.parametrize(
    ("what", "body"), [("place", {"place": "12"}), ("category", {"code": "IN"}), ("category", {"code": "NB"})]
)
def test_what_two_agreed_on_is_not_public_once_one_has_changed_it(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
    what: str,
    body: dict[str, Any],
) -> None:
    agreed(house, amina, boran, GRAVE)
    assert refused(house.program("analyst"), GRAVE, what, **body, **WHY) == MISSING["program"]
    assert report_id(GRAVE) in public(house)
    done(house, amina, GRAVE, what, **body, **WHY)
    assert status(amina, GRAVE) == "checking"
    assert public(house) == set()
    assert decided_after(amina).startswith("No incident"), "nor does it count as one with a verdict"
    assert done(house, amina, GRAVE, "verification", **CALLED)["awaiting"] is True


def test_a_verdict_of_one_on_what_is_minor_stays_when_the_place_is_mended(house: House, amina: FlaskClient) -> None:
    verified(house, amina, MINOR)
    done(house, amina, MINOR, "place", place="12", **WHY)
    assert report_id(MINOR) in public(house)


@pytest.mark.security("S44", "told and then not alone")
def test_whoever_was_told_who_benefits_does_not_then_decide_alone(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
) -> None:
    done(house, amina, MINOR, "description", basis="saw", benefits="canary-party")
    ticked(house, boran, MINOR, call_back="done", photo="done", contrary="done")
    done(house, boran, MINOR, "rejection", verdict="unconfirmed", **CALLED)
    assert "canary-party" in json.dumps(whole(boran, MINOR))
    done(house, boran, MINOR, "reopening", **WHY)
    for client in (boran, amina):
        assert done(house, client, MINOR, "verification", **CALLED)["awaiting"] is True
        done(house, boran, MINOR, "decline", **WHY)
    done(house, boran, OTHER, "reports", report=report_id(MINOR), **SAME)
    ticked(house, boran, OTHER)
    assert done(house, boran, OTHER, "verification", **CALLED)["awaiting"] is True, "it moves along"


def let_in(house: House, opener: FlaskClient, name: str, role: str, organisation: str) -> FlaskClient:
    account = {"name": name, "role": role, "organisation": organisation, "passphrase": PHRASE}
    assert opener.post("/api/v1/accounts", json=account).status_code == 202
    house.fold()
    return house.at_desk(name)


@pytest.mark.security("S11", "accounts of one's own making")
def test_an_administrator_is_not_two_persons_with_accounts_of_their_own_making(
    house: House, amina: FlaskClient
) -> None:
    vann = house.at_desk("Vann", "administrator", "Network B")
    zed = let_in(house, vann, "Zed", "administrator", "Network B")
    yan = let_in(house, zed, "Yan", "analyst", "Network B")
    ticked(house, vann, GRAVE)
    for name, organisation in (("Zed", "Network Z"), ("Yan", "Network Y")):
        membership.move(house.log, name, organisation, by="console")
    house.fold()
    for first, others in ((vann, (zed, yan)), (zed, (vann, yan)), (yan, (vann, zed))):
        done(house, first, GRAVE, "verification", **CALLED)
        for second in others:
            assert refused(second, GRAVE, "confirmation", **WHY) == MISSING["opener"]
        assert whole(amina, GRAVE)["guards"]["confirmation"] == []
        done(house, first, GRAVE, "decline", **WHY)


@pytest.mark.security("S11", "accounts of one's own making")
def test_two_accounts_that_one_administrator_let_in_are_not_two_organisations(house: House, amina: FlaskClient) -> None:
    vann = house.at_desk("Vann", "administrator", "Network B")
    own, other = (let_in(house, vann, name, "analyst", f"Network {name[0]}") for name in ("Bun", "Yan"))
    ticked(house, vann, GRAVE)
    assert refused(other, GRAVE, "verification", **CALLED) == MISSING["vouched"]
    done(house, own, GRAVE, "verification", **CALLED)
    assert refused(other, GRAVE, "confirmation", **WHY) == MISSING["vouched"]
    done(house, own, GRAVE, "decline", **WHY)
    done(house, amina, GRAVE, "verification", **CALLED)
    assert vann.post("/api/v1/accounts/Amina/organisation", json={"organisation": "Network C"}).status_code == 202
    house.fold()
    assert refused(own, GRAVE, "confirmation", **WHY) == MISSING["void"]
    assert status(amina, GRAVE) == "checking"


@pytest.mark.security("S11", "accounts of one's own making")
def test_a_stray_account_of_another_organisation_asks_for_no_second_one(house: House) -> None:
    vann = house.at_desk("Vann", "administrator")
    house.live.room.access.open_account("Sok", "analyst", PHRASE, by="console")
    of = {"Chan": "Network A", "Bun": "Network A", "Yan": "Network B"}
    chan, _, yan = (let_in(house, vann, name, "analyst", organisation) for name, organisation in of.items())
    listed = {each["name"]: each["vouched"] for each in (vann.get("/api/v1/accounts").json or {})["accounts"]}
    assert listed == {"Vann": True, "Sok": True, "Chan": False, "Bun": False, "Yan": False}
    ticked(house, chan, GRAVE)
    done(house, chan, GRAVE, "verification", **CALLED)
    assert refused(chan, GRAVE, "confirmation", **WHY) == MISSING["same"]
    assert refused(vann, GRAVE, "confirmation", **WHY) == MISSING["opener"]
    assert whole(yan, GRAVE)["guards"]["confirmation"] == []
    for name in ("Chan", "Yan"):
        membership.move(house.log, name, of[name], by="console")
    house.fold()
    assert refused(yan, GRAVE, "confirmation", **WHY) == MISSING["void"], "now there are two"


@pytest.mark.security("S11", "accounts of one's own making")
def test_whoever_moves_an_account_has_let_it_in(house: House, amina: FlaskClient) -> None:
    vann = house.at_desk("Vann", "administrator")
    ticked(house, vann, GRAVE)
    assert vann.post("/api/v1/accounts/Amina/organisation", json={"organisation": ""}).status_code == 202
    house.fold()
    done(house, amina, GRAVE, "verification", **CALLED)
    assert refused(vann, GRAVE, "confirmation", **WHY) == MISSING["opener"]


def test_the_proposal_of_an_account_that_was_closed_is_confirmed_by_nobody(
    house: House, amina: FlaskClient, boran: FlaskClient
) -> None:
    ticked(house, amina, GRAVE)
    done(house, amina, GRAVE, "verification", **CALLED)
    access = house.live.room.access
    access.close_account("Amina", by="console")
    house.fold()
    assert refused(boran, GRAVE, "confirmation", **WHY) == MISSING["void"]
    access.open_account("Amina", "analyst", PHRASE, by="console", organisation="Network A")
    house.fold()
    assert refused(boran, GRAVE, "confirmation", **WHY) == MISSING["void"], "nor when the name is given anew"
    done(house, boran, GRAVE, "decline", **WHY)


def test_an_account_that_is_newer_than_a_proposal_does_not_confirm_it(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
) -> None:
    ticked(house, amina, GRAVE)
    done(house, amina, GRAVE, "verification", **CALLED)
    new = house.at_desk("Newcomer", organisation="Network C")
    assert refused(new, GRAVE, "confirmation", **WHY) == MISSING["young"]
    done(house, boran, GRAVE, "decline", **WHY)
    done(house, amina, GRAVE, "verification", **CALLED)
    done(house, new, GRAVE, "confirmation", **WHY)
    assert status(amina, GRAVE) == "verified"


def test_of_which_organisation_a_proposal_is_does_not_change_with_the_account(house: House, amina: FlaskClient) -> None:
    chan = house.at_desk("Chan", organisation="Network A")
    house.at_desk("Dara", organisation="Network B")
    ticked(house, amina, GRAVE)
    done(house, amina, GRAVE, "verification", **CALLED)
    access = house.live.room.access
    access.close_account("Amina", by="console")
    access.open_account("Amina", "analyst", PHRASE, by="console", organisation="Network C")
    house.fold()
    assert refused(chan, GRAVE, "confirmation", **WHY) == MISSING["apart"]


def test_a_program_is_never_taken_for_the_person_of_its_name(house: House, amina: FlaskClient) -> None:
    token, _ = house.live.room.access.tokens.issue("Boran", "analyst", by="console")
    program = house.app.test_client()
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    house.at_desk("Boran", organisation="Network B")
    done(house, program, GRAVE, "triage", severity=3, reason="less than it looked")
    done(house, program, GRAVE, "notes", note="seen by a program")
    assert {each["by"] for each in told(amina, GRAVE)["history"][-2:]} == {"analyst:program:Boran"}


def unsafe(house: House, client: FlaskClient, n: int, step: str = "call_back") -> None:
    done(house, client, n, "checks", step=step, outcome="unsafe", note="soldiers stand beside her")


def number(client: FlaskClient, n: int, report: int) -> str:
    """What somebody is answered who asks for the number of a report of an incident."""
    answer = decide(client, n, "number", passphrase=PHRASE, report=report_id(report), reason="to hear when it was")
    return "told" if answer.status_code == 200 else error(answer)["message"]


@pytest.mark.parametrize("step", ["call_back", "questions", "photo"])
def test_that_a_call_is_unsafe_is_not_lost_by_joining_or_parting(
    house: House,
    amina: FlaskClient,
    boran: FlaskClient,
    step: str,
) -> None:
    unsafe(house, boran, OTHER, step)
    done(house, amina, MINOR, "reports", report=report_id(OTHER), **SAME)
    for report in (OTHER, MINOR):
        assert number(amina, MINOR, report) == UNSAFE
    page = whole(amina, MINOR)
    assert (page["may_call"], page["script"]) == (False, [])
    assert refused(amina, MINOR, "checks", step="call_back", outcome="done") == UNSAFE
    assert not [clock for clock in page["card"]["clocks"] if clock["name"] == "call_back"]
    done(house, amina, MINOR, f"reports/{report_id(OTHER)}/parting", reason="another thing")
    assert (number(amina, OTHER, OTHER), number(amina, MINOR, MINOR)) == (UNSAFE, "told")


@pytest.mark.parametrize("how", ["parted", "dismissed"])
def test_what_was_found_unsafe_of_the_whole_stays_with_each_of_its_reports(
    house: House,
    amina: FlaskClient,
    how: str,
) -> None:
    done(house, amina, MINOR, "reports", report=report_id(OTHER), **SAME)
    unsafe(house, amina, MINOR)
    if how == "parted":
        done(house, amina, MINOR, f"reports/{report_id(OTHER)}/parting", reason="another thing")
    else:
        done(house, amina, MINOR, "dismissal", kind="quiet", reason="all was well")
    assert told(amina, OTHER)["card"]["stands_in"] is None
    assert number(amina, OTHER, OTHER) == UNSAFE


def test_only_the_lead_says_that_what_was_unsafe_is_safe_again(house: House, amina: FlaskClient) -> None:
    unsafe(house, amina, MINOR, "photo")
    assert refused(amina, MINOR, "checks", step="photo", outcome="done") == UNSAFE
    lead = house.at_desk("Sok", "security_lead")
    assert number(lead, MINOR, MINOR) == "told"
    done(house, lead, MINOR, "checks", step="photo", outcome="done")
    assert number(amina, MINOR, MINOR) == "told"


@pytest.mark.parametrize("alias", ["the same", "another of the same monitor"])
def test_whoever_may_be_in_danger_is_not_called_about_anything_else(
    house: House,
    pen: Pen,
    amina: FlaskClient,
    alias: str,
) -> None:
    first, second = "c" * 20, "c" * 20 if alias == "the same" else "d" * 20
    enrolment = replace(enrolled(pen, 1, HERE), aliases=" ".join(sorted({first, second})))
    facts: list[events.Event] = [enrolment, pen.received(40, "five ballots", first), pen.received(41, "SOS", second)]
    facts += [pen.read(40, "five ballots", first, **MINOR_CODE), pen.opened(40, **MINOR_CODE)]
    house.log.append_all(Draft(fact, by="reader") for fact in facts)
    house.fold()
    lead = house.at_desk("Sok", "security_lead")
    house.log.append_all(
        Draft(fact, by="reader") for fact in (pen.read(41, "SOS", second, **SECRET), pen.opened(41, **SECRET))
    )
    house.fold()
    assert number(amina, 40, 40) == UNSAFE
    assert whole(amina, 40)["may_call"] is False
    assert whole(lead, 40)["may_call"] is True
    done(house, lead, 41, "category", code="NB", reason="a friend's joke")
    assert whole(amina, 40)["may_call"] is True
