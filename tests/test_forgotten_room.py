"""Whoever may remember ends when somebody is forgotten: the real processes; and what ends is started again."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import seal
from server.log import Draft, Log
from server.pack import Pack
from server.running import ROOT, Run
from tests.conftest import settings_in, start_redis
from tests.days import SOURCES, Pen, report_id
from tests.house import ENV, House, build
from tests.rig import free_ports
from tests.test_forgetting import anew, asks, texts

pytestmark = pytest.mark.whole
GONE, STAYS = SOURCES[1:]
REMEMBER = {
    "reader": "-m server.reader",
    "lookout": "-m server.lookout",
    "courier": "-m server.courier",
    "room": "room.py",
}
READY = {
    "reader": "reader is ready",
    "lookout": "lookout is ready",
    "courier": "courier is ready",
    "room": "has folded",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: unix sockets have short names."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def record(folder: Path) -> Iterator[str]:
    """A record of its own: these processes know no other name for it than the pack's."""
    given = settings_in(folder)
    server = start_redis(given)
    yield os.path.abspath(given.record)
    server.terminate()
    server.wait(10)


def until(holds: Callable[[], bool], what: str) -> None:
    late = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < late, f"{what} did not come"
        time.sleep(0.05)


class Begun:
    """One real process of a room, ready."""

    def __init__(self, name: str, folder: Path, record: str) -> None:
        room_port, intake_port = free_ports(2)
        at = {"DATA_DIR": str(folder), "REDIS_URL": f"unix://{record}"}
        ports = {
            "ROOM_PORT": str(room_port),
            "INTAKE_PORT": str(intake_port),
            "PUBLIC_BASE_URL": "",
            "ROOM_BASE_URL": "",
        }
        self.said = folder / f"{name}.log"
        with self.said.open("wb") as out:
            environ = {**os.environ, **ENV, **at, **ports, "PYTHONDONTWRITEBYTECODE": ""}
            command = [sys.executable, *REMEMBER[name].split()]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out)
        until(lambda: READY[name] in self.said.read_text(), f"the {name}")

    def ends(self) -> int:
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()


@pytest.mark.security("S5", "the room forgets a source")
def test_the_processes_that_may_remember_end_and_other_reports_go_on(folder: Path, record: str, pack: Pack) -> None:
    log, keys = Log(record, pack.name), folder / "data"
    seal.make_keys(keys / "keys")
    house, pen = build(keys, pack, log), Pen(keys)
    log.append_all(Draft(pen.received(n, f"canary {n}", of), by="gateway:kannel") for n, of in enumerate((GONE, STAYS)))
    running = {name: Begun(name, keys, record) for name in REMEMBER}
    try:
        until(lambda: len([raw for raw in log.read() if raw.fields["wire"] == "report.read"]) == 2, "their reading")
        agreed(house)
        assert {name: begun.ends() for name, begun in running.items()} == dict.fromkeys(REMEMBER, 0)
        wires = [raw.fields["wire"] for raw in log.read()]
        assert (wires.count("source.forgotten"), wires.count("act.done")) == (1, 1)
        log.append(pen.received(2, "sparrow 2", STAYS), by="gateway:kannel")
        running["reader"] = Begun("reader", keys, record)
        until(lambda: [raw.fields["wire"] for raw in log.read()].count("report.read") == 3, "the next report's reading")
        assert texts(anew(log, keys)) == {"canary 1", "sparrow 2"}
    finally:
        for begun in running.values():
            begun.process.kill()
            begun.process.wait(10)


def agreed(house: House) -> None:
    """Two persons agree that the first source is to be forgotten."""
    house.fold()
    lead, second = (
        house.at_desk("Dara", "security_lead", "Network A"),
        house.at_desk("Bopha", "administrator", "Network B"),
    )
    act = asks(house, lead, report=report_id(0))
    assert second.post(f"/api/v1/acts/{act}/confirmation").status_code == 202


def test_a_process_that_ends_by_itself_is_started_again(folder: Path) -> None:
    given, out = settings_in(folder), io.StringIO()
    run = Run(given, [], out)
    run.commands = {"reader": "sleep 0.3"}
    run.want(["reader"])
    until(
        lambda: run.until(time.monotonic() + 0.1) is None and out.getvalue().count("ended with 0") >= 2,
        "a new beginning",
    )
    run.stop()
