"""How much the room folds at once, and that whoever looks has a turn between."""

from dashboard.live import MOST_CARDS
from dashboard.pace import BREATH, FEWEST, LONGEST, MOST, SLOWEST, TICK, TURN, Pace


class Others:
    """A clock, and others who have so many seconds of work to do whenever they may, on a machine that is so `slow`."""

    def __init__(self, work: float = 0.0, slow: float = 0.0) -> None:
        self.at, self.work, self.slow, self.used = 0.0, work, slow, 0.0

    def sleep(self, seconds: float) -> None:
        done = min(self.work, 0.05)
        self.work, self.used = self.work - done, self.used + done
        self.at += max(seconds, done) + self.slow

    def pace(self) -> Pace:
        return Pace(lambda: self.at, self.sleep, lambda: self.used)


def rested(facts: int, took: float, work: float = 0.0, slow: float = 0.0) -> float:
    others = Others(work, slow)
    others.pace().rest(facts, took)
    return others.at


def test_on_a_calm_day_a_patch_comes_ten_times_a_second_and_in_a_crowd_less_often() -> None:
    assert rested(1, 0.03) == TICK - 0.03
    assert rested(150, 0.0) == 2 * TICK
    assert rested(MOST - 1, 0.0) == SLOWEST * TICK
    assert rested(1, 5.0) == BREATH


def test_a_room_that_falls_behind_folds_less_at_once_until_others_have_their_turn_in_time() -> None:
    pace = Others().pace()
    for _ in range(10):
        pace.rest(pace.most, pace.most * 4 * LONGEST / MOST)
    assert pace.most == MOST // 4
    pace.rest(pace.most, 60.0)
    assert pace.most == FEWEST
    pace.rest(pace.most, 0.0)
    assert pace.most == MOST


def test_a_room_that_falls_behind_rests_as_long_as_others_have_work_and_not_longer_than_half_of_its_own() -> None:
    assert BREATH <= rested(MOST, 1.0) <= BREATH + 2 * TURN
    assert 0.3 <= rested(MOST, 1.0, work=0.3) <= 0.3 + 0.05
    assert 0.5 <= rested(MOST, 1.0, work=60.0) <= 0.5 + 0.05


def test_a_machine_that_is_busy_with_something_else_makes_the_room_rest_no_longer() -> None:
    assert rested(MOST, 1.0, slow=0.02) <= BREATH + TURN + 0.02


def test_as_many_facts_as_are_folded_at_once_fit_in_one_patch() -> None:
    assert MOST <= MOST_CARDS  # else every screen would ask for pages just when there is no time for them
