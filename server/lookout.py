"""Worker: follow the log, notice what is unusual and whose clock runs out, and put that on the log."""

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from server import events, logs, seal, settings
from server.alerts.watch import Watch
from server.docket.deadlines import Law
from server.docket.reminding import Reminding
from server.gazetteer.boundaries import load as load_pack
from server.log import START, Down, Draft, Log, Raw
from server.outage import wait_out
from server.sources.forgetting import Forgetting
from server.sources.leaving import Leaving
from server.sources.retention import Retention, Schedule
from server.work.climbing import Climbing

BATCH = 1000  # facts
LONGEST_WAIT = 5.0  # seconds
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
        self, log: Log, watch: Watch, climbing: Climbing, reminding: Reminding, clock: Callable[[], datetime] = now
    ) -> None:
        self._log, self._watch, self._climbing, self._clock, self._cursor = log, watch, climbing, clock, START
        self._reminding = reminding
        self._trusted = clock() + SETTLE
        self._from = 0  # from when on it looks; 0: not known yet
        self._owed: list[Draft] = []  # what could not be written yet

    def step(self, wait: float = 0.0) -> int:
        """Fold the facts that come next; at the end of the log add what is missing there. How many. Raises Down."""
        try:
            self._from = self._from or _milliseconds(self._log.head()) - ANEW
            raws = self._log.follow(self._cursor, wait, BATCH)
            for raw in raws:
                self._take(raw)
                self._cursor = raw.id
            if len(raws) < BATCH:
                self._tell()
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault
        except Down:
            self._trusted = self._clock() + SETTLE
            raise
        return len(raws)

    def _take(self, raw: Raw) -> None:
        wire = raw.fields["wire"]
        watched, climbs, reminds = (wire in each.wires for each in (self._watch, self._climbing, self._reminding))
        if not watched and not climbs and not reminds:
            return
        try:
            fact = raw.fact()
        except events.Unknown:
            logger.warning("A newer program wrote fact %s: it is passed over here.", raw.id)
            return
        if watched:
            self._watch.take(fact, look=_milliseconds(raw.id) >= self._from)
        if climbs:
            self._climbing.take(fact)
        if reminds:
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
                lookout = Lookout(log, watch, Climbing(pack.ladder), reminding)
                forgetting = Forgetting(log, vault, given.data_dir)
                schedule = Schedule(log, pack.day, given.retention_days)
                retention = Retention(log, schedule, forgetting, given.data_dir, now, time.monotonic)
                logger.info("The lookout is ready (process %s).", os.getpid())
            while not leaving.due():
                lookout.step(LONGEST_WAIT)
                forgetting.finish()
                retention.look()
            return
        except (Down, seal.Locked):
            wait_out(log, "lookout")


if __name__ == "__main__":
    main()
