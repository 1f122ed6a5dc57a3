"""Reads the reports that were handed out together: sorted in one go, put on the log one by one, each fault alone."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from server import events, seal
from server.classify import Sorting
from server.log import Down, Fact, Log, Raw
from server.reading.drafts import aside, received
from server.reading.opening import Opened
from server.reading.parts import Parts, numbers
from server.reading.readings import Readings

MOST_TRIES = 3  # a report that was handed out more often has ended the reader each time
Found = TypeVar("Found")
Hear = Callable[[events.ReportReceived, str], None]  # is told each report and its words before it is read
Gone = Callable[[Fact], bool]  # whether a report is forgotten, as far as the log tells by now; raises Down
logger = logging.getLogger(__name__)


class Batches:
    """A bug in reading one report sets that one aside, and no other."""

    def __init__(self, log: Log, readings: Readings, parts: Parts, hear: Hear, gone: Gone) -> None:
        self._log, self._readings, self._parts, self._hear, self._gone = log, readings, parts, hear, gone

    def read(self, handed: Sequence[tuple[Raw, int]]) -> None:
        """Read reports; the number says how often each was handed out, outages apart. Raises Down, seal.Buried."""
        tried = [(raw, self._surely(raw, partial(self._open, raw, tries))) for raw, tries in handed]
        opened = [(raw, each) for raw, each in tried if each]
        with vault_or_down():
            sortings = self._readings.asked([each for _, each in opened])
        for (raw, each), sorting in zip(opened, sortings, strict=True):
            self._surely(raw, partial(self._put, each, sorting))

    def _open(self, raw: Raw, tries: int) -> Opened | None:
        """The report, opened; None when it needs no more: it is one part of a message, or has ended the reader."""
        if tries > MOST_TRIES:
            self._log.append_all([aside(raw, "It ended the reader each time.")])
            return None
        fact = raw.fact()
        number, of = numbers(received(fact).part)
        if of:
            self._parts.take(raw, number, of)
            return None
        opened = self._readings.opening.open(fact)
        self._hear(opened.event, str(opened.body["text"]))
        return opened

    def _put(self, opened: Opened, by_model: Sorting | None) -> None:
        """Put on the log what follows from a report."""
        self._log.append_all(self._readings.drafts(opened, self._readings.sorted(opened, by_model)))

    def _surely(self, raw: Raw, work: Callable[[], Found]) -> Found | None:
        """Do it; a fault sets the report aside. Raises Down, seal.Buried."""
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
