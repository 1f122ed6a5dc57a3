"""The one ordered record: append, read, follow, take and done. With `reached` the only module that knows Redis."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import redis

from server import events
from server.entries import START as START
from server.entries import Appended as Appended
from server.entries import Draft as Draft
from server.entries import Fact as Fact
from server.entries import Raw as Raw
from server.entries import arguments, entries
from server.entries import place as place
from server.entries import placed as placed
from server.reached import client
from server.redis_addresses import without_replicas

APPEND = (Path(__file__).with_name("append.lua")).read_text()
ROUND = 1.0  # seconds that one question waits for the next fact: a line that went silent is noticed soon after
PATIENCE = 2.0  # seconds that the socket outlasts a wait, or a quiet minute looks like a dead Redis
COPIED = 0.5  # seconds for replicas to have what was added


class Down(Exception):
    """The record cannot be reached, or cannot write, just now."""


class Brimful(Down):
    """The record's memory is full: what is there can be read, and nothing be added."""


class Stale(Exception):
    """The subject changed after the writer had read it."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the subject is at version {version}")
        self.version = version


class Log:
    """One election's facts, in order, for ever. Every method raises Down when Redis does not do its part. `full`:
    whether the last fact that was to be added found no room."""

    def __init__(self, address: str, election: str, *, longest_wait: float = 5.0, user: str = "") -> None:
        prefix = self.prefix = f"{{sr:{election}}}"  # the braces keep all keys of an election on one node of a cluster
        self.stream = f"{prefix}:facts"
        self._keys = [self.stream, *(f"{prefix}:{name}" for name in ("once", "versions", "counts", "late"))]
        url, self._replicas = without_replicas(address)
        self.client = client(url, user, self.stream, longest_wait)
        self._waiting = client(url, user, self.stream, ROUND + PATIENCE)
        self.full = False
        self._append = hashlib.sha1(APPEND.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def following(cls, address: str, election: str, wait: float) -> Self:
        """A log for somebody who waits `wait` seconds for the next fact, and for nothing else as long."""
        return cls(address, election, longest_wait=min(wait, PATIENCE))

    def append(
        self, event: events.Event, *, by: str, cause: str = "", once: Sequence[str] = (), expect: int | None = None
    ) -> Appended:
        """Add one fact. Raises Stale when its subject is no longer at version `expect`."""
        return self.append_all([Draft(event, by, cause, tuple(once), expect)])[0]

    def append_all(self, drafts: Iterable[Draft]) -> list[Appended]:
        """Add facts in order, in one step. Raises Stale if any was; the others then stand."""
        answers = self._added(args) if (args := [a for d in drafts for a in arguments(d)]) else []
        stale = [int(version) for status, _, version in answers if status == "stale"]
        if stale:
            raise Stale(stale[0])
        return [Appended(fact_id, status == "new", int(version)) for status, fact_id, version in answers]

    def again(self, raw: Raw, cause: str) -> str:
        """Add a fact that stood on a record before, unless it is there by one of its keys. Its place now."""
        got, once = raw.fields, raw.once()
        said = [got["wire"], got["v"], got["about"], got["by"], cause, "", "", got["body"]]
        return str(self._added([*said, len(once), *once, 0])[0][1])

    def first(self, key: str) -> str:
        """The place of the fact that has this `once` key; "" when there is none."""
        return self.look(self.client.hget, self._keys[1], key) or ""

    def _added(self, args: list[str | int]) -> Any:
        try:
            answers = self.ask(self._evaluate, args)
        except Brimful:
            self.full = True
            raise
        self.full = False
        return answers

    def _evaluate(self, args: list[str | int]) -> Any:
        said = (len(self._keys), *self._keys, *args)
        try:
            return self._copied("EVALSHA", self._append, *said)
        except redis.exceptions.NoScriptError:
            return self._copied("EVAL", APPEND, *said)

    def _copied(self, *words: str | int) -> Any:
        """What one command answers, once as many replicas have what it added as the address asks for."""
        if not self._replicas:
            return self.client.execute_command(*words)
        with self.client.pipeline(transaction=False) as pipe:  # of one connection: WAIT is about what that one wrote
            pipe.execute_command(*words)
            pipe.execute_command("WAIT", self._replicas, int(COPIED * 1000))
            answers, have = pipe.execute()
        if int(have) < self._replicas:
            raise redis.ConnectionError("too few replicas have what was added")
        return answers

    def read(self, after: str = START, count: int = 1000) -> list[Raw]:
        """Up to `count` facts behind place `after`."""
        return [Raw(*entry) for entry in self.look(self.client.xrange, self.stream, f"({after}", "+", count)]

    def follow(self, after: str, wait: float, count: int = 1000) -> list[Raw]:
        """The same, but when there is none yet, wait up to `wait` seconds for it."""
        ask = (self._waiting if wait else self.client).xread
        return self._waited(wait, lambda block: ask({self.stream: after}, count, block))

    def _waited(self, wait: float, ask: Any) -> list[Raw]:
        """What comes within so many seconds, asked for in rounds."""
        rounds = max(1, math.ceil(wait / ROUND))
        for _ in range(rounds):
            # None does not wait, where BLOCK 0 would wait for ever
            if found := entries(self.ask(ask, int(wait / rounds * 1000) or None)):
                return found
        return []

    def head(self) -> str:
        """The place of the newest fact; START on an empty log."""
        return next(iter(self.look(self.client.xrevrange, self.stream, "+", "-", 1)), (START,))[0]

    def join(self, group: str, start: str = "0") -> None:
        """Make the group of workers that shares the log behind `start` ("$": from now on), unless it is there."""
        try:
            self.ask(self.client.xgroup_create, self.stream, group, start, mkstream=True)
        except Down as fault:
            if "BUSYGROUP" not in str(fault.__cause__):
                raise

    def take(self, group: str, worker: str, count: int, wait: float) -> list[Raw]:
        """Facts for this worker alone: first those it took and never finished, one by one so that only the one that
        ends its worker is handed out again and again; else new ones."""
        ask = (self._waiting if wait else self.client).xreadgroup
        held = entries(self.ask(ask, group, worker, {self.stream: "0"}, 1))
        return held or self._waited(wait, lambda block: ask(group, worker, {self.stream: ">"}, count, block))

    def adopt(self, group: str, worker: str, idle: float, count: int = 100) -> int:
        """Take over facts that another worker has held for `idle` seconds. How many."""
        least = int(idle * 1000)
        # `justid`: taking over is not handing out, so it does not count as a delivery
        return len(self.ask(self.client.xautoclaim, self.stream, group, worker, least, "0-0", count, justid=True))

    def deliveries(self, group: str, worker: str) -> dict[str, int]:
        """How often each fact that this worker holds was handed out."""
        held = self.ask(self.client.xpending_range, self.stream, group, "-", "+", 1000, worker)
        return {entry["message_id"]: entry["times_delivered"] for entry in held}

    def at(self, fact_id: str) -> Raw | None:
        """The fact at this place."""
        return next((Raw(*entry) for entry in self.look(self.client.xrange, self.stream, fact_id, fact_id)), None)

    def done(self, group: str, ids: Sequence[str]) -> None:
        """These facts need no more work by this group."""
        if ids:
            self.ask(self.client.xack, self.stream, group, *ids)

    def ping(self) -> None:
        """Raises Down unless the record answers."""
        self.ask(self.client.ping)

    def ask(self, command: Any, *args: Any, **options: Any) -> Any:
        """Run one Redis command; whatever Redis says no to is Down."""
        try:
            return command(*args, **options)
        except redis.exceptions.OutOfMemoryError as fault:
            raise Brimful("the record's memory is full") from fault
        except (redis.RedisError, OSError) as fault:
            if not isinstance(fault, redis.ResponseError):
                # what lies idle was made to the same end: the next to ask must not find out one by one
                for each in (self.client, self._waiting):
                    each.connection_pool.disconnect(inuse_connections=False)
            raise Down("the record cannot be reached") from fault

    def look(self, command: Any, *args: Any) -> Any:
        """The same for what changes nothing: asked once more by a new connection, where the old one was dead."""
        try:
            return self.ask(command, *args)
        except Down as fault:
            if isinstance(fault.__cause__, redis.ResponseError):
                raise
            return self.ask(command, *args)
