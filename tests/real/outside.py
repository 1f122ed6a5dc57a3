"""Other people's programs, started for one test and ended by their process ids, and the room's door that they call."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server import events, seal, settings
from server.log import Log
from tests import doors
from tests.conftest import start_redis
from tests.rig import ROOT, free_ports

SAMPLES = ROOT / "docs" / "samples"  # what operators copy is what is run here


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait until something holds."""
    late = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < late, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def program(*command: str, output: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the end of the block; what it writes stands in `output`."""
    with output.open("ab") as out:
        popen = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=out, stderr=out)
    try:
        yield popen
    finally:
        end(popen)


def end(popen: subprocess.Popen[bytes]) -> None:
    """End a program kindly, or else not."""
    if popen.poll() is None:
        popen.terminate()
        try:
            popen.wait(15)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait(15)


def sample(name: str, folder: Path, places: dict[str, str]) -> Path:
    """A sample file with its places replaced, each of which must be in it."""
    text = (SAMPLES / name).read_text()
    for place, value in places.items():
        assert place in text, place
        text = text.replace(place, value)
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


@dataclass
class Room:
    """A record, and the door as a process that can be ended and started again on the same port."""

    folder: Path
    port: int
    log: Log
    env: dict[str, str]
    door: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start the door, and wait until it takes callers."""
        command = [sys.executable, "intake.py"]
        with (self.folder / "intake.log").open("ab") as out:
            self.door = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.env}, stdout=out, stderr=out)
        until(lambda: answers(self.port), "the door")

    def kill(self) -> None:
        """As a fault does: kill -9."""
        assert self.door
        self.door.send_signal(signal.SIGKILL)
        self.door.wait(10)

    def facts(self, kind: type) -> list:
        """All facts of one kind, however many there are."""
        found, after = [], "0-0"
        while batch := self.log.read(after):
            found += [raw.fact().event for raw in batch]
            after = batch[-1].id
        return [event for event in found if isinstance(event, kind)]

    def reports(self) -> list[events.ReportReceived]:
        """Every report that was received."""
        return self.facts(events.ReportReceived)

    def bodies(self) -> list[dict]:
        """What is sealed in each of them."""
        opener = seal.Opener(self.folder / "keys")
        return [opener.open(report.sealed) for report in self.reports()]

    def written(self) -> str:
        """What the door wrote into its log."""
        return (self.folder / "intake.log").read_text()


@contextlib.contextmanager
def room(folder: Path, *, opened: bool = True) -> Iterator[Room]:
    """A record and a door in `folder`, whose path must be short."""
    [port] = free_ports(1)
    env = {**doors.ENV, "DATA_DIR": str(folder), "REDIS_URL": "", "INTAKE_PORT": str(port), "PACK": "kh-2017"}
    env |= {"GATEWAYS": "kannel,gammu", "PUBLIC_BASE_URL": "", "TEXTS": "on", "TEXTS_BY": "gammu"}
    given = settings.read(env)
    seal.make_keys(folder / "keys")
    redis = start_redis(given)
    made = Room(folder, port, Log(given.record, given.pack), env)
    try:
        if opened:
            made.open()
        yield made
    finally:
        if made.door:
            end(made.door)
        made.log.client.close()
        end(redis)


@dataclass
class Relay:
    """Passes requests on to a door and notes how long each answer took, as its caller waited for it."""

    to: int
    port: int = 0
    took: list[float] = field(default_factory=list)  # milliseconds
    statuses: list[int] = field(default_factory=list)

    def __enter__(self) -> "Relay":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[caller], daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        door = http.client.HTTPConnection("127.0.0.1", self.to, timeout=30)
        with caller, caller.makefile("rb") as said, contextlib.suppress(OSError, http.client.HTTPException):
            while line := said.readline():
                method, path, _ = line.decode().split(" ", 2)
                while said.readline().strip():
                    pass
                began = time.monotonic()
                door.request(method, path)
                answer = door.getresponse()
                body = answer.read()
                self.took.append((time.monotonic() - began) * 1000)
                self.statuses.append(answer.status)
                head = f"HTTP/1.1 {answer.status} X\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
                caller.sendall(head.encode() + body)
        door.close()


def spread(took: list[float]) -> str:
    """Median, 95th and 99th percentile and longest."""
    p50, p95, p99 = (percentile(took, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:6.1f}   p95 {p95:6.1f}   p99 {p99:6.1f}   max {max(took):6.1f} ms   n {len(took)}"


def percentile(took: list[float], share: float) -> float:
    """The time that this share of them did not exceed."""
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]
