"""Open live feeds, all in one process, that note when each of them was told of each report.

A process of its own (run by `started`): pickled `Feeds` come in; `ready` goes out once each has heard
the room; a place in the log comes in, and once each screen is there, a pickled `Seen` goes out. The same bytes on many
screens are taken apart once.
"""

import pickle
import select
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy

from server.log import place
from tests.bench.screen import Patch, Screen

REMEMBERED = 256  # messages that were taken apart
PATIENCE = 120.0  # seconds for a line to be heard first
ENDS = 30.0  # seconds for all screens to be where the log is in the end


@dataclass(frozen=True)
class Feeds:
    """Who looks: `people`: the cookie and the page's word of each; at which reports, by their id."""

    port: int
    people: list[tuple[str, str]]
    reports: list[str]


@dataclass
class Seen:
    """`at[screen, report]`: when it was first told of it (time.monotonic; 0: never). Frames, bytes, pages asked for and
    refused, and how many lines the room closed."""

    at: Any
    frames: int = 0
    bytes: int = 0
    pages: int = 0
    refused: int = 0
    closed: int = 0
    packed: str = ""  # how the room packs what it sends here


class Screens:
    """All of them."""

    def __init__(self, feeds: Feeds) -> None:
        self.feeds, self.poll = feeds, select.epoll()
        self.seen = Seen(numpy.zeros((len(feeds.people), len(feeds.reports))))
        self._numbers = {report: n for n, report in enumerate(feeds.reports)}
        self._kept: OrderedDict[bytes, Patch | None] = OrderedDict()
        self.acts: dict[int, Callable[[], None]] = {}
        self.ends: list[int] = []
        self.screens = [Screen(self, n, *person) for n, person in enumerate(feeds.people)]

    def run(self) -> Seen:
        """Until standard input named a place and each screen is there."""
        for screen in self.screens:
            screen.enter()
        self._until(lambda: all(screen.cursor for screen in self.screens), PATIENCE)
        sys.stdout.buffer.write(b"ready\n")
        sys.stdout.buffer.flush()
        asks = sys.stdin.fileno()
        self.poll.register(asks, select.EPOLLIN)
        self.acts[asks] = partial(self.ends.append, asks)
        self._until(lambda: bool(self.ends), None)
        self.poll.unregister(asks)
        head = place(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the process that started us
        self._until(lambda: all(screen.cursor >= head for screen in self.screens), ENDS)
        return self._ended()

    def _until(self, there: Callable[[], bool], seconds: float | None) -> None:
        late = time.monotonic() + (seconds or 1e9)
        while not there() and time.monotonic() < late:
            for number, _ in self.poll.poll(0.05):
                if number in self.acts:
                    self.acts[number]()
            for screen in self.screens:
                screen.tend()

    def _ended(self) -> Seen:
        lines = [line for screen in self.screens for line in (screen.line, screen.web) if line]
        self.seen.packed = ", ".join(sorted({screen.line.packed for screen in self.screens}))
        self.seen.bytes += sum(line.bytes for line in lines)
        return self.seen

    def taken_apart(self, body: bytes, how: Callable[[bytes], dict[str, Any] | None]) -> Patch | None:
        """What these bytes say; None when that is no patch."""
        if body not in self._kept:
            told = how(body)
            self._kept[body] = self._patch(told) if told is not None else None
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return self._kept[body]

    def _patch(self, told: dict[str, Any]) -> Patch:
        cards = (card["id"] for card in told["cards"] if "gone" not in card)
        found = numpy.array([self._numbers[card] for card in cards if card in self._numbers], dtype=int)
        cursor, more = told["cursor"], bool(told.get("more"))
        return Patch(place(told["after"]), place(cursor), cursor, found, told.get("missed", 0), more)


def main() -> None:
    """Do as standard input says."""
    feeds = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    pickle.dump(Screens(feeds).run(), sys.stdout.buffer)
