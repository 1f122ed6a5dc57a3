"""The reports that wait for one group of workers: the log says which there are, the group says who takes which."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from server import events
from server.entries import entries
from server.log import START, Fact, Log, Raw, place, placed
from server.monitors.roll import Roll
from server.reading.drafts import received
from server.shares import Share, Shares

FIRST, LATER = "reader", "reader.later"  # what nobody may delay, and what came over somebody's share
KNOWN = {"monitor": Share(burst=12, minute=12)}  # of a monitor who is over the door's share: beyond it, LATER too
logger = logging.getLogger(__name__)
HAND_OUT = Path(__file__).with_name("queue.lua").read_text()


class TurnedBack(Exception):
    """The record knows less of its groups than it did: another Redis stands in for one that died, and what was handed
    out last is nobody's. Whoever begins now has it handed out again."""


class Queue:
    """What one worker knows of it. It follows the log anyway, so that it is handed reports by their places: the group
    shows it no other facts, of which there are many more."""

    def __init__(self, log: Log, group: str, worker: str) -> None:
        self._log, self._group, self._worker = log, group, worker
        self._waiting: deque[str] = deque()
        self._newest = self._passed = -1  # of those that were seen; how far the group is
        log.join(group)
        self._passed, _ = self._hand_out((), START)

    def see(self, fact_id: str) -> None:
        """A report of this group is at this place. They are seen in order; one that is seen again is the same."""
        here = place(fact_id)
        if here > max(self._newest, self._passed):
            self._waiting.append(fact_id)
        self._newest = max(self._newest, here)

    def take(self, count: int, upto: str) -> list[Raw]:
        """Facts for this worker alone: first those it took and never finished, one by one so that only the one that
        ends its worker is handed out again and again; else up to `count` new ones. All up to place `upto` were seen.
        Raises TurnedBack."""
        ask = self._log.client.xreadgroup
        held = entries(self._log.ask(ask, self._group, self._worker, {self._log.stream: "0"}, 1))
        if held:
            return held
        while self._waiting or self._passed < place(upto):
            some = [*islice(self._waiting, count)]
            everything = len(some) == len(self._waiting)
            end = upto if everything else some[-1]
            before, taken = self._hand_out(some, end)
            if before < self._passed:
                logger.warning("The record was turned back: the reader begins anew with what it says now.")
                raise TurnedBack
            self._passed = max(before, place(end))
            while self._waiting and place(self._waiting[0]) <= self._passed:
                self._waiting.popleft()
            if taken:
                return taken
        return []

    def _hand_out(self, some: Sequence[str], upto: str) -> tuple[int, list[Raw]]:
        """Up to where the group was, and those of `some` that nobody took."""
        known = placed(max(self._passed, 0))
        said = (HAND_OUT, 1, self._log.stream, self._group, self._worker, upto, known, *some)
        last, taken = self._log.ask(self._log.client.eval, *said)
        return place(last), [Raw(fact, dict(zip(found[::2], found[1::2], strict=True))) for fact, found in taken]


class Crowd:
    """Sees the reports that came over a share."""

    wires = frozenset({events.ReportReceived.wire})

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        if received(fact).crowded:
            self._queue.see(fact.id)


class Fair:
    """Which group reads a report: LATER what came over a share, but for monitors, and who waits behind nobody."""

    def __init__(self, roll: Roll, urgent: Callable[[str], bool]) -> None:
        self._roll, self._urgent, self._shares = roll, urgent, Shares(KNOWN)

    def reads(self, group: str, fact: Fact | None) -> bool:
        """Whether this group reads it; FIRST what nobody here understands, and sets it aside."""
        if fact is None:
            return group == FIRST
        event = received(fact)
        if not event.crowded or group == LATER:
            return event.crowded == (group == LATER)
        whose, at = [("monitor", event.source)], datetime.fromisoformat(event.at).timestamp()
        if not (self._roll.proves(event) or self._urgent(event.source)) or self._shares.over(whose, at):
            return False
        self._shares.take(whose, at)
        return True
