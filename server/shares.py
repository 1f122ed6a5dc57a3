"""How much each sender, gateway and address has sent lately: what comes over a share is read after all else."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

REMEMBERED = 20_000  # senders, gateways and addresses; then the one that was quiet longest is forgotten


@dataclass(frozen=True)
class Share:
    """So many at once, and after that so many a minute."""

    burst: int
    minute: float


Whose = tuple[str, str]  # what kind of share, and who: ("sender", alias)


class Shares:
    """Shares by kind, in memory only. Time is given in seconds of any clock, and may jump back."""

    def __init__(self, shares: dict[str, Share]) -> None:
        self._shares = shares
        self.more: dict[str, float] = {}  # kind -> how many more a minute may come, half of them at once
        self._used: OrderedDict[Whose, tuple[float, float]] = OrderedDict()  # -> how full at that time, and when
        self._lock = threading.Lock()

    def over(self, whose: Iterable[Whose], at: float) -> bool:
        """Whether one more would be more than any of these may send."""
        with self._lock:
            return any(self._full(each, at) + 1 > self._burst(each) for each in whose)

    def take(self, whose: Iterable[Whose], at: float) -> None:
        """One more was sent. What is over a share is not held against it, so that it frees itself at its own pace."""
        with self._lock:
            for each in whose:
                full = self._full(each, at)
                if full + 1 <= self._burst(each):
                    self._used[each] = (full + 1, at)
                    self._used.move_to_end(each)
            while len(self._used) > REMEMBERED:
                self._used.popitem(last=False)

    def _full(self, whose: Whose, at: float) -> float:
        full, since = self._used.get(whose, (0.0, at))
        minute = self._shares[whose[0]].minute + self.more.get(whose[0], 0)
        return max(0.0, full - max(0.0, at - since) * minute / 60)

    def _burst(self, whose: Whose) -> float:
        return self._shares[whose[0]].burst + self.more.get(whose[0], 0) / 2
