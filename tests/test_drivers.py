"""What each gateway is asked, as its own documentation has it, and how its answers are understood."""

import base64
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from server import settings
from server.settings import Settings
from server.texting import drivers
from server.texting.drivers import Driver, Letter, Outcome
from server.wiring import CALLED, FETCHED, WIRES
from tests import fakes
from tests.doors import ENV
from tests.fakes import Gateway

LETTER = Letter("9c2d5f0e6a535d0c9e540f2b6f3e7a11", "+85512345678", "សួស្តី & 100% +")


def driver(name: str) -> Driver:
    found: Any = importlib.import_module(f"server.texting.drivers.{name}")
    return found  # type: ignore[no-any-return]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with fakes.gateway() as made:
        yield made


@pytest.fixture
def given(gateway: Gateway, tmp_path: Path) -> Settings:
    env = {name: gateway.url for name in ("SMSGATE_URL", "KANNEL_URL", "TWILIO_URL")}
    env |= {f"{name}_{what}": f"{name} {what}" for name in ("SMSGATE", "KANNEL") for what in ("USER", "PASSWORD")}
    env |= {"KANNEL_FROM": "1234", "TWILIO_ACCOUNT": "AC1", "TWILIO_FROM": "+85598000000"}
    return settings.read({**ENV, "DATA_DIR": str(tmp_path), **env})


def login(headers: dict[str, str]) -> str:
    return base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()


def test_every_gateway_that_can_be_called_has_a_driver_and_the_others_are_fetched() -> None:
    assert set(CALLED) | set(FETCHED) <= set(WIRES)
    for name in CALLED:
        assert WIRES[name].sending
        assert isinstance(driver(name).NAMES_ITSELF, bool)


def test_sms_gate_gets_json_under_our_own_id(gateway: Gateway, given: Settings) -> None:
    assert drivers.deliver(driver("smsgate"), LETTER, given) == Outcome("taken", LETTER.id)
    [(path, headers, body)] = gateway.calls
    assert (path, login(headers)) == ("/messages", "SMSGATE USER:SMSGATE PASSWORD")
    asked = json.loads(body)
    assert (asked["id"], asked["phoneNumbers"], asked["textMessage"]) == (
        LETTER.id,
        [LETTER.number],
        {"text": LETTER.words},
    )
    assert asked["withDeliveryReport"] is True


def test_twilio_gets_a_form_and_names_the_text_itself(gateway: Gateway, given: Settings) -> None:
    gateway.answer = lambda: (201, {}, b'{"sid": "SM1", "status": "queued"}')
    assert drivers.deliver(driver("twilio"), LETTER, given) == Outcome("taken", "SM1")
    [(path, headers, body)] = gateway.calls
    assert (path, login(headers)) == ("/2010-04-01/Accounts/AC1/Messages.json", f"AC1:{ENV['TWILIO_AUTH_TOKEN']}")
    sent = {name: value for name, [value] in parse_qs(body.decode()).items()}
    assert sent == {
        "To": LETTER.number,
        "From": "+85598000000",
        "Body": LETTER.words,
        "StatusCallback": "https://sr.example.org/in/twilio",
    }


def test_kannel_gets_what_gsm_cannot_write_as_utf_16(gateway: Gateway, given: Settings) -> None:
    assert drivers.deliver(driver("kannel"), LETTER, given) == Outcome("taken", LETTER.id)
    [(path, headers, body)] = gateway.calls
    assert (path, headers["x-kannel-to"], headers["x-kannel-coding"]) == ("/", LETTER.number, "2")
    assert body.decode("utf-16-be") == LETTER.words
    assert headers["x-kannel-dlr-url"].endswith(f"id={LETTER.id}&dlr=%d")


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize(
    ("status", "what"),
    [(400, "refused"), (401, "refused"), (307, "refused"), (429, "later"), (503, "later"), (500, "unsure")],
)
def test_an_answer_that_is_no_yes_is_never_taken_for_one(
    gateway: Gateway, given: Settings, name: str, status: int, what: str
) -> None:
    gateway.answer = lambda: (status, {}, b"{}")
    assert drivers.deliver(driver(name), LETTER, given).what == what
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sid": null}', b'{"sid": 5}'])
def test_a_yes_of_twilio_without_an_id_is_unsure(gateway: Gateway, given: Settings, body: bytes) -> None:
    gateway.answer = lambda: (201, {}, body)
    assert drivers.deliver(driver("twilio"), LETTER, given) == Outcome("unsure", reason="no sid")


@pytest.mark.parametrize("name", CALLED)
def test_a_gateway_that_hangs_up_is_unsure_and_one_that_is_not_there_is_tried_later(
    gateway: Gateway, given: Settings, name: str
) -> None:
    def hang_up() -> tuple[int, dict[str, str], bytes]:
        raise ConnectionAbortedError

    gateway.answer = hang_up
    assert drivers.deliver(driver(name), LETTER, given).what == "unsure"
    nowhere = {f"{name.upper()}_URL": "http://127.0.0.1:1/"}
    away = settings.read({**ENV, "DATA_DIR": "data", **given.options, **nowhere})
    assert drivers.deliver(driver(name), LETTER, away) == Outcome("later", reason="unreached")


def test_nothing_that_is_handed_around_shows_numbers_or_words_when_it_is_printed(given: Settings) -> None:
    for name in CALLED:
        request = driver(name).request(LETTER, given)
        assert LETTER.number not in repr(LETTER) + repr(request) + request.url
        assert LETTER.words not in repr(LETTER) + repr(request) + request.url


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize(
    ("words", "url", "what"),
    [("\ud83d", "", ("refused",)), ("", "http://127.0.0.1:99999/", ("later",)), ("", "http://a..b/", ("later",))],
)
def test_what_cannot_even_be_said_never_ends_the_courier(
    given: Settings, name: str, words: str, url: str, what: tuple[str, ...]
) -> None:
    letter = Letter(LETTER.id, LETTER.number, words or LETTER.words)
    odd = settings.read({**ENV, "DATA_DIR": "data", **given.options, **({f"{name.upper()}_URL": url} if url else {})})
    found = drivers.deliver(driver(name), letter, odd).what
    assert found in what or (name, words, found) == ("smsgate", "\ud83d", "taken"), "JSON can hold half an emoji"
