"""Worker: take reports as they arrive, have each understood once, and put the reading on the log."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from server import events, logs, seal, settings
from server.echoes import Echoes
from server.log import Down, Log, Raw
from server.outage import wait_out
from server.pack import Pack
from server.pack import load as load_pack
from server.parts import Parts, numbers
from server.readings import Readings, aside, received
from server.roll import PROVEN, Roll
from server.shares import Share, Shares

FIRST, LATER = "reader", "reader.later"  # what nobody may delay, and what came over somebody's share
BATCH = 200
FEW = 20  # facts looked at for LATER at once
KNOWN = {"monitor": Share(burst=12, minute=12)}  # of a monitor who is over the door's share: beyond it, LATER too
LONGEST_WAIT = 2.0  # seconds
ABANDONED = 15.0  # seconds after which another worker's unfinished facts are taken over
MOST_TRIES = 3  # a report that was handed out more often has ended the reader each time

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
    ) -> None:
        self.log, self.worker = log, worker
        self.roll, self.shares = Roll(log), Shares(KNOWN)
        echoes = Echoes(log, vault.secret("echoes"))
        self.readings = Readings(opener, vault, pack, echoes, self._is_known, self._is_blocked)
        self.parts = Parts(log, self.readings, clock)
        self._survived: Counter[tuple[str, str]] = Counter()  # group, fact -> handed out in vain, through outages
        for group in (FIRST, LATER):
            log.join(group)

    def step(self, wait: float = 0.0) -> int:
        """Read what is waiting, at most one batch. How many facts were taken, of LATER: read. Raises Down."""
        self._catch_up()
        self.parts.sweep()
        return self._turn(FIRST, BATCH, 0) or self._later() or self._turn(FIRST, BATCH, wait)

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
            for raw in mine:
                self._one(raw, tries.get(raw.id, 1) - self._survived[group, raw.id])
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
        """Learn who is on the roster, and who is blocked, by now."""
        while not self.roll.catch_up():
            pass

    def _is_for(self, group: str, raw: Raw) -> bool:
        try:
            event = received(raw.fact())
        except events.Unknown:
            return group == FIRST  # which sets it aside
        if not event.crowded or group == LATER:
            return event.crowded == (group == LATER)
        whose, at = [("monitor", event.source)], datetime.fromisoformat(event.at).timestamp()
        if not self._is_known(event) or self.shares.over(whose, at):
            return False
        self.shares.take(whose, at)
        return True

    def _is_known(self, event: events.ReportReceived) -> bool:
        return event.channel in PROVEN and self.roll.is_known(event.source)

    def _is_blocked(self, event: events.ReportReceived) -> bool:
        return self.roll.is_blocked(event.source)

    def _one(self, raw: Raw, tries: int) -> None:
        if tries > MOST_TRIES:
            self.log.append_all([aside(raw, "It ended the reader each time.")])
            return
        try:
            fact = raw.fact()
            number, of = numbers(received(fact).part)
            if of:
                self.parts.take(raw, number, of)
            else:
                self.log.append_all(self.readings.alone(fact))
        except Down:
            raise
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault
        except Exception:
            logger.exception("The reader could not read report %s.", raw.fields["about"].partition(":")[2])
            self.log.append_all([aside(raw, "The reader met a fault of its own in this report.")])


def main() -> None:
    """Read reports for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    worker = settings.process_name("reader")
    keys, reader = given.data_dir / "keys", None
    while True:
        try:
            if reader is None:
                reader = Reader(log, seal.Opener(keys), seal.Vault(given.data_dir), load_pack(given.pack), worker)
                logger.info("The reader is ready (process %s).", os.getpid())
            while True:
                reader.step(LONGEST_WAIT)
        except Down:
            wait_out(log, "reader")


if __name__ == "__main__":
    main()
