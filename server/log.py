"""The one ordered record: append, read, follow, take and done. The only module that knows Redis."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from server import events
from server.redis_users import Mine

APPEND = (Path(__file__).with_name("append.lua")).read_text()
START = "0-0"  # the place before the first fact
PATIENCE = 5.0  # seconds that the socket outlasts a wait, or a quiet minute looks like a dead Redis


class Down(Exception):
    """The record cannot be reached, or cannot write, just now."""


class Stale(Exception):
    """The subject changed after the writer had read it."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the subject is at version {version}")
        self.version = version


@dataclass(frozen=True)
class Draft:
    """A fact that somebody asks for: `by` whom, because of which fact (`^`: the one before it in the same call), `once`
    for each key, while its subject is at version `expect`, others (`about:id`) `beside`, the log's end at `head`."""

    event: events.Event
    by: str
    cause: str = ""
    once: tuple[str, ...] = ()
    expect: int | None = None
    beside: tuple[tuple[str, int], ...] = ()
    head: str = ""


@dataclass(frozen=True)
class Fact:
    """A fact on the log. `id` is its place, `version` counts the facts of its subject."""

    id: str
    event: events.Event
    by: str
    cause: str
    version: int


@dataclass(frozen=True)
class Raw:
    """A fact as it stands on the wire, for whoever copies or hashes it: every field a string."""

    id: str
    fields: dict[str, str]

    def fact(self) -> Fact:
        """The fact itself. Raises events.Unknown."""
        got = self.fields
        event = events.decode(got["wire"], int(got["v"]), got["about"].partition(":")[2], got["body"])
        return Fact(self.id, event, got["by"], got["cause"], int(got["version"]))


@dataclass(frozen=True)
class Appended:
    """What became of a draft: its place (or the place of the first like it), and whether it is new."""

    id: str
    fresh: bool
    version: int


def place(fact_id: str) -> int:
    """A fact id as one number that sorts as the log does (ids are pairs of numbers; as text `10-0` < `9-0`)."""
    milliseconds, _, sequence = fact_id.partition("-")
    return int(milliseconds) * 1_000_000 + int(sequence or 0)


class Log:
    """One election's facts, in order, for ever. Every method raises Down when Redis does not do its part."""

    def __init__(self, address: str, election: str, *, longest_wait: float = 5.0, user: str = "") -> None:
        prefix = self.prefix = f"{{sr:{election}}}"  # the braces keep all keys of an election on one node of a cluster
        self.stream = f"{prefix}:facts"
        self._keys = [self.stream, f"{prefix}:once", f"{prefix}:versions", f"{prefix}:counts"]
        patience = {"socket_timeout": longest_wait, "socket_connect_timeout": min(longest_wait, 2.0)}
        options: dict[str, Any] = {"decode_responses": True, "retry": Retry(NoBackoff(), 0), **patience}
        own: dict[str, Any] = {"unix_socket_path": address, "credential_provider": Mine(Path(address), user)}
        self.client = redis.from_url(address, **options) if "://" in address else redis.Redis(**own, **options)
        self._append = hashlib.sha1(APPEND.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def following(cls, address: str, election: str, wait: float) -> Self:
        """A log for somebody who waits `wait` seconds for the next fact."""
        return cls(address, election, longest_wait=wait + PATIENCE)

    def append(
        self, event: events.Event, *, by: str, cause: str = "", once: Sequence[str] = (), expect: int | None = None
    ) -> Appended:
        """Add one fact. Raises Stale when its subject is no longer at version `expect`."""
        return self.append_all([Draft(event, by, cause, tuple(once), expect)])[0]

    def append_all(self, drafts: Iterable[Draft]) -> list[Appended]:
        """Add facts in order, in one step. Raises Stale if any was; the others then stand."""
        answers = self.ask(self._evaluate, args) if (args := [a for d in drafts for a in _arguments(d)]) else []
        stale = [int(version) for status, _, version in answers if status == "stale"]
        if stale:
            raise Stale(stale[0])
        return [Appended(fact_id, status == "new", int(version)) for status, fact_id, version in answers]

    def first(self, key: str) -> str:
        """The place of the fact that has this `once` key; "" when there is none."""
        return self.ask(self.client.hget, self._keys[1], key) or ""

    def _evaluate(self, args: list[str | int]) -> Any:
        try:
            return self.client.evalsha(self._append, len(self._keys), *self._keys, *args)
        except redis.exceptions.NoScriptError:
            return self.client.eval(APPEND, len(self._keys), *self._keys, *args)

    def read(self, after: str = START, count: int = 1000) -> list[Raw]:
        """Up to `count` facts behind place `after`."""
        return [Raw(*entry) for entry in self.ask(self.client.xrange, self.stream, f"({after}", "+", count)]

    def follow(self, after: str, wait: float, count: int = 1000) -> list[Raw]:
        """The same, but when there is none yet, wait up to `wait` seconds for it."""
        # None does not wait, where BLOCK 0 would wait for ever
        return _entries(self.ask(self.client.xread, {self.stream: after}, count, int(wait * 1000) or None))

    def head(self) -> str:
        """The place of the newest fact; START on an empty log."""
        return next(iter(self.ask(self.client.xrevrange, self.stream, "+", "-", 1)), (START,))[0]

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
        ask, block = (self.client.xreadgroup, group, worker), int(wait * 1000) or None
        held = _entries(self.ask(*ask, {self.stream: "0"}, 1))
        return held or _entries(self.ask(*ask, {self.stream: ">"}, count, block))

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
        return next((Raw(*entry) for entry in self.ask(self.client.xrange, self.stream, fact_id, fact_id)), None)

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
        except (redis.RedisError, OSError) as fault:
            raise Down("the record cannot be reached") from fault


def _arguments(draft: Draft) -> list[str | int]:
    """A draft as append.lua wants it."""
    event, head, expect = draft.event, draft.head, "" if draft.expect is None else draft.expect
    says: list[str | int] = [event.wire, event.v, event.of, draft.by, draft.cause, expect, head, events.encode(event)]
    return [*says, len(draft.once), *draft.once, len(draft.beside), *(each for pair in draft.beside for each in pair)]


def _entries(answer: Any) -> list[Raw]:
    """XREAD's answer: a list of streams, a mapping in newer protocols, or nothing."""
    streams = answer.items() if isinstance(answer, dict) else answer or []
    found = [entry for _, entries in streams for entry in entries]  # a mapping wraps the entries once more
    return [Raw(*entry) for entry in (found[0] if found and isinstance(found[0], list) else found)]
