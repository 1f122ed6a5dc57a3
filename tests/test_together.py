"""Group commit: calls of one moment are kept in one step, each has its own answer, and a fault is one call's alone."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import together
from ingest.keeping import Keeping
from ingest.message import Message
from ingest.spool import Full, Spool
from ingest.together import MOST, Together
from server import events
from server.log import Down, Draft
from tests import doors
from tests.test_intake import Switch, switch  # noqa: F401 - a fixture
from tests.test_spool import draft, sealed

PATIENCE = 30  # seconds


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "LATER", PATIENCE)


class Steps:
    """Work that a test holds up: the first step goes on when it is let go. Each thing becomes itself, doubled."""

    def __init__(self, work: Callable[[Sequence], Sequence] = lambda things: [2 * each for each in things]) -> None:
        self.batches: list[list] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self._work = work

    def __call__(self, things: Sequence) -> Sequence:
        self.batches.append(list(things))
        self.begun.set()
        assert self.go.wait(PATIENCE)
        return self._work(things)


def crowd(group: Together, steps: Steps, things: Sequence) -> list[Future]:
    """One thing that is being worked for, and behind it all others, in order."""
    pool = ThreadPoolExecutor(len(things))
    futures = [pool.submit(group.do, things[0])]
    assert steps.begun.wait(PATIENCE)
    for n, thing in enumerate(things[1:], 1):
        futures.append(pool.submit(group.do, thing))
        while len(group._waiting) < n:
            time.sleep(0.001)
    pool.shutdown(wait=False)
    return futures


def told(futures: list[Future]) -> list:
    return [each.exception(PATIENCE) or each.result() for each in futures]


def test_whoever_comes_while_one_is_kept_is_kept_in_the_next_step_together():
    steps = Steps()
    futures = crowd(Together(steps), steps, range(1, 9))
    steps.go.set()
    assert told(futures) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert steps.batches == [[1], [2, 3, 4, 5, 6, 7, 8]]


def test_a_step_is_no_longer_than_the_longest_and_nobody_is_left_behind(monkeypatch):
    monkeypatch.setattr("ingest.together.MOST", 3)
    steps = Steps()
    futures = crowd(Together(steps), steps, range(1, 9))
    steps.go.set()
    assert told(futures) == [2 * n for n in range(1, 9)]
    assert steps.batches == [[1], [2, 3, 4], [5, 6, 7], [8]]
    assert MOST >= 100


def test_behind_a_slow_step_the_next_begins_all_the_same(monkeypatch):
    monkeypatch.setattr(together, "LATER", 0.01)
    steps = Steps()
    group = Together(steps)
    with ThreadPoolExecutor(3) as pool:
        futures = []
        for n in (1, 2, 3):
            futures.append(pool.submit(group.do, n))
            while [n] not in steps.batches:
                time.sleep(0.001)
        steps.go.set()
        assert told(futures) == [2, 4, 6]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=40), st.integers(1, 5))
def test_whoever_comes_when_gets_their_own_outcome_once(turns, most):
    """Threads that come in any order, steps that take any time, all that may begin beside each other."""
    worked = []

    def work(things: Sequence) -> Sequence:
        time.sleep(max(pause for _, pause, _ in things) / 1000)
        worked.extend(things)
        return [KeyError(n) if fails else n for n, _, fails in things]

    with mock.patch.multiple(together, LATER=0.001, MOST=most), ThreadPoolExecutor(8) as pool:
        group = Together(work)
        things = [(n, pause, fails) for n, (pause, fails) in enumerate(turns)]
        found = told([pool.submit(group.do, each) for each in things])
    assert sorted(worked) == things
    assert [each.args[0] if isinstance(each, KeyError) else each for each in found] == list(range(len(things)))
    assert [isinstance(each, KeyError) for each in found] == [fails for _, _, fails in things]


def test_an_exception_is_for_its_own_caller_and_a_failed_step_for_each_of_that_step():
    def work(things: Sequence) -> Sequence:
        if things == [1]:
            raise ValueError("the whole step")
        return [KeyError(each) if each == 3 else each for each in things]

    steps = Steps(work)
    futures = crowd(Together(steps), steps, (1, 2, 3, 4))
    steps.go.set()
    assert [type(each) for each in told(futures)] == [ValueError, int, KeyError, int]


def test_a_caller_who_is_ended_in_the_middle_holds_up_nobody():
    def work(things: Sequence) -> Sequence:
        if 2 in things:
            raise SystemExit
        return things

    steps = Steps(work)
    group = Together(steps)
    futures = crowd(group, steps, (1, 2, 3))
    steps.go.set()
    assert [type(each) for each in told(futures)] == [int, SystemExit, RuntimeError]
    assert group.do(4) == 4


@pytest.mark.parametrize("moment", ["called", "lead"])
def test_a_caller_who_is_ended_before_their_step_leaves_it_to_those_behind(moment, monkeypatch):
    steps = Steps(lambda things: things)
    group, pool, real = Together(steps), ThreadPoolExecutor(2), getattr(Together, f"_{moment}")
    others: list[Future] = []

    def ended(*_: object) -> None:
        monkeypatch.setattr(Together, f"_{moment}", real)
        there = len(group._waiting)
        others.append(pool.submit(group.do, 3))
        while len(group._waiting) == there:
            time.sleep(0.001)
        raise SystemExit

    if moment == "called":  # one that waits while another is worked for
        others.append(pool.submit(group.do, 1))
        assert steps.begun.wait(PATIENCE)
    monkeypatch.setattr(Together, f"_{moment}", ended)
    with pytest.raises(SystemExit):
        group.do(2)
    steps.go.set()
    assert steps.batches == [[each] for each in told(others)]
    assert group.do(4) == 4


def all_at_once(keeping: Keeping, words: Sequence[str]) -> dict[str, str]:
    """What became of each, when all came in one step."""
    found = keeping._kept([draft(each) for each in words])
    return {
        each: type(one).__name__ if isinstance(one, Exception) else one for each, one in zip(words, found, strict=True)
    }


def test_calls_of_one_step_are_one_append_in_their_order_and_each_learns_its_own(tmp_path, log, monkeypatch):
    keeping, asked, real = Keeping(log, Spool(tmp_path)), [], log.append_all
    monkeypatch.setattr(log, "append_all", lambda drafts: asked.append(len(drafts)) or real(drafts))
    assert all_at_once(keeping, ["a"]) == {"a": "accepted"}
    assert keeping._kept([draft(each) for each in "abbc"]) == ["repeated", "accepted", "repeated", "accepted"]
    assert (asked, sealed(log)) == ([1, 4], ["k1.a", "k1.b", "k1.c"])


def test_a_draft_that_cannot_be_written_costs_no_other_of_its_step(tmp_path, log, monkeypatch):
    real = log.append_all

    def append_all(drafts):
        if any(each.event.sealed == "k1.bad" for each in drafts):
            raise ValueError("cannot be written")
        return real(drafts)

    monkeypatch.setattr(log, "append_all", append_all)
    found = all_at_once(Keeping(log, Spool(tmp_path)), ["a", "bad", "b"])
    assert found == {"a": "accepted", "bad": "ValueError", "b": "accepted"}
    assert sealed(log) == ["k1.a", "k1.b"]


@pytest.mark.survival("R4", "nothing lost or doubled")
def test_a_record_that_goes_away_in_the_middle_of_a_step_loses_and_doubles_nothing(tmp_path, switch, monkeypatch):  # noqa: F811
    keeping, real = Keeping(switch, Spool(tmp_path)), switch.append_all

    def append_all(drafts):
        real(drafts)  # it was written, and the answer is lost
        switch.gone = True
        return real(drafts)

    with monkeypatch.context() as patch:
        patch.setattr(switch, "append_all", append_all)
        assert set(all_at_once(keeping, "abc").values()) == {"spooled"}
    switch.gone = False
    assert keeping.tend() == 3
    assert sealed(switch) == ["k1.a", "k1.b", "k1.c"]


def test_a_sign_whose_answer_was_lost_is_one_fact(tmp_path, switch, monkeypatch):  # noqa: F811
    keeping, real = Keeping(switch, Spool(tmp_path)), switch.append_all
    said = {"device": "", "what": "battery_low", "battery": 9, "at": "2017-06-04T03:40:00.000+00:00"}
    sign = Draft(events.GatewaySignalled(subject="kannel", **said), by="gateway:kannel")
    assert keeping.keep(sign) == "accepted"

    def append_all(drafts):
        real(drafts)
        raise Down("the answer is lost")

    with monkeypatch.context() as patch:
        patch.setattr(switch, "append_all", append_all)
        assert keeping.keep(sign) == "spooled"
    assert keeping.tend() == 1
    assert len(switch.read()) == 2, "it was said twice, and each time is one"


def test_a_disk_that_does_not_take_a_whole_step_refuses_only_those_for_which_there_is_no_room(tmp_path):
    spool = Spool(tmp_path)
    spool.save(draft("x"))
    size = next(tmp_path.iterdir()).stat().st_size
    with doors.full_disk(room=2 * size):  # of one file: behind the one that is refused there is room in another
        found = all_at_once(Keeping(doors.away(), spool), "abcd")
    assert found == {"a": "spooled", "b": "spooled", "c": "Full", "d": "spooled"}
    assert all_at_once(Keeping(doors.away(), spool), "e") == {"e": "spooled"}, "with no restart"
    assert spool.waiting() == 5


@pytest.mark.survival("R11", "not acknowledged", "new segment")
def test_a_step_whose_fsync_fails_is_acknowledged_to_nobody_and_opens_another_segment(tmp_path, log, monkeypatch):
    spool = Spool(tmp_path)
    spool.save(draft("before"))
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(Full):
        spool.save_all([draft("a"), draft("b")])
    assert set(all_at_once(Keeping(doors.away(), spool), "ab").values()) == {"Full"}
    monkeypatch.undo()
    spool.save_all([draft("a"), draft("b")])
    assert (len(spool.segments()), spool.faults) == (2, 4)
    spool.drain(log)
    assert sealed(log) == ["k1.before", "k1.a", "k1.b"]


def test_a_failed_disk_that_cannot_even_take_back_what_was_written_doubles_nothing(tmp_path, log, monkeypatch):
    spool, broken = Spool(tmp_path), OSError(5, "Input/output error")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(broken))
        patch.setattr(os, "ftruncate", lambda handle, end: (_ for _ in ()).throw(broken))
        with pytest.raises(Full):
            spool.save_all([draft("a"), draft("b")])
    spool.save_all([draft("a"), draft("b")])  # their senders try again
    spool.drain(log)
    assert sealed(log) == ["k1.a", "k1.b"]


def test_many_callers_at_once_are_all_kept_once_and_in_few_appends(tmp_path, log, monkeypatch):
    door, asked, real = doors.build(tmp_path, log), [], log.append_all
    monkeypatch.setattr(log, "append_all", lambda drafts: asked.append(len(drafts)) or real(drafts))
    messages = [Message(gateway="kannel", message_id=str(n % 150), text=f"late {n % 150}") for n in range(300)]
    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(door.intake.accept, messages))
    assert len(door.reports()) == len({each.report for each in found}) == 150
    assert sum(each.fresh for each in found) == 150
    assert sum(asked) == 300
    assert max(asked) > 1
