"""Somebody is forced to sign in: the room looks the same, shows nobody's number, and the security lead hears of it."""

import base64
import re
from dataclasses import replace
from unittest import mock

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import events
from server.log import Down
from server.monitors import callsigns
from tests.days import Pen, report_id
from tests.house import PHRASE, House, csrf, error
from tests.test_attendance import HERE, enrolled
from tests.test_own_account import FRESH, here, joins
from tests.test_revealing import MONITOR, ON_FILE, asked, revealed
from tests.test_revealing import room as room  # a fixture
from tests.test_second_factor import ME, now, set_up, sign_in

FORCED = "nine paper birds go swimming"
OTHER, WHOM = "+85512876543", "f" * 32


@pytest.fixture
def amina(house: House, room: House) -> FlaskClient:  # noqa: F811
    """An analyst who has such a pass-phrase, in a room with a monitor's report."""
    client = house.at_desk("Amina")
    kept = client.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    assert kept.status_code == 202, kept.text
    return client


@pytest.fixture
def forced(house: House, amina: FlaskClient) -> FlaskClient:
    """The same, signed in with it."""
    client, answer = sign_in(house, "Amina", phrase=FORCED)
    assert answer.status_code == 303
    client.environ_base["HTTP_X_CSRF"] = csrf(client)
    return client


def alike(page: str) -> str:
    """A page without what differs from one sign-in to the next."""
    return re.sub(r'(name="csrf" (?:content|value)=")[^"]*', r"\1", page)


@pytest.mark.security("S24", "same screens")
def test_every_page_and_answer_looks_the_same_to_whoever_forces(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    for path in (
        "/",
        "/account",
        "/coverage",
        "/work",
        "/figures",
        "/press",
        "/complaints",
        f"/incidents/{report_id(0)}",
    ):
        assert alike(forced.get(path).text) == alike(amina.get(path).text), path
    for path in ("cards?limit=200", "counts", "alerts", f"incidents/{report_id(0)}"):
        mine, theirs = amina.get(f"/api/v1/{path}"), forced.get(f"/api/v1/{path}")
        assert (theirs.status_code, len(theirs.data)) == (mine.status_code, len(mine.data)), path


@pytest.mark.security("S24", "no identities")
def test_nobody_s_number_is_shown_to_whoever_forces_and_the_phrase_seems_right(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    for phrase in (FORCED, PHRASE):
        answer = asked(forced, MONITOR, phrase)
        assert (answer.status_code, "not known here" in error(answer)["message"]) == (422, True)
        assert ON_FILE not in answer.text
    assert "do not match" in error(asked(forced, MONITOR, "four wrong words together"))["message"]
    assert revealed(house.log) == []
    assert asked(amina, MONITOR).json["number"] == ON_FILE  # type: ignore[index]


@pytest.mark.security("S24", "no identities")
def test_who_is_forced_while_signed_in_says_so_by_the_phrase_too(house: House, amina: FlaskClient) -> None:
    assert asked(amina, MONITOR, FORCED).status_code == 422
    assert asked(amina, MONITOR, PHRASE).status_code == 422, "from then on nobody is shown to this session"
    house.fold()
    assert [each["name"] for each in house.live.room.board.people.forced()] == ["Amina"]


@pytest.mark.security("S24", "no identities")
def test_a_roster_tells_whoever_forces_no_station(house: House, amina: FlaskClient) -> None:
    dara = house.at_desk("Dara", "administrator")
    sign = next(
        card["source"] for card in (dara.get("/api/v1/cards").json or {})["cards"] if card["id"] == report_id(MONITOR)
    )
    assert (dara.get(f"/api/v1/roster/sources/{sign}").json or {})["found"][0]["stations"]
    dara.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    client, _ = sign_in(house, "Dara", phrase=FORCED)
    told = (client.get(f"/api/v1/roster/sources/{sign}").json or {})["found"]
    assert told
    assert not any(each["stations"] for each in told)


@pytest.mark.security("S24", "no identities")
def test_who_monitors_where_is_not_told_to_whoever_forces(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    told = [(client.get("/api/v1/coverage/stations").json or {})["stations"] for client in (amina, forced)]
    assert [any(station["monitors"] for station in stations) for stations in told] == [True, False]


def tells(found: object) -> bool:
    """Whether an answer says of a monitor who or where they are: a number, or stations beside a call-sign."""
    if isinstance(found, list):
        return any(map(tells, found))
    if not isinstance(found, dict):
        return any(number[4:] in str(found) for number in (ON_FILE, OTHER)) or str(found) == WHOM
    signed = any(str(value).startswith("M-") for value in found.values())
    named = "M-" in str(found.get("monitors"))
    return bool((signed and found.get("stations")) or named) or any(map(tells, found.values()))


@pytest.mark.security("S24", "no identities")
def test_no_door_tells_whoever_forces_a_number_or_a_station_of_a_monitor(
    house: House,
    room: House,  # noqa: F811
    pen: Pen,
) -> None:
    alias, words = house.live.room.sealer.alias(OTHER), {"name": "Sok", "phones": [OTHER], "stations": [HERE]}
    whole = {**words, "supervisor": "", "no_signal": False}
    sealed = pen.vault.seal(f"monitor:{WHOM}", whole)
    house.log.append(replace(enrolled(pen, 1, HERE), subject=WHOM, aliases=alias, sealed=sealed), by="console")
    house.fold()
    house.at_desk("Dara", "administrator").post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    rules = [rule.rule for rule in house.rules if "GET" in (rule.methods or ()) and rule.rule.startswith("/api/")]
    found, sign = {}, callsigns.of_monitor(WHOM)
    given = {"card": report_id(MONITOR), "report": report_id(MONITOR), "sign": sign}
    for phrase in (PHRASE, FORCED):
        client, _ = sign_in(house, "Dara", phrase=phrase)
        client.environ_base["HTTP_X_CSRF"] = csrf(client)
        asked = [re.sub(r"<(?:\w+:)?(\w+)>", lambda name: given.get(name[1], "none"), rule) for rule in rules]
        answers = {path: client.get(path) for path in asked}
        for caller in (sign, OTHER):
            heard = client.post("/api/v1/voice/readback", json={"text": "NB", "caller": caller})
            answers[f"readback {caller[:2]}"] = heard
        found[phrase] = {path for path, answer in answers.items() if answer.is_json and tells(answer.json)}
    assert {"readback M-", "readback +8", "/api/v1/coverage/stations"} <= found[PHRASE]
    assert found[FORCED] == set()


@pytest.mark.security("S24", "alert")
def test_the_security_lead_is_told_and_nobody_else_and_the_record_names_nobody(
    house: House, amina: FlaskClient
) -> None:
    eng = house.at_desk("Eng", "security_lead")
    assert (eng.get("/api/v1/forced").json or {})["forced"] == []
    eng.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    theirs, _ = sign_in(house, "Amina", phrase=FORCED)
    house.fold()
    assert [each["name"] for each in (eng.get("/api/v1/forced").json or {})["forced"]] == ["Amina"]
    assert theirs.get("/api/v1/forced").status_code == 403
    lead, _ = sign_in(house, "Eng", phrase=FORCED)
    house.fold()
    assert (lead.get("/api/v1/forced").json or {})["forced"] == [], "nor a lead who is forced"
    told = [raw for raw in house.log.read() if raw.fields["wire"] == events.accounts.AccountForced.wire]
    assert len(told) == 2
    assert "Amina" not in str(told)
    assert "Eng" not in str(told)


def test_whoever_forces_changes_only_what_their_phrase_opens(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    assert forced.post(f"{ME}/passphrase", json={"passphrase": FORCED, "fresh": FRESH}).status_code == 202
    assert [sign_in(house, "Amina", phrase=each)[1].status_code for each in (FORCED, FRESH, PHRASE)] == [403, 303, 303]
    house.fold()
    assert len(house.live.room.board.people.forced()) == 2


def test_whoever_forces_sees_every_session_and_ends_them_as_they_seem_to_be(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    told = (forced.get(f"{ME}/sessions").json or {})["sessions"]
    assert [each["here"] for each in told] in ([True, False], [False, True])
    assert forced.delete(f"{ME}/sessions").json == {"ended": 1}
    assert (here(amina), here(forced)) == (False, True)


@pytest.mark.security("S24", "same screens")
def test_a_forced_pass_phrase_that_is_chosen_by_whoever_forces_opens_as_one_does(
    house: House, amina: FlaskClient, forced: FlaskClient
) -> None:
    assert forced.post(f"{ME}/forced-passphrase", json={"passphrase": FORCED, "fresh": FRESH}).status_code == 202
    assert [sign_in(house, "Amina", phrase=each)[1].status_code for each in (FRESH, FORCED, PHRASE)] == [303] * 3
    house.fold()
    assert len(house.live.room.board.people.forced()) == 3
    same = forced.post(f"{ME}/passphrase", json={"passphrase": FORCED, "fresh": FRESH})
    assert "differ" in error(same)["message"], "as for anybody who has two"


@pytest.mark.security("S24", "same screens")
def test_whoever_forces_sets_up_and_drops_a_telephone_and_the_owner_s_stays_as_it_was(
    house: House, amina: FlaskClient
) -> None:
    secret, codes = set_up(amina)
    theirs, answer = sign_in(house, "Amina", now(secret, 1), FORCED)
    assert answer.status_code == 303
    theirs.environ_base["HTTP_X_CSRF"] = csrf(theirs)
    assert (theirs.get(f"{ME}/sessions").json or {})["factor"]["left"] == len(codes)
    assert theirs.post(f"{ME}/factor/removal", json={"passphrase": FORCED}).status_code == 202
    assert (theirs.get(f"{ME}/sessions").json or {})["factor"]["set"] is False
    assert sign_in(house, "Amina", phrase=FORCED)[1].status_code == 303, "as it should after that"
    mine = base64.b32decode((theirs.post(f"{ME}/factor", json={"passphrase": FORCED}).json or {})["secret"])
    assert theirs.post(f"{ME}/factor/confirmation", json={"code": now(mine)}).status_code == 202
    assert sign_in(house, "Amina", phrase=FORCED)[1].status_code == 403
    assert sign_in(house, "Amina", now(mine, 1), FORCED)[1].status_code == 303
    assert sign_in(house, "Amina", phrase=PHRASE)[1].status_code == 403
    assert sign_in(house, "Amina", now(mine, -1), PHRASE)[1].status_code == 403
    assert sign_in(house, "Amina", codes[0], PHRASE)[1].status_code == 303, "the owner's own codes"


def test_whoever_is_made_to_take_the_telephone_away_where_they_sit_says_so_by_the_phrase_and_keeps_it(
    house: House, amina: FlaskClient
) -> None:
    set_up(amina)
    assert amina.post(f"{ME}/factor/removal", json={"passphrase": FORCED}).status_code == 202
    assert (amina.get(f"{ME}/sessions").json or {})["factor"]["set"] is False
    assert sign_in(house, "Amina")[1].status_code == 403, "the owner is asked for a code still"
    assert sign_in(house, "Amina", phrase=FORCED)[1].status_code == 303


def administrator(house: House) -> FlaskClient:
    """An administrator, Dara, who is forced."""
    house.at_desk("Dara", "administrator").post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    theirs, _ = sign_in(house, "Dara", phrase=FORCED)
    theirs.environ_base["HTTP_X_CSRF"] = csrf(theirs)
    return theirs


def changes(theirs: FlaskClient, name: str, how: str, role: str) -> TestResponse:
    if how == "telephone":
        return theirs.delete(f"/api/v1/accounts/{name}/factor")
    path, body = ("role", {"role": role}) if how == "role" else ("organisation", {"organisation": "Network Z"})
    return theirs.post(f"/api/v1/accounts/{name}/{path}", json=body)


@pytest.mark.security("S24", "alert")
@pytest.mark.parametrize("how", ["role", "telephone", "organisation"])
def test_a_forced_administrator_silences_no_security_lead_by_changing_the_account(
    house: House, room: House, how: str
) -> None:
    eng, theirs = house.at_desk("Eng", "security_lead"), administrator(house)
    assert eng.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED}).status_code == 202
    secret, _ = set_up(eng)
    for role in ("analyst", "security_lead"):
        assert changes(theirs, "Eng", how, role).status_code == 202
        house.fold()
        if how != "role":
            break
    client, _ = sign_in(house, "Eng", "" if how == "telephone" else now(secret, 1))
    client.environ_base["HTTP_X_CSRF"] = csrf(client)
    house.fold()
    told = client.get("/api/v1/forced").json or {}
    assert ("Dara" in [each["name"] for each in told["forced"]], told["changed"]) == (True, True)
    assert asked(client, MONITOR).status_code == 422, "numbers are for no one who may be forced"
    assert asked(client, MONITOR, FORCED).status_code == 422
    assert client.get("/api/v1/forced").json == {"forced": [], "changed": False}, "they said so themselves since"
    silent, _ = sign_in(house, "Eng", "" if how == "telephone" else now(secret, -1), FORCED)
    assert silent.get("/api/v1/forced").json == {"forced": [], "changed": False}


def test_the_alarm_is_told_before_the_session_is_marked(house: House, amina: FlaskClient) -> None:
    with mock.patch.object(house.log, "append", side_effect=Down("away")):
        assert asked(amina, MONITOR, FORCED).status_code == 503
    assert asked(amina, MONITOR, FORCED).status_code == 422
    house.fold()
    assert [each["name"] for each in house.live.room.board.people.forced()] == ["Amina"]


def test_a_forced_administrator_who_moves_nobody_taints_nobody(house: House) -> None:
    theirs = administrator(house)
    assert changes(theirs, "Dara", "organisation", "").status_code == 422
    assert sign_in(house, "Dara")[1].status_code == 303
    house.fold()
    assert len(house.live.room.board.people.forced()) == 1, "the one who was forced"


@pytest.mark.security("S24", "no identities")
@pytest.mark.parametrize("how", ["account", "link", "role", "telephone", "organisation"])
def test_an_account_that_a_forced_administrator_opens_or_changes_is_forced_too(house: House, how: str) -> None:
    theirs, name = administrator(house), "Boran"
    account = {"name": name, "role": "security_lead", "organisation": "", "passphrase": PHRASE}
    if how == "account":
        assert theirs.post("/api/v1/accounts", json=account).status_code == 202
    elif how == "link":
        assert joins(house, (theirs.post("/api/v1/invitations", json=account).json or {})["path"], PHRASE) == 201
    else:
        secret, _ = set_up(house.at_desk(name, "analyst"))
        assert changes(theirs, name, how, "security_lead").status_code == 202
    house.fold()
    client, answer = sign_in(house, name, now(secret, 1) if how in ("role", "organisation") else "")
    assert answer.status_code == 303
    house.fold()
    assert (client.get("/api/v1/forced").json or {}).get("forced", []) == []
    assert [each["name"] for each in house.live.room.board.people.forced()] == [name, "Dara"]


def test_the_two_pass_phrases_differ(house: House, amina: FlaskClient) -> None:
    for path, fresh in (("forced-passphrase", PHRASE), ("passphrase", FORCED)):
        answer = amina.post(f"{ME}/{path}", json={"passphrase": PHRASE, "fresh": fresh})
        assert (answer.status_code, "differ" in error(answer)["message"]) == (422, True)
