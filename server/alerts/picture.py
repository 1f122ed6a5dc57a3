"""From facts to what alerts know: every report, its sender and its place, in the world it belongs to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from server import events
from server.alerts.areas import Areas
from server.alerts.hiding import Hiding
from server.alerts.senders import Senders
from server.alerts.stations import Stations
from server.alerts.told import Report
from server.alerts.world import World
from server.coverage import Sign
from server.log import Fact
from server.pack import Pack
from server.seal import Forgotten, Opener, Vault, owner_of

ANEW = 120  # minutes that a rehearsal's hour falls back when another one begins
LIKELY = 0.7  # from which on a suggestion that nobody has decided on is taken for true


class Picture:
    """Folds the log into two `worlds` that never meet: the rehearsed one (True) and the real. Raises seal.Locked."""

    def __init__(self, opener: Opener, vault: Vault, pack: Pack) -> None:
        self._vault, self._pack, self.areas = vault, pack, Areas(pack)
        self.senders = Senders(opener, vault)
        self._stations = {each: Stations(pack.schedule, self.areas) for each in (False, True)}
        self.worlds = {each: self._world(each) for each in (False, True)}
        self._hiding = Hiding(self.report, self._changed)
        self._folds: dict[type[events.Event], Callable[[Any], None]] = {
            events.ReportReceived: self._received,
            events.ReportRead: self._read,
            events.ReportSorted: self._sorted,
            events.ReportSetAside: lambda event: self._heard(self.report(event.subject), "", ()),
            events.ReportLikened: self._likened,
            events.ReportSuggested: self._suggested,
            events.ReportReleased: self._released,
            events.ReportKeptApart: lambda event: self._apart(event.subject, event.incident),
            events.IncidentOpened: self._opened,
            events.IncidentRecategorised: self._recategorised,
            events.IncidentPlaced: self._placed,
            events.IncidentRejected: self._falls,
            events.IncidentDismissed: self._falls,
            events.IncidentVerified: self._stands,
            events.IncidentReopened: self._stands,
            events.IncidentJoined: self._joined,
            events.IncidentParted: self._parted,
        }
        self.wires = frozenset(kind.wire for kind in (*self._folds, *self.senders.kinds))

    def _world(self, rehearsal: bool) -> World:
        return World(self._pack.schedule, self.areas, self._stations[rehearsal])

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if fold := self._folds.get(type(event)):
            fold(event)
        elif type(event) in self.senders.kinds:
            self.senders.take(fact)
            if isinstance(event, events.MonitorEnrolled | events.MonitorRetired):
                self._post(event.subject)
            else:
                self._judge(event.subject)

    def _post(self, monitor: str) -> None:
        """Somebody came to the roster, changed or went."""
        for rehearsal, stations in self._stations.items():
            stations.post(monitor, self.senders.stations(monitor, rehearsal=rehearsal))

    def _judge(self, source: str) -> None:
        """Somebody was blocked, or is heard again."""
        for world in self.worlds.values():
            for report in [each for each in world.reports.values() if each.source == source]:
                report.blocked = self.senders.is_blocked(source)
                world.fresh.add(report.id)

    def _received(self, event: events.ReportReceived) -> None:
        at = datetime.fromisoformat(event.at).timestamp() / 60
        if event.rehearsal and at < self.worlds[True].hour - ANEW:
            self._stations[True].forget()
            self.worlds[True] = self._world(True)
        self.worlds[event.rehearsal].take(self.senders.report(event, at))

    def report(self, report: str) -> Report | None:
        """A report that is remembered."""
        return self.worlds[False].reports.get(report) or self.worlds[True].reports.get(report)

    def _read(self, event: events.ReportRead) -> None:
        report = self.report(event.subject)
        if report is None:
            return
        place = self._words("room", event.place)
        report.station, report.kind = str(place.get("station") or ""), event.kind
        code = report.station or str(place.get("code") or "")
        report.area, report.commune = self._area(report, code or event.province), self.areas.commune(code)
        if not report.incident:
            report.category = event.category
            self._hiding.said(report, event.restricted)
        self.worlds[report.rehearsal].understood(report, first=True)
        said = event.words if event.kind == "checkin" and report.monitor else ""
        codes = self._words(owner_of(report.source, report.id), said).get("codes", [])
        self._heard(report, report.station, tuple(codes))

    def _area(self, report: Report, code: str) -> str:
        """Where it was; of a monitor who names no district, where all their stations are, if that is one."""
        area = self.areas.of(code)
        if area in self.areas.finest or not report.monitor:
            return area
        own = {self.areas.of(station) for station in self._stations[report.rehearsal].of(report.monitor)}
        near = {each for each in own if not area or self.areas.province(each) == area}
        return near.pop() if len(own) == len(near) == 1 else area

    def _heard(self, report: Report | None, station: str, codes: tuple[str, ...]) -> None:
        if report and report.monitor and not report.restricted:  # or the silence of others would tell of it
            sign = Sign(datetime.fromtimestamp(report.at * 60, UTC), codes)
            self._stations[report.rehearsal].hear(station, report.monitor, sign)

    def _sorted(self, event: events.ReportSorted) -> None:
        if (report := self.report(event.subject)) and not report.decided:
            report.kind, report.category = event.kind, event.category
            self._hiding.said(report, event.restricted)
            self._changed(report)

    def _released(self, event: events.ReportReleased) -> None:
        report = self.report(event.subject)
        if report and not report.incident:  # else it became one meanwhile, and this was said of something else
            self._hiding.said(report, False)
            self._heard(report, report.station, ())

    def _likened(self, event: events.ReportLikened) -> None:
        if report := self.report(event.subject):
            first = self.report(event.first)
            report.alike = (first.alike if first else "") or event.first
            report.group, report.copy = report.group or report.alike, event.copy
            self.worlds[report.rehearsal].likened += 1

    def _suggested(self, event: events.ReportSuggested) -> None:
        if (report := self.report(event.subject)) and event.likely >= LIKELY:
            report.group = event.into

    def _joined(self, event: events.IncidentJoined) -> None:
        if (found := self.report(event.report)) and event.report != event.subject:
            found.group = event.subject
            self._hiding.join(found, event.subject, event.how)

    def _parted(self, event: events.IncidentParted) -> None:
        if found := self.report(event.report):
            self._hiding.part(found)
        self._apart(event.report, event.subject)

    def _apart(self, report: str, incident: str) -> None:
        if (found := self.report(report)) and found.group == incident:
            found.group = ""
            self._changed(found)

    def _opened(self, event: events.IncidentOpened) -> None:
        if report := self.report(event.subject):
            report.incident, report.copy = True, False
            report.category, report.decided = event.category, bool(event.reason)
            if report.decided:  # what a person takes for an incident of its own is one
                self._hiding.part(report)
            self._hiding.said(report, event.restricted)
            self._changed(report)

    def _recategorised(self, event: events.IncidentRecategorised) -> None:
        if report := self.report(event.subject):
            report.category, report.decided = event.category, True
            self._hiding.said(report, event.restricted)
            self._changed(report)

    def _placed(self, event: events.IncidentPlaced) -> None:
        if report := self.report(event.subject):
            place = self._words("room", event.place)
            report.station = str(place.get("station") or "")
            code = report.station or str(place.get("code") or "")
            report.area, report.commune = self.areas.of(code or event.province), self.areas.commune(code)
            self._changed(report)

    def _falls(self, event: events.IncidentRejected | events.IncidentDismissed) -> None:
        if report := self.report(event.subject):
            report.incident = False
            if isinstance(event, events.IncidentDismissed):
                self._hiding.dismiss(report)

    def _stands(self, event: events.IncidentVerified | events.IncidentReopened) -> None:
        if report := self.report(event.subject):
            report.incident = True
            self._changed(report)

    def _changed(self, report: Report) -> None:
        self.worlds[report.rehearsal].understood(report)

    def _words(self, owner: str, sealed: str) -> dict[str, Any]:
        try:
            return self._vault.open(owner, sealed) if sealed else {}
        except Forgotten:
            return {}
