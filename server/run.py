"""Everything in the Procfile, in order: started, started again when it ends, stopped the other way round.

Honcho parses the Procfile, runs and prints; its own manager would end everything when one process
ends, and all at once.
"""

import contextlib
import itertools
import os
import queue
import signal
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer
from honcho.process import Process

from ingest.fetch import sources
from server import settings
from server.access import Access
from server.alone import MARK, end_leftovers, free_doors, keep_inside, only_one
from server.country.registry import example
from server.gazetteer.boundaries import load as load_pack
from server.log import Down, Log
from server.pack import Pack, PackError
from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
STOPPED = ("fetch", "intake", "room", "lookout", "learner", "courier", "reader", "ledger")  # doors first
AGAIN = 1.0  # seconds before a process that ended is started again
PATIENCE = 15.0  # seconds for a process to stop by itself
READY = 60.0  # seconds for everything to answer
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy is somebody else


class Run:
    """The processes of one room."""

    def __init__(self, given: Settings, out: IO[str] = sys.stdout) -> None:
        self.given = given
        self.home = str(given.data_dir.absolute())
        self.events: queue.Queue[Message] = queue.Queue()
        self.printer = Printer(out, width=9)
        procfile = parse_procfile((ROOT / "Procfile").read_text()).processes
        idle = {"redis": not given.own_redis, "fetch": not sources(given)}
        self.commands = {name: line for name, line in procfile.items() if not idle.get(name)}
        self.colours = dict(zip(self.commands, get_colours(), strict=False))
        self.running: dict[str, int] = {}  # name -> pid
        self.stopping = False

    def start(self, name: str) -> None:
        """Start one process; its lines and its end arrive as events."""
        bin_dir = str(Path(sys.executable).parent)
        env = {
            **os.environ,
            **settings.environment(ROOT),
            MARK: self.home,
            "HONCHO_PROCESS_NAME": f"{name}.1",
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{bin_dir}:{os.environ.get('PATH', '')}",
        }
        process = Process(f"exec {self.commands[name]}", name=name, colour=self.colours[name], env=env, cwd=str(ROOT))
        threading.Thread(target=process.run, args=(self.events,), daemon=True, name=name).start()

    def until(self, done: float | None = None) -> None:
        """Print lines, start again what ends, until `done` (monotonic seconds) or until everything has stopped."""
        while done is None or time.monotonic() < done:
            with contextlib.suppress(queue.Empty):
                self._take(self.events.get(timeout=0.1))
            if self.stopping and not self.running:
                return

    def until_there(self, name: str) -> None:
        """Print lines until the process is there: the next one is then started behind it."""
        late = time.monotonic() + PATIENCE
        while name not in self.running and time.monotonic() < late:
            self.until(time.monotonic() + 0.05)

    def _take(self, message: Message) -> None:
        if message.type == "line":
            self.printer.write(message)
        elif message.type == "start":
            self.running[message.name] = message.data["pid"]
        elif message.type == "stop":
            self.running.pop(message.name, None)
            if not self.stopping:
                self.say(f"{message.name} ended with {message.data['returncode']}; it is started again")
                threading.Timer(AGAIN, self._again, [message.name]).start()

    def _again(self, name: str) -> None:
        if not self.stopping:
            self.start(name)

    def stop(self) -> None:
        """Stop in order: doors first, the record last."""
        self.stopping = True
        order = [name for name in STOPPED if name in self.commands]
        for name in [*order, *(name for name in self.commands if name not in order)]:
            self._end(name)

    def _end(self, name: str) -> None:
        pid = self.running.get(name)
        if pid is None:
            return
        self.say(f"stopping {name}")
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)
            for _ in itertools.takewhile(lambda _: name in self.running, range(int(PATIENCE * 10))):
                self.until(time.monotonic() + 0.1)
            if name not in self.running:
                return

    def say(self, line: str) -> None:
        """A line of our own among theirs."""
        self.printer.write(Message("line", line, datetime.now(UTC).astimezone(), "run", None))


def answers(url: str) -> bool:
    """Whether somebody answers 200 there."""
    try:
        with DIRECT.open(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def banner(given: Settings, pack: Pack) -> str:
    """What a newcomer needs: where, how to get in, how to send."""
    access = Access(Log(given.record, given.pack), lambda name: None, lambda: datetime.now(UTC))
    lines = ["", f"  The room is open:  {given.room_base_url}/"]
    if not access.accounts():
        lines += [
            "  Nobody can sign in yet. Create the first administrator within 15 minutes, once:",
            f"    {given.room_base_url}/first?t={access.invite()}",
        ]
    door = f"http://{given.intake_host}:{given.intake_port}/"
    station = example(pack.stations, pack.prefixes)
    lines += ["  Send a first report:", f"    curl -d 'text=PR {station} 10:40 no official has come yet' {door}"]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def main() -> None:
    """Run the room until Ctrl-C."""
    keep_inside()
    given = settings.read(settings.environment(ROOT))
    try:
        pack = load_pack(given.pack, given.data_dir)
    except PackError as fault:
        sys.exit(str(fault))
    lock = only_one(given.data_dir)
    run = Run(given)
    if left := end_leftovers(run.home):
        run.say(f"ended {left} processes that an earlier run left behind")
    free_doors(given)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(run, "stopping", True))
    for name in itertools.takewhile(lambda _: not run.stopping, run.commands):
        run.start(name)
        run.until_there(name)
    _announce(run, pack)
    while not run.stopping:
        run.until(time.monotonic() + 0.5)
    run.stop()
    end_leftovers(run.home)  # one that was being started while we stopped
    lock.close()


def _announce(run: Run, pack: Pack) -> None:
    given, late = run.given, time.monotonic() + READY
    doors = [
        f"http://{given.intake_host}:{given.intake_port}/health",
        f"http://{given.room_host}:{given.room_port}/health",
    ]
    while not run.stopping and time.monotonic() < late:
        run.until(time.monotonic() + 0.2)
        if all(answers(door) for door in doors):
            with contextlib.suppress(Down):
                print(banner(given, pack), flush=True)
                return
    if not run.stopping:
        run.say("The room is not ready yet: look at the lines above. It goes on trying.")


if __name__ == "__main__":
    main()
