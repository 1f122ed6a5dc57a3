"""A code of a telephone beside the pass-phrase: set up, asked for, used once; and recovery codes for a lost one."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import __main__ as console
from server.access import Access
from server.drawer import Drawer
from server.log import Log
from server.pack import Pack
from server.people import totp
from server.people.factors import CODES, MOST, WAIT, Factors
from server.people.own import SHOWN_FOR
from server.people.tries import MOST as TRIES
from server.roles import Refused
from server.seal import Vault
from tests.conftest import settings_in
from tests.house import PHRASE, House, build, csrf, error
from tests.test_access import CHEAP, Clock, everything_in_redis
from tests.test_access import code_of as of

ME = "/api/v1/me"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(keys: Path) -> Vault:
    return Vault(keys)


@pytest.fixture
def access(log: Log, vault: Vault, clock: Clock) -> Access:
    made = Access(log, {"Amina": "analyst", "Dara": "administrator"}.get, clock, hasher=CHEAP, vault=vault)
    made.open_account("Amina", "analyst", PHRASE, by="console")
    return made


@pytest.fixture
def phone(access: Access, clock: Clock) -> bytes:
    """Amina's telephone; the code that set it up is used, and its half minute is over."""
    secret = access.factors.propose("Amina")
    access.factors.settle("Amina", of(secret, clock))
    clock.hour += timedelta(minutes=5)
    return secret


def enters(access: Access, code: str) -> bool:
    try:
        return bool(access.sign_in("Amina", PHRASE, "here", code))
    except Refused as fault:
        return "name, pass-phrase and code do not match" not in str(fault)  # the same whatever was wrong


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: the last six of its eight digits."""
    secret = b"12345678901234567890"
    wanted = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}
    assert {moment: totp.code(secret, moment // 30) for moment in wanted} == wanted


@pytest.mark.security("S13", "a code once")
def test_a_code_opens_once_in_whichever_process(access: Access, phone: bytes, clock: Clock, log: Log) -> None:
    assert not enters(access, ""), "the pass-phrase alone is not enough"
    assert enters(access, of(phone, clock))
    assert not enters(access, of(phone, clock))
    other = Access(log, {"Amina": "analyst"}.get, clock, hasher=CHEAP, vault=access._vault)
    assert not enters(other, of(phone, clock))
    assert enters(other, of(phone, clock, 1))
    assert not enters(access, of(phone, clock, 1))


@pytest.mark.security("S13", "window of a step")
@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_one_step_around_its_own(
    access: Access, phone: bytes, clock: Clock, steps: int, fits: bool
) -> None:
    assert enters(access, of(phone, clock, steps)) == fits


@pytest.mark.security("S13", "wrong codes wait")
def test_after_wrong_codes_none_is_looked_at_for_a_while_and_recovery_codes_are(
    access: Access, phone: bytes, clock: Clock, log: Log
) -> None:
    wrong = f"{(int(of(phone, clock)) + 7) % 10**6:06}"
    for _ in range(MOST):
        assert not access.factors.proved("Amina", wrong)
    assert not access.factors.proved("Amina", of(phone, clock)), "the right one waits too"
    (name,) = log.client.scan_iter(match=f"{log.prefix}:drawer:codes:*")
    assert 0 < log.client.ttl(name) <= WAIT == 300
    log.client.delete(name)  # as Redis does when the time is over
    assert access.factors.proved("Amina", of(phone, clock))


def test_nobody_without_the_pass_phrase_uses_up_a_code_or_makes_its_owner_wait(
    access: Access, phone: bytes, clock: Clock
) -> None:
    for _ in range(TRIES):
        with pytest.raises(Refused):
            access.sign_in("Amina", "four wrong words together", "there", of(phone, clock))
    assert enters(access, of(phone, clock))


@pytest.mark.security("S13", "recovery codes")
def test_each_recovery_code_opens_once_and_that_stands_on_the_record(access: Access, clock: Clock, log: Log) -> None:
    secret = access.factors.propose("Amina")
    codes = access.factors.settle("Amina", of(secret, clock))
    assert len(set(codes)) == CODES == 10
    kept = everything_in_redis(log)
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert enters(access, codes[0])
    assert not enters(access, codes[0])
    assert enters(access, codes[1].upper().replace("-", " ")), "as people write them"
    assert not enters(access, "aaaa-bbbb-cccc-dddd")
    facts = [raw.fact().event for raw in log.read() if raw.fields["wire"] == "account.recovered"]
    assert [fact.left for fact in facts] == [9, 8]  # type: ignore[attr-defined]
    access.factors.drop("Amina")
    assert access.factors.proved("Amina", codes[2]) == "none"


def test_the_secret_lies_sealed_and_a_drawer_without_the_vault_s_key_opens_nothing(
    access: Access, phone: bytes, clock: Clock, log: Log, vault: Vault
) -> None:
    kept = everything_in_redis(log)
    for form in (totp.written(phone), base64.b64encode(phone).decode(), phone.hex()):
        assert form not in kept
    vault.forget("account:Amina")
    assert not enters(access, of(phone, clock))


def test_a_secret_that_was_not_proved_asks_for_nothing(access: Access, clock: Clock) -> None:
    secret = access.factors.propose("Amina")
    with pytest.raises(Refused, match=f"here it is {clock():%H:%M:%S} UTC"):
        access.factors.settle("Amina", f"{(int(of(secret, clock)) + 7) % 10**6:06}")
    assert enters(access, "")


@pytest.mark.parametrize("odd", ["", "x", "123", "١٢٣٤٥٦", "\udc80" * 6, "0" * 5000, "-" * 16])
def test_an_odd_code_is_just_wrong(access: Access, phone: bytes, odd: str) -> None:
    assert not enters(access, odd)


@pytest.fixture
def dara(house: House) -> FlaskClient:
    return house.at_desk("Dara", "administrator")


def set_up(client: FlaskClient) -> tuple[bytes, list[str]]:
    """A telephone, as the page of the account does it."""
    made = client.post(f"{ME}/factor", json={"passphrase": PHRASE}).json
    assert made
    secret = base64.b32decode(made["secret"])
    answer = client.post(f"{ME}/factor/confirmation", json={"code": now(secret)})
    assert answer.status_code == 202, answer.text
    return secret, (answer.json or {})["codes"]


def now(secret: bytes, steps: int = 0) -> str:
    return totp.code(secret, int(datetime.now(UTC).timestamp()) // totp.STEP + steps)


def sign_in(house: House, name: str, code: str = "", phrase: str = PHRASE) -> tuple[FlaskClient, TestResponse]:
    client: FlaskClient = house.app.test_client()
    return client, client.post("/sign-in", data={"name": name, "passphrase": phrase, "code": code})


def test_who_set_up_a_telephone_signs_in_with_its_codes_and_an_administrator_helps_when_it_is_lost(
    house: House, dara: FlaskClient
) -> None:
    amina = house.at_desk("Amina")
    assert amina.post(f"{ME}/factor", json={"passphrase": "not this one at all"}).status_code == 422
    secret, _ = set_up(amina)
    assert sign_in(house, "Amina")[1].status_code == 403
    assert sign_in(house, "Amina", now(secret, 1))[1].status_code == 303
    listed = {each["name"]: each["factor"] for each in (dara.get("/api/v1/accounts").json or {})["accounts"]}
    assert listed == {"Amina": True, "Dara": False}
    assert dara.delete("/api/v1/accounts/Amina/factor").status_code == 202
    assert amina.get("/api/v1/counts").status_code == 401, "whoever had it was signed out"
    assert sign_in(house, "Amina")[1].status_code == 303
    wires = [raw.fields["wire"] for raw in house.log.read()]
    assert wires[-2:] == ["account.secured", "account.unsecured"]


def test_nobody_takes_their_own_telephone_away_without_the_pass_phrase(house: House, dara: FlaskClient) -> None:
    set_up(dara)
    assert "your own" in error(dara.delete("/api/v1/accounts/Dara/factor"))["message"]
    assert dara.post(f"{ME}/factor/removal", json={"passphrase": "not this one at all"}).status_code == 422
    assert dara.post(f"{ME}/factor/removal", json={"passphrase": PHRASE}).status_code == 202
    assert sign_in(house, "Dara")[1].status_code == 303


def test_a_session_that_began_without_a_code_ends_and_changes_no_second_factor(house: House) -> None:
    amina, thief = house.at_desk("Amina"), house.at_desk("Amina")
    set_up(amina)
    assert amina.get("/api/v1/counts").status_code == 200
    assert thief.get("/api/v1/counts").status_code == 401
    for path, body in (("factor", {"passphrase": PHRASE}), ("factor/removal", {"passphrase": PHRASE})):
        assert thief.post(f"{ME}/{path}", json=body).status_code in (401, 403)
    assert house.live.room.access.factors.has("Amina")


def test_who_finds_a_screen_open_does_not_change_the_second_factor_with_the_pass_phrase_alone(house: House) -> None:
    amina, access = house.at_desk("Amina"), house.live.room.access
    secret, _ = set_up(amina)
    then = access.sessions._clock() + timedelta(seconds=SHOWN_FOR + 1)
    with mock.patch.object(access.sessions, "_clock", return_value=then):
        for path in ("factor", "factor/removal", "passkeys"):
            answer = amina.post(f"{ME}/{path}", json={"passphrase": PHRASE})
            assert "Sign in again" in error(answer)["message"], path
    assert amina.post(f"{ME}/factor/removal", json={"passphrase": PHRASE}).status_code == 202
    assert sign_in(house, "Amina")[1].status_code == 303


@pytest.mark.parametrize("digits", ["០១២៣៤៥៦៧៨៩", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"])
def test_a_code_is_right_in_the_digits_of_whichever_keyboard(
    access: Access, phone: bytes, clock: Clock, digits: str
) -> None:
    typed = of(phone, clock).translate(str.maketrans("0123456789", digits))
    assert enters(access, f"{typed[:3]} {typed[3:]}")


def test_the_picture_holds_the_secret_and_names_neither_room_nor_country() -> None:
    secret = totp.fresh()
    asked = urlsplit(totp.address(secret, "Amina K."))
    assert (asked.scheme, asked.netloc, asked.path) == ("otpauth", "totp", "/Work%3AAmina%20K.")
    assert parse_qs(asked.query) == {"secret": [totp.written(secret)], "issuer": ["Work"]}


def test_a_program_has_no_telephone(house: House) -> None:
    assert house.program("analyst").post(f"{ME}/factor", json={"passphrase": PHRASE}).status_code == 422


def test_where_it_is_required_nobody_enters_without_one_and_everybody_may_set_it_up(
    keys: Path, pack: Pack, log: Log
) -> None:
    house = build(keys, pack, log, SECOND_FACTOR="required")
    house.live.room.access.open_account("Amina", "analyst", PHRASE, by="console")
    house.fold()
    client, answer = sign_in(house, "Amina")
    assert answer.status_code == 303
    for path in ("/", "/coverage", "/figures"):
        assert client.get(path).location == "/account"
    for path in ("/api/v1/cards", f"{ME}/sessions"):
        assert client.get(path).status_code == 401
    line = house.socketio.test_client(house.app, namespace="/live", flask_test_client=client)
    assert not line.is_connected("/live"), "no screen either"
    page = client.get("/account").text
    client.environ_base["HTTP_X_CSRF"] = page.split('name="csrf" content="')[1].split('"')[0]
    assert client.post(f"{ME}/passphrase", json={"passphrase": PHRASE, "fresh": "x"}).status_code == 401
    set_up(client)
    assert client.get("/api/v1/cards").status_code == 200
    assert csrf(client)
    assert house.program("viewer").get("/api/v1/counts").status_code == 200, "a program has none"


def test_a_closed_account_leaves_no_second_factor_to_whoever_gets_its_name(house: House, dara: FlaskClient) -> None:
    set_up(house.at_desk("Amina"))
    assert dara.delete("/api/v1/accounts/Amina").status_code == 202
    assert Factors(Drawer(house.log), None, Clock()).names() == []


def test_from_the_console_the_last_administrator_is_helped_too(
    access: Access, phone: bytes, log: Log, monkeypatch: pytest.MonkeyPatch, keys: Path
) -> None:
    given = settings_in(keys, REDIS_URL="unix:///not-used")
    monkeypatch.setattr(console.settings, "read", lambda env: given)
    monkeypatch.setattr(console, "Log", lambda *asked: log)
    console.main(["users", "unsecure", "Amina"])
    assert enters(access, "")
    with pytest.raises(SystemExit, match="asked for no code"):
        console.main(["users", "unsecure", "Amina"])
