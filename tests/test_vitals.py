"""How a room is: who beats, what waits, what is an alarm, who is told; and what is not measured is not invented."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dashboard.operations import phones
from server import events
from server.drawer import Drawer
from server.log import Draft, Log
from server.settings import Settings, Unfit
from server.vitals import beats, looking, machine, metrics, pulse, warden
from server.vitals.alarms import KINDS, PATIENCE, Alarms
from server.vitals.beats import SILENT, Beats, expected, queues, waited
from server.vitals.looking import Looking
from server.vitals.pulse import Pulse
from tests.conftest import settings_in
from tests.days import Pen
from tests.house import House
from tests.rig import free_ports

NOON = datetime(2017, 6, 4, 5, tzinfo=UTC)
GOOD: dict[str, Any] = {
    **{"at": NOON.isoformat(), "record": "up", "processes": [], "queues": [], "gateways": [], "phones": []},
    **{"missing": 0, "counts": {}, "facts": 0, "memory": None, "spool": {"bytes": 0, "damaged": 0}},
    **{"disk": {"free": 50_000_000_000, "all": 64_000_000_000}, "power": None},
}


class Watch:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def states(found: list[dict[str, Any]]) -> dict[str, str]:
    return {each["name"]: each["state"] for each in found}


def test_a_process_that_beats_is_lively_and_one_that_stopped_is_silent(log: Log, given: Settings, watch: Watch) -> None:
    ours, looks = Pulse(log, "intake.1"), Beats(log, given, watch)
    ours.beat()
    [found] = looks.look(0)
    assert (found["name"], found["state"]) == ("intake.1", "lively")
    assert found["rss"] > 1_000_000
    watch.now += SILENT + 1
    assert states(looks.look(0))["intake.1"] == "silent"
    ours.beat()
    assert states(looks.look(0))["intake.1"] == "lively"


def test_a_process_that_dies_again_and_again_is_no_lively_one_until_it_stays(
    log: Log, given: Settings, watch: Watch
) -> None:
    looks = Beats(log, given, watch)
    for pid in range(1, beats.AGAIN + 2):
        with mock.patch("os.getpid", return_value=pid):
            assert states(looks.look(0)).get("reader.1", "lively") == "lively"
            Pulse(log, "reader.1").beat()
        watch.now += 10
    assert states(looks.look(0))["reader.1"] == "dying"
    watch.now += beats.WITHIN
    with mock.patch("os.getpid", return_value=pid):
        again = Pulse(log, "reader.1")
        again.beat()
        again.beat()
    assert states(looks.look(0))["reader.1"] == "lively"


def test_a_process_that_never_said_anything_is_missing_once_it_had_the_time(
    log: Log, given: Settings, watch: Watch
) -> None:
    looks = Beats(log, given, watch)
    assert looks.look(0) == []
    watch.now += 2 * SILENT + 1
    assert set(states(looks.look(0))) == set(expected(given))
    assert set(states(looks.look(0)).values()) == {"missing"}


def test_a_process_that_is_not_wanted_any_more_is_forgotten_after_a_while(
    log: Log, given: Settings, watch: Watch
) -> None:
    Pulse(log, "reader.7").beat()
    looks = Beats(log, given, watch)
    looks.look(0)
    watch.now += pulse.KEPT + 1
    assert "reader.7" not in states(looks.look(0))
    assert "reader.7" not in Drawer(log).get(pulse.KIND, pulse.ALL)


def test_how_many_processes_there_are_to_be_is_set_and_their_ports_differ(tmp_path: Path) -> None:
    made = settings_in(tmp_path, INTAKES="2", READERS="3", ROOMS="2", ROOM_PORT="6000", INTAKE_PORT="7000")
    assert made.room_ports == [6000, 6010]
    assert {"intake.2", "reader.3", "room.2", "ledger.1"} <= set(expected(made))
    for odd in ({"INTAKES": "0"}, {"READERS": "many"}, {"METRICS_PORT": "0x1"}):
        with pytest.raises(Unfit, match=next(iter(odd))):
            settings_in(tmp_path, **odd)
    with pytest.raises(Unfit, match="each door needs a port of its own"):
        settings_in(tmp_path, ROOM_PORT="6000", INTAKE_PORT="6010", ROOMS="2")
    with pytest.raises(Unfit, match="METRICS_PORT is a door's"):
        settings_in(tmp_path, ROOM_PORT="6000", INTAKE_PORT="6001", METRICS_PORT="6001")


def test_a_follower_is_as_late_as_the_first_fact_behind_it_is_old(log: Log, keys: Path) -> None:
    first = log.append(Pen(keys).received(1), by="intake").id
    then = int(first.partition("-")[0])
    assert waited(log, "0-0", then + 4000) == 4.0
    assert waited(log, first, then + 4000) == 0.0


def test_a_queue_is_as_late_as_the_oldest_work_that_nobody_has_finished(log: Log, keys: Path) -> None:
    assert queues(log, 0) == []
    log.join("reader")
    first = log.append(Pen(keys).received(1), by="intake").id
    then = int(first.partition("-")[0])
    [before] = queues(log, then + 2000)
    assert (before["name"], before["lag"], before["took"]) == ("reader", 2.0, 0)
    log.take("reader", "reader.1", 10, 0)
    assert queues(log, then + 3000) == [{"name": "reader", "lag": 3.0, "took": 1}]
    log.done("reader", [first])
    assert queues(log, then + 9000) == [{"name": "reader", "lag": 0.0, "took": 0}]


WRONG: dict[str, dict[str, Any]] = {
    "record_away": {"record": "away"},
    "record_full": {"record": "full"},
    "record_memory": {"memory": {"used": 90, "most": 100}},
    "missing": {"missing": 2},
    "process_silent": {"processes": [{"name": "room.1", "state": "silent", "age": 20.0, "lag": None}]},
    "process_dying": {"processes": [{"name": "room.1", "state": "dying", "age": 0.0, "lag": 0.0}]},
    "late": {"processes": [{"name": "room.1", "state": "lively", "age": 0.0, "lag": 11.0}]},
    "spool": {"spool": {"bytes": 1, "damaged": 0}},
    "spool_damaged": {"spool": {"bytes": 0, "damaged": 1}},
    "gateway_quiet": {"gateways": [{"name": "kannel", "heard": (NOON - timedelta(minutes=41)).isoformat()}]},
    "phone_power": {"phones": [{"gateway": "g", "what": "power_lost", "battery": 40, "at": NOON.isoformat()}]},
    "phone_battery": {"phones": [{"gateway": "g", "what": "battery_low", "battery": 9, "at": NOON.isoformat()}]},
    "disk": {"disk": {"free": 900_000_000, "all": 64_000_000_000}},
    "power": {"power": "battery"},
}
NEARLY: list[dict[str, Any]] = [
    {},
    {"memory": {"used": 90, "most": 0}},  # no limit
    {"missing": None, "disk": None, "power": None, "memory": None},  # not measured
    {"queues": [{"name": "reader.later", "lag": 500.0, "took": 0}]},  # what came over a share waits
    {"gateways": [{"name": "kannel", "heard": (NOON - timedelta(minutes=39)).isoformat()}]},
    {"gateways": [{"name": "kannel", "heard": (NOON - timedelta(days=2)).isoformat()}]},
    {"phones": [{"gateway": "g", "what": "power_back", "battery": 40, "at": NOON.isoformat()}]},
    {"power": "mains"},
]


@pytest.mark.survival("R10", "alarm")
@pytest.mark.survival("R37", "alarm")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_alarm_is_raised_told_once_and_ends(kind: str, watch: Watch) -> None:
    alarms, picture = Alarms(watch), {**GOOD, **WRONG[kind]}
    assert bool(alarms.judge(picture, NOON)[0]) == (kind not in PATIENCE)
    watch.now += PATIENCE.get(kind, 0.0)
    every, fresh, over = alarms.judge(picture, NOON)
    assert [(each.kind, each.since) for each in every] == [(kind, NOON)]
    assert bool(fresh) == (kind in PATIENCE)
    assert alarms.judge(picture, NOON)[1:] == ([], [])
    assert alarms.judge(GOOD, NOON) == ([], [], [(kind, every[0].about)])
    assert over == []


def test_a_queue_of_the_readers_that_is_late_is_an_alarm(watch: Watch) -> None:
    alarms, picture = Alarms(watch), {**GOOD, "queues": [{"name": "reader", "lag": 11.0, "took": 0}]}
    alarms.judge(picture, NOON)
    watch.now += PATIENCE["late"]
    assert [(each.kind, each.about) for each in alarms.judge(picture, NOON)[0]] == [("late", "reader")]


@pytest.mark.parametrize("more", NEARLY)
def test_what_is_well_or_was_not_measured_is_no_alarm(more: dict[str, Any], watch: Watch) -> None:
    alarms = Alarms(watch)
    alarms.judge({**GOOD, **more}, NOON)
    watch.now += 1000
    assert alarms.judge({**GOOD, **more}, NOON)[0] == []


def test_what_comes_and_goes_faster_than_it_matters_is_no_alarm(watch: Watch) -> None:
    alarms = Alarms(watch)
    for _ in range(20):
        assert alarms.judge({**GOOD, **WRONG["spool"]}, NOON)[0] == []
        watch.now += PATIENCE["spool"] - 1
        assert alarms.judge(GOOD, NOON)[0] == []


def test_every_alarm_has_its_sentence_in_the_log_and_on_the_page() -> None:
    words = json.loads((Path(__file__).parent.parent / "dashboard" / "words" / "en.json").read_text())
    assert set(warden.SAID) == set(KINDS) == {key.removeprefix("ops.alarm.") for key in words if "ops.alarm." in key}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, None),
        ({"AC/type": "Mains", "AC/online": "1", "B/type": "Battery", "B/status": "Discharging"}, "mains"),
        ({"AC/type": "Mains", "AC/online": "0", "B/type": "Battery", "B/status": "Discharging"}, "battery"),
        ({"B/type": "Battery", "B/status": "Discharging"}, "battery"),
        ({"B/type": "Battery", "B/status": "Charging"}, "mains"),
        ({"odd/type": "Wireless"}, None),
    ],
)
def test_what_the_kernel_says_of_the_power_is_what_is_told(
    files: dict[str, str], said: str | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    assert machine.power(tmp_path) == said
    assert machine.power(tmp_path / "nothing") is None


def test_a_disk_that_is_not_there_is_not_measured(tmp_path: Path) -> None:
    assert machine.disk(tmp_path / "nothing") is None
    free, every = machine.disk(tmp_path) or (0, 0)
    assert 0 < free <= every


def test_the_picture_says_what_waits_in_the_spool_and_which_gateway_was_heard(
    log: Log, given: Settings, watch: Watch
) -> None:
    (given.data_dir / "spool").mkdir(parents=True)
    (given.data_dir / "spool" / "00000001.spool").write_bytes(b"x" * 70)
    (given.data_dir / "spool" / "00000000.spool.bad").write_bytes(b"x")
    at = NOON + timedelta(minutes=9, seconds=59)  # the moment itself would be that of a report, restricted or not
    Drawer(log).put("heard", "kannel:message", {"at": at.isoformat(), "n": "3"})
    Drawer(log).put("heard", "twilio:refused", {"at": NOON.isoformat(), "n": "3"})
    found = Looking(log, given, lambda: NOON, watch).look()
    assert found["spool"] == {"bytes": 70, "damaged": 1}
    assert found["gateways"] == [{"name": "kannel", "heard": NOON.isoformat()}]
    assert found["record"] == "up"
    assert found["missing"] is None, "no room said it"


def test_doors_are_summed_and_of_rooms_the_worst_word_counts(log: Log, given: Settings, watch: Watch) -> None:
    for n, missing in ((1, 0), (2, 4)):
        Pulse(log, f"room.{n}", told=lambda missing=missing: {"missing": missing, "phones": []}).beat()
        Pulse(log, f"intake.{n}", told=lambda: {"counts": {"kannel": {"accepted": 5}}}).beat()
    found = Looking(log, given, lambda: NOON, watch).look()
    assert (found["missing"], found["counts"]) == (4, {"kannel": {"accepted": 10}})


def test_while_the_record_is_away_the_last_picture_stands_and_says_so(given: Settings, watch: Watch) -> None:
    nowhere = Log("unix:///nowhere/redis.sock", "x")
    made = warden.Warden(Looking(nowhere, given, lambda: NOON, watch), Alarms(watch))
    assert [each.kind for each in made.step()] == ["record_away"]
    assert made.newest
    assert made.newest["facts"] is None


@pytest.mark.survival("R8", "alarm")
def test_a_record_that_can_be_read_and_takes_nothing_is_an_alarm_within_one_look(
    log: Log, given: Settings, watch: Watch
) -> None:
    made = warden.Warden(Looking(log, given, lambda: NOON, watch), Alarms(watch))
    with full(log):
        assert [each.kind for each in made.step()] == ["record_full"]
    assert made.step() == []


def full(log: Log) -> Any:
    """Redis as it is when its memory is used up: it reads, and says no to whoever writes."""
    from redis.exceptions import OutOfMemoryError  # as it would answer

    def refused(*_: Any, **__: Any) -> None:
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

    return mock.patch("redis.client.Pipeline.execute", refused)


def test_measurements_are_text_as_prometheus_reads_it_and_without_what_was_not_measured() -> None:
    row = {"name": "room.1", "state": "lively", "age": 0.4, "lag": None, "rss": 5, "cpu": 1.5}
    alarms = [{"kind": "late", "about": 'a"b', "since": "", "n": 1}]
    told = metrics.text({**GOOD, "processes": [row], "alarms": alarms, "missing": None})
    assert 'situationroom_process_up{process="room.1"} 1\n' in told
    assert 'situationroom_process_cpu_seconds_total{process="room.1"} 1.5\n' in told
    assert 'situationroom_alarm{kind="late",about="a\\"b"} 1\n' in told
    for absent in ("process_lag_seconds", "reports_missing", "on_battery", "record_memory_bytes"):
        assert f"situationroom_{absent}" not in told
    for line in told.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ", "situationroom_"))


@pytest.fixture
def port() -> Iterator[int]:
    [free] = free_ports(1)
    held: dict[str, Any] = {"newest": None}
    server = warden.serve(free, lambda: held["newest"])
    assert ask(free)[0] == 503, "nothing was seen yet"
    held["newest"] = {**GOOD, "alarms": []}
    yield free
    server.shutdown()
    server.server_close()


def ask(port: int, path: str = "/metrics", host: str = "127.0.0.1") -> tuple[int, bytes]:
    line = HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path, headers={"Host": host})
    answer = line.getresponse()
    found = answer.status, answer.read()
    line.close()
    return found


def test_measurements_are_read_on_this_machine_and_by_no_page_of_a_browser(port: int) -> None:
    status, body = ask(port)
    assert (status, b"situationroom_record_up 1\n" in body) == (200, True)
    assert ask(port, host=f"localhost:{port}")[0] == 200
    assert ask(port, host="evil.example")[0] == 404
    assert ask(port, path="/")[0] == 404


def test_a_phone_is_known_by_its_newest_word_of_each_kind() -> None:
    def said(what: str, at: str, device: str = "d") -> dict[str, Any]:
        return {"gateway": "g", "device": device, "what": what, "battery": 4, "at": at}

    newest_first = [said("battery_low", "4"), said("power_back", "3"), said("power_lost", "2"), said("limit", "1", "e")]
    assert [each["what"] for each in phones(newest_first)] == ["battery_low", "power_back", "limit"]


def test_who_operates_is_told_how_each_process_is_and_a_stranger_only_that_it_is_up(house: House) -> None:
    stranger, lead = house.app.test_client(), house.program("security_lead")
    assert lead.get("/health").json["watched"] is False
    assert lead.get("/api/v1/operations").json == {"watched": False}
    row = {"name": "room.1", "state": "silent", "age": 16.0, "lag": 3.0, "rss": 5, "cpu": 1.5}
    alarms = [{"kind": "process_silent", "about": "room.1", "since": NOON.isoformat(), "n": 16.0}]
    picture = {**GOOD, "processes": [row], "alarms": alarms}
    Drawer(house.log).put(looking.WATCH, "now", {"picture": json.dumps(picture)}, 60)
    told = lead.get("/health").json
    assert told["processes"] == [{"name": "room.1", "state": "silent", "lag": 3.0}]
    assert told["alarms"] == alarms
    assert stranger.get("/health").json == {"record": "up"}
    assert "alarms" not in house.program("analyst").get("/health").json
    picture.pop("counts")  # the next test says why
    assert lead.get("/api/v1/operations").json == {"watched": True, **picture}
    assert '<b data-testid="alarms-n" title="Alarms">1</b>' in lead.get("/coverage").text
    assert "alarms-n" not in house.program("analyst").get("/coverage").text


def test_how_many_messages_came_is_told_to_no_screen_since_restricted_ones_are_among_them(house: House) -> None:
    counts = {"kannel": {"accepted": 12, "repeated": 0}}
    Drawer(house.log).put(looking.WATCH, "now", {"picture": json.dumps({**GOOD, "counts": counts, "alarms": []})}, 60)
    for role in ("administrator", "security_lead"):
        for path in ("/api/v1/operations", "/health"):
            told = house.program(role).get(path).json
            assert told["watched"] is True
            assert "counts" not in told
    assert 'calls_total{gateway="kannel",what="accepted"} 12' in metrics.text({**GOOD, "counts": counts, "alarms": []})


def test_a_process_beats_by_itself_from_when_it_has_begun(log: Log, given: Settings) -> None:
    with mock.patch.object(pulse, "Log", return_value=log):
        pulse.begin(given, "ledger", lambda: "5-0", lambda: {"some": 1})
    late = time.monotonic() + 15
    while not (said := Drawer(log).get(pulse.KIND, pulse.ALL)):
        assert time.monotonic() < late
        time.sleep(0.02)
    told = json.loads(said["ledger.1"])
    assert (told["cursor"], told["told"]) == ("5-0", {"some": 1})


def test_a_beat_says_nothing_of_what_was_sent(log: Log, keys: Path, given: Settings) -> None:
    log.append_all([Draft(Pen(keys).received(1), by="intake")])
    Pulse(log, "room.1", log.head, lambda: {"missing": 0, "phones": []}).beat()
    said = Drawer(log).get(pulse.KIND, pulse.ALL)["room.1"]
    assert set(json.loads(said)) == {"n", "pid", "rss", "cpu", "cursor", "told"}
    assert beats.KIND == pulse.KIND
    assert events.ReportReceived.wire not in said
