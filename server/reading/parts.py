"""Keeps the parts of long messages until all of one are there, or until some will not come, and has them read."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.drawer import Drawer
from server.log import Down, Draft, Fact, Log, Raw
from server.reading.drafts import aside, into, received
from server.reading.readings import Readings
from server.seal import Buried, Locked

PATIENCE = 180.0  # seconds after its first part until a message is read without those that did not come
REUSED = 180  # seconds after which the sender's phone may use the same reference for another message
MOST_PARTS = 255  # the most that a telephone can count
MOST_TRIES = 5  # of reading one message; it has ended the reader each time
MOST_AT_ONCE = 50  # messages without all parts that are read before the next look at what is new
BOX, WAITING, ALL, HOW = "parts", "waiting", "all", "how"
WHOLE, APART = "whole", "apart"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """What is known of one long message: its parts by number, and `how` it is read, once that is decided."""

    parts: dict[int, Raw]
    how: str

    def missing(self, of: int) -> list[str]:
        """The parts that are not there."""
        return [f"{number}/{of}" for number in range(1, of + 1) if number not in self.parts]


class Parts:
    """All readers share what is kept here, in the drawer, sealed as it came. `clock` says the hour (aware).

    A part is put down before it is acknowledged, what to do is decided once for all readers, and its facts are on the
    log before it is thrown away: whoever is killed in between, another does the same again.
    """

    def __init__(self, log: Log, readings: Readings, clock: Callable[[], datetime]) -> None:
        self._log, self._readings, self._clock = log, readings, clock
        self._drawer = Drawer(log)

    def take(self, raw: Raw, number: int, of: int) -> None:
        """Keep one part, and have its message read when that can be done. Raises Down, and what the reading raises."""
        fact = raw.fact()
        whole = received(fact).whole
        self._drawer.fill(WAITING, ALL, whole, str(self._clock().timestamp()))
        found = self._put(whole, str(number), json.dumps([raw.id, raw.fields]))
        first = found.parts[number]
        if not found.how and len(found.parts) == of:
            found = self._put(whole, HOW, WHOLE)
        if first.id != raw.id:
            self._log.append_all(self._again(fact, first.fact(), number, of))
        elif found.how == WHOLE:
            self._settle(whole, found)
        elif found.how == APART:
            drafts = self._readings.apart([each.fact() for each in found.parts.values()], found.missing(of))
            self._log.append_all(draft for draft in drafts if draft.event.subject == fact.event.subject)

    def sweep(self) -> None:
        """Have those messages read that have waited long enough. Raises Down."""
        late = self._clock().timestamp() - PATIENCE
        waiting = self._drawer.get(WAITING, ALL)
        overdue = [whole for whole, since in waiting.items() if float(since) <= late]
        for whole in overdue[:MOST_AT_ONCE]:
            self._settle(whole, self._put(whole, HOW, APART))

    def _put(self, whole: str, field: str, value: str) -> Message:
        """Say something about a message unless it was said before, and what is known of it then."""
        known = self._drawer.fill(BOX, whole, field, value)
        return Message({int(name): Raw(*json.loads(known[name])) for name in known if name != HOW}, known.get(HOW, ""))

    def _again(self, fact: Fact, first: Fact, number: int, of: int) -> list[Draft]:
        """Another report has this part's place: the same words say nothing new, others are of another message."""
        if self._readings.opening.same_words(fact, first):
            return [into(first, fact)]
        return self._readings.apart([fact], Message({number: Raw("", {})}, "").missing(of))

    def _settle(self, whole: str, message: Message) -> None:
        """Put on the log what was decided, and only then forget about it."""
        if message.parts:
            try:
                self._log.append_all(
                    self._read(whole, [message.parts[number] for number in sorted(message.parts)], message)
                )
            except Down:
                self._drawer.drop("tries", whole)  # nobody died of an outage
                raise
            self._drawer.drop("tries", whole)
            self._drawer.touch(BOX, whole, REUSED)
        else:
            self._drawer.drop(BOX, whole)
        self._drawer.clear(WAITING, ALL, whole)

    def _read(self, whole: str, parts: Sequence[Raw], message: Message) -> list[Draft]:
        if self._drawer.add("tries", whole, int(PATIENCE) * MOST_TRIES) > MOST_TRIES:
            return [aside(raw, "It ended the reader each time.") for raw in parts]
        try:
            facts = [raw.fact() for raw in parts]
            if message.how == WHOLE:
                return self._readings.together(facts)
            missing = message.missing(numbers(received(facts[0]).part)[1])
            return self._readings.apart(facts, missing)
        except (Down, Buried):
            raise
        except Locked as fault:
            raise Down("the vault cannot be used") from fault
        except Exception:
            logger.exception("The reader could not read the parts of a long message.")
            return [aside(raw, "The reader met a fault of its own in this report.") for raw in parts]


def numbers(part: str) -> tuple[int, int]:
    """Which part of how many, of "2/3"; (0, 0) when it is no part, or none that a telephone can have sent."""
    number, _, of = part.partition("/")
    if not (number.isdecimal() and of.isdecimal()) or not 1 <= int(number) <= int(of) <= MOST_PARTS:
        return 0, 0
    return int(number), int(of)
