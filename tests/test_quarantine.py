"""Refused calls are kept sealed and few; once a mistyped secret is mended, the true ones become reports, once."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from ingest import __main__ as console
from ingest import quarantine
from ingest.intake import UNREAD
from ingest.signals import Signals
from server import events, settings
from server.wiring import WIRES
from tests import doors
from tests.callers import SENDER, WORDS, samples

GOOD, TYPED = "the right secret of this gateway", "the right secret of this gatewya"
NOON = datetime(2017, 6, 4, 5, 0, tzinfo=UTC)
SAMPLES = samples()


@pytest.fixture
def command(tmp_path, log, monkeypatch):
    """Types a command of an operator, with these settings."""

    def run(*words: str, record=log, **env: str) -> None:
        env = {**doors.ENV, "DATA_DIR": str(tmp_path), **env}
        monkeypatch.setattr(settings, "environment", lambda: env)
        monkeypatch.setattr(console, "Log", lambda address, pack: record)
        monkeypatch.setattr(console, "keep_inside", lambda: None)
        console.main(list(words))

    return run


def turned_away(door, name: str, n: int = 5) -> None:
    for number in range(n):
        call = SAMPLES[name].call(f"{WORDS} {number}", SENDER, f"m-{number}")
        for _ in range(2):  # a gateway tries again
            assert door.client.open(**call).status_code == 403
    door.quarantine.tend()


@pytest.mark.parametrize("name", ["smsgate", "sinch", "kannel", "messagebird", "desk"])
def test_what_a_mistyped_secret_turned_away_comes_in_once_when_it_is_mended(tmp_path, log, command, capsys, name):
    env = {"GATEWAYS": name, **SAMPLES[name].SETTINGS}
    door = doors.build(tmp_path, log, **{**env, WIRES[name].secret: TYPED * 3})
    turned_away(door, name)
    assert log.read() == []
    command("recheck", name, **{**env, WIRES[name].secret: TYPED * 3})
    assert "0 of 5 calls" in capsys.readouterr().out
    command("recheck", name, **env)
    assert "5 of 5 calls are true now and were taken in; 0 stay" in capsys.readouterr().out
    assert [body["text"] for body in door.bodies()] == [f"{WORDS} {number}" for number in range(5)]
    command("recheck", name, **env)
    assert "0 of 0 calls" in capsys.readouterr().out
    assert len(door.reports()) == 5


def test_a_report_from_quarantine_stands_at_the_time_it_came(tmp_path, log, command):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED)
    door.intake.clock = lambda: NOON
    door.client.open(**doors.kannel())
    door.quarantine.tend()
    command("recheck", "kannel")
    assert [report.at for report in door.reports()] == ["2017-06-04T05:00:00.000+00:00"]


def test_what_the_gateway_brought_again_meanwhile_is_one_report(tmp_path, log, command):
    turned_away(doors.build(tmp_path, log, KANNEL_SECRET=TYPED), "kannel", 1)
    mended = doors.build(tmp_path, log)
    assert mended.client.open(**SAMPLES["kannel"].call(f"{WORDS} 0", SENDER, "m-0")).status_code == 200
    command("recheck", "kannel")
    assert len(mended.reports()) == 1


def test_true_calls_come_in_and_forged_ones_stay(tmp_path, log, command, capsys):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED)
    turned_away(door, "kannel", 2)
    forged = [call for call in SAMPLES["kannel"].forgeries().values() if door.client.open(**call).status_code == 403]
    door.quarantine.tend()
    command("recheck", "kannel")
    assert len(door.reports()) == 2
    assert len(door.quarantine.kept("kannel")) > len(forged) / 2, "those that say the same are one"
    assert "2 of" in capsys.readouterr().out


def test_a_refused_rehearsal_comes_in_as_a_rehearsal(tmp_path, log, command):
    door = doors.build(tmp_path, log, REHEARSAL_SECRET=TYPED)
    headers = {"X-Rehearsal": doors.ENV["REHEARSAL_SECRET"], "X-Rehearsal-At": "2017-06-04T10:40:00+07:00"}
    assert door.client.open(**doors.kannel() | {"headers": headers}).status_code == 403
    door.quarantine.tend()
    command("recheck", "kannel")
    [report] = door.reports()
    assert (report.rehearsal, report.at) == (True, "2017-06-04T03:40:00.000+00:00")


def test_a_refused_receipt_becomes_a_fact(tmp_path, log, command):
    sample = SAMPLES["sinch"]
    door = doors.build(tmp_path, log, GATEWAYS="sinch", SINCH_SECRET=TYPED)
    assert door.client.open(**sample.receipts()["Delivered"][0]).status_code == 403
    door.quarantine.tend()
    command("recheck", "sinch", GATEWAYS="sinch", **sample.SETTINGS)
    assert [type(raw.fact().event) for raw in log.read()] == [events.ReceiptReceived]


def test_while_the_record_is_away_what_comes_from_quarantine_waits_in_the_spool(tmp_path, log, command):
    turned_away(doors.build(tmp_path, log, KANNEL_SECRET=TYPED), "kannel", 3)
    command("recheck", "kannel", record=doors.away())
    door = doors.build(tmp_path, log)
    assert door.reports() == []
    assert door.intake.tend() == 3
    assert len(door.reports()) == 3


def test_what_nobody_can_take_stays_for_the_next_try(tmp_path, log, command):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED)
    turned_away(door, "kannel", 3)
    with pytest.raises(SystemExit, match="try again"), doors.full_disk():
        command("recheck", "kannel", record=doors.away())
    assert len(door.quarantine.kept("kannel")) == 3
    command("recheck", "kannel")
    assert len(door.reports()) == 3


def test_nothing_that_was_refused_can_be_read_on_the_disk(tmp_path, log, caplog):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED, SMSGATE_SIGNING_KEY=TYPED)
    turned_away(door, "kannel")
    turned_away(door, "smsgate")
    files = [path for path in (tmp_path / "quarantine").rglob("*") if path.is_file()]
    assert len(files) == 10
    everything = b"".join(path.read_bytes() + path.name.encode() for path in files) + caplog.text.encode()
    for word in (WORDS, "KD0123", SENDER[1:], SENDER[4:], doors.ENV["KANNEL_SECRET"], "m-1"):
        assert word.encode() not in everything
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in files} == {0o700}


def test_ten_thousand_forgeries_fill_a_small_part_and_push_nothing_out(tmp_path, log):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED)
    turned_away(door, "kannel")
    true = door.quarantine.kept("kannel")
    for number in range(10_000):
        forged = quarantine.Call("GET", "/in/kannel", f"text={number}".encode(), {}, b"")
        door.quarantine.offer("kannel", forged, datetime.now(UTC))
        if number % 400 == 0:
            door.quarantine.tend()
    door.quarantine.tend()
    kept = door.quarantine.kept("kannel")
    assert kept[: len(true)] == true
    assert len(kept) <= 2 * quarantine.MOST // quarantine.SHARE, "the flood took two minutes at most"


def test_a_long_flood_leaves_room_for_the_first_of_each_minute(tmp_path, log, monkeypatch):
    monkeypatch.setattr(quarantine, "MOST", 100)
    door = doors.build(tmp_path, log)
    for minute in range(40):
        for number in range(12):
            forged = quarantine.Call("GET", "/in/kannel", f"text={minute}-{number}".encode(), {}, b"")
            door.quarantine.offer("kannel", forged, NOON + timedelta(minutes=minute))
        door.quarantine.tend()
    minutes = {path.name.split("-")[0] for path in door.quarantine.kept("kannel")}
    assert len(minutes) == 40
    assert len(door.quarantine.kept("kannel")) <= 100


def test_long_calls_fill_no_more_than_their_share(tmp_path, log):
    door = doors.build(tmp_path, log)
    for number in range(100):
        forged = quarantine.Call("POST", "/in/generic", b"", {}, bytes([number]) * 60_000)
        door.quarantine.offer("generic", forged, NOON)
        door.quarantine.tend()
    size = sum(path.stat().st_size for path in door.quarantine.kept("generic"))
    assert 0 < size <= quarantine.MOST_BYTES // quarantine.SHARE


def test_a_full_disk_costs_only_what_was_refused_and_says_so(tmp_path, log, caplog):
    door = doors.build(tmp_path, log)
    assert door.client.open(**doors.kannel(k="wrong")).status_code == 403
    with doors.full_disk():
        door.quarantine.tend()
    assert "did not take a refused call" in caplog.text
    assert door.client.open(**doors.kannel()).status_code == 200


@pytest.mark.parametrize("damaged", [b"k1.AAAA", b"", b"\xff\xfe\x00", b"k1.\xff"])
def test_a_damaged_file_stays_and_hinders_nobody(tmp_path, log, command, capsys, damaged):
    door = doors.build(tmp_path, log, KANNEL_SECRET=TYPED)
    turned_away(door, "kannel", 2)
    door.quarantine.kept("kannel")[0].write_bytes(damaged)
    command("recheck", "kannel")
    assert "1 of 2 calls" in capsys.readouterr().out


@pytest.mark.parametrize(("missing", "says"), [("kannel", "open it first"), ("room.key", "private key")])
def test_without_what_it_needs_recheck_says_what(tmp_path, log, command, missing, says):
    doors.build(tmp_path, log)
    (tmp_path / "keys" / "room.key").unlink() if missing == "room.key" else None
    with pytest.raises(SystemExit, match=says):
        command("recheck", "kannel", GATEWAYS="kannel" if missing == "room.key" else "generic")


# what an operator is told


def test_check_says_that_a_gateway_is_set_up_and_was_heard(tmp_path, log, command, capsys):
    door = doors.build(tmp_path, log)
    with pytest.raises(SystemExit) as never:
        command("check", "kannel")
    assert never.value.code == 1
    assert "heard: never" in capsys.readouterr().out
    door.client.open(**doors.kannel(k="wrong"))
    door.quarantine.tend()
    with pytest.raises(SystemExit):
        command("check", "kannel")
    said = capsys.readouterr().out
    assert "refused calls in quarantine: 1" in said
    door.client.open(**doors.kannel())
    command("check", "kannel")
    said = capsys.readouterr().out
    assert "kannel: open" in said
    assert "KANNEL_SECRET is set, 21 characters" in said
    assert "https://sr.example.org/in/kannel?from=%p&" in said
    assert "k=<KANNEL_SECRET>" in said
    assert "message 20" in said
    assert "not set is KANNEL_URL" in said
    assert "could not read" not in said
    Signals(door.intake, None, log, None).heard(UNREAD, "refused")
    command("check", "kannel")
    assert "could not read 1 requests since it started; the last one 20" in capsys.readouterr().out


@pytest.mark.security("S27", "not in the quarantine's list")
def test_check_never_shows_a_secret(tmp_path, log, command, capsys):
    doors.build(tmp_path, log)
    env = {"GATEWAYS": ",".join(SAMPLES)} | {
        name: v for sample in SAMPLES.values() for name, v in sample.SETTINGS.items()
    }
    with pytest.raises(SystemExit):
        command("check", **env)
    said = capsys.readouterr()
    assert all(f"{name}: open" in said.out for name in SAMPLES)
    secrets = {**doors.ENV, **env}
    assert [name for name, value in secrets.items() if "made-up" in value and value in said.out + said.err] == []


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"GATEWAYS": "generic"}, "closed, GATEWAYS does not name it"),
        ({"KANNEL_SECRET": "short"}, "KANNEL_SECRET is too short: 5 characters"),
        ({"KANNEL_SECRET": ""}, "KANNEL_SECRET is not set"),
        ({"REHEARSAL_SECRET": ""}, "do not allow a safe start"),
    ],
)
def test_check_says_what_is_wrong_and_fails(tmp_path, log, command, capsys, env, says):
    doors.build(tmp_path, log).client.open(**doors.kannel())
    with pytest.raises(SystemExit) as fault:
        command("check", "kannel", **env)
    assert fault.value.code == 1
    assert says in capsys.readouterr().out


def test_check_knows_no_other_names(command, capsys):
    with pytest.raises(SystemExit):
        command("check", "pigeon")
    assert "invalid choice" in capsys.readouterr().err
