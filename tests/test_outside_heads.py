"""Signed heads leave the house: texted to people who keep them, and printed; a record made anew is found by them."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import __main__ as console
from server import check_ledger, events
from server.ledger import Ledger
from server.log import Log
from server.outside import console as heads_console
from server.outside import short
from server.pack import Pack
from tests import fakes
from tests import house as houses
from tests.fakes import Gateway
from tests.post import NUMBERS, Office, all_steps

Console = Callable[..., str]


@pytest.fixture
def command(log: Log, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    """Runs `heads` of the console on this test's log: what it printed, or its refusal."""
    for name, value in {**houses.ENV, "DATA_DIR": str(keys), "GATEWAYS": "kannel"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(heads_console, "Log", lambda record, election: log)
    monkeypatch.setattr(console, "keep_inside", lambda: None)

    def run(*words: str, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        try:
            console.main(["heads", *words])
        except SystemExit as refusal:
            return capsys.readouterr().out + str(refusal)
        return capsys.readouterr().out

    return run


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with fakes.gateway() as made:
        yield made


@pytest.fixture
def office(log: Log, keys: Path, pack: Pack, gateway: Gateway) -> Office:
    """A courier that sends by Kannel."""
    kannel = {"KANNEL_URL": f"{gateway.url}/cgi-bin/sendsms", "KANNEL_USER": "room", "KANNEL_PASSWORD": "secret words"}
    made = Office(log, keys, pack, {**kannel, "KANNEL_FROM": "1234", "TEXTS": "on", "TEXTS_BY": "kannel"})
    made.courier()
    return made


def happens(log: Log, n: int = 1) -> None:
    for each in range(n):
        log.append(events.IncidentNoted(subject="i", note=str(each)), by="analyst:Amina")


def sign(log: Log, keys: Path, pack: Pack, at: float) -> None:
    """The ledger copies all that there is, and signs it at this hour."""
    copied = Ledger(keys, pack)
    while raws := log.read(copied.last):
        copied.copy(raws)
    copied.sign(at)


@pytest.mark.security("S10", "sent to two outside")
def test_each_hour_s_head_is_texted_once_to_all_who_keep_them(
    office: Office, gateway: Gateway, command: Console, log: Log, keys: Path, pack: Pack
) -> None:
    assert "1 contacts" in command("tell", typed=NUMBERS[0])
    assert "2 contacts" in command("tell", typed=NUMBERS[1])
    happens(log)
    sign(log, keys, pack, 3600.0)
    first = short.form(short.heads(keys / "ledger")[-1])
    all_steps(office.courier())
    assert sorted(gateway.numbers()) == sorted(NUMBERS[:2])
    assert {*gateway.words()} == {f"SR kh-2017 {first}"}
    happens(log)
    sign(log, keys, pack, 3700.0)
    all_steps(office.courier())
    assert len(gateway.words()) == 2, "nor once more in the same hour"
    sign(log, keys, pack, 7200.0)
    happens(log)
    sign(log, keys, pack, 7300.0)
    courier = office.courier()
    all_steps(courier)
    all_steps(courier)
    assert len(gateway.words()) == 4
    assert "1 contacts" in command("untell", typed=NUMBERS[1])
    happens(log)
    sign(log, keys, pack, 11000.0)
    all_steps(courier)
    assert gateway.numbers()[4:] == [NUMBERS[0]]
    sign(log, keys, pack, 15000.0)
    all_steps(courier)
    assert len(gateway.words()) == 5, "a head behind nothing but such texts is no news"
    assert {raw.fields["wire"] for raw in log.read()} >= {"contact.named", "contact.dropped", "text.sent"}


@pytest.mark.security("S10", "sent to two outside")
def test_a_head_behind_a_statement_is_texted_at_once(
    office: Office, gateway: Gateway, command: Console, log: Log, keys: Path, pack: Pack
) -> None:
    for number in NUMBERS[:2]:
        command("tell", typed=number)
    sign(log, keys, pack, 3600.0)
    courier = office.courier()
    all_steps(courier)
    document = json.dumps({"number": 1}, separators=(",", ":"))
    log.append(events.StatementReleased(subject="s", number=1, hash="", document=document), by="press:Sok")
    all_steps(courier)
    assert len(gateway.words()) == 2, "not before it is signed"
    sign(log, keys, pack, 3660.0)
    all_steps(courier)
    all_steps(office.courier())
    released = short.form(short.heads(keys / "ledger")[-1])
    assert gateway.words()[2:] == [f"SR kh-2017 {released}"] * 2


def test_no_number_of_theirs_can_be_read_on_the_record(command: Console, log: Log) -> None:
    command("tell", typed=NUMBERS[0])
    assert "So it is already." in command("tell", typed=NUMBERS[0])
    assert "no telephone number" in command("tell", typed="12")
    command("tell", typed=NUMBERS[1])
    said = json.dumps([raw.fields for raw in log.read()])
    for number in NUMBERS[:2]:
        assert number[4:] not in said


@pytest.mark.security("S10", "printed")
def test_the_console_prints_the_last_head_of_each_hour(command: Console, log: Log, keys: Path, pack: Pack) -> None:
    assert "Nothing was signed yet" in command()
    for at in (3600.0, 3660.0, 7200.0):
        happens(log)
        sign(log, keys, pack, at)
    _, second, third = (short.form(head) for head in short.heads(keys / "ledger"))
    assert command().splitlines() == [f"1970-01-01 01:01 UTC  {second}", f"1970-01-01 02:00 UTC  {third}"]


@pytest.mark.security("S10", "a record made anew is found out")
def test_the_console_holds_the_ledger_against_what_left_the_house(
    command: Console, log: Log, keys: Path, pack: Pack
) -> None:
    happens(log, 3)
    sign(log, keys, pack, 3600.0)
    happens(log, 2)
    sign(log, keys, pack, 7200.0)
    told = [short.form(head) for head in short.heads(keys / "ledger")]
    assert "as it was told outside" in command("check", *told)
    for path in (keys / "ledger").iterdir():
        path.unlink() if path.is_file() else path.rmdir()
    log.client.delete(log.stream)
    happens(log, 5)
    sign(log, keys, pack, 7200.0)
    found = command("check", *told)
    assert found.count("It was replaced") == 2
    assert "No signed head" in command("proof", *told)


@pytest.mark.security("S9", "consistency")
def test_the_console_proves_a_head_from_an_earlier_one(command: Console, log: Log, keys: Path, pack: Pack) -> None:
    for n in range(5):
        happens(log, n + 1)
        sign(log, keys, pack, 3600.0 * n)
    forms = [short.form(head) for head in short.heads(keys / "ledger")]
    for n, first in enumerate(forms):
        for second in forms[n:]:
            assert f"is the beginning of {second.partition('-')[0]} " in check_ledger.check_proof(
                command("proof", first, second), ""
            )
