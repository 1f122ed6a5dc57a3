"""How many facts of a kind the record counts by itself, whatever anybody read of it."""

from typing import Any

from server.log import Log, Raw

MOST = 1000  # facts behind a place that are handed out with the count


def recorded(log: Log, wire: str, after: str) -> tuple[int | None, list[Raw]]:
    """How many facts of this kind were ever appended (None: a record from before it counted, to which nothing was added
    since), and the first facts behind place `after`, both at one moment. Raises server.log.Down."""

    def ask() -> list[Any]:
        with log.client.pipeline() as pipe:
            pipe.hlen(_counts(log))
            pipe.hget(_counts(log), wire)
            pipe.xrange(log.stream, f"({after}", "+", MOST)
            return list(pipe.execute())

    kinds, n, entries = log.ask(ask)
    return (int(n or 0) if kinds else None), [Raw(*entry) for entry in entries]


def counted(log: Log, wire: str) -> int:
    """How many facts of this kind were ever appended, as far as the record counted them. Raises server.log.Down."""
    return int(log.ask(log.client.hget, _counts(log), wire) or 0)


def recount(log: Log) -> None:
    """Let the next append count all that there is: after a program that did not count wrote beside one that did."""
    log.ask(log.client.delete, _counts(log))


def _counts(log: Log) -> str:
    return f"{log.prefix}:counts"
