"""A Redis that is not the room's own: a real server on this machine, which a test may kill, freeze or fill."""

import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import redis

from server.embedded_redis import find_server
from tests.chaos.wire import Wire
from tests.rig import Rig

KEPT = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", "")


class Outside:
    """Started at once; what it holds stands in `folder` and outlives it."""

    def __init__(self, folder: Path, port: int, *words: str) -> None:
        folder.mkdir(exist_ok=True)
        self.port, self._folder = port, folder
        place = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder))
        self._words = [str(find_server()), *place, *KEPT, *words]
        self.admin = redis.Redis(port=port, socket_timeout=5)
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._words, stdout=quiet, stderr=quiet)
        late = time.monotonic() + 20
        while True:
            try:
                self.admin.ping()
                return
            except redis.RedisError:
                assert time.monotonic() < late, "Redis does not answer."
                time.sleep(0.05)

    def kill(self) -> None:
        """As a pulled plug does."""
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """For good."""
        self.admin.close()
        self.thaw()
        self.kill()


class Parts(NamedTuple):
    """A whole room, and the Redis of somebody else's that it writes to over a wire."""

    room: Rig
    redis: Outside
    wire: Wire
    token: str
