"""Settings that do not allow a safe start are refused, all at once and by name."""

import json
import stat
from pathlib import Path

import pytest

from server import __main__ as console
from server import settings
from server.settings import Unfit
from server.wiring import OPEN, WIRES
from tests.conftest import SECRET

GOOD = {name: SECRET for name in [*(settings.SECRETS[name] for name in OPEN), "REHEARSAL_SECRET"]}


def test_nothing_but_secrets_must_be_set() -> None:
    made = settings.read(GOOD)
    assert (made.room_port, made.intake_port, made.room_host, made.intake_host) == (
        5000,
        5001,
        "127.0.0.1",
        "127.0.0.1",
    )
    assert made.own_redis
    assert made.pack == "kh-2017"
    assert made.gateways == ("smsgate", "kannel", "twilio", "generic", "desk")
    assert made.public_base_url == "http://127.0.0.1:5001"


def test_a_second_factor_is_asked_of_whoever_set_one_up_unless_it_is_required() -> None:
    made = [settings.read({**GOOD, "SECOND_FACTOR": said}).second_factor for said in ("", "asked", "required")]
    assert made == ["asked", "asked", "required"]
    with pytest.raises(Unfit, match="SECOND_FACTOR"):
        settings.read({**GOOD, "SECOND_FACTOR": "no"})


@pytest.mark.parametrize("number", ["0", "1", "-2", "100", "two", "²", "2.0"])
def test_a_number_of_signatures_by_which_one_could_speak_for_all_is_refused_by_name(number: str) -> None:
    with pytest.raises(Unfit, match="SIGNATURES"):
        settings.read({**GOOD, "SIGNATURES": number})
    assert settings.read(GOOD).signatures == settings.read({**GOOD, "SIGNATURES": ""}).signatures == 2
    assert settings.read({**GOOD, "SIGNATURES": "3"}).signatures == 3


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("secret", ["", "x" * 15, " " * 16, None])
def test_a_missing_empty_or_short_secret_is_refused_by_name(name: str, secret: str | None) -> None:
    env = {**GOOD, name: secret} if secret is not None else {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(Unfit) as fault:
        settings.read(env)
    assert name in str(fault.value)
    assert not secret or secret not in str(fault.value)
    assert [other for other in GOOD if other != name and other in str(fault.value)] == []


@pytest.mark.parametrize("name", WIRES)
def test_a_gateway_that_is_opened_without_its_settings_is_refused_by_name(name: str) -> None:
    wanted = {WIRES[name].secret, *WIRES[name].more}
    with pytest.raises(Unfit) as fault:
        settings.read({"REHEARSAL_SECRET": SECRET, "GATEWAYS": name})
    assert {setting for wire in WIRES.values() for setting in (wire.secret, *wire.more)} & {
        word.rstrip(":") for word in str(fault.value).split()
    } == wanted
    made = settings.read({"REHEARSAL_SECRET": SECRET, "GATEWAYS": name, **dict.fromkeys(wanted, SECRET)})
    assert made.secrets == {name: SECRET}
    assert {made.options[more] for more in WIRES[name].more} <= {SECRET}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    env = {"ROOM_PORT": "x", "INTAKE_PORT": "70000", "GATEWAYS": "kannel,pigeon", "GENERIC_FIELDS": "no json"}
    with pytest.raises(Unfit) as fault:
        settings.read({**env, "DATA_DIR": "deep/" * 30})
    for name in (*env, "pigeon", "KANNEL_SECRET", "REHEARSAL_SECRET", "DATA_DIR"):
        assert name in str(fault.value)
    assert "TWILIO_AUTH_TOKEN" not in str(fault.value), "a gateway that is closed needs no secret"
    assert fault.value.code != 0


@pytest.mark.parametrize("port", ["0", "-1", "65536", "1e3", "²", "٥٠٠٠", " 5000", "5000.0"])
def test_an_odd_port_is_refused(port: str) -> None:
    with pytest.raises(Unfit, match="ROOM_PORT"):
        settings.read({**GOOD, "ROOM_PORT": port})


def test_two_doors_on_one_port_are_refused() -> None:
    with pytest.raises(Unfit, match="ROOM_PORT and INTAKE_PORT"):
        settings.read({**GOOD, "ROOM_PORT": "5001"})


@pytest.mark.parametrize(
    "text",
    ["[]", '"abc"', "5", "null", "{", '{"colour": "x"}', '{"key_in": "cookie"}', '{"key_in": 5}', '{"from": null}'],
)
def test_odd_names_for_the_generic_gateway_are_refused(text: str) -> None:
    with pytest.raises(Unfit, match="GENERIC_FIELDS"):
        settings.read({**GOOD, "GENERIC_FIELDS": text})


def test_the_generic_gateway_s_names_can_be_told() -> None:
    fields = {"from": "msisdn", "key_in": "query:token"}
    made = settings.read({**GOOD, "GENERIC_FIELDS": json.dumps(fields)}).generic
    assert (made["from"], made["key_in"], made["text"]) == ("msisdn", "query:token", "text")


@pytest.mark.security("S51", "odd addresses")
@pytest.mark.parametrize("name", ["PUBLIC_BASE_URL", "ROOM_BASE_URL"])
@pytest.mark.parametrize(
    "address", ["https://room.example:abc", "room.example", "ftp://room.example", "https://", "http://["]
)
def test_an_address_that_is_none_is_refused(name: str, address: str) -> None:
    with pytest.raises(Unfit, match=name):
        settings.read({**GOOD, name: address})


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("https://Room.Example.org:443/", "https://room.example.org"),
        ("HTTPS://room.example.org:8443", "https://room.example.org:8443"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("https://[::1]:5000", "https://[::1]:5000"),
        ("", "http://127.0.0.1:5000"),
    ],
)
def test_the_room_s_address_is_kept_as_browsers_say_it(said: str, asked: str) -> None:
    assert settings.read({**GOOD, "ROOM_BASE_URL": said}).room_base_url == asked


def test_a_room_behind_a_path_is_refused_for_browsers_would_name_it_without() -> None:
    for path in ("/room", "/?a=1", "/#top"):
        with pytest.raises(Unfit, match="ROOM_BASE_URL"):
            settings.read({**GOOD, "ROOM_BASE_URL": f"https://room.example.org{path}"})
    assert settings.read({**GOOD, "PUBLIC_BASE_URL": "https://sr.example.org/in-Reports"})


TO_A_NETWORK = [
    {"ROOM_HOST": "0.0.0.0"},  # noqa: S104 - it is refused
    {"ROOM_HOST": "::"},
    {"ROOM_HOST": "192.168.1.5", "ROOM_BASE_URL": "http://127.0.0.1:5000"},
    {"ROOM_BASE_URL": "http://room.example.org"},
    {"INTAKE_HOST": "10.0.0.7"},
    {"PUBLIC_BASE_URL": "http://sr.example.org"},
]


@pytest.mark.security("S51", "plain address refused")
@pytest.mark.parametrize("env", TO_A_NETWORK, ids=str)
def test_a_door_that_a_network_reaches_in_clear_is_refused_unless_it_is_named(env: dict[str, str]) -> None:
    door = "room" if "ROOM" in str(env) else "intake"
    for named in ("", "room" if door == "intake" else "intake"):
        with pytest.raises(Unfit, match="in clear"):
            settings.read({**GOOD, **env, "IN_CLEAR": named})
    assert settings.read({**GOOD, **env, "IN_CLEAR": f" {door}"})
    behind = {"ROOM_BASE_URL" if door == "room" else "PUBLIC_BASE_URL": "https://room.example.org"}
    if any(name.endswith("_HOST") for name in env):  # whoever goes past the proxy finds the port itself
        with pytest.raises(Unfit, match=f"{door.upper()}_HOST.* in clear"):
            settings.read({**GOOD, **env, **behind})
    else:
        assert settings.read({**GOOD, **env, **behind})


def test_an_onion_address_is_closed_by_itself_and_an_unknown_door_is_refused() -> None:
    assert settings.read({**GOOD, "PUBLIC_BASE_URL": "http://abcdefghij.onion"})
    with pytest.raises(Unfit, match="INTAKE_HOST"):
        settings.read({**GOOD, "PUBLIC_BASE_URL": "http://abcdefghij.onion", "INTAKE_HOST": "10.0.0.7"})
    with pytest.raises(Unfit, match="IN_CLEAR"):
        settings.read({**GOOD, "IN_CLEAR": "both"})


@pytest.mark.security("S27", "not printed")
def test_settings_that_are_printed_show_no_secret() -> None:
    assert SECRET not in repr(settings.read(GOOD))
    assert SECRET not in str(settings.read(GOOD))
    assert SECRET not in repr(settings.read({**GOOD, "REDIS_URL": f"rediss://room:{SECRET}@records:6379/0"}))


def test_an_own_redis_is_named_by_url_and_then_none_is_started() -> None:
    made = settings.read({**GOOD, "REDIS_URL": "rediss://records:6379/0"})
    assert not made.own_redis
    assert made.record == "rediss://records:6379/0"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PACK=from-file\nROOM_PORT=5050\n")
    (tmp_path / ".env").chmod(0o600)
    monkeypatch.setenv("PACK", "from-environment")
    monkeypatch.delenv("ROOM_PORT", raising=False)
    read = settings.environment(tmp_path)
    assert (read["PACK"], read["ROOM_PORT"]) == ("from-environment", "5050")


@pytest.mark.security("S27", "fresh and for the owner")
def test_the_first_start_writes_fresh_secrets_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert console.write_env(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = settings.read(settings.dotenv_values(path))
    assert len({*made.secrets.values(), made.rehearsal_secret}) == 6, "no two are the same"
    before = path.read_text()
    assert not console.write_env(path)
    assert path.read_text() == before


def test_every_setting_stands_in_the_example_once() -> None:
    lines = (Path(__file__).parent.parent / ".env.example").read_text().splitlines()
    named = [line.partition("=")[0] for line in lines if not line.startswith("#")]
    assert set(GOOD) < set(named)
    for name in ("DATA_DIR", "REDIS_URL", "PACK", "GATEWAYS", "PUBLIC_BASE_URL", "ROOM_BASE_URL", "GENERIC_FIELDS"):
        assert name in named
    assert len(named) == len(set(named))
