"""The bench's own two processes beside the room: whoever sends, and whoever looks."""

import contextlib
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.bench import load, screens
from tests.bench.load import Answers, Order
from tests.rig import ROOT


class Beside:
    """One of them: it is given something to do, and hands out what came of it."""

    def __init__(self, module: str, task: Any) -> None:
        command = [sys.executable, "-m", "tests.bench.started", module]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.give(task)

    def give(self, task: Any) -> None:
        """Hand it something."""
        assert self.process.stdin
        pickle.dump(task, self.process.stdin)
        self.process.stdin.flush()

    def wait_ready(self) -> None:
        """Until it says so."""
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n", "it ended before it was ready"

    def end(self) -> Any:
        """What came of it; it ends."""
        assert self.process.stdout
        return pickle.load(self.process.stdout)  # noqa: S301 - from a process that we started


@contextlib.contextmanager
def beside(module: str, task: Any) -> Iterator[Beside]:
    """A process beside the room, ended in the end whatever happens."""
    one = Beside(module, task)
    with one.process:
        try:
            yield one
        finally:
            one.process.kill()  # who handed out what came of it has nothing more to do


def loaded(order: Order) -> Answers:
    """Send what an order says, and wait for all answers."""
    with beside("load", order) as sends:
        sends.wait_ready()
        sends.give(time.monotonic() + 0.2)
        answers: Answers = sends.end()
    return answers


if __name__ == "__main__":
    {"load": load.main, "screens": screens.main}[sys.argv[1]]()
