"""The one door for reports: a stable id, an alias, a seal, then the record or the spool, then the answer."""

import contextlib
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.keeping import Keeping
from ingest.message import Message, body, moment, whole
from ingest.senders import e164
from ingest.spool import Full, Spool
from server import events
from server.callers import Unread
from server.log import Down, Draft, Log
from server.recorded import counted
from server.seal import Sealer
from server.settings import Settings
from server.shares import Share, Shares, Whose

SHARES = {  # nobody is refused: what comes over a share is read after all else
    "sender": Share(burst=6, minute=6),
    "address": Share(burst=30, minute=30),  # many phones of one network may share an address
    "gateway": Share(burst=3000, minute=6000),  # and as many more a minute as monitors are enrolled
}
SELDOM = 60.0  # seconds between looks at how many monitors are enrolled
UNREAD = "door"  # stands for a gateway where nobody could read which
COUNTED = ("accepted", "repeated", "spooled", "refused")


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
        self._keeping = Keeping(log, spool)
        self._look_again = 0.0  # by time.monotonic

    def accept(self, message: Message, told: str = "") -> Accepted:
        """Keep a message. Returns only once it is safe on a disk. Raises spool.Full when no disk takes it.

        `told`: the id that a locked room's door gave it; the sender has its reference. It may raise Down, then.
        """
        at = moment(message.rehearsal_at) if message.rehearsal else ""
        at = at or self.clock().isoformat(timespec="milliseconds")
        identities = self._identities(message, at)
        report = told or identities[0]
        number = e164(message.sender, self._region)
        shares, seconds = self._shares_of(message, number), datetime.fromisoformat(at).timestamp()
        event = self._received(message, report, number, at, self._shares.over(shares, seconds))
        once = (*(f"report:{identity}" for identity in identities), *([told_once(told)] if told else []))
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
        """The ids this message is known by, UUIDs, our own first. A rehearsal never passes for the real thing."""
        whose = (message.gateway, "rehearsal" if message.rehearsal else "", message.account)
        # without an id or a time, the same words within ten minutes are one message, later ones another
        sent = message.sent_at or at[: len("2017-06-04T10:4")]
        own = ("id", message.message_id) if message.message_id else ("hash", message.sender, message.text, sent)
        also = (("also", *parts) for parts in message.also)
        return [str(uuid.UUID(hex=self._sealer.identity(*whose, *parts))) for parts in (own, *also)]

    def keep(self, draft: Draft) -> str:
        """Keep a fact: accepted, repeated or spooled. Raises spool.Full."""
        return self._keeping.keep(draft)

    def tend(self) -> int:
        """One step of the background loop: deliver what waits, if the record answers. How many reports."""
        if time.monotonic() >= self._look_again:
            self._look_again = time.monotonic() + SELDOM
            with contextlib.suppress(Down):
                self._shares.more["gateway"] = counted(self._log, events.MonitorEnrolled.wire)
        return self._keeping.tend()

    def stock_up(self, aside: Callable[[Callable[[], Any]], Any]) -> None:
        """In a crowded hour, make keys before a report waits for one; `aside` runs what waits for the disk."""
        self._sealer.stock_up(aside)

    def stepped(self, seconds: float) -> None:
        """Keep that the clock was set while the door was open."""
        at = self.clock().isoformat(timespec="milliseconds")
        with contextlib.suppress(Full):  # then the log alone says it
            self.keep(Draft(events.records.ClockStepped(subject="door", seconds=round(seconds), at=at), by="door"))

    def count(self, gateway: str, what: str) -> None:
        """One more accepted, repeated, spooled or refused at this gateway."""
        self._counts.setdefault(gateway, Counter())[what] += 1  # one that was taken out may have brought something

    def counts(self) -> dict[str, dict[str, int]]:
        """What each gateway brought since this door's start, by what became of it."""
        return {name: {what: count[what] for what in COUNTED} for name, count in self._counts.items()}

    def health(self) -> dict[str, Any]:
        """How the door stands, in counts since its start; nothing about any message or sender."""
        spool = {"waiting": self._spool.waiting(), "set_apart": self._spool.set_apart()}
        more = {"unread": self.unread.count, "no_own_key": self._sealer.alone, "disk_faults": self._spool.faults}
        return {"record": self._keeping.record(), "spool": spool, "gateways": self.counts(), **more}


def told_once(report: str) -> str:
    """The `once` key of a message that was told this id by a locked room's door; its photo finds it by that."""
    return f"held:{report}"
