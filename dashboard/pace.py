"""How facts and people share the room's one processor: how many facts at once, and how long it rests behind them."""

from collections.abc import Callable

TICK = 0.1  # seconds between two patches; up to SLOWEST times as long with each CROWD: fewer patches cost less
CROWD, SLOWEST = 100, 3  # facts of one patch
MOST, FEWEST = 500, 50  # facts at once: about as many cards fit in one patch, so that no screen has to ask for pages
LONGEST = 0.4  # seconds for facts at once: meanwhile nobody is answered, and the time-outs of all who wait run on
BREATH = 0.01  # seconds that screens and desks get for themselves, however much there is to fold
TURN = 0.002  # seconds between two looks at whether others still have work


class Pace:
    """Of one follower. `clock` runs only forward, in seconds; `sleep` lets all others work; `used` tells how many
    seconds of a processor they took so far: by the clock, a machine that is busy with something else looks like work.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None], used: Callable[[], float]) -> None:
        self.most = MOST  # facts that are to be folded next
        self._clock, self._sleep, self._used = clock, sleep, used

    def rest(self, facts: int, took: float) -> None:
        """Let others work, after so many facts that took so many seconds."""
        if facts < self.most:  # else more is there already
            self._sleep(max(BREATH, TICK * min(SLOWEST, 1 + facts // CROWD) - took))
            return
        self.most = max(FEWEST, min(MOST, int(facts * LONGEST / max(took, TURN))))
        self._breathe(self._clock() + max(BREATH, took / 2))

    def _breathe(self, until: float) -> None:
        """Until nobody has anything to do any more; for BREATH at least, and no longer than a share of what folding
        takes, or the room would fall further behind."""
        least = self._clock() + BREATH
        while self._clock() < until:
            before = self._used()
            self._sleep(TURN)
            if self._clock() >= least and self._used() - before < TURN / 2:
                return
