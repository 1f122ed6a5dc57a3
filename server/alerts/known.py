"""The alerts that stand on the record, and when something found is one of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from server import events
from server.alerts.coordinated import NUMBERS
from server.alerts.found import Finding
from server.alerts.silence import GAP
from server.log import Draft, Fact
from server.seal import Forgotten, Vault

MORE = 1.5  # times as many are worth a new fact about the same alert
MOST = 200  # reports that are named as evidence, the newest


@dataclass
class Known:
    """One alert: what was last told of it, in which world, how often; `ended`: the minute, None while it goes on.

    `seen`: the last minute at which the statistic still found it.
    """

    subject: str
    told: Finding
    rehearsal: bool
    times: int
    seen: int
    ended: int | None = None

    def is_of(self, found: Finding, rehearsal: bool) -> bool:
        """Whether this was found again: the same kind of thing, at the same place or of the same group."""
        over = self.ended is not None and self.ended < found.since
        return self.rehearsal == rehearsal and not over and same(self.told, found)


def same(one: Finding, other: Finding) -> bool:
    """Whether two findings are about one thing: what is restricted is never one with what is not."""
    if (one.kind, one.statistic, one.restricted) != (other.kind, other.statistic, other.restricted):
        return False
    if one.statistic == NUMBERS:
        return not set(one.reports).isdisjoint(other.reports)
    if one.kind == "coordinated" or one.statistic == GAP:
        return one.mark == other.mark
    return one.category == other.category and not one.parts.isdisjoint(other.parts)


@dataclass
class Alerts:
    """What the record says of alerts. `key` closes what their ids are made of."""

    vault: Vault
    key: bytes
    known: dict[str, Known] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Learn that one was raised, grew or ended. Raises seal.Locked."""
        event = fact.event
        if isinstance(event, events.AlertRaised):
            before = self.known.get(event.subject)
            told = self._finding(event)
            times, seen = (before.times + 1, max(before.seen, told.until)) if before else (1, told.until)
            self.known[event.subject] = Known(event.subject, told, event.rehearsal, times, seen)
        elif isinstance(event, events.AlertEnded) and event.subject in self.known:
            self.known[event.subject].ended = minute(event.at)

    def find(self, found: Finding, rehearsal: bool) -> Known | None:
        """The alert that this finding is of; one that goes on before one that has ended."""
        own = [each for each in self.known.values() if each.is_of(found, rehearsal)]
        return min(own, key=lambda each: (each.ended is not None, each.subject), default=None)

    def raised(self, found: Finding, rehearsal: bool, province: str) -> Draft | None:
        """The fact that tells of a finding; None when the record knows as much already."""
        known = self.find(found, rehearsal)
        if known and (known.ended is not None or found.found < MORE * known.told.found):
            return None
        told = _together(known.told, found) if known else found
        subject = known.subject if known else self._subject(found, rehearsal)
        names = ("kind", "category", "found", "expected", "statistic", "restricted")
        event = events.AlertRaised(
            subject=subject,
            **{name: getattr(told, name) for name in names},
            province=province,
            since=hour(told.since),
            until=hour(told.until),
            chance=float(f"{told.chance:.2e}"),
            rehearsal=rehearsal,
            evidence=self.vault.seal("room", _evidence(told)),
        )
        times = known.times + 1 if known else 1
        return Draft(event, by="lookout", once=(f"alert:{subject}:{times}",))

    def over(self, subject: str, at: int) -> Draft:
        """The fact that an alert has ended."""
        return Draft(events.AlertEnded(subject=subject, at=hour(at)), by="lookout", once=(f"alert-ended:{subject}",))

    def _subject(self, found: Finding, rehearsal: bool) -> str:
        """The same for the same finding, whoever finds it; it tells nothing of the area to whoever lacks the key."""
        about = (found.kind, found.statistic, found.category, found.area, found.mark, str(found.since))
        flags = f"{found.restricted}{rehearsal}"
        return blake2b("\n".join((*about, flags)).encode(), digest_size=8, key=self.key).hexdigest()

    def _finding(self, event: events.AlertRaised) -> Finding:
        try:
            inside = self.vault.open("room", event.evidence)
        except Forgotten:
            inside = {}
        names = ("kind", "statistic", "category", "restricted", "found", "expected", "chance")
        return Finding(
            **{name: getattr(event, name) for name in names},
            since=minute(event.since),
            until=minute(event.until),
            area=str(inside.get("area", "")),
            mark=str(inside.get("mark", "")),
            parts=frozenset(inside.get("parts", ())),
            reports=tuple(inside.get("reports", ())),
            stations=tuple(inside.get("stations", ())),
        )


def _together(before: Finding, now: Finding) -> Finding:
    """The same alert, grown."""
    reports = _newest(dict.fromkeys((*before.reports, *now.reports)))
    since = min(before.since, now.since)
    return replace(now, since=since, parts=before.parts | now.parts, reports=reports)


def _newest(reports: Iterable[str]) -> tuple[str, ...]:
    return tuple(reports)[-MOST:]


def _evidence(found: Finding) -> dict[str, Any]:
    lists = {"parts": sorted(found.parts), "reports": _newest(found.reports), "stations": found.stations}
    return {"area": found.area, "mark": found.mark, **lists}


def minute(at: str) -> int:
    """The minute since 1970 of a moment in ISO 8601."""
    return int(datetime.fromisoformat(at).timestamp() // 60)


def hour(minutes: int) -> str:
    """The moment of a minute since 1970: ISO 8601, UTC."""
    return datetime.fromtimestamp(minutes * 60, UTC).isoformat()
