"""The room's own process with a crowded day in its board, for `tests.bench_ui`; the others beside it when wanted."""

import warnings

if __name__ == "__main__":  # as room.py does, before anything else is imported
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

    import eventlet

    eventlet.monkey_patch()

import contextlib
import os
import runpy
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

from honcho.environ import parse_procfile

from dashboard.live import SPACE, Live
from ingest.callers import Rehearsal
from ingest.crowd import Answers, Crowd, Wire
from ingest.day import script
from ingest.rehearse import jobs, plan_of
from server import pack as packs
from tests import crowded, fitted
from tests.conftest import start_redis
from tests.rig import ROOT, Rig, prepared

HOUR = 15  # of the day, in its zone: the crowded day ends then, and that hour is rehearsed in a minute
SPEED = 60
SEED = 2017
READY = 180  # seconds for a process, on a machine with much else to do
BESIDE = ("intake", "reader", "courier", "lookout", "ledger")


def begins() -> datetime:
    """When the hour that is rehearsed begins."""
    pack = packs.load("kh-2017")
    return datetime.combine(pack.day, datetime.min.time(), pack.zone) + timedelta(hours=HOUR)


@contextlib.contextmanager
def crowded_process(folder: Path, people: dict[str, str]) -> Iterator[Rig]:
    """A room in a process of its own: 20,000 incidents among 100,000 reports, a roster; `people`: name -> role."""
    rig = prepared(folder)
    fitted.put(rig.given)
    redis = start_redis(rig.given)
    environ = {**os.environ, **rig.env}
    try:
        for name, role in people.items():
            rig.account(name, role)
        roster = subprocess.run(
            [sys.executable, "-m", "ingest.rehearse", "--roster"],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            check=True,
        ).stdout
        enrol = [sys.executable, "-m", "server", "roster", "import", "--rehearsal", "-"]
        subprocess.run(enrol, cwd=ROOT, env=environ, input=roster, stdout=subprocess.DEVNULL, check=True)
        with _running(rig, "python -m tests.bench_room") as process:
            rig.until(lambda: process.poll() is not None or _answers(rig, rig.given.room_port), READY, "the room")
            assert process.poll() is None, rig.output.read_text()
            yield rig
    finally:
        redis.terminate()
        redis.wait(10)


@contextlib.contextmanager
def beside(rig: Rig) -> Iterator[None]:
    """Everything else of a room, as the Procfile starts it."""
    lines = parse_procfile((ROOT / "Procfile").read_text()).processes
    with contextlib.ExitStack() as stack:
        for name in BESIDE:
            stack.enter_context(_running(rig, lines[name]))
        rig.until(lambda: _answers(rig, rig.given.intake_port), READY, "the door")
        yield


@contextlib.contextmanager
def rehearsed(rig: Rig) -> Iterator[Answers]:
    """That hour of the rehearsal, sent in a minute by a thread of its own; the answers so far."""
    pack, since = packs.load(rig.given.pack), begins()
    day = script(pack, plan_of(pack.name), SEED, rig.given.gateways)
    hour = [each for each in day if since <= each.at < since + timedelta(hours=1)]
    with Wire(rig.given) as wire, (rig.folder / "sent.txt").open("w") as out:
        crowd = Crowd(wire.send, out)
        play = jobs(hour, Rehearsal("bench", rig.given, time.time), SPEED, pack.zone)
        sends = threading.Thread(target=crowd.send_all, args=(play, len(hour)))
        sends.start()
        yield crowd.answers
        sends.join()


@contextlib.contextmanager
def _running(rig: Rig, line: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this room, ended in the end."""
    command = [sys.executable, *shlex.split(line)[1:]]
    with rig.output.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **rig.env}, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _answers(rig: Rig, port: int) -> bool:
    try:
        return rig.ask(port, "GET", "/health")[0] == 200
    except OSError:
        return False


def _catch_up(live: Live) -> int:
    """The record, then a crowded day that is on no record; and an echo, to compare with."""
    folded = KEPT(live)
    crowded.fill(live.room.board, live.room.pack, until=begins())
    live.socketio.on_event("echo", lambda said: said, namespace=SPACE)
    return folded


KEPT = Live.catch_up

if __name__ == "__main__":
    with mock.patch.object(Live, "catch_up", _catch_up):
        runpy.run_path(str(ROOT / "room.py"), run_name="__main__")  # as the Procfile does: it brings eventlet itself
