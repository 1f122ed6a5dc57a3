"""The rules of coverage: who should have spoken, and what it means when they do not."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import coverage
from server.country.schedule import Schedule
from server.coverage import STATES, Sign, state, told
from server.pack import Pack


@pytest.fixture(scope="module")
def day(pack: Pack) -> Schedule:
    return pack.schedule


def at(day: Schedule, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return day.begins + timedelta(hours=int(hours), minutes=int(minutes))


def signs(day: Schedule, *said: str) -> list[Sign]:
    """ "06:20 KA" is a check-in, "06:20" any other message."""
    return [Sign(at(day, each.split()[0]), tuple(each.split()[1:])) for each in said]


def seen(day: Schedule, clock: str, *said: str, no_signal: bool = False) -> str:
    return state(told(signs(day, *said), day), no_signal, day, at(day, clock))


def test_before_anything_is_due_nobody_is_missing(day: Schedule) -> None:
    assert seen(day, "06:29") == "not_due"
    assert seen(day, "06:29", "06:10 KA") == "heard"


def test_a_check_in_that_is_due_is_late_within_its_grace_and_then_never_heard(day: Schedule) -> None:
    assert [seen(day, clock) for clock in ("06:30", "06:59", "07:00", "12:00")] == ["late", "late", "never", "never"]


def test_a_station_that_was_heard_is_late_and_then_silent_until_it_is_heard_again(day: Schedule) -> None:
    said = ("06:20 KA", "07:10 KB")
    times = ("07:14", "11:59", "12:00", "12:59", "13:00", "15:20")
    assert [seen(day, clock, *said) for clock in times] == ["heard", "heard", "late", "late", "silent", "silent"]
    assert seen(day, "13:21", *said, "13:20 KC") == "heard"


def test_a_silent_station_does_not_become_late_again_when_the_next_check_in_is_due(day: Schedule) -> None:
    assert seen(day, "12:01", "06:20 KA") == "silent"
    assert seen(day, "12:01") == "never"


def test_any_message_since_a_check_in_was_due_is_as_good_as_the_check_in_but_did_not_make_it_come(
    day: Schedule,
) -> None:
    assert seen(day, "13:00", "12:00") == "heard"
    assert seen(day, "13:00", "11:59") == "silent"
    known = told(signs(day, "12:00"), day)
    assert (known.met[2], known.came[2]) == (at(day, "12:00"), None)


def test_a_check_in_may_come_before_it_is_due_but_not_before_it_counts(day: Schedule) -> None:
    assert seen(day, "13:00", "10:30 KC") == "heard"
    assert seen(day, "13:00", "10:29 KC") == "silent"


def test_who_tells_of_a_later_check_in_need_not_send_the_one_before(day: Schedule) -> None:
    assert seen(day, "18:30", "17:30 KF") == "heard"
    known = told(signs(day, "17:30 KF"), day)
    assert [one is not None for one in known.met] == [True] * 6 + [False]
    assert [one is not None for one in known.came] == [False] * 5 + [True, False]


def test_where_no_monitor_has_a_signal_silence_is_told_as_such_and_a_message_counts_like_any_other(
    day: Schedule,
) -> None:
    assert [seen(day, clock, no_signal=True) for clock in ("05:00", "06:40", "20:00")] == ["no_signal"] * 3
    assert seen(day, "07:40", "07:20", no_signal=True) == "heard"
    assert seen(day, "14:00", "07:20", no_signal=True) == "silent"


def test_yesterday_and_the_day_after_are_no_sign_of_life_but_the_night_of_the_count_is(day: Schedule) -> None:
    before, after = Sign(day.begins - timedelta(seconds=1), ("KA",)), Sign(day.ends, ("KG",))
    assert told([before, after], day).first is None
    assert told([Sign(day.ends - timedelta(seconds=1), ("KG",))], day).met[-1] is not None


def test_a_place_is_silent_below_its_share_and_those_within_grace_are_not_held_against_it(day: Schedule) -> None:
    def counts(**given: int) -> dict[str, int]:
        return dict.fromkeys(STATES, 0) | given

    assert not coverage.silent_place(counts(heard=7, never=3), day)
    assert coverage.silent_place(counts(heard=69, silent=20, never=6, no_signal=5), day)
    assert not coverage.silent_place(counts(late=10), day)
    assert not coverage.silent_place(counts(), day)


CLOCKS = st.integers(0, 29 * 60).map(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}")
CODES = st.sampled_from(["", "KA", "KB", "KC", "KD", "KE", "KF", "KG", "XB"])
SAID = st.lists(st.tuples(CLOCKS, CODES).map(" ".join), max_size=8)


@given(said=SAID, now=CLOCKS, no_signal=st.booleans())
def test_one_more_message_never_makes_a_station_more_silent(
    pack: Pack, said: list[str], now: str, no_signal: bool
) -> None:
    day, order = pack.schedule, ["heard", "late", "silent", "never", "no_signal", "not_due"]
    for cut in range(len(said)):
        fewer, more = (seen(day, now, *said[:n], no_signal=no_signal) for n in (cut, cut + 1))
        assert fewer == more or order.index(more) < order.index(fewer)


@given(said=SAID, now=CLOCKS)
def test_the_order_in_which_messages_arrive_does_not_matter(pack: Pack, said: list[str], now: str) -> None:
    assert seen(pack.schedule, now, *said) == seen(pack.schedule, now, *reversed(said))


@given(said=SAID, now=CLOCKS)
def test_what_was_true_at_an_hour_stays_true_of_that_hour(pack: Pack, said: list[str], now: str) -> None:
    day = pack.schedule
    known_then = [each for each in said if at(day, each.split()[0]) <= at(day, now)]
    assert seen(day, now, *said) == seen(day, now, *known_then)


@given(said=SAID)
def test_who_meets_a_check_in_has_met_all_before_it(pack: Pack, said: list[str]) -> None:
    known = told(signs(pack.schedule, *said), pack.schedule)
    chain = [known.first, *known.met]
    for first, then in zip(chain, chain[1:], strict=False):
        assert then is None or (first is not None and first <= then)
