"""Follows the log once, for everybody in a process who wants to know something from it."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from server import events
from server.log import START, Down, Fact, Log, Raw
from server.seal import Locked

logger = logging.getLogger(__name__)


class Taker(Protocol):
    """Whoever wants facts of these `wires`. It is given each of them once, in the order of the log."""

    @property
    def wires(self) -> frozenset[str]:
        """Names on the wire."""

    def take(self, fact: Fact) -> None:
        """Learn one fact. May raise seal.Locked or log.Down: it is given the same fact again, then."""


class Following:
    """Where a process stands on the log, and who is told what comes next."""

    def __init__(
        self,
        log: Log,
        takers: Sequence[Taker],
        helpers: Sequence[Taker] = (),
        see: Callable[[Raw], None] = lambda raw: None,
    ) -> None:
        """`helpers` are told last, and can be done without: a bug in one costs what it would have learnt of one fact,
        where otherwise that fact would end the process at each start. `see` is shown every fact as it stands there,
        also one that nobody here understands, and may be shown it again."""
        self._log, self.cursor, self._helpers, self._see = log, START, helpers, see
        every = [*takers, *helpers]
        self._takers = {
            wire: [taker for taker in every if wire in taker.wires] for taker in every for wire in taker.wires
        }
        self._told = 0  # takers that know the fact behind the cursor already
        self._strange: set[tuple[str, str]] = set()  # wire and version of facts that were passed over

    def catch_up(self, limit: int = 1000) -> bool:
        """Read up to `limit` more facts. Whether the end was reached. Raises log.Down, and what a taker raises."""
        raws = self._log.read(self.cursor, limit)
        for raw in raws:
            self._see(raw)
            self._hand(raw)
            self.cursor, self._told = raw.id, 0
        return len(raws) < limit

    def wait(self, seconds: float) -> bool:
        """Whether more facts come within so many seconds. Raises log.Down."""
        return bool(self._log.follow(self.cursor, seconds, 1))

    def _hand(self, raw: Raw) -> None:
        takers = self._takers.get(raw.fields["wire"])
        if not takers:
            return
        try:
            fact = raw.fact()
        except events.Unknown:
            self._pass_over(raw.fields["wire"], raw.fields["v"])
            return
        for taker in takers[self._told :]:
            self._tell(taker, fact)
            self._told += 1

    def _tell(self, taker: Taker, fact: Fact) -> None:
        try:
            taker.take(fact)
        except (Down, Locked):
            raise
        except Exception:
            if taker not in self._helpers:
                raise
            logger.exception("Fact %s could not be taken by one who can be done without.", fact.id)

    def _pass_over(self, wire: str, v: str) -> None:
        """Nobody takes a fact of a newer program: whoever stopped here would read no report until it is updated."""
        if (wire, v) not in self._strange:
            self._strange.add((wire, v))
            logger.warning("A newer program writes %s v%s: such facts are passed over here.", wire, v)
