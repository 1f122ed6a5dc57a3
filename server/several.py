"""How many processes of each kind run on this machine, and on which ports they listen."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.addresses import port

KINDS = ("intake", "reader", "room")  # of which there may be more than one process
MOST = 16  # processes of a kind
NEXT = 10  # from the port of one room process to that of the next


def number(env: Mapping[str, str], name: str, default: int, allowed: range, faults: list[str]) -> int:
    """The number that a setting names. What is none of `allowed` is added to `faults`."""
    text = env.get(name, "").strip() or str(default)
    if text in map(str, allowed):
        return int(text)
    faults.append(f"{name} is not a number from {allowed[0]} to {allowed[-1]}: {text!r}.")
    return default


def counted(env: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """The settings INTAKES, READERS, ROOMS and METRICS_PORT."""
    counts = {f"{kind}s": number(env, f"{kind.upper()}S", 1, range(1, MOST + 1), faults) for kind in KINDS}
    metrics = port(env, "METRICS_PORT", 0, faults) if env.get("METRICS_PORT", "").strip() else 0
    return {**counts, "metrics_port": metrics}


def ports(first: int, rooms: int) -> list[int]:
    """The port of each room process. Intakes share one: the kernel deals calls out among them."""
    return [first + NEXT * n for n in range(rooms)]


def own_port(first: int, process: str) -> int:
    """Where the room process of this name (`room.2`) listens."""
    return first + NEXT * (number_of(process) - 1)


def taken_twice(rooms: list[int], intake: int, metrics: int) -> Iterator[str]:
    """What is wrong with these ports, in sentences."""
    if intake in rooms:
        yield "ROOM_PORT and INTAKE_PORT are the same: each door needs a port of its own."
    if metrics in (*rooms, intake):
        yield "METRICS_PORT is a door's: it needs a port of its own."


def number_of(process: str) -> int:
    """Which of its kind a process of this name is (`room.2`), from 1 on."""
    end = process.rpartition(".")[2]
    return int(end) if end.isdecimal() and 0 < int(end) <= MOST else 1
