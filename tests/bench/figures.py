"""Figures of a run: spreads of times, and the table that is printed."""

from collections.abc import Sequence
from typing import Any

import numpy


def spread(seconds: Any) -> dict[str, float]:
    """Median, 95th and 99th percentile and the longest, in milliseconds; without any, nothing."""
    times = numpy.asarray(seconds, dtype=float).ravel() * 1000
    if not len(times):
        return {}
    p50, p95, p99 = numpy.percentile(times, (50, 95, 99))
    return {"p50": _round(p50), "p95": _round(p95), "p99": _round(p99), "max": _round(times.max())}


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns, the first to the left, the others to the right."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in texts) for n in range(len(head))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in texts
    ]
    return "\n".join(line.rstrip() for line in [lines[0], "-" * len(lines[0]), *lines[1:]])


def _round(value: float) -> float:
    return round(float(value), 1 if value >= 10 else 2)
