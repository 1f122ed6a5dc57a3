"""Worker: answers reports, pages whoever is on duty, sends what orders ask for, and says what became of each text."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from server import events, logs, seal, settings
from server.garbage import look_seldom
from server.log import START, Down, Log, Raw
from server.monitors.roster import Roster
from server.newer import Newer, readable
from server.outage import wait_out
from server.outside.telling import Telling
from server.pack import Pack
from server.pack import load as load_pack
from server.settings import Settings
from server.sources.leaving import Leaving
from server.texting.answering import Answering
from server.texting.ordering import Ordering
from server.texting.outbox import Outbox
from server.texting.paging import WIRES, Paging
from server.texting.sending import Sending, Tools
from server.texting.texts import Texts
from server.vitals.pulse import begin
from server.work.climbing import Climbing
from server.work.duties import LEFT, Duties

GROUP = "courier"
BATCH = 500
FEW, GATHER = 20, 0.1  # facts, and seconds that more gather, where they come in crowds: each look has its price
REMEMBERED = 20_000  # reports that came; of older ones the record is asked
AT_A_TIME = 5000  # facts in one look for those about monitors and texts; most are others
LONGEST_WAIT, BUSY_WAIT = 1.0, 0.1  # seconds for a new report, while nothing else is to do, and while something is
ABANDONED = 15.0  # seconds after which another worker's unfinished facts are taken over
MOST_TRIES = 3  # a report that was handed out more often has ended the courier each time
KINDS = (events.ReportRead, events.ReportSetAside, events.IncidentOpened, events.IncidentRecategorised)
JUDGED = {kind.wire for kind in KINDS}  # facts that say what a report tells of
logger = logging.getLogger(__name__)


class Courier:
    """Reports and orders in, texts out. What it knows of monitors, texts and orders it folds from the log itself.

    Its share of reports begins when it is first started: nobody gets an answer to what was sent before.
    """

    def __init__(
        self, log: Log, vault: seal.Vault, pack: Pack, given: Settings, worker: str, clock: Callable[[], datetime]
    ) -> None:
        keys = given.data_dir / "keys"
        self.log, self.vault, self.given, self.worker, self.clock = log, vault, given, worker, clock
        self.sealer = seal.Sealer(keys)
        self.roster = Roster.alone(vault)
        self.texts = Texts(self.roster.db, vault)
        self.answering = Answering(log, self.roster, vault, self.sealer, pack, given, clock)
        self.duties, self.climbing = Duties(self.roster.db, vault), Climbing(pack.ladder)
        self.paging = Paging(self.duties, self.climbing, self.texts, vault, self.sealer, pack, given, clock)
        self.ordering = Ordering(self.texts, self.roster, vault, self.sealer, given, clock)
        self.telling, outbox = Telling(vault, self.sealer, given), Outbox(log, keys, clock)
        self.sending = Sending(Tools(log, self.texts, self.roster, vault, self.sealer, outbox, given, clock))
        self._cursor, self._newer = START, Newer()
        self._sources: dict[str, str] = {}  # report -> source
        self._came: dict[str, events.ReportReceived] = {}  # the last reports that came, by their places
        self._wires = {events.ReportReceived.wire, *self.climbing.wires, *LEFT}
        log.join(GROUP, "$")

    def step(self, wait: float = 0.0) -> int:
        """One round: learn, answer, order, send. How many facts were taken and texts settled. Raises Down."""
        try:
            self._follow()
            busy = bool(self.texts.waiting() or self.ordering.unfinished())
            done = self._reports(min(wait, BUSY_WAIT) if busy else wait)
            self._follow()
            self._ask()
            self.log.append_all(self.telling.due())
            self._follow()
            return done + self.sending.step()
        except seal.Locked as fault:
            raise Down("the vault cannot be used") from fault

    def _follow(self) -> None:
        """Fold what is new on the log about monitors, duties, texts and orders, open incidents, and who sent what."""
        db = self.roster.db
        while raws := self.log.read(self._cursor, AT_A_TIME):
            known = self._newer.without(raws)
            facts = [raw.fact() for raw in known if raw.fields["wire"] in self._wires]
            with db:  # all of them, or none
                db.execute("BEGIN")
                self.roster.fold(known)
                self.texts.fold(known)
                self.duties.fold(known)
            for raw in raws:
                self.telling.take(raw)
            for fact in facts:
                if fact.event.wire in self.climbing.wires:
                    self.climbing.take(fact)
                if fact.event.wire in LEFT:
                    self.duties.forget(fact.event.subject)
                if isinstance(fact.event, events.ReportReceived):
                    self._sources[fact.event.subject] = fact.event.source
                    self._came[fact.id] = replace(fact.event, sealed="")
            for old in [*islice(self._came, max(0, len(self._came) - REMEMBERED))]:
                del self._came[old]
            self._cursor = raws[-1].id

    def _reports(self, wait: float) -> int:
        self.log.adopt(GROUP, self.worker, ABANDONED)
        taken = self.log.take(GROUP, self.worker, BATCH, wait)
        judged = [raw for raw in taken if raw.fields["wire"] in JUDGED | WIRES]
        if judged:
            self._follow()  # who was enrolled before a report was read is known before it is answered
            tries = self.log.deliveries(GROUP, self.worker)
            reports = [raw.fields["about"].partition(":")[2] for raw in judged]
            with self.vault.at_once(seal.owner_of(self._sources.get(each, ""), each) for each in reports):
                self._judge(judged, tries)
        self.log.done(GROUP, [raw.id for raw in taken])
        return len(taken)

    def _judge(self, judged: list[Raw], tries: Mapping[str, int]) -> None:
        for raw in judged:
            if raw.fields["wire"] in JUDGED:
                self._answer(raw, tries.get(raw.id, 1))
            if raw.fields["wire"] in WIRES and readable(raw.fields):
                self._page(raw)

    def _answer(self, raw: Raw, tries: int) -> None:
        """What cannot be judged, or nobody could read, gets no answer and leaves its phone dark: it may be of danger.

        So does what a person found to be of danger.
        """
        report, dark = raw.fields["about"].partition(":")[2], tries > MOST_TRIES
        try:
            fact = raw.fact() if readable(raw.fields) else None
            if fact and isinstance(fact.event, events.IncidentOpened | events.IncidentRecategorised):
                dark = fact.event.restricted or fact.event.sub in self.answering.silent
            elif not fact or not isinstance(fact.event, events.ReportRead):
                dark = True
            elif not dark:
                self.log.append_all(self.answering.answer(fact, fact.event, self._came.get(fact.cause)))
        except (Down, seal.Locked):
            raise
        except Exception:
            logger.exception("The courier could not judge report %s.", report)
            dark = True
        if dark:
            self.answering.darken(self._sources.get(report, ""))

    def _page(self, raw: Raw) -> None:
        try:
            if self.log.append_all(self.paging.pages(raw.fact())):
                self._follow()  # the next page counts this one
        except (Down, seal.Locked):
            raise
        except Exception:
            logger.exception("The courier could not page anybody because of fact %s.", raw.id)

    def _ask(self) -> None:
        """Ask for the next texts of approved orders."""
        for order in self.ordering.unfinished() if self.given.texts != "off" else ():
            if drafts := self.ordering.drafts(order):
                self.log.append_all(drafts)
                self._follow()


def main() -> None:
    """Answer and send for ever. An outage waits; a bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, LONGEST_WAIT)
    courier, leaving = None, Leaving(given.data_dir)
    while True:
        try:
            if courier is None:
                worker, vault = settings.process_name("courier"), seal.Vault(given.data_dir)
                courier = Courier(log, vault, load_pack(given.pack), given, worker, lambda: datetime.now(UTC))
                courier.step()
                begin(given, "courier")
                look_seldom()
            while not leaving.due():
                if FEW < courier.step(LONGEST_WAIT) < BATCH:
                    time.sleep(GATHER)
            return
        except Down:
            wait_out(log, "courier")


if __name__ == "__main__":
    main()
