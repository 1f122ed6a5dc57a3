"""What the lookout thinks: folds facts, looks at each minute that is over, says which alerts to raise or to end."""

from collections.abc import Iterator
from datetime import datetime

from server import events
from server.alerts import coordinated, silence
from server.alerts.ahead import Ahead
from server.alerts.burst import NAME as SCAN
from server.alerts.found import Finding
from server.alerts.known import Alerts, Known, same
from server.alerts.picture import Picture
from server.alerts.world import World
from server.country.schedule import Schedule
from server.log import Draft, Fact
from server.pack import Pack
from server.seal import Opener, Vault

LIMITS = {  # statistic -> the chance on a quiet day from which on it is told; measured: see docs/quality.md
    SCAN: 0.2,
    silence.MISSED: 0.1,
    silence.GAP: 0.001,
    coordinated.WORDS: 0.01,
    coordinated.NUMBERS: 0.01,
    coordinated.GATEWAY: 0.01,
}
OVER = 60  # minutes without anything new, after which a burst, or what is coordinated, has ended
JUMP = 180  # minutes in which nothing came that are not looked at one by one
LATE = 3  # minutes that the wall clock is ahead of what may still be on its way
AGAIN = 0.5  # share of an area's silent stations that must be heard again


class Watch:
    """Findings become alerts only by `drafts`: what was found on the way to the end of the log may stand on it."""

    def __init__(self, opener: Opener, vault: Vault, pack: Pack) -> None:
        self._schedule: Schedule = pack.schedule
        self._picture = Picture(opener, vault, pack)
        self.at_once = Ahead(opener, vault, self._picture).at_once
        self.alerts = Alerts(vault, vault.secret("alerts"))
        self.wires = self._picture.wires | {events.AlertRaised.wire, events.AlertEnded.wire}
        self._found: list[tuple[Finding, bool]] = []

    def take(self, fact: Fact, look: bool = True) -> None:
        """Learn one fact; the minutes that are over with it are looked at, or passed over. Raises seal.Locked."""
        event = fact.event
        if isinstance(event, events.AlertRaised | events.AlertEnded):
            self.alerts.take(fact)
            return
        if isinstance(event, events.ReportReceived):
            self._until(event.rehearsal, int(datetime.fromisoformat(event.at).timestamp() // 60), look)
        self._picture.take(fact)

    def tell_time(self, now: datetime) -> None:
        """The wall clock, for the real day: silence is found when nothing comes, too."""
        if self._picture.worlds[False].begun and self._schedule.begins <= now < self._schedule.ends:
            self._until(False, int(now.timestamp() // 60) - LATE)

    def drafts(self) -> list[Draft]:
        """The facts that are missing on the log: alerts to raise, to tell more of, to end. Only at the log's end."""
        found, self._found = self._found, []
        return [*self._raised(found), *self._ended()]

    def _raised(self, found: list[tuple[Finding, bool]]) -> Iterator[Draft]:
        for finding, rehearsal in found:
            if known := self.alerts.find(finding, rehearsal):
                known.seen = max(known.seen, finding.until)
            if draft := self.alerts.raised(finding, rehearsal, self._province(finding)):
                yield draft

    def _province(self, finding: Finding) -> str:
        provinces = {self._picture.areas.province(each) for each in (finding.parts or {finding.area}) - {""}}
        return provinces.pop() if len(provinces) == 1 else ""

    def _ended(self) -> Iterator[Draft]:
        for known in self.alerts.known.values():
            world = self._picture.worlds[known.rehearsal]
            if known.ended is None and world.hour and self._is_over(known, world):
                yield self.alerts.over(known.subject, world.hour)

    def _is_over(self, known: Known, world: World) -> bool:
        told = known.told
        if told.since > world.hour:  # another rehearsal has begun
            return True
        if told.statistic == silence.GAP:
            return world.came_since(told.mark, told.until)
        if told.kind == "silence":
            heard = sum(world.heard_since(station, told.since) for station in told.stations)
            return heard >= AGAIN * len(told.stations)
        return world.hour - known.seen > OVER

    def _until(self, rehearsal: bool, minute: int, look: bool = True) -> None:
        world = self._picture.worlds[rehearsal]
        if not world.begun or minute <= world.hour:
            return
        if not look:
            world.pass_over(minute)
            return
        first = minute if minute - world.hour > JUMP else world.hour + 1
        for hour in range(first, minute + 1):
            for finding in world.look(hour):
                if finding.chance <= LIMITS[finding.statistic]:
                    self._note(finding, rehearsal)

    def _note(self, finding: Finding, rehearsal: bool) -> None:
        """Keep what was found, of one thing what says most."""
        for at, (other, elsewhere) in enumerate(self._found):
            if elsewhere == rehearsal and same(other, finding) and finding.since - other.until <= OVER:
                self._found[at] = (max(other, finding, key=lambda each: each.found), rehearsal)
                return
        self._found.append((finding, rehearsal))
