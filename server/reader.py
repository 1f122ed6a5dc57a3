"""Worker: take reports as they arrive, have each understood once, and put the reading on the log."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from server import events, logs, seal, settings
from server.classify import Classifier
from server.following import Following, Taker
from server.gazetteer.boundaries import load as load_pack
from server.locking.keyword import Listener, Phones
from server.log import Down, Fact, Log, Raw
from server.model import examples
from server.model.chosen import Chosen
from server.model.first import fitted_aside
from server.model.fitting import version_of
from server.model.shelf import Shelf
from server.monitors.roll import Roll
from server.outage import wait_out
from server.pack import Pack
from server.reading.batches import Batches, Hear, vault_or_down
from server.reading.drafts import received
from server.reading.echoes import Echoes
from server.reading.finished import Finished
from server.reading.parts import Parts
from server.reading.readings import Readings
from server.reading.sorter import Sorter
from server.reading.unsorted import Unsorted
from server.reading.whereabouts import Whereabouts
from server.settings import Settings
from server.shares import Share, Shares
from server.sources.leaving import Leaving
from server.stories.stories import Stories

FIRST, LATER = "reader", "reader.later"  # what nobody may delay, and what came over somebody's share
BATCH = 200
FEW = 20  # facts looked at for LATER at once
KNOWN = {"monitor": Share(burst=12, minute=12)}  # of a monitor who is over the door's share: beyond it, LATER too
LONGEST_WAIT = 2.0  # seconds
ABANDONED = 15.0  # seconds after which another worker's unfinished facts are taken over

logger = logging.getLogger(__name__)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Reader:
    """Reports in, readings out: takes them from the log, and sees to it that each is read once, whatever dies.

    Two groups of workers see every fact. FIRST reads what came within its share, and monitors; LATER reads whatever
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
        self.log, self.worker, self._urgent = log, worker, urgent
        self.roll, self.shares = Roll(), Shares(KNOWN)
        self.whereabouts, echoes = Whereabouts(self.roll, vault), Echoes(log, vault.secret("echoes"))
        stories, finished = Stories(vault, pack, self.roll), Finished()
        self.readings = Readings(opener, vault, pack, echoes, self.roll, self.whereabouts, sorter, stories, finished)
        self.parts = Parts(log, self.readings, clock)
        self.batches = Batches(log, self.readings, self.parts, hear, self._gone)
        self.unsorted = Unsorted(log, self.readings.opening, vault, sorter)
        helpers = (self.whereabouts, stories)
        self.following = Following(log, [self.roll, self.unsorted, finished, *takers], helpers)
        self._survived: Counter[tuple[str, str]] = Counter()  # group, fact -> handed out in vain, through outages
        for group in (FIRST, LATER):
            log.join(group)

    def step(self, wait: float = 0.0) -> int:
        """Read what is waiting, at most one batch. How many facts were taken, of LATER: read. Raises Down, Buried."""
        self._catch_up()
        self.parts.sweep()
        return self._turn(FIRST, BATCH, 0) or self._again() or self._later() or self._turn(FIRST, BATCH, wait)

    def _again(self) -> int:
        """Have a few reports sorted that the rules read alone. How many."""
        with vault_or_down():
            return self.unsorted.sort()

    def _later(self) -> int:
        """Read a few reports that came over a share."""
        while taken := self._turn(LATER, FEW, 0):
            if taken > 0:
                return taken
        return 0

    def _turn(self, group: str, count: int, wait: float) -> int:
        """What one group has to do with the facts that come next. How many it took; of LATER, -1 when it read none."""
        self.log.adopt(group, self.worker, ABANDONED)
        taken = self.log.take(group, self.worker, count, wait)
        handed = [(group, raw.id) for raw in taken]
        try:
            mine = self._mine(group, taken)
            tries = self.log.deliveries(group, self.worker) if mine else {}
            read = [(raw, tries.get(raw.id, 1) - self._survived[group, raw.id]) for raw in mine]
            for some in [[each] for each in read] if group == LATER else [read]:
                self.batches.read(some)
                if group == LATER:
                    self._turn(FIRST, BATCH, 0)  # what came meanwhile waits for one of these at most
            self.log.done(group, [raw.id for raw in taken])
        except Down:
            self._survived.update(handed)  # an outage hands facts out again; nobody died of them
            raise
        for each in handed:
            self._survived.pop(each, None)
        return len(taken) if group == FIRST or not taken else len(mine) or -1

    def _mine(self, group: str, taken: Sequence[Raw]) -> list[Raw]:
        """The reports among them that this group reads."""
        reports = [raw for raw in taken if raw.fields["wire"] == events.ReportReceived.wire]
        if reports:
            self._catch_up()
        return [raw for raw in reports if self._is_for(group, raw)]

    def _catch_up(self) -> None:
        """Learn all that the log says by now."""
        with vault_or_down():
            while not self.following.catch_up():
                pass

    def _gone(self, fact: Fact) -> bool:
        self._catch_up()
        return self.roll.is_forgotten(fact)

    def _is_for(self, group: str, raw: Raw) -> bool:
        try:
            event = received(raw.fact())
        except events.Unknown:
            return group == FIRST  # which sets it aside
        if not event.crowded or group == LATER:
            return event.crowded == (group == LATER)
        whose, at = [("monitor", event.source)], datetime.fromisoformat(event.at).timestamp()
        if not (self.roll.proves(event) or self._urgent(event.source)) or self.shares.over(whose, at):
            return False
        self.shares.take(whose, at)
        return True


def sorting(given: Settings, vault: seal.Vault, pack: Pack) -> tuple[Sorter, Chosen]:
    """What asks the model, and what learns from the log which one is in use."""
    known = examples.read(pack)
    shelf, chosen = Shelf(given.data_dir, vault), Chosen(version_of(pack, known))

    def load(version: str) -> Classifier | None:
        model = shelf.get(version)
        if model is None and known and version == chosen.first:
            fitted_aside()
            model = shelf.get(version)
        return Classifier(pack, model) if model else None

    return Sorter(lambda: chosen.version, load), chosen


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
                reader = Reader(log, seal.Opener(keys), vault, pack, worker, now, sorter, [chosen], hear, phones.named)
                logger.info("The reader is ready (process %s).", os.getpid())
            while not leaving.due():
                reader.step(LONGEST_WAIT)
            return
        except seal.Buried:  # a reader that begins now can keep what came
            return
        except Down:
            wait_out(log, "reader")


if __name__ == "__main__":
    main()
