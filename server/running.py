"""Processes of the Procfile: started, started again when they end, ended; and which of them are wanted just now.

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
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer
from honcho.process import Process

from server.alone import MARK, NAME
from server.precedence import Precedence
from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
STOPPED = (  # doors first
    *("fetch", "intake", "sealed", "room", "shut", "readmit"),
    *("lookout", "learner", "courier", "warden", "reader", "ledger"),
)
ENDS = "readmit"  # the one process that is done at some time
AGAIN = 1.0  # seconds before a process that ended is started again
PATIENCE = 15.0  # seconds for a process to stop by itself


def kind_of(name: str) -> str:
    """What the Procfile calls a process; the second of a kind is `intake.2`, the first `intake`."""
    return name.partition(".")[0]


class Run:
    """The processes of one room. `wanted`: the names of those that are to run now."""

    def __init__(self, given: Settings, idle: Iterable[str], out: IO[str] = sys.stdout) -> None:
        self.home = str(given.data_dir.absolute())
        self.events: queue.Queue[Message] = queue.Queue()
        self.printer = Printer(out, width=9)
        procfile = parse_procfile((ROOT / "Procfile").read_text()).processes
        several = {"intake": given.intakes, "reader": given.readers, "room": given.rooms}
        self.commands = {
            name if n == 1 else f"{name}.{n}": line
            for name, line in procfile.items()
            if name not in set(idle)
            for n in range(1, several.get(name, 1) + 1)
        }
        self.colours = dict(zip(self.commands, get_colours(), strict=False))
        self.running: dict[str, int] = {}  # name -> pid
        self._begun: set[str] = set()  # names of which one was started and has not ended
        self._due: dict[str, float] = {}  # name -> when it is to be started again, in monotonic seconds
        self.wanted: set[str] = set()
        self.stopping = False
        self._precedence = Precedence()

    def start(self, name: str) -> None:
        """Start one process, unless there is one; its lines and its end arrive as events."""
        self._due.pop(name, None)
        if name in self._begun:
            return
        self._begun.add(name)
        bin_dir = str(Path(sys.executable).parent)
        env = {  # without the settings of `.env`, which each reads for itself: secrets stand in no environment
            **os.environ,
            MARK: self.home,
            NAME: name if "." in name else f"{name}.1",
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{bin_dir}:{os.environ.get('PATH', '')}",
        }
        process = Process(f"exec {self.commands[name]}", name=name, colour=self.colours[name], env=env, cwd=str(ROOT))
        threading.Thread(target=self._see_through, args=(process,), daemon=True, name=name).start()

    def _see_through(self, process: Process) -> None:
        try:
            process.run(self.events)
        except OSError:  # the machine has no place for another process just now
            self.events.put(Message("stop", {"returncode": -1}, datetime.now(UTC), process.name, process.colour))

    def until(self, done: float | None = None) -> None:
        """Print lines, start again what ends, until `done` (monotonic seconds) or until everything has stopped."""
        while done is None or time.monotonic() < done:
            with contextlib.suppress(queue.Empty):
                self._take(self.events.get(timeout=0.1))
            self._precedence.look()
            for name in [name for name, due in self._due.items() if due <= time.monotonic()]:
                self._again(name)
            if self.stopping and not self.running:
                return

    def until_there(self, name: str) -> None:
        """Print lines until the process is there: the next one is then started behind it."""
        late = time.monotonic() + PATIENCE
        while name not in self.running and time.monotonic() < late:
            self.until(time.monotonic() + 0.05)

    def want(self, names: Iterable[str]) -> None:
        """From now on these are to run: those that do not are started, in the order of the Procfile."""
        self.wanted = set(names) & set(self.commands)
        for name in self.commands:
            if self.stopping:
                return
            if name in self.wanted and name not in self.running:
                self.start(name)
                self.until_there(name)

    def kill(self) -> None:
        """End whatever runs and is not wanted, as a pulled plug does."""
        for name in [name for name in self.running if name not in self.wanted]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.running[name], signal.SIGKILL)

    def _take(self, message: Message) -> None:
        if message.type == "line":
            self._print(message)
        elif message.type == "start":
            self.running[message.name] = message.data["pid"]
            self._precedence.started(message.data["pid"], kind_of(message.name))
        elif message.type == "stop":
            self.running.pop(message.name, None)
            self._begun.discard(message.name)
            self._ended(message.name, message.data["returncode"])

    def _ended(self, name: str, code: int) -> None:
        if name == ENDS and code == 0:
            self.wanted.discard(name)
        elif not self.stopping and name in self.wanted:
            self.say(f"{name} ended with {code}; it is started again")
            self._due[name] = time.monotonic() + AGAIN

    def _again(self, name: str) -> None:
        self._due.pop(name, None)
        if not self.stopping and name in self.wanted:
            self.start(name)

    def stop(self) -> None:
        """Stop in order: doors first, the record last."""
        self.stopping = True
        order = [name for kind in STOPPED for name in self.commands if kind_of(name) == kind]
        for name in [*order, *reversed([name for name in self.commands if name not in order])]:
            self.end(name)

    def end(self, name: str) -> None:
        """End one, that is no longer wanted, and wait for it."""
        self.wanted.discard(name)
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
        self._print(Message("line", line, datetime.now(UTC).astimezone(), "run", None))

    def _print(self, line: Message) -> None:
        with contextlib.suppress(OSError):  # a full disk takes no line, and whoever starts all others must outlive it
            self.printer.write(line)
