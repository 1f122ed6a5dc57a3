"""Worker: follow the log, notice what is unusual and whose clock runs out, and put that on the log."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from server import logs, seal, settings
from server.alerts.watch import Watch
from server.docket.deadlines import Law
from server.docket.reminding import Reminding
from server.garbage import look_seldom
from server.gazetteer.boundaries import load as load_pack
from server.log import START, Down, Draft, Fact, Log, Raw
from server.newer import Newer
from server.outage import wait_out
from server.sources.forgetting import Forgetting
from server.sources.leaving import Leaving
from server.sources.retention import Retention, Schedule
from server.vitals.pulse import begin
from server.work.climbing import Climbing

BATCH = 1000  # facts
LONGEST_WAIT = 5.0  # seconds
FEW, GATHER = 50, 0.5  # facts, and seconds that more gather, where they come in crowds: each look has its price
ANEW = (
    3 * 3600 * 1000
)  # milliseconds of the log that a lookout looks at which has just started; the rest it only learns
SETTLE = timedelta(minutes=2)  # after a start or an outage, in which what waited elsewhere arrives

logger = logging.getLogger(__name__)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Lookout:
    """Hands the log to a watch, to the clocks of incidents and to those of complaints, and what they say back to it.
    Two of them raise nothing twice."""

    def __init__(
        self,
        log: Log,
        watch: Watch,
        climbing: Climbing,
        reminding: Reminding,
        clock: Callable[[], datetime] = now,
        see: Callable[[Raw, Fact | None], None] = lambda raw, fact: None,
    ) -> None:
        """`see`: is shown every fact once it is taken, in order; None with one that nobody here wanted to know."""
        self._log, self._watch, self._climbing, self._clock, self._cursor = log, watch, climbing, clock, START
        self._reminding, self._newer = reminding, Newer()
        self._trusted = clock() + SETTLE
        self._from = 0  # from when on it looks; 0: not known yet
        self._owed: list[Draft] = []  # what could not be written yet
        self._wires = watch.wires | climbing.wires | reminding.wires
        self._see = see

    def step(self, wait: float = 0.0) -> int:
        """Fold the facts that come next; at the end of the log add what is missing there. How many. Raises Down."""
        try:
            self._from = self._from or _milliseconds(self._log.head()) - ANEW
            raws = self._log.follow(self._cursor, wait, BATCH)
            self._fold(raws)
            if len(raws) < BATCH:
                self._tell()
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault
        except Down:
            self._trusted = self._clock() + SETTLE
            raise
        return len(raws)

    def where(self) -> str:
        """Its place on the log."""
        return self._cursor

    def _fold(self, raws: list[Raw]) -> None:
        known = {raw.id: raw.fact() for raw in self._newer.without(raws) if raw.fields["wire"] in self._wires}
        with self._watch.at_once([*known.values()]):
            for raw in raws:
                if fact := known.get(raw.id):
                    self._take(raw.fields["wire"], fact)
                self._see(raw, fact)
                self._cursor = raw.id

    def _take(self, wire: str, fact: Fact) -> None:
        if wire in self._watch.wires:
            self._watch.take(fact, look=_milliseconds(fact.id) >= self._from)
        if wire in self._climbing.wires:
            self._climbing.take(fact)
        if wire in self._reminding.wires:
            self._reminding.take(fact)

    def _tell(self) -> None:
        if self._clock() >= self._trusted:  # else silence would be our own
            self._watch.tell_time(self._clock())
        hour = self._clock()
        self._owed += [*self._watch.drafts(), *self._climbing.drafts(hour), *self._reminding.drafts(hour)]
        self._log.append_all(self._owed)
        if self._owed:
            logger.info("The lookout wrote %s facts about alerts and clocks.", len(self._owed))
        self._owed.clear()


def _milliseconds(fact_id: str) -> int:
    return int(fact_id.partition("-")[0])


def main() -> None:
    """Look out for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    keys, lookout, leaving = given.data_dir / "keys", None, Leaving(given.data_dir)
    while True:
        try:
            if lookout is None:
                pack, vault = load_pack(given.pack, given.data_dir), seal.Vault(given.data_dir)
                watch, reminding = Watch(seal.Opener(keys), vault, pack), Reminding(Law(pack.docket, pack.zone))
                forgetting = Forgetting(log, vault, given.data_dir)
                lookout = Lookout(log, watch, Climbing(pack.ladder), reminding, see=forgetting.see)
                schedule = Schedule(log, pack.day, given.retention_days)
                retention = Retention(log, schedule, forgetting, given.data_dir, now, time.monotonic)
                begin(given, "lookout", lookout.where)
                look_seldom()
            while not leaving.due():
                came = lookout.step(LONGEST_WAIT)
                if came < BATCH:  # else more is said of whom to forget, and what was done already
                    forgetting.settle()
                retention.look()
                if FEW < came < BATCH:
                    time.sleep(GATHER)
            return
        except (Down, seal.Locked):
            wait_out(log, "lookout")


if __name__ == "__main__":
    main()
