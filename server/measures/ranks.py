"""Median and 90th percentile of measured durations, by nearest rank: each is a duration that was really measured."""

from collections.abc import Iterable
from typing import NamedTuple

ENOUGH = 10  # durations from which on a 90th percentile says something


class Ranks(NamedTuple):
    """Of `n` durations in seconds the `median` and the 90th percentile; None where there are too few."""

    n: int
    median: int | None
    p90: int | None


def ranks(durations: Iterable[float]) -> Ranks:
    """Of these durations, in any order."""
    ordered = sorted(durations)
    n = len(ordered)
    return Ranks(n, _at(ordered, 50) if n else None, _at(ordered, 90) if n >= ENOUGH else None)


def place(n: int, percent: int) -> int:
    """Where in `n` ordered values the smallest one stands that so many of a hundred do not exceed."""
    return max(0, -(-n * percent // 100) - 1)


def _at(ordered: list[float], percent: int) -> int:
    return round(ordered[place(len(ordered), percent)])
