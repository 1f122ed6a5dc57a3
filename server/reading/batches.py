"""Reads the reports that were handed out together: sorted, sealed and put on the log in one go, each fault alone."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from server import events, seal
from server.log import Down, Fact, Log, Raw
from server.reading.drafts import aside, received
from server.reading.opening import Opened
from server.reading.parts import Parts, numbers
from server.reading.readings import Readings, Understood

MOST_TRIES = 3  # a report that was handed out more often has ended the reader each time
Found = TypeVar("Found")
Hear = Callable[[events.ReportReceived, str], None]  # is told each report and its words before it is read
Gone = Callable[[Fact], bool]  # whether a report is forgotten, as far as the log tells by now; raises Down
logger = logging.getLogger(__name__)


class Handed(NamedTuple):
    """A report that was handed out: how often, outages apart; the fact that it is, None when nobody here knows that."""

    raw: Raw
    tries: int
    fact: Fact | None


class Batches:
    """A bug in reading one report sets that one aside, and no other."""

    def __init__(
        self, log: Log, readings: Readings, parts: Parts, hear: Hear, gone: Gone, go_on: Callable[[], None]
    ) -> None:
        """`go_on` is called before each report, and before each step of all of them."""
        self._log, self._readings, self._parts, self._hear, self._gone = log, readings, parts, hear, gone
        self._go_on = go_on

    def read(self, handed: Sequence[Handed]) -> None:
        """Read these reports. Raises Down, seal.Buried."""
        with vault_or_down(), self._readings.opening.at_once([each.fact for each in handed if each.fact]):
            tried = [(each.raw, self._surely(each.raw, partial(self._open, each))) for each in handed]
        opened = [(raw, each) for raw, each in tried if each]
        if not opened:
            return
        self._go_on()
        sortings = self._readings.asked([each for _, each in opened])
        sure = [
            (raw, self._surely(raw, partial(self._readings.understood, each, sorting)))
            for (raw, each), sorting in zip(opened, sortings, strict=True)
        ]
        if read := [(raw, each) for raw, each in sure if each]:
            self._put(read)

    def _put(self, read: Sequence[tuple[Raw, Understood]]) -> None:
        """Put on the log what follows from these reports: in one step, or where one of them has a fault one by one."""
        self._go_on()
        try:
            with vault_or_down():
                drafts = self._readings.drafts([each for _, each in read])
                self._log.append_all(draft for some in drafts for draft in some)
        except Down:
            raise
        except Exception:
            for raw, each in read:
                self._surely(raw, partial(self._put_one, each))

    def _open(self, handed: Handed) -> Opened | None:
        """The report, opened; None when it needs no more: it is one part of a message, or has ended the reader."""
        raw = handed.raw
        if handed.tries > MOST_TRIES:
            self._log.append_all([aside(raw, "It ended the reader each time.")])
            return None
        fact = handed.fact or raw.fact()
        number, of = numbers(received(fact).part)
        if of:
            self._parts.take(raw, number, of)
            return None
        opened = self._readings.opening.open(fact)
        self._hear(opened.event, str(opened.body["text"]))
        return opened

    def _put_one(self, understood: Understood) -> None:
        self._log.append_all(draft for some in self._readings.drafts([understood]) for draft in some)

    def _surely(self, raw: Raw, work: Callable[[], Found]) -> Found | None:
        """Do it; a fault sets the report aside. Raises Down, seal.Buried."""
        self._go_on()
        try:
            with vault_or_down():
                return work()
        except Down:
            raise
        except seal.Forgotten as fault:
            if isinstance(fault, seal.Buried) and not self._gone(raw.fact()):
                raise  # it came after that: whoever begins now can keep it
            self._log.append_all([aside(raw, "It was forgotten before it was read.")])
            return None
        except Exception:
            logger.exception("The reader could not read report %s.", raw.fields["about"].partition(":")[2])
            self._log.append_all([aside(raw, "The reader met a fault of its own in this report.")])
            return None


@contextlib.contextmanager
def vault_or_down() -> Iterator[None]:
    """To whoever reads, a vault that is away is an outage like that of the record. Raises Down for seal.Locked."""
    try:
        yield
    except seal.Locked as fault:
        raise Down("the vault cannot be used") from fault
