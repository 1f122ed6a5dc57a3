"""Worker: answers reports, pages whoever is on duty, sends what orders ask for, and says what became of each text."""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime

from server import events, logs, seal, settings
from server.log import START, Down, Draft, Log, Raw
from server.monitors.roster import Roster
from server.outage import wait_out
from server.outside.telling import Telling
from server.pack import Pack
from server.pack import load as load_pack
from server.settings import Settings
from server.sources.leaving import Leaving
from server.texting import segments
from server.texting.answering import Answering
from server.texting.outbox import Outbox
from server.texting.paging import WIRES, Paging
from server.texting.sending import ORDER_LASTS, Sending, Tools
from server.texting.texts import Row, Texts
from server.work.climbing import Climbing
from server.work.duties import LEFT, Duties

GROUP = "courier"
BATCH = 200
AT_A_TIME = 5000  # facts in one look for those about monitors and texts; most are others
LONGEST_WAIT, BUSY_WAIT = 1.0, 0.1  # seconds for a new report, while nothing else is to do, and while something is
ABANDONED = 15.0  # seconds after which another worker's unfinished facts are taken over
MOST_TRIES = 3  # a report that was handed out more often has ended the courier each time
MOST_WAITING = 50  # texts that wait to be sent, before an order asks for more
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
        self.telling, outbox = Telling(vault, self.sealer, given), Outbox(log, keys, clock)
        self.sending = Sending(Tools(log, self.texts, self.roster, vault, self.sealer, outbox, given, clock))
        self._cursor = START
        self._sources: dict[str, str] = {}  # report -> source
        log.join(GROUP, "$")

    def step(self, wait: float = 0.0) -> int:
        """One round: learn, answer, order, send. How many facts were taken and texts settled. Raises Down."""
        try:
            self._follow()
            busy = bool(self.texts.waiting() or self._unfinished())
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
            received = [raw.fact().event for raw in raws if raw.fields["wire"] == events.ReportReceived.wire]
            db.execute("BEGIN")
            try:
                self.roster.fold(raws)
                self.texts.fold(raws)
                self.duties.fold(raws)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            for raw in raws:
                self.telling.take(raw)
                if raw.fields["wire"] in self.climbing.wires:
                    self.climbing.take(raw.fact())
                if raw.fields["wire"] in LEFT:
                    self.duties.forget(raw.fact().event.subject)
            self._sources |= {one.subject: one.source for one in received if isinstance(one, events.ReportReceived)}
            self._cursor = raws[-1].id

    def _reports(self, wait: float) -> int:
        self.log.adopt(GROUP, self.worker, ABANDONED)
        taken = self.log.take(GROUP, self.worker, BATCH, wait)
        judged = [raw for raw in taken if raw.fields["wire"] in JUDGED | WIRES]
        if judged:
            self._follow()  # who was enrolled before a report was read is known before it is answered
            tries = self.log.deliveries(GROUP, self.worker)
            for raw in judged:
                if raw.fields["wire"] in JUDGED:
                    self._answer(raw, tries.get(raw.id, 1))
                if raw.fields["wire"] in WIRES:
                    self._page(raw)
        self.log.done(GROUP, [raw.id for raw in taken])
        return len(taken)

    def _answer(self, raw: Raw, tries: int) -> None:
        """What cannot be judged, or nobody could read, gets no answer and leaves its phone dark: it may be of danger.

        So does what a person found to be of danger.
        """
        report, dark = raw.fields["about"].partition(":")[2], tries > MOST_TRIES
        try:
            fact = raw.fact()
            if isinstance(fact.event, events.IncidentOpened | events.IncidentRecategorised):
                dark = fact.event.restricted or fact.event.sub in self.answering.silent
            elif not isinstance(fact.event, events.ReportRead):
                dark = True
            elif not dark:
                self.log.append_all(self.answering.answer(fact, fact.event))
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

    def _unfinished(self) -> list[Row]:
        oldest = (self.clock() - ORDER_LASTS).isoformat()
        return [order for order in self.texts.unfinished() if order["approved"] > oldest]

    def _ask(self) -> None:
        """Ask for the next texts of approved orders, as many as may wait."""
        for order in self._unfinished() if self.given.texts != "off" else ():
            room = MOST_WAITING - len(self.texts.waiting())
            if room > 0:
                known, asked = self.texts.opened(order), sum(self.texts.became(order["id"]).values())
                to = known.get("to", [])[asked : asked + room]
                self.log.append_all(
                    self._text(order, asked + n, monitor, known["words"][language])
                    for n, (monitor, language) in enumerate(to)
                )
                self._follow()

    def _text(self, order: Row, n: int, monitor: str, words: str) -> Draft:
        """The n-th text of an order. For whoever has left the roster since, it is asked for and then given up."""
        known = self.roster.get(monitor)
        numbers = self.roster.phones(monitor) if known else ()
        source = self.sealer.alias(numbers[0]) if numbers else ""
        asked = events.TextAsked(
            subject=self.sealer.identity("text", "order", order["id"], str(n)),
            source=source,
            why=order["why"],
            order=order["id"],
            gateway=self.given.texts_by,
            segments=segments.count(words),
            rehearsal=bool(known and known.rehearsal),
            sealed=self.vault.seal(f"source:{source}", {"number": numbers[0], "words": words}) if numbers else "",
        )
        return Draft(asked, by="courier", once=(f"ordered:{order['id']}:{n}",))


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
                logger.info("The courier is ready (process %s, texts are %s).", os.getpid(), given.texts)
            while not leaving.due():
                courier.step(LONGEST_WAIT)
            return
        except Down:
            wait_out(log, "courier")


if __name__ == "__main__":
    main()
