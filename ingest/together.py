"""Group commit: what is to be kept at the same time is kept in one step, and each waits for its own answer."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

MOST = 256  # things in one step
LATER = 0.02  # seconds until a step begins though one before it has no answer yet: a slow record is waited for once
Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


class _Call(Generic[Thing, Outcome]):
    """One thing that somebody waits for."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.outcome: Outcome | Exception | None = None
        self.taken = self.called = False  # into a step; to lead the next one
        self.woken = threading.Lock()
        self.woken.acquire()


class Together(Generic[Thing, Outcome]):
    """Any number of threads, green or not. One caller works for all that came by then, and the first of those that
    come meanwhile for the next. `work`: outcomes in order, of as many things; an exception is for its caller."""

    def __init__(self, work: Callable[[Sequence[Thing]], Sequence[Outcome | Exception]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._waiting: deque[_Call[Thing, Outcome]] = deque()
        self._working = 0  # steps that have no answer yet

    def do(self, thing: Thing) -> Outcome:
        """What became of it. Raises what `work` says for it, or what work itself failed with."""
        mine = _Call[Thing, Outcome](thing)
        with self._lock:
            first = not self._waiting
            self._waiting.append(mine)
            leads = first and not self._working
        try:
            if leads or self._called(mine, first):
                self._lead(mine)
        except BaseException:
            self._leave(mine)
            raise
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return cast(Outcome, mine.outcome)

    def _called(self, mine: _Call[Thing, Outcome], first: bool) -> bool:
        """Wait. Whether this one is to lead; else it has its outcome."""
        if not mine.woken.acquire(timeout=LATER if first else -1):
            with self._lock:
                if not mine.taken:
                    return True
            mine.woken.acquire()
        return not mine.taken

    def _lead(self, mine: _Call[Thing, Outcome]) -> None:
        time.sleep(0)  # all that are at hand come before the step
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
            for each in batch:
                each.taken = True
            self._working += 1
            following = self._next() if self._waiting else None
        if following:
            following.woken.release()
        outcomes: Sequence[Outcome | Exception] = [RuntimeError("whoever worked for this one ended")] * len(batch)
        try:
            outcomes = self._worked([each.thing for each in batch])
        finally:
            with self._lock:
                self._working -= 1
                following = self._next()
            for each, outcome in zip(batch, outcomes, strict=True):
                each.outcome = outcome
                if each is not mine:
                    each.woken.release()
            if following:
                following.woken.release()

    def _leave(self, mine: _Call[Thing, Outcome]) -> None:
        """Whoever is ended before their step leaves it to those behind: else these would wait for ever."""
        with self._lock:
            if mine.taken:
                return
            self._waiting.remove(mine)
            following = None if self._working else self._next()
        if following:
            following.woken.release()

    def _next(self) -> _Call[Thing, Outcome] | None:
        """Who is to lead the next step, and was not called yet."""
        if not self._waiting or self._waiting[0].called:
            return None
        self._waiting[0].called = True
        return self._waiting[0]

    def _worked(self, things: Sequence[Thing]) -> Sequence[Outcome | Exception]:
        try:
            return self._work(things)
        except Exception as fault:
            return [fault] * len(things)
