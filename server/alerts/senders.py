"""Who sent a report: a known monitor, proven, or a stranger with a number that is kept in memory only."""

from typing import Any

from server import events
from server.alerts.told import Report
from server.log import Fact
from server.monitors.roll import PROVEN
from server.monitors.roster import Monitor, Roster, plain_pin
from server.seal import Forgotten, Opener, Vault


class Senders:
    """The roster, and what a report is by it when it comes. Raises seal.Locked."""

    def __init__(self, opener: Opener, vault: Vault) -> None:
        self._opener, self._roster = opener, Roster.alone(vault)
        self._of: dict[str, Monitor | None] = {}  # alias -> monitor, until the roster changes
        self.kinds = frozenset(self._roster.folds)

    def take(self, fact: Fact) -> None:
        """Learn one fact about monitors or sources."""
        self._roster.folds[type(fact.event)](fact, fact.event)
        self._of.clear()

    def stations(self, monitor: str, *, rehearsal: bool) -> tuple[str, ...]:
        """Where this monitor is expected in a rehearsal, or in truth."""
        known = self._roster.get(monitor)
        return known.stations if known and known.rehearsal == rehearsal else ()

    def is_blocked(self, source: str) -> bool:
        """Whether this source counts nowhere."""
        return self._roster.is_blocked(source)

    def report(self, event: events.ReportReceived, at: float) -> Report:
        """The report, with its sender. What a stranger sent is opened for the number; no monitor's number is kept."""
        known = self._known(event)
        body: dict[str, Any] = {}
        if not known or event.channel not in PROVEN:
            body = self._body(event.sealed)
            typed = plain_pin(str(body.get("pin") or ""))
            known = known if known and typed and self._roster.right_pin(known.id, typed) else None
        digits = "" if known else str(body.get("sender") or "").removeprefix("+")
        return Report(
            id=event.subject,
            at=at,
            source=event.source,
            gateway=event.gateway,
            rehearsal=event.rehearsal,
            monitor=known.id if known else "",
            number=int(digits) if digits.isascii() and digits.isdigit() else 0,
            blocked=bool(event.source) and self.is_blocked(event.source),
        )

    def proves(self, event: events.ReportReceived) -> bool:
        """Whether who sent a report is known without opening it."""
        return self._known(event) is not None and event.channel in PROVEN

    def _known(self, event: events.ReportReceived) -> Monitor | None:
        known = self._monitor(event.source) if event.source else None
        return known if known and known.rehearsal == event.rehearsal else None

    def _monitor(self, alias: str) -> Monitor | None:
        if alias not in self._of:
            self._of[alias] = self._roster.of_alias(alias)
        return self._of[alias]

    def _body(self, sealed: str) -> dict[str, Any]:
        try:
            return self._opener.open(sealed)
        except Forgotten:
            return {}
