"""Each process says every few seconds that it lives, how far it is on the log, and what it takes of the machine."""

import contextlib
import json
import logging
import os
import resource
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server import settings
from server.drawer import Drawer
from server.log import Down, Log
from server.settings import Settings

KIND, ALL = "vital", "all"  # one place for all beats: to look for many would go through the whole drawer
EVERY = 2.0  # seconds between two beats
KEPT = 900  # seconds after which the last beat of a process that ended is forgotten
WAIT = 1.0  # seconds for the record: a beat is never worth more
PAGE = os.sysconf("SC_PAGE_SIZE")
STATM = Path("/proc/self/statm")
logger = logging.getLogger(__name__)


class Pulse:
    """The beats of one process. `cursor` says where it is on the log, "" for one that follows none; `told` what else
    there is to say of it: counts, never anything about a message or a person."""

    def __init__(
        self,
        log: Log,
        name: str,
        cursor: Callable[[], str] = lambda: "",
        told: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._drawer, self._name, self._cursor, self._told = Drawer(log), name, cursor, told
        self._n = 0

    def beat(self) -> None:
        """Say it once. Raises server.log.Down."""
        self._n += 1
        used = resource.getrusage(resource.RUSAGE_SELF)
        said = {
            "n": self._n,  # another one each time: whoever looks needs no clock of ours
            "pid": os.getpid(),
            "rss": int(STATM.read_text().split()[1]) * PAGE,
            "cpu": round(used.ru_utime + used.ru_stime, 2),
            "cursor": self._cursor(),
            "told": dict(self._told()),
        }
        self._drawer.mark(KIND, ALL, self._name, json.dumps(said), KEPT)

    def go_on(self) -> None:
        """Say it for ever; while the record is away there is nobody to tell."""
        while True:
            with contextlib.suppress(Down):
                self.beat()
            time.sleep(EVERY)


def begin(
    given: Settings, kind: str, cursor: Callable[[], str] = lambda: "", told: Callable[[], Mapping[str, Any]] = dict
) -> None:
    """From here on this process beats, from a thread of its own."""
    pulse = Pulse(Log(given.record, given.pack, longest_wait=WAIT), settings.process_name(kind), cursor, told)
    threading.Thread(target=pulse.go_on, daemon=True, name="pulse").start()
    logger.info("The %s is ready (process %s).", kind, os.getpid())
