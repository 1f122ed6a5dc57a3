"""From a report that was read to the answer that is asked for it, if it deserves one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from server import events, grammar
from server.drawer import Drawer
from server.log import Draft, Fact, Log
from server.monitors.roster import Monitor, Roster
from server.monitors.word import SILENT
from server.pack import Pack
from server.seal import Forgotten, Sealer, Vault, owner_of
from server.sections.section import moment
from server.settings import Settings
from server.texting import replies, segments
from server.texting.answers import RECEIPT
from server.texting.replies import Heard

FRESH = timedelta(minutes=10)  # an older report gets no answer
HELD = timedelta(hours=2)  # nor does one that its network held for longer: who knows who holds the phone by now
DARK = 24 * 3600  # seconds after a report of danger in which its sender's phones get no text of any kind
HOURLY = 6  # answers to one number in an hour of the clock
AGAIN = 6 * 3600  # seconds until the same number gets the same hint again


class Answering:
    """Decides on each report once. Holds the vault; `clock` says the hour (aware, UTC)."""

    def __init__(
        self,
        log: Log,
        roster: Roster,
        vault: Vault,
        sealer: Sealer,
        pack: Pack,
        given: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._log, self._roster, self._vault, self._sealer = log, roster, vault, sealer
        self._pack, self._given, self._clock = pack, given, clock
        self.silent = pack.answers.silent
        self._drawer = Drawer(log)
        self._ours = tuple(number for name, number in given.options.items() if name.endswith("_FROM") and number)

    def answer(self, fact: Fact, event: events.ReportRead, came: events.ReportReceived | None = None) -> list[Draft]:
        """The text that a report is answered with; none for most. `came`: how it came in, where that is known without
        asking the record. Raises seal.Locked, log.Down."""
        cause = None if came else self._log.at(fact.cause)
        received = cause.fact().event if cause else came
        if not isinstance(received, events.ReportReceived) or not received.source:
            return []
        try:
            heard = self._heard(event, received)
        except Forgotten:
            self.darken(received.source)
            return []
        monitor = self._roster.of_alias(received.source)
        if replies.is_silent(heard, self._pack.answers):
            self.darken(received.source)
        if self._given.texts == "off" or self._is_old(fact, received) or is_dark(self._drawer, received.source):
            return []
        kinds = replies.deserved(heard, monitor, self._pack.answers, self._ours)
        if not kinds or monitor is None or not self._may(received.source):
            return []
        kind = next((kind for kind in kinds if kind == RECEIPT or self._is_news(received.source, kind)), RECEIPT)
        asked = self._asked(event, received, kind, heard.number, monitor)
        return [Draft(asked, by="courier", cause=fact.id, once=(f"answer:{event.subject}",))]

    def _asked(
        self, event: events.ReportRead, received: events.ReportReceived, kind: str, number: str, monitor: Monitor
    ) -> events.TextAsked:
        words = self._pack.answers.text(kind, monitor.language, events.reference(event.subject))
        return events.TextAsked(
            subject=self._sealer.identity("text", "answer", event.subject),
            source=received.source,
            why="receipt" if kind == RECEIPT else "hint",
            order="",
            gateway=received.gateway if self._given.sends(received.gateway) else self._given.texts_by,
            segments=segments.count(words),
            rehearsal=received.rehearsal or monitor.rehearsal,
            sealed=self._vault.seal(f"source:{received.source}", {"number": number, "words": words}),
        )

    def _heard(self, event: events.ReportRead, received: events.ReportReceived) -> Heard:
        words = self._vault.open(owner_of(received.source, event.subject), event.words)
        return Heard(
            channel=received.channel,
            kind=event.kind,
            restricted=words.get(SILENT, event.restricted),
            codes=(*(() if SILENT in words else (event.sub, event.second)), *words.get("codes", ())),
            unread=tuple(words.get("unread", ())),
            parsed=grammar.parse(words["text"], self._pack.taxonomy, self._pack.prefixes),
            text=words["text"],
            number=words["sender"],
            to=words.get("to", ""),
            blocked=self._roster.is_blocked(received.source),
        )

    def _is_old(self, fact: Fact, received: events.ReportReceived) -> bool:
        """A rehearsal's hour is simulated, so there the log's counts."""
        at = datetime.fromisoformat(moment(fact.cause) if received.rehearsal else received.at)
        sent = datetime.fromisoformat(received.sent_at) if received.sent_at and not received.rehearsal else at
        return self._clock() - at > FRESH or at - sent > HELD

    def darken(self, source: str) -> None:
        """Send no text to this phone, nor to others of its owner, from now on. Raises log.Down."""
        monitor = self._roster.of_alias(source)
        for alias in filter(None, {source, *(monitor.aliases if monitor else ())}):
            self._drawer.put("dark", alias, {"since": self._clock().isoformat(timespec="seconds")}, DARK)

    def _may(self, source: str) -> bool:
        hour = self._clock().strftime("%Y-%m-%dT%H")
        return self._drawer.add("answered", f"{source}:{hour}", 2 * 3600) <= HOURLY

    def _is_news(self, source: str, kind: str) -> bool:
        if self._drawer.get("hinted", f"{source}:{kind}"):
            return False
        self._drawer.put("hinted", f"{source}:{kind}", {"at": self._clock().isoformat()}, AGAIN)
        return True


def is_dark(drawer: Drawer, source: str) -> bool:
    """Whether this phone must stay dark, for what its owner, or whoever holds it, reported. Raises log.Down."""
    return bool(drawer.get("dark", source))
