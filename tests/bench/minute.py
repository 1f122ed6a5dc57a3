"""One run of the national minute: send, look, count. What came of it is a dictionary, judged in `judged`."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from server import seal
from tests.bench import reference
from tests.bench.counted import counted
from tests.bench.house import House, say
from tests.bench.load import Answers, Order
from tests.bench.observers import COUNTRY, Observers, Sent
from tests.bench.processes import Watch, busy
from tests.bench.screens import Feeds, Seen
from tests.bench.started import Beside, beside, loaded

WARM, WARM_RATE = 100, 50  # messages before the first that counts, and how many of them a second
SOON = 10.0  # seconds after which memory is looked at again
LOOKS = 0.25  # seconds between two looks at how far the reader is
PATIENCE = 60.0  # seconds after the last message for all to be on the board
CALM = 30.0  # seconds for the room to come to rest


@dataclass(frozen=True)
class Asked:
    """What is measured. `kept`: on connections that stay open, else each message has a new one."""

    seconds: float
    rate: float
    screens: int
    kept: bool
    observers: int

    @property
    def many(self) -> int:
        """Messages that are sent, each by another observer: not more than a country has."""
        return min(COUNTRY, round(self.seconds * self.rate))

    @property
    def with_warm(self) -> int:
        """Messages with those before."""
        return self.many + WARM


def measure(asked: Asked, home: Path) -> dict[str, Any]:
    """A room in this folder, its minute, and what the machine does without a room."""
    house = House(home)
    observers = Observers(house.pack, max(asked.observers, asked.with_warm))
    say(f"Enrolling {observers.many} observers.")
    with house.redis():
        house.furnish(observers)
    sent = list(observers.messages(house.given, seal.Sealer(house.keys), close=not asked.kept))
    say("Starting the room.")
    with house.open() as ready:
        before = warmed(house, sent[:WARM], asked.kept)
        sent = sent[WARM : asked.with_warm]
        found = {"ready_s": round(ready, 1), **minute(house, asked, sent, before)}
    say("The same without a room, to compare.")
    bare = [one.request for one in sent]
    beside_it = {"empty": reference.empty(bare, asked.rate, asked.kept), "appends": reference.appends(house)}
    return {**found, "reference": {**beside_it, "disk": reference.writes(home)}}


def warmed(house: House, warm: list[Sent], kept: bool, before: int = 0) -> int:
    """Let every process do once what it does, then come to rest. How many they are; `before`: on the record."""
    answers = loaded(Order(house.given.intake_port, [one.request for one in warm], WARM_RATE, kept))
    assert answers.statuses == [200] * len(warm), Counter(answers.statuses)
    assert house.all_read(before + len(warm), PATIENCE), house.rig.output.read_text()[-3000:]
    house.calm(CALM)
    return len(warm)


def minute(house: House, asked: Asked, sent: list[Sent], before: int) -> dict[str, Any]:
    """Send these messages to a room that runs, with screens before it; `before`: reports on its record."""
    port = house.given.intake_port
    order = Order(port, [one.request for one in sent], asked.rate, asked.kept)
    feeds = Feeds(house.given.room_port, house.seats(asked.screens), [one.report for one in sent])
    with beside("screens", feeds) as screens, beside("load", order) as load:
        screens.wait_ready()
        load.wait_ready()
        watch = Watch(house.rig, {screens.process.pid: "(screens)", load.process.pid: "(load)", os.getpid(): "(bench)"})
        run = _Run(house, watch, before, asked)
        say(f"Sending {len(sent)} messages, with {asked.screens} screens open.")
        start = run.go(load)
        answers: Answers = load.end()
        in_time = house.all_read(before + answers.statuses.count(200), PATIENCE)
        drained, replaced = time.monotonic(), watch.replaced()
        run.end(start)
        say("Sent; all is read." if in_time else "Sent; not all is read.")
        screens.give(house.log.head())
        seen: Seen = screens.end()
    told = counted(house, sent, answers, seen, start, asked.rate)
    rates = {"offered": asked.rate, "achieved": round(answers.statuses.count(200) / (answers.ended - start), 1)}
    ends = {"in_time": in_time, "drained_s": round(drained - answers.ended, 1), "replaced": replaced}
    return {"rate": rates, **told, **ends, **run.told(max(1, told["accepted"]))}


class _Run:
    """What is looked at while messages are sent, and until all of them are on the board."""

    def __init__(self, house: House, watch: Watch, before: int, asked: Asked) -> None:
        self.house, self.watch, self.before, self.asked = house, watch, before, asked
        self.behind: list[int] = []
        self.began = self.others = self.elapsed = 0.0

    def go(self, load: Beside) -> float:
        """From the first message to the last; when the first was due."""
        self.began = busy()
        self.watch.look()
        load.give(start := time.monotonic() + 0.2)
        ends, soon = start + self.asked.seconds, start + min(SOON, self.asked.seconds / 2)
        while (now := time.monotonic()) < ends:
            if now >= soon:
                self.watch.look()
                soon = ends + 1
            came, done = self.house.progress()
            self.behind.append(came - done)
            time.sleep(LOOKS)
        return start

    def end(self, start: float) -> None:
        """All is on the board."""
        self.watch.look()
        self.elapsed = time.monotonic() - start
        mine = sum(row["cpu"] for row in self.watch.told().values())
        self.others = max(0.0, busy() - self.began - mine) / self.elapsed

    def told(self, many: int) -> dict[str, Any]:
        """Processor and memory of each process, how far the reader was behind, what else used the machine."""
        behind, rows = numpy.array(self.behind or [0]), self.watch.told()
        lag = {"p50": int(numpy.median(behind)), "max": int(behind.max()), "end": int(behind[-1])}
        for row in rows.values():
            row["per_1000"] = row["cpu"] * 1000 / many
        processes = {name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}
        others = {"others_cores": round(self.others, 2), "load": os.getloadavg()[0]}
        return {"processes": processes, "unread": lag, "elapsed_s": round(self.elapsed, 1), **others}
