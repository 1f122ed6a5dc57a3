"""The one door for reports: a stable id, an alias, a seal, then the record or the spool, then the answer."""

import contextlib
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.message import Message, body, moment, whole
from ingest.senders import e164
from ingest.spool import Full, Spool
from server import events
from server.callers import Unread
from server.log import Down, Draft, Log
from server.seal import Sealer
from server.settings import Settings
from server.shares import Share, Shares, Whose

SHARES = {  # nobody is refused: what comes over a share is read after all else
    "sender": Share(burst=6, minute=6),
    "address": Share(burst=30, minute=30),  # many phones of one network may share an address
    "gateway": Share(burst=600, minute=1200),
}
PAUSE = 0.5  # seconds after a failure until one request may ask the record again
UNREAD = "door"  # stands for a gateway where nobody could read which
COUNTED = ("accepted", "repeated", "spooled", "refused")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Accepted:
    """The report is safe. `fresh` is False when the record had it already; what is spooled counts as fresh."""

    report: str
    reference: str
    fresh: bool


class Intake:
    """Takes messages in. `clock` says the hour (aware, UTC); `region`: where a number without country code is from."""

    def __init__(
        self, settings: Settings, region: str, sealer: Sealer, log: Log, spool: Spool, clock: Callable[[], datetime]
    ) -> None:
        self._region, self._sealer, self._log, self._spool = region, sealer, log, spool
        self.clock = clock
        self._counts = {name: Counter[str]() for name in (*settings.gateways, "form")}
        self.unread = Unread()
        self._shares = Shares(SHARES)
        self._ask_again = 0.0  # by time.monotonic; 0 while the record answers

    def accept(self, message: Message, told: str = "") -> Accepted:
        """Keep a message. Returns only once it is safe on a disk. Raises spool.Full when no disk takes it.

        `told`: the id that a locked room's door gave it; the sender has its reference. It may raise Down, then.
        """
        at = moment(message.rehearsal_at) if message.rehearsal else ""
        at = at or self.clock().isoformat(timespec="milliseconds")
        identities = self._identities(message, at)
        report = told or str(uuid.UUID(hex=identities[0]))
        number = e164(message.sender, self._region)
        shares, seconds = self._shares_of(message, number), datetime.fromisoformat(at).timestamp()
        event = self._received(message, report, number, at, self._shares.over(shares, seconds))
        once = (*(f"report:{uuid.UUID(hex=identity)}" for identity in identities), *([told_once(told)] if told else []))
        what = self.keep(Draft(event, by=f"gateway:{message.gateway}", once=once))
        self.count(message.gateway, what)
        if what != "repeated":  # a gateway that sends one message a hundred times does not use up its sender's share
            self._shares.take(shares, seconds)
        elif told:
            report = self._first(once[0])
        return Accepted(report, events.reference(report), fresh=what != "repeated")

    def _received(self, message: Message, report: str, number: str, at: str, crowded: bool) -> events.ReportReceived:
        return events.ReportReceived(
            subject=report,
            channel=message.channel,
            gateway=message.gateway,
            source=self._sealer.alias(number) if number else "",
            at=at,
            sent_at=moment(message.sent_at),
            rehearsal=message.rehearsal,
            part=f"{message.part[1]}/{message.part[2]}" if message.part else "",
            whole=self._sealer.identity(*whole(message, number)) if message.part else "",
            crowded=crowded,
            sealed=self._sealer.seal(body(message, number)),
        )

    def _first(self, once: str) -> str:
        """The report that has this `once` key. Raises Down."""
        raw = self._log.at(self._log.first(once))
        if raw is None:
            raise Down("the record has lost a report")
        return raw.fact().event.subject

    def _shares_of(self, message: Message, number: str) -> list[Whose]:
        """Whose shares a message uses up; nobody's when our own desk typed it in."""
        if message.entered_by:
            return []
        mark = "rehearsal:" if message.rehearsal else ""
        who = {"sender": number or message.sender, "address": message.address}
        senders = [(kind, mark + self._sealer.alias(one)) for kind, one in who.items() if one]
        return [("gateway", mark + message.gateway), *senders]

    def _identities(self, message: Message, at: str) -> list[str]:
        """The ids this message is known by, our own first. A rehearsal never passes for the real thing."""
        whose = (message.gateway, "rehearsal" if message.rehearsal else "", message.account)
        # without an id or a time, the same words within ten minutes are one message, later ones another
        sent = message.sent_at or at[: len("2017-06-04T10:4")]
        own = ("id", message.message_id) if message.message_id else ("hash", message.sender, message.text, sent)
        return [self._sealer.identity(*whose, *parts) for parts in (own, *(("also", *parts) for parts in message.also))]

    def keep(self, draft: Draft) -> str:
        """Keep a fact: accepted, repeated or spooled. Raises spool.Full.

        While something of ours waits in the spool all else waits behind it: order is kept.
        """
        if not self._spool.holding and self._may_ask():
            try:
                return self._append(draft)
            except Down:
                logger.warning("The record is away: reports wait in the spool.")
                self._ask_again = time.monotonic() + PAUSE
        try:
            self._spool.save(draft)
        except Full:
            return self._append_or_refuse(draft)
        return "spooled"

    def _append_or_refuse(self, draft: Draft) -> str:
        """A full disk must not refuse what the record can take, in order or not."""
        if not self._may_ask():
            raise Full
        try:
            return self._append(draft)
        except Down:
            self._ask_again = time.monotonic() + PAUSE
            raise Full from None

    def _may_ask(self) -> bool:
        """True while the record answers; after a failure for one request in each pause: the others are quick."""
        if not self._ask_again:
            return True
        if time.monotonic() < self._ask_again:
            return False
        self._ask_again = time.monotonic() + PAUSE
        return True

    def _append(self, draft: Draft) -> str:
        fresh = self._log.append_all([draft])[0].fresh
        self._ask_again = 0.0
        return "accepted" if fresh else "repeated"

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

    def stepped(self, seconds: float) -> None:
        """Keep that the clock was set while the door was open."""
        at = self.clock().isoformat(timespec="milliseconds")
        with contextlib.suppress(Full):  # then the log alone says it
            self.keep(Draft(events.records.ClockStepped(subject="door", seconds=round(seconds), at=at), by="door"))

    def count(self, gateway: str, what: str) -> None:
        """One more accepted, repeated, spooled or refused at this gateway."""
        self._counts.setdefault(gateway, Counter())[what] += 1  # one that was taken out may have brought something

    def health(self) -> dict[str, Any]:
        """How the door stands, in counts since its start; nothing about any message or sender."""
        try:
            self._log.ping()
            record = "up"
        except Down:
            record = "away"
        counts = {name: {what: count[what] for what in COUNTED} for name, count in self._counts.items()}
        spool = {"waiting": self._spool.waiting(), "set_apart": self._spool.set_apart()}
        more = {"unread": self.unread.count, "no_own_key": self._sealer.alone}
        return {"record": record, "spool": spool, "gateways": counts, **more}


def told_once(report: str) -> str:
    """The `once` key of a message that was told this id by a locked room's door; its photo finds it by that."""
    return f"held:{report}"
