"""The table that `tests.bench_ui` prints: what was aimed at, what was measured, and beside it what to compare with."""

import os
import statistics
from dataclasses import dataclass, field

NAMES = ("p50", "p95", "longest")
HEAD = f"{'':<45}{'aim':>11}{'p50':>9}{'p95':>9}{'longest':>9}{'n':>7}{'load':>6}"


def spread(milliseconds: list[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and longest; zeros of nothing."""
    ranked = sorted(milliseconds) or [0.0]
    return statistics.median(ranked), ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))], ranked[-1]


@dataclass
class Rows:
    """Printed as they come."""

    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        print(HEAD, flush=True)

    def aimed(self, what: str, milliseconds: list[float], aim: float, by: str = "p95", more: str = "") -> None:
        """What was measured, and whether the one of NAMES that counts is within the aim."""
        reached = spread(milliseconds)[NAMES.index(by)] <= aim
        self._row(what, f"{by} {aim:g}", milliseconds, f"{'reached' if reached else 'NOT reached'}  {more}")
        if not reached:
            self.failed.append(what)

    def beside(self, what: str, milliseconds: list[float], more: str = "") -> None:
        """A reference of the same run."""
        self._row(f"  beside: {what}", "", milliseconds, more)

    def _row(self, what: str, aim: str, milliseconds: list[float], more: str) -> None:
        p50, p95, longest = spread(milliseconds)
        measured = f"{p50:>9.1f}{p95:>9.1f}{longest:>9.1f}{len(milliseconds):>7}{os.getloadavg()[0]:>6.1f}"
        print(f"{what:<45}{aim:>11}{measured}  {more}".rstrip(), flush=True)
