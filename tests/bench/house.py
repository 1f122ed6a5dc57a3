"""A whole room for a bench: prepared with its observers enrolled, started, warmed, asked what it knows, and stopped."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from server import events, seal
from server import pack as packs
from server.drawer import Drawer
from server.log import START, Down, Log, Raw
from server.monitors import importing
from server.people.sessions import Sessions, hashed
from tests import fitted
from tests.bench.observers import Observers
from tests.bench.processes import Watch
from tests.conftest import start_redis
from tests.rig import ROOT, prepared

READY = 600.0  # seconds for a room to answer, with a long record
PAGES = 10  # tries for a page of cards, when a room is too busy
CALM = 0.1  # of one processor, that all of a room may take when it is at rest
PEOPLE = ("Amina", "Bopha", "Chan", "Dara", "Em")  # analysts, who look at the screens


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own on this machine's disk, with a short path; it is gone in the end."""
    made = Path(tempfile.mkdtemp(prefix="nb", dir="/tmp"))  # noqa: S108 - the name is nobody's to guess
    try:
        yield made
    finally:
        shutil.rmtree(made)


def say(what: str) -> None:
    """A line for whoever waits, with the hour."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


class Away(Exception):
    """The room's door to its data did not answer 200."""


class House:
    """One room. `redis()` runs its Redis alone, `open()` all of it."""

    def __init__(self, home: Path) -> None:
        self.rig = prepared(home)
        self.given = self.rig.given
        self.pack = packs.load(self.given.pack)
        self.keys = self.given.data_dir / "keys"
        self.log = Log(self.given.record, self.given.pack, longest_wait=30.0)
        fitted.put(self.given)
        self.lead = self.looks = ""
        self.refused = Counter[int]()  # answers of the room's door that were not 200

    @contextlib.contextmanager
    def redis(self) -> Iterator[None]:
        """Its Redis, without anything else."""
        process = start_redis(self.given)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)
            self.log.client.close()

    def furnish(self, observers: Observers) -> None:
        """Enrol them, and let people in; its Redis runs."""
        vault = seal.Vault(self.given.data_dir)
        importing.write(observers.enrolled(seal.Sealer(self.keys), vault), self.log, vault, "console")
        vault.close()
        for name in PEOPLE:
            self.rig.account(name, "analyst")
        self.lead, self.looks = self.rig.token("security_lead"), self.rig.token("analyst")

    @contextlib.contextmanager
    def open(self) -> Iterator[float]:
        """All of it, as `make run` starts it: seconds until both doors answered."""
        rig, began = self.rig, time.monotonic()
        with rig.output.open("ab") as out:
            environ = {**os.environ, **rig.env}
            rig.process = subprocess.Popen(
                [sys.executable, "-m", "server.run"], cwd=ROOT, env=environ, stdout=out, stderr=out
            )
        try:
            rig.until(self._answers, READY, "the room")
            yield time.monotonic() - began
        finally:
            rig.stop()
            self.log.client.close()

    def _answers(self) -> bool:
        assert self.rig.process
        assert self.rig.process.poll() is None, self.rig.output.read_text()[-3000:]
        try:
            return all(
                self.rig.ask(port, "GET", "/health")[0] == 200
                for port in (self.given.intake_port, self.given.room_port)
            )
        except OSError:
            return False

    def calm(self, seconds: float) -> None:
        """Wait until its processes are at rest, so long at most."""
        late = time.monotonic() + seconds
        while time.monotonic() < late:
            watch = Watch(self.rig, {})
            watch.look()
            time.sleep(1)
            watch.look()
            if sum(row["cpu"] for row in watch.told().values()) < CALM:
                return

    def seats(self, many: int) -> list[tuple[str, str]]:
        """So many sessions of people at desks: the cookie, and the word that their page knows."""
        sessions, found = Sessions(Drawer(self.log), lambda: datetime.now(UTC)), []
        for n in range(many):
            session = sessions.begin(PEOPLE[n % len(PEOPLE)])
            found.append((f"session-{self.given.room_port}={session}", sessions.of(hashed(session))["csrf"]))
        return found

    def progress(self) -> tuple[int, int]:
        """Reports on the record: how many came in, and how many of them were read or set aside."""
        kinds = (events.ReportReceived.wire, events.ReportRead.wire, events.ReportSetAside.wire)

        def ask() -> list[Any]:
            with self.log.client.pipeline(transaction=False) as pipe:
                for kind in kinds:
                    pipe.hget(f"{self.log.prefix}:counts", kind)
                return list(pipe.execute())

        came, *done = (int(each or 0) for each in self.log.ask(ask))
        return came, sum(done)

    def counts(self) -> dict[str, Any]:
        """The board's own figures, as an analyst's screen has them."""
        return self._get("/api/v1/counts", self.looks)

    def cards(self) -> list[dict[str, Any]]:
        """Every card of the board, restricted ones too, as a security lead may see them."""
        found, after = [], START
        while True:
            page = self._get(f"/api/v1/changes?{urlencode({'after': after, 'list': 'all'})}", self.lead, PAGES)
            found += page["cards"]
            after = page["cursor"]
            if not page["more"]:
                return found

    def received(self) -> Iterator[Raw]:
        """Every fact of a report that came in, from the record."""
        after = START
        while raws := self.log.read(after, 1000):
            yield from (raw for raw in raws if raw.fields["wire"] == events.ReportReceived.wire)
            after = raws[-1].id

    def all_read(self, many: int, seconds: float) -> bool:
        """Wait until so many reports are on the record and all of them are read, on the board too."""
        late = time.monotonic() + seconds
        while time.monotonic() < late:
            with contextlib.suppress(Down, Away):
                came, done = self.progress()
                if came >= many and done >= came and not self._waits():
                    return True
            time.sleep(0.25)
        return False

    def _waits(self) -> int:
        counts = self.counts()
        return int(counts["raw"] + counts["waiting"])

    def _get(self, path: str, token: str, tries: int = 1) -> dict[str, Any]:
        """What the room's door answers. Raises Away."""
        for left in reversed(range(tries)):
            try:
                return self._once(path, token)
            except Away:
                if not left:
                    raise
                time.sleep(1)
        raise AssertionError

    def _once(self, path: str, token: str) -> dict[str, Any]:
        status, body = self.rig.ask(self.given.room_port, "GET", path, Authorization=f"Bearer {token}")
        if status != 200:
            self.refused[status] += 1
            raise Away(f"{status}: {body[:200]!r}")
        return dict(json.loads(body))
