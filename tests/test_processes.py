"""Several processes of a kind: each is started under a name of its own, stopped doors first, found by its kind."""

import io
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from server import precedence, running
from server.alone import MARK, NAME, end_leftovers, free_doors, processes
from server.running import Run
from server.settings import Settings
from server.several import own_port
from tests.conftest import settings_in
from tests.rig import free_ports

PROCFILE = "redis: sleep 60\nintake: sleep 60\nreader: sleep 60\nroom: sleep 60\nledger: sleep 60\n"


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, INTAKES="2", READERS="3", ROOMS="2")


@pytest.fixture
def run(given: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "Procfile").write_text(PROCFILE)
    monkeypatch.setattr(running, "ROOT", tmp_path)
    return Run(given, [], out=io.StringIO())


def test_as_many_of_each_kind_are_wanted_as_are_set_and_of_the_others_one(run: Run) -> None:
    assert list(run.commands) == [
        *("redis", "intake", "intake.2", "reader", "reader.2", "reader.3", "room", "room.2", "ledger"),
    ]


def test_each_process_has_its_own_name_in_its_environment_and_they_stop_doors_first(run: Run) -> None:
    run.want(run.commands)
    late = time.monotonic() + 30
    while len(run.running) < len(run.commands):
        assert time.monotonic() < late
        run.until(time.monotonic() + 0.05)
    environs = [Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for pid in run.running.values()]
    named = [line.decode().partition("=")[2] for lines in environs for line in lines if line.startswith(NAME.encode())]
    assert sorted(named) == [
        *("intake.1", "intake.2", "ledger.1", "reader.1", "reader.2", "reader.3", "redis.1", "room.1", "room.2"),
    ]
    ended: list[str] = []
    end = run.end
    run.end = lambda name: (ended.append(name), end(name))[1]  # type: ignore[method-assign]
    run.stop()
    assert run.running == {}
    kinds = [running.kind_of(name) for name in ended]
    assert kinds == ["intake"] * 2 + ["room"] * 2 + ["reader"] * 3 + ["ledger", "redis"]


def test_what_may_lag_stands_behind_what_brings_reports_in_and_shows_them(run: Run) -> None:
    run.want(run.commands)
    late = time.monotonic() + 30
    while len(run.running) < len(run.commands):
        assert time.monotonic() < late
        run.until(time.monotonic() + 0.05)
    behind = {name: precedence.BEHIND.get(running.kind_of(name), 0) for name in run.running}
    while groups() and {name: group(pid) for name, pid in run.running.items()} != behind:
        assert time.monotonic() < late, "the system shares by session"
        run.until(time.monotonic() + 0.05)
    own, nice = os.getpriority(os.PRIO_PROCESS, 0), {name: os.getpriority(0, pid) for name, pid in run.running.items()}
    run.stop()
    assert nice == {name: min(19, own + steps) for name, steps in behind.items()}
    assert behind["redis"] == behind["intake.2"] == 0 < behind["reader.3"] == behind["room"] < behind["ledger"]


def groups() -> bool:
    """Whether this system shares its processors out by session."""
    return Path("/proc/self/autogroup").exists()


def group(pid: int) -> int:
    """How far a process's session is behind others."""
    return int(Path(f"/proc/{pid}/autogroup").read_text().split()[-1]) if groups() else 0


def test_all_of_a_kind_are_spared_and_all_others_ended(tmp_path: Path) -> None:
    def left(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "100"], env={**os.environ, MARK: str(tmp_path), NAME: name})

    spared, other = [left("sealed.1"), left("sealed.2")], left("intake.2")
    late = time.monotonic() + 15
    while len(processes(str(tmp_path))) < 3:
        assert time.monotonic() < late
    assert end_leftovers(str(tmp_path), {"sealed", "seal"}) == 1
    assert other.wait(15) == -9
    assert [each.poll() for each in spared] == [None, None]
    for each in spared:
        each.kill()
        each.wait(15)


def test_the_second_room_listens_ten_ports_on(given: Settings) -> None:
    assert [own_port(5000, name) for name in ("room.1", "room.2", "room", "room.x", "console.1")] == [
        *(5000, 5010, 5000, 5000, 5000),
    ]


def test_a_port_of_a_second_room_or_of_measurements_that_is_taken_is_said_at_the_start(tmp_path: Path) -> None:

    [first] = [port for port in free_ports(20) if port < 60_000][:1]
    [public] = free_ports(1)
    made = settings_in(tmp_path, ROOMS="2", ROOM_PORT=str(first), INTAKE_PORT=str(public))
    free_doors(made)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 10))
        with pytest.raises(SystemExit, match=f"ROOM_PORT: 127.0.0.1:{first + 10} cannot be used"):
            free_doors(made)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        made = settings_in(tmp_path, METRICS_PORT=str(port), ROOM_PORT=str(first), INTAKE_PORT=str(public))
        with pytest.raises(SystemExit, match="METRICS_PORT"):
            free_doors(made)
