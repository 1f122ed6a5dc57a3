"""Worker: take reports as they arrive, have each understood once, and put the reading on the log."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from server import events, logs, seal, settings
from server.following import Following, Taker
from server.garbage import look_seldom
from server.gazetteer.boundaries import load as load_pack
from server.locking.keyword import Listener, Phones
from server.log import Down, Fact, Log, Raw
from server.monitors.roll import Roll
from server.newer import readable
from server.outage import wait_out
from server.pack import Pack
from server.reading.asking import sorting
from server.reading.batches import Batches, Handed, Hear, vault_or_down
from server.reading.echoes import Echoes
from server.reading.finished import Finished
from server.reading.parts import Parts
from server.reading.queue import FIRST, LATER, Crowd, Fair, Queue, TurnedBack
from server.reading.readings import Readings
from server.reading.sorter import Sorter
from server.reading.stuck import Watch
from server.reading.unsorted import Unsorted
from server.reading.whereabouts import Whereabouts
from server.recorded import counted
from server.sources.leaving import Leaving
from server.stories.stories import Stories
from server.vitals.pulse import begin

BATCH = 200
FEW = 20  # reports that are read for LATER at once
GATHER = 0.05  # seconds that reports gather for the next batch, where they come in crowds: each batch has its price
LONGEST_WAIT = 2.0  # seconds
ABANDONED = 30.0  # seconds after which another worker's unfinished facts are taken over: no live one is at them so long

logger = logging.getLogger(__name__)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Reader:
    """Reports in, readings out: takes them from the log, and sees to it that each is read once, whatever dies.

    Two groups of workers share them. FIRST reads what came within its share, and monitors; LATER reads whatever
    came over a share, and only when nothing waits for FIRST. What both read is on the log once all the same.
    """

    def __init__(
        self,
        log: Log,
        opener: seal.Opener,
        vault: seal.Vault,
        pack: Pack,
        worker: str,
        clock: Callable[[], datetime] = now,
        sorter: Sorter | None = None,
        takers: Sequence[Taker] = (),
        hear: Hear = lambda event, text: None,
        urgent: Callable[[str], bool] = lambda source: False,
    ) -> None:
        """`sorter`: asks the model; without one the rules alone decide. `takers`: who else wants to know the log.
        `hear`: who is told each report first. `urgent`: sources that wait behind nobody, as monitors do not."""
        sorter = sorter or Sorter(lambda: "", lambda version: None)
        self.log, self.worker = log, worker
        self.roll, self.watch = Roll(), Watch()
        self._fair = Fair(self.roll, urgent)
        self.whereabouts, echoes = Whereabouts(self.roll, vault), Echoes(log, vault.secret("echoes"))
        stories, finished = Stories(vault, pack, self.roll), Finished()
        self.readings = Readings(opener, vault, pack, echoes, self.roll, self.whereabouts, sorter, stories, finished)
        self.parts = Parts(log, self.readings, clock)
        self.batches = Batches(log, self.readings, self.parts, hear, self._gone, self.watch.go_on)
        self.unsorted = Unsorted(log, self.readings.opening, vault, sorter)
        helpers = (self.whereabouts, stories)
        self.queues = {group: Queue(log, group, worker) for group in (FIRST, LATER)}
        every: list[Taker] = [self.roll, self.unsorted, finished, Crowd(self.queues[LATER]), *takers]
        self.following = Following(log, every, helpers, self._see)
        self._survived: Counter[tuple[str, str]] = Counter()  # group, fact -> handed out in vain, through outages

    def begin(self) -> None:
        """Learn what was before, and have the model at hand before the first report. Raises Down."""
        self.readings.stories.expect(counted(self.log, events.ReportRead.wire))
        self._catch_up()
        self.readings.sorter.begin()

    def step(self, wait: float = 0.0) -> int:
        """Read what waits, at most a batch. How many facts it took, of LATER: read. Raises Down, Buried, TurnedBack."""
        try:
            self._catch_up()
            self.parts.sweep()
            return self._turn(FIRST, BATCH) or self._again() or self._later() or self._next(wait)
        finally:
            self.watch.rest()

    def _next(self, wait: float) -> int:
        """Read what comes within so many seconds."""
        self.watch.rest()
        return self._turn(FIRST, BATCH) if wait and self.following.wait(wait) else 0

    def _see(self, raw: Raw) -> None:
        if raw.fields["wire"] == events.ReportReceived.wire:
            self.queues[FIRST].see(raw.id)

    def _again(self) -> int:
        """Have a few reports sorted that the rules read alone. How many."""
        with vault_or_down():
            return self.unsorted.sort()

    def _later(self) -> int:
        """Read a few reports that came over a share."""
        while taken := self._turn(LATER, FEW):
            if taken > 0:
                return taken
        return 0

    def _turn(self, group: str, count: int) -> int:
        """What one group has to do with the facts that come next. How many it took; of LATER, -1 when it read none."""
        self._catch_up()
        self.log.adopt(group, self.worker, ABANDONED)
        taken = self.queues[group].take(count, self.following.cursor)
        handed = [(group, raw.id) for raw in taken]
        try:
            mine = self._mine(group, taken)
            tries = self.log.deliveries(group, self.worker) if mine else {}
            read = [Handed(raw, tries.get(raw.id, 1) - self._survived[group, raw.id], fact) for raw, fact in mine]
            for some in [[each] for each in read] if group == LATER else [read]:
                self.batches.read(some)
                if group == LATER:
                    self._turn(FIRST, BATCH)  # what came meanwhile waits for one of these at most
            self.log.done(group, [raw.id for raw in taken])
        except Down:
            self._survived.update(handed)  # an outage hands facts out again; nobody died of them
            raise
        for each in handed:
            self._survived.pop(each, None)
        return len(taken) if group == FIRST or not taken else len(mine) or -1

    def _mine(self, group: str, taken: Sequence[Raw]) -> list[tuple[Raw, Fact | None]]:
        """The reports among them that this group reads; None with one that nobody here understands."""
        came = [raw for raw in taken if raw.fields["wire"] == events.ReportReceived.wire]
        reports = [(raw, raw.fact() if readable(raw.fields) else None) for raw in came]
        return [each for each in reports if self._fair.reads(group, each[1])]

    def _catch_up(self) -> None:
        """Learn all that the log says by now."""
        done = False
        while not done:
            self.watch.go_on()
            with vault_or_down(), self.readings.vault.at_once():
                done = self.following.catch_up()

    def _gone(self, fact: Fact) -> bool:
        self._catch_up()
        return self.roll.is_forgotten(fact)


def main() -> None:
    """Read reports for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    worker = settings.process_name("reader")
    keys, reader, leaving = given.data_dir / "keys", None, Leaving(given.data_dir)
    while True:
        try:
            if reader is None:
                pack, vault = load_pack(given.pack, given.data_dir), seal.Vault(given.data_dir)
                sorter, chosen = sorting(given, vault, pack)
                phones = Phones(log, vault)
                hear = Listener(phones, given.data_dir, now).hear
                made = Reader(log, seal.Opener(keys), vault, pack, worker, now, sorter, [chosen], hear, phones.named)
                made.begin()
                made.watch.start()
                begin(given, "reader", partial(getattr, made.following, "cursor"))
                look_seldom()
                reader = made
            while not leaving.due():
                phones.anew()
                if FEW < reader.step(LONGEST_WAIT) < BATCH:
                    time.sleep(GATHER)
            return
        except (seal.Buried, TurnedBack):  # a reader that begins now can keep what came, and has it handed out again
            return
        except Down:
            wait_out(log, "reader")


if __name__ == "__main__":
    main()
