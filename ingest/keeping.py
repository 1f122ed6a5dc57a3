"""A fact is kept on the record, in the spool while that is away: many in one step, each with its own answer."""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace

from ingest.spool import Full, Spool
from ingest.together import Together
from server.log import Down, Draft, Log

PAUSE = 0.5  # seconds after a failure until one request may ask the record again
Outcome = str | Exception  # accepted, repeated or spooled; or why it could not be kept
logger = logging.getLogger(__name__)


class Keeping:
    """What keeps the facts of one process."""

    def __init__(self, log: Log, spool: Spool) -> None:
        self._log, self._spool = log, spool
        self._together = Together[Draft, str](self._kept)
        self._ask_again = 0.0  # by time.monotonic; 0 while the record answers

    def keep(self, draft: Draft) -> str:
        """Keep a fact: accepted, repeated or spooled. Raises spool.Full.

        While something of ours waits in the spool all else waits behind it: order is kept.
        """
        if not draft.once:  # an answer may be lost behind the writing: what is kept again is known by this
            draft = replace(draft, once=(f"kept:{uuid.uuid4()}",))
        return self._together.do(draft)

    def _kept(self, drafts: Sequence[Draft]) -> list[Outcome]:
        if not self._spool.holding and self._may_ask():
            try:
                return self._appended(drafts)
            except Down:
                if not self._ask_again:
                    logger.warning("The record is away: reports wait in the spool.")
                self._ask_again = time.monotonic() + PAUSE
        return self._spooled(drafts)

    def _spooled(self, drafts: Sequence[Draft]) -> list[Outcome]:
        try:
            self._spool.save_all(drafts)
        except Exception as fault:
            if len(drafts) > 1:  # there may be room for some, and a fault falls on its own call
                return [outcome for draft in drafts for outcome in self._spooled([draft])]
            return [self._append_or_refuse(drafts[0]) if isinstance(fault, Full) else fault]
        return ["spooled"] * len(drafts)

    def _append_or_refuse(self, draft: Draft) -> Outcome:
        """A full disk must not refuse what the record can take, in order or not."""
        if not self._may_ask():
            return Full()
        try:
            return self._appended([draft])[0]
        except Down:
            self._ask_again = time.monotonic() + PAUSE
            return Full()

    def _may_ask(self) -> bool:
        """True while the record answers; after a failure for one request in each pause: the others are quick."""
        if not self._ask_again:
            return True
        if time.monotonic() < self._ask_again:
            return False
        self._ask_again = time.monotonic() + PAUSE
        return True

    def _appended(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """Raises Down."""
        try:
            found = self._log.append_all(drafts)
        except Down:
            raise
        except Exception as fault:
            if len(drafts) > 1:  # a fault falls on its own call
                return [outcome for draft in drafts for outcome in self._kept([draft])]
            return [fault]
        self._ask_again = 0.0
        return ["accepted" if each.fresh else "repeated" for each in found]

    def tend(self) -> int:
        """One step of the background loop: deliver what waits, if the record answers. How many reports."""
        if not self._spool.segments():
            return 0
        try:
            self._log.ping()
            done = self._spool.drain(self._log)
        except Down:
            self._ask_again = time.monotonic() + PAUSE
            return 0
        self._ask_again = 0.0
        if done:
            logger.info("Delivered %d reports from the spool.", done)
        return done

    def record(self) -> str:
        """Whether the record answers now: up, full (it can be read, and takes nothing), or away."""
        try:
            self._log.ping()
        except Down:
            return "away"
        return "full" if self._log.full else "up"
