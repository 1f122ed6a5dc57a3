"""One's own account and others': sessions, another pass-phrase, another role, and accounts that a link opens."""

from collections.abc import Callable
from unittest import mock

import pytest
from flask.testing import FlaskClient

from dashboard.live import SPACE
from server.log import Down, Log
from server.people.joining import LASTS
from server.people.sessions import IDLE, hashed
from server.people.tries import MOST as TRIES
from tests.house import PHRASE, House, csrf, error
from tests.test_second_factor import ME, sign_in

FRESH = "seven green lamps under water"


@pytest.fixture
def amina(house: House) -> FlaskClient:
    return house.at_desk("Amina")


@pytest.fixture
def dara(house: House) -> FlaskClient:
    return house.at_desk("Dara", "administrator")


def here(client: FlaskClient) -> bool:
    return client.get("/api/v1/counts").status_code == 200


@pytest.mark.security("S13", "list of my sessions")
def test_everybody_sees_where_they_are_signed_in_and_ends_one(house: House, amina: FlaskClient) -> None:
    other, third, boran = (house.at_desk(name) for name in ("Amina", "Amina", "Boran"))
    told = (amina.get(f"{ME}/sessions").json or {})["sessions"]
    assert [each["here"] for each in told].count(True) == 1
    assert len(told) == 3
    (mine,) = [each["id"] for each in (other.get(f"{ME}/sessions").json or {})["sessions"] if each["here"]]
    assert "ended already" in error(boran.delete(f"{ME}/sessions/{mine}"))["message"], "of others there are none"
    assert amina.delete(f"{ME}/sessions/{mine}").status_code == 200
    assert (here(amina), here(other), here(third), here(boran)) == (True, False, True, True)


@pytest.mark.security("S7", "all sessions of mine")
def test_all_other_sessions_of_mine_end_with_their_screens(house: House, amina: FlaskClient) -> None:
    other, boran = house.at_desk("Amina"), house.at_desk("Boran")
    headers, word = {"Origin": "http://localhost:5000"}, {"word": csrf(other)}
    line = house.socketio.test_client(house.app, namespace=SPACE, flask_test_client=other, headers=headers, auth=word)
    assert line.is_connected(SPACE)
    assert amina.delete(f"{ME}/sessions").json == {"ended": 1}
    house.live.watch()
    assert not line.is_connected(SPACE)
    assert (here(amina), here(other), here(boran)) == (True, False, True)


@pytest.mark.security("S7", "changed pass-phrase")
def test_another_pass_phrase_ends_all_other_sessions_and_the_one_before_opens_nothing(
    house: House, amina: FlaskClient
) -> None:
    other = house.at_desk("Amina")
    for wrong in ({"passphrase": "not this one at all", "fresh": FRESH}, {"passphrase": PHRASE, "fresh": "short"}):
        assert amina.post(f"{ME}/passphrase", json=wrong).status_code == 422
    assert here(other)
    assert amina.post(f"{ME}/passphrase", json={"passphrase": PHRASE, "fresh": FRESH}).status_code == 202
    assert (here(amina), here(other)) == (True, False)
    assert sign_in(house, "Amina")[1].status_code == 403
    assert sign_in(house, "Amina", phrase=FRESH)[1].status_code == 303
    assert house.log.read()[-1].fields["wire"] == "account.rephrased"


@pytest.mark.security("S7", "changed role")
def test_another_role_is_a_fact_that_ends_the_sessions_and_nobody_gives_it_to_themselves(
    house: House, amina: FlaskClient, dara: FlaskClient
) -> None:
    assert dara.post("/api/v1/accounts/Amina/role", json={"role": "viewer"}).status_code == 202
    house.fold()
    assert amina.get("/api/v1/counts").status_code == 401
    assert house.live.room.board.people.role_of("Amina") == "viewer"
    again, _ = sign_in(house, "Amina")
    assert again.get("/work").status_code == 403
    for name, role in (("Amina", "king"), ("Dara", "security_lead"), ("Nobody", "viewer")):
        assert dara.post(f"/api/v1/accounts/{name}/role", json={"role": role}).status_code == 422
    assert [raw.fields["wire"] for raw in house.log.read()].count("account.recast") == 1


def test_the_role_that_somebody_has_is_not_given_again(house: House, amina: FlaskClient, dara: FlaskClient) -> None:
    before = house.live.room.board.people.born("Amina")
    answer = dara.post("/api/v1/accounts/Amina/role", json={"role": "analyst"})
    assert "that role already" in error(answer)["message"]
    house.fold()
    assert here(amina)
    assert house.live.room.board.people.born("Amina") == before, "what they signed would be void"


def test_a_pass_phrase_whose_change_is_not_on_the_record_is_not_changed(
    house: House, amina: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", mock.Mock(side_effect=Down))
        assert amina.post(f"{ME}/passphrase", json={"passphrase": PHRASE, "fresh": FRESH}).status_code == 503
    assert sign_in(house, "Amina", phrase=FRESH)[1].status_code == 403
    assert sign_in(house, "Amina")[1].status_code == 303


def test_in_another_role_an_account_is_as_young_as_one_that_was_opened_then(house: House, dara: FlaskClient) -> None:
    house.at_desk("Amina", "viewer")
    people = house.live.room.board.people
    before = people.born("Amina")
    dara.post("/api/v1/accounts/Amina/role", json={"role": "analyst"})
    house.fold()
    assert people.born("Amina") > before


def invitation(dara: FlaskClient, name: str = "Boran", role: str = "press") -> str:
    answer = dara.post("/api/v1/invitations", json={"name": name, "role": role, "organisation": "Network B"})
    assert answer.status_code == 202, answer.text
    return str((answer.json or {})["path"])


def joins(house: House, path: str, phrase: str = FRESH) -> int:
    client: FlaskClient = house.app.test_client()
    return int(client.post("/join", data={"t": path.partition("=")[2], "passphrase": phrase}).status_code)


@pytest.mark.security("S13", "invitations")
def test_a_link_opens_one_account_once_with_a_pass_phrase_that_its_owner_chose(house: House, dara: FlaskClient) -> None:
    path = invitation(dara)
    assert "Boran" in house.app.test_client().get(path).text
    assert joins(house, path, "short") == 422, "a refused phrase does not use it up"
    assert joins(house, path) == 201
    assert joins(house, path) == 403
    assert house.app.test_client().get(path).status_code == 403
    house.fold()
    people = house.live.room.board.people
    assert (people.role_of("Boran"), people.organisation_written("Boran")) == ("press", "Network B")
    assert people.openers("Boran") == {"Dara"}, "two persons are judged as if it had been opened by hand"
    assert sign_in(house, "Boran", phrase=FRESH)[1].status_code == 303
    assert path.partition("=")[2] not in str([raw.fields for raw in house.log.read()])


def test_a_link_that_was_used_while_the_record_was_away_still_opens(
    house: House, dara: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = invitation(dara)
    with monkeypatch.context() as patch:
        patch.setattr(Log, "append", mock.Mock(side_effect=Down))
        assert joins(house, path) == 503
    assert joins(house, path) == 201


def test_a_link_is_void_after_a_day_after_another_one_and_when_who_made_it_may_no_longer(
    house: House, dara: FlaskClient
) -> None:
    first, second = invitation(dara), invitation(dara)
    assert joins(house, first) == 403
    (key,) = house.log.client.scan_iter(match=f"{house.log.prefix}:drawer:invited:*")
    assert key.endswith(hashed(second.partition("=")[2]))
    assert 0 < house.log.client.ttl(key) <= LASTS == 86400
    house.live.room.access.close_account("Dara", by="console")
    house.fold()
    assert joins(house, second) == 403


@pytest.mark.parametrize(
    "wrong", [{"name": "a:b"}, {"name": "Amina"}, {"role": "king"}, {"organisation": "x" * 61}, {"name": ""}]
)
def test_an_odd_invitation_is_refused(
    house: House, amina: FlaskClient, dara: FlaskClient, wrong: dict[str, str]
) -> None:
    asked = {"name": "Boran", "role": "press", "organisation": "", **wrong}
    assert dara.post("/api/v1/invitations", json=asked).status_code == 422
    assert amina.post("/api/v1/invitations", json=asked).status_code == 403


@pytest.mark.parametrize("word", ["", "x", "*", "x" * 5000])
def test_a_made_up_link_opens_nothing(house: House, word: str) -> None:
    assert house.app.test_client().get(f"/join?t={word}").status_code == 403
    assert joins(house, f"/join?t={word}") == 403


@pytest.mark.security("S12", "idle")
@pytest.mark.security("S59", "locks itself")
def test_a_page_that_is_left_alone_loses_its_session_whatever_it_asks_by_itself(house: House) -> None:
    eng, log = house.at_desk("Eng", "security_lead"), house.log
    (key,) = log.client.scan_iter(match=f"{log.prefix}:drawer:session:*")

    def renews(ask: Callable[[], object]) -> bool:
        log.client.expire(key, 60)
        ask()
        return bool(log.client.ttl(key) > IDLE - 60)

    headers, word = {"Origin": "http://localhost:5000"}, {"word": csrf(eng)}
    for path in ("forced", "changes", "counts", "cards", "me/sessions"):
        assert not renews(lambda path=path: eng.get(f"/api/v1/{path}")), path  # type: ignore[misc]
    assert not renews(
        lambda: house.socketio.test_client(
            house.app, namespace=SPACE, flask_test_client=eng, headers=headers, auth=word
        )
    ), "a line that comes back by itself"
    assert not renews(lambda: eng.get("/", headers={"Accept": "text/html", "Sec-Fetch-Mode": "cors"}))
    assert renews(lambda: eng.get("/", headers={"Accept": "text/html"}))
    went = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
    assert not renews(lambda: eng.get("/", headers=went)), "a script of the page loads it anew"
    assert renews(lambda: eng.get("/", headers={**went, "Sec-Fetch-User": "?1"}))
    assert renews(lambda: eng.get("/api/v1/counts", headers={"X-Hand": "1"})), "after a key or a finger"
    assert renews(lambda: eng.post("/api/v1/incidents/none/notes", json={}))


def test_what_a_proxy_asks_for_before_us_does_not_sign_anybody_out(amina: FlaskClient) -> None:
    assert amina.get("/api/v1/counts", headers={"Authorization": "Basic YTpi"}).status_code == 200
    assert amina.get("/api/v1/counts", headers={"Authorization": "Bearer guessed"}).status_code == 401


def test_after_too_many_tries_the_sign_in_says_so_as_every_door_does(house: House) -> None:
    answers = [sign_in(house, "Nobody")[1] for _ in range(TRIES + 1)]
    assert [answer.status_code for answer in answers] == [403] * TRIES + [429]
