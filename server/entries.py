"""What is asked of the log and what stands on it: a draft, a fact, its place in the order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server import events

START = "0-0"  # the place before the first fact
STRIDE = 4_000_000  # facts that may have one millisecond: a clock that is set back holds it until it is that late again


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

    def once(self) -> list[str]:
        """The keys by which it is known; none of a fact from before they stood on the log."""
        return [key for key in self.fields.get("once", "").split("\n") if key]


@dataclass(frozen=True)
class Appended:
    """What became of a draft: its place (or the place of the first like it), and whether it is new."""

    id: str
    fresh: bool
    version: int


def place(fact_id: str) -> int:
    """A fact id as one number that sorts as the log does (ids are pairs of numbers; as text `10-0` < `9-0`)."""
    milliseconds, _, sequence = fact_id.partition("-")
    return int(milliseconds) * STRIDE + int(sequence or 0)


def placed(number: int) -> str:
    """The fact id that has this place."""
    return f"{number // STRIDE}-{number % STRIDE}"


def arguments(draft: Draft) -> list[str | int]:
    """A draft as append.lua wants it."""
    event, head, expect = draft.event, draft.head, "" if draft.expect is None else draft.expect
    says: list[str | int] = [event.wire, event.v, event.of, draft.by, draft.cause, expect, head, events.encode(event)]
    return [*says, len(draft.once), *draft.once, len(draft.beside), *(each for pair in draft.beside for each in pair)]


def entries(answer: Any) -> list[Raw]:
    """XREAD's answer: a list of streams, a mapping in newer protocols, or nothing."""
    streams = answer.items() if isinstance(answer, Mapping) else answer or []
    found = [entry for _, some in streams for entry in some]  # a mapping wraps the entries once more
    return [Raw(*entry) for entry in (found[0] if found and isinstance(found[0], list) else found)]
