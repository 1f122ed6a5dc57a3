"""When a room starts again all its screens are cut at once: in which turn each comes back, so that they come evenly."""

RATE = 16  # screens that come back in a second
SECOND = 1000  # ms


class Turns:
    """One for each screen that comes; any number of turns in a row is spread evenly, whoever left meanwhile."""

    def __init__(self) -> None:
        self._given, self._within = 0, 0

    def next(self) -> float:
        """The turn of one more screen, 0 to 1: halves, then quarters, then eighths, as a ruler is divided."""
        self._given, turn, step, rest = self._given + 1, 0.0, 0.5, self._given
        while rest:
            turn, step, rest = turn + step * (rest & 1), step / 2, rest >> 1
        return turn

    def within(self, screens: int) -> int:
        """In how many ms so many screens come back; whole seconds, which tell nobody how many there are."""
        return max(1, -(-screens // RATE)) * SECOND

    def moved(self, screens: int) -> int:
        """The same when it is another than at the last time of asking, else 0."""
        before, self._within = self._within, self.within(screens)
        return self._within if self._within != before else 0
