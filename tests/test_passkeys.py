"""Passkeys beside the pass-phrase: added, asked, removed; each challenge once; and nothing that is not theirs opens."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from flask.testing import FlaskClient
from webauthn.helpers import base64url_to_bytes
from werkzeug.test import TestResponse

from server.drawer import Drawer
from server.log import Log
from server.pack import Pack
from server.people.factors import CODES
from server.people.passkeys import MOST, PATIENCE, Passkeys
from server.people.signing import site_of
from server.people.totp import STEP
from server.seal import Vault
from tests.authenticator import Authenticator, text
from tests.house import PHRASE, House, build, csrf, error
from tests.test_access import Clock, everything_in_redis
from tests.test_forced import FORCED
from tests.test_own_account import here
from tests.test_second_factor import ME, now, set_up, sign_in

WRONG = "This name, pass-phrase and code do not match."


def add(client: FlaskClient, key: Authenticator, name: str = "blue key", phrase: str = PHRASE) -> TestResponse:
    """As the page of the account does it."""
    made = client.post(f"{ME}/passkeys", json={"passphrase": phrase})
    assert made.status_code == 200, made.text
    said = key.made(made.json["asked"])  # type: ignore[index]
    return client.post(f"{ME}/passkeys/confirmation", json={"name": name, "answer": said})


def asked(client: FlaskClient) -> dict[str, str]:
    answer = client.post("/sign-in/challenge")
    assert answer.status_code == 200
    return dict(answer.json)  # type: ignore[arg-type]


def offer(client: FlaskClient, said: str, name: str = "Amina", phrase: str = PHRASE) -> TestResponse:
    return client.post("/sign-in", data={"name": name, "passphrase": phrase, "passkey": said})


def enters(house: House, key: Authenticator, name: str = "Amina", phrase: str = PHRASE) -> FlaskClient | None:
    client: FlaskClient = house.app.test_client()
    answer = offer(client, key.signed(asked(client)), name, phrase)
    assert answer.status_code == 303 or WRONG in answer.text, "the same whatever was wrong"
    return client if answer.status_code == 303 else None


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


@pytest.fixture
def amina(house: House, key: Authenticator) -> FlaskClient:
    """Somebody with a passkey."""
    client = house.at_desk("Amina")
    assert add(client, key).status_code == 202
    return client


@pytest.mark.security("S13", "passkeys")
def test_a_passkey_opens_beside_the_pass_phrase_which_alone_opens_nothing(house: House, key: Authenticator) -> None:
    amina, other = house.at_desk("Amina"), house.at_desk("Amina")
    codes = (add(amina, key).json or {})["codes"]
    assert (here(amina), here(other)) == (True, False), "nobody showed it there"
    assert sign_in(house, "Amina")[1].status_code == 403
    assert enters(house, key)
    assert not enters(house, key, phrase="four wrong words together")
    assert not enters(house, Authenticator())
    assert len(codes) == CODES
    assert [sign_in(house, "Amina", codes[0])[1].status_code for _ in range(2)] == [303, 403]
    wires = [raw.fields["wire"] for raw in house.log.read()]
    assert wires[-2:] == ["account.keyed", "account.recovered"]


@pytest.mark.security("S13", "passkeys")
def test_a_challenge_opens_once_in_the_browser_that_asked_and_not_for_long(
    house: House, amina: FlaskClient, key: Authenticator
) -> None:
    first, other = house.app.test_client(), house.app.test_client()
    challenge = asked(first)
    assert offer(other, key.signed(challenge)).status_code == 403, "another browser"
    said = key.signed(challenge)
    assert offer(first, said).status_code == 303
    other.set_cookie("challenge-5000", challenge["challenge"])
    assert offer(other, said).status_code == 403
    assert offer(other, key.signed(challenge)).status_code == 403, "signed anew"
    made_up = {"challenge": f"word.{int(house.live.room.clock().timestamp())}.{'0' * 64}", "site": "localhost"}
    other.set_cookie("challenge-5000", made_up["challenge"])
    assert offer(other, key.signed(made_up)).status_code == 403
    late = key.signed(asked(other))
    passkeys = house.live.room.access.factors.passkeys
    then = passkeys._clock() + timedelta(seconds=PATIENCE + STEP)
    with mock.patch.object(passkeys, "_clock", return_value=then):
        assert offer(other, late).status_code == 403
    assert offer(other, key.signed(asked(other))).status_code == 303


def test_what_says_whose_a_passkey_is_makes_no_challenge_of_ours(house: House) -> None:
    passkeys = house.live.room.access.factors.passkeys
    for hour in (str(int(passkeys._clock().timestamp())), "x", "²", ""):
        whose = passkeys.propose(f"Amina.{hour}", "a session", site_of(["http://localhost:5000"]))["user"]["id"]
        assert not passkeys._ours(f"whose Amina.{hour}.{base64url_to_bytes(whose).hex()}".encode())
        word = f"word.{hour}"
        mark = passkeys._mark(f"challenge {word}").hex()
        assert passkeys._ours(f"{word}.{mark}".encode()) is (len(hour) > 1)


@pytest.mark.security("S13", "passkeys")
def test_nothing_else_that_answers_opens(house: House, amina: FlaskClient, key: Authenticator) -> None:
    key.count = 5
    assert enters(house, key)
    for bent in (
        {"page": "https://evil.example"},
        {"page": "http://localhost:5001"},
        {"flags": 0},
        {"secret": Authenticator().secret},
        {"id": b"another"},
        {"count": 1},
    ):
        assert not enters(house, replace(key, **bent)), bent  # type: ignore[arg-type]
    assert enters(house, key)


@pytest.mark.security("S15", "same answer")
def test_nobody_learns_by_asking_who_has_a_passkey(house: House, amina: FlaskClient, key: Authenticator) -> None:
    house.at_desk("Boran")
    told = asked(house.app.test_client())
    assert set(told) == {"challenge", "site"}
    assert not enters(house, key, "Nobody")
    boran = house.app.test_client()
    assert offer(boran, key.signed(asked(boran)), "Boran").status_code == 303, "who is asked for none needs none"
    assert not enters(house, key, "Boran", "four wrong words together")


ODD = ("x", "[]", "{}", "null", '{"id": 1}', "[" * 9000, '{"id":"' + "é" * 9000, "\ufffd")


def test_an_odd_answer_is_just_wrong(house: House, amina: FlaskClient) -> None:
    client = house.app.test_client()
    asked(client)
    for odd in ODD:
        answer = offer(client, odd)
        assert (answer.status_code, WRONG in answer.text) == (403, True), odd
        amina.post(f"{ME}/passkeys", json={"passphrase": PHRASE})
        said = error(amina.post(f"{ME}/passkeys/confirmation", json={"name": "n", "answer": odd}))
        assert said["message"] == "This passkey could not be added. Begin again."


def test_several_have_names_and_with_the_last_one_the_recovery_codes_go(
    house: House, amina: FlaskClient, key: Authenticator
) -> None:
    second = Authenticator(counts=False)
    assert (add(amina, second, "on the ring").json or {})["codes"] == [], "those of the first are good still"
    told = (amina.get(f"{ME}/passkeys").json or {})["passkeys"]
    assert [each["name"] for each in told] == ["blue key", "on the ring"]
    paths = [f"{ME}/passkeys/{each['id']}/removal" for each in told]
    assert amina.post(paths[0], json={"passphrase": "four wrong words together"}).status_code == 422
    assert amina.post(paths[0], json={"passphrase": PHRASE}).status_code == 202
    assert "removed already" in error(amina.post(paths[0], json={"passphrase": PHRASE}))["message"]
    assert [bool(enters(house, each)) for each in (key, second, second)] == [False, True, True]
    assert house.live.room.access.factors.left("Amina") == CODES
    assert amina.post(paths[1], json={"passphrase": PHRASE}).status_code == 202
    assert house.live.room.access.factors.left("Amina") == 0
    assert sign_in(house, "Amina")[1].status_code == 303
    facts = [raw.fact().event for raw in house.log.read()][-2:]
    assert [(fact.wire, fact.left) for fact in facts] == [  # type: ignore[attr-defined]
        ("account.unkeyed", 1),
        ("account.unkeyed", 0),
    ]


def test_codes_of_a_telephone_and_passkeys_open_beside_each_other(
    house: House, amina: FlaskClient, key: Authenticator
) -> None:
    secret, _ = set_up(amina)
    assert sign_in(house, "Amina", now(secret, 1))[1].status_code == 303
    assert enters(house, key)
    assert amina.post(f"{ME}/factor/removal", json={"passphrase": PHRASE}).status_code == 202
    assert sign_in(house, "Amina", now(secret))[1].status_code == 403
    assert enters(house, key)
    dara = house.at_desk("Dara", "administrator")
    assert dara.delete("/api/v1/accounts/Amina/factor").status_code == 202, "all of it is lost"
    assert sign_in(house, "Amina")[1].status_code == 303


@pytest.mark.security("S13", "passkeys")
def test_a_session_that_began_without_one_changes_none(house: House, key: Authenticator) -> None:
    amina, thief = house.at_desk("Amina"), house.at_desk("Amina")
    begun = thief.post(f"{ME}/passkeys", json={"passphrase": PHRASE}).json or {}
    with mock.patch("server.people.own.Own.end_others"):  # as if it had begun meanwhile
        add(amina, key)
    theirs = Authenticator()
    (mine,) = (amina.get(f"{ME}/passkeys").json or {})["passkeys"]
    for path, body in (
        ("passkeys", {"passphrase": PHRASE}),
        ("passkeys/confirmation", {"name": "theirs", "answer": theirs.made(begun["asked"])}),
        (f"passkeys/{mine['id']}/removal", {"passphrase": PHRASE}),
        ("factor", {"passphrase": PHRASE}),
    ):
        assert "Sign in again" in error(thief.post(f"{ME}/{path}", json=body))["message"], path
    assert not enters(house, theirs)


@pytest.mark.security("S24", "same screens")
def test_whoever_forces_sees_their_change_and_the_owner_s_passkey_opens_as_before(
    house: House, amina: FlaskClient, key: Authenticator
) -> None:
    spare, theirs = Authenticator(), Authenticator()
    add(amina, spare, "on the ring")
    amina.post(f"{ME}/forced-passphrase", json={"passphrase": PHRASE, "fresh": FORCED})
    forced = enters(house, key, phrase=FORCED)
    assert forced
    forced.environ_base["HTTP_X_CSRF"] = csrf(forced)
    told = (amina.get(f"{ME}/passkeys").json or {})["passkeys"]
    assert (forced.get(f"{ME}/passkeys").json or {})["passkeys"] == told
    assert add(forced, theirs, "mine now", FORCED).status_code == 202
    assert forced.post(f"{ME}/passkeys/{told[0]['id']}/removal", json={"passphrase": FORCED}).status_code == 202
    again = enters(house, key)  # whoever forces sees all sessions, and ended them
    assert again
    again.environ_base["HTTP_X_CSRF"] = csrf(again)
    shown = [(client.get(f"{ME}/passkeys").json or {})["passkeys"] for client in (again, forced)]
    assert [[each["name"] for each in mine] for mine in shown] == [
        ["blue key", "on the ring"],
        ["on the ring", "mine now"],
    ]
    for each, phrases in ((key, {PHRASE}), (spare, {PHRASE, FORCED}), (theirs, {FORCED})):
        assert {phrase for phrase in (PHRASE, FORCED) if enters(house, each, phrase=phrase)} == phrases
    asked_for = ((again, PHRASE), (forced, FORCED))
    begun = [client.post(f"{ME}/passkeys", json={"passphrase": phrase}).json for client, phrase in asked_for]
    handles = {each["asked"]["user"]["id"] for each in begun}  # type: ignore[index]
    assert len(handles) == 2, "a new one takes no place of the owner's in the same security key"


def test_what_was_asked_in_one_session_is_answered_there_once_on_our_own_page_and_not_without_end(house: House) -> None:
    amina, boran, key = house.at_desk("Amina"), house.at_desk("Boran"), Authenticator()
    begun = (amina.post(f"{ME}/passkeys", json={"passphrase": PHRASE}).json or {})["asked"]
    assert begun["rp"] == {"id": "localhost", "name": "Work"}
    assert "Amina" not in json.dumps(begun["user"]["id"])
    body = {"name": "blue key", "answer": key.made(begun)}
    assert boran.post(f"{ME}/passkeys/confirmation", json=body).status_code == 422
    assert amina.post(f"{ME}/passkeys/confirmation", json=body | {"name": " "}).status_code == 422
    assert amina.post(f"{ME}/passkeys/confirmation", json=body).status_code == 202
    assert amina.post(f"{ME}/passkeys/confirmation", json=body).status_code == 422
    assert add(boran, Authenticator(page="https://evil.example")).status_code == 422
    there = (amina.post(f"{ME}/passkeys", json={"passphrase": PHRASE}).json or {})["asked"]
    assert [each["id"] for each in there["excludeCredentials"]] == [text(key.id)]
    assert house.program("analyst").post(f"{ME}/passkeys", json={"passphrase": PHRASE}).status_code == 422
    for _ in range(MOST - 1):
        assert add(amina, Authenticator()).status_code == 202
    assert "at most" in error(amina.post(f"{ME}/passkeys", json={"passphrase": PHRASE}))["message"]


@pytest.mark.security("S13", "passkeys")
def test_passkeys_lie_sealed_and_a_closed_account_leaves_none(
    house: House, amina: FlaskClient, key: Authenticator
) -> None:
    kept = everything_in_redis(house.log)
    for form in ("blue key", text(key.id), key.id.hex()):
        assert form not in kept
    dara = house.at_desk("Dara", "administrator")
    listed = {each["name"]: each["factor"] for each in (dara.get("/api/v1/accounts").json or {})["accounts"]}
    assert listed == {"Amina": True, "Dara": False}
    assert dara.delete("/api/v1/accounts/Amina").status_code == 202
    assert Passkeys(Drawer(house.log), mock.Mock(spec=Vault), Clock()).names() == []


def test_where_a_factor_is_required_a_passkey_is_one(keys: Path, pack: Pack, log: Log, key: Authenticator) -> None:
    house = build(keys, pack, log, SECOND_FACTOR="required")
    house.live.room.access.open_account("Amina", "analyst", PHRASE, by="console")
    house.fold()
    client, _ = sign_in(house, "Amina")
    page = client.get("/account").text
    client.environ_base["HTTP_X_CSRF"] = page.split('name="csrf" content="')[1].split('"')[0]
    assert not here(client)
    assert add(client, key).status_code == 202
    assert here(client)
    assert enters(house, key)


@pytest.mark.parametrize(
    ("origins", "name", "pages"),
    [
        (("http://127.0.0.1:5000", "http://localhost:5000"), "localhost", ["http://localhost:5000"]),
        (("https://room.example.org", "http://localhost:5000"), "room.example.org", ["https://room.example.org"]),
        (("http://[::1]:5000", "http://localhost:5000"), "localhost", ["http://localhost:5000"]),
    ],
)
def test_passkeys_are_good_at_the_room_s_own_address(origins: tuple[str, ...], name: str, pages: list[str]) -> None:
    assert (site_of(origins).name, site_of(origins).origins) == (name, pages)
