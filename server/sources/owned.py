"""What the record says of each source, monitor and photo: which keys close what, and what is to be destroyed of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from server import events
from server.log import Fact, place
from server.monitors.roll import PROVEN
from server.seal import key_of, owner_of

OF_OTHERS = ("page", "head")  # why a text goes to somebody who is no source: the keys of these are not theirs
ACTS = (events.acts.ActAsked, events.acts.ActConfirmed, events.acts.ActDone)
GONE = (events.acts.SourceForgotten, events.acts.ReportForgotten, events.acts.MonitorForgotten)


@dataclass
class Sent:
    """What one source sent that was not destroyed yet."""

    reports: dict[str, str] = field(default_factory=dict)  # report -> the key that it came under; "": the room's
    texted: bool = False  # a text to it was asked for, or it is the phone of a monitor

    def __bool__(self) -> bool:
        return bool(self.reports or self.texted)


class Owned:
    """Takes facts in the order of the log."""

    wires = frozenset(
        kind.wire
        for kind in (
            *(events.ReportReceived, events.ReportPhotographed, events.TextAsked, events.MonitorEnrolled),
            *(events.MonitorRetired, *GONE, *ACTS),
        )
    )

    def __init__(self) -> None:
        self.sent: dict[str, Sent] = defaultdict(Sent)  # source -> what it sent; "": whoever named nobody
        self.photos: dict[str, set[str]] = defaultdict(set)  # report -> what came with it
        self.on_file: dict[str, int] = {}  # monitor -> where it was written last what is kept of them
        self.enrolled: set[str] = set()
        self.asked: dict[str, events.acts.ActAsked] = {}
        self.agreed: dict[str, Fact] = {}  # act -> its confirmation, while what it asked for is not done
        self._of: dict[str, str] = {}  # report -> source
        self._places: dict[str, int] = {}  # report, photo or source -> where it was written
        self._typed: set[str] = set()  # reports with a number that nobody vouches for
        self._gone: set[str] = set()  # reports that were forgotten
        self._phones: dict[str, set[str]] = defaultdict(set)  # monitor -> every alias that was ever theirs
        self._now: dict[str, tuple[str, ...]] = {}  # monitor -> their aliases now
        self._holders: dict[str, str] = {}  # alias -> whose it is now

    def take(self, fact: Fact) -> None:
        """Learn one fact of `wires`."""
        event = fact.event
        if isinstance(event, events.ReportReceived):
            self.sent[event.source].reports[event.subject] = key_of(event.sealed.encode("utf-8", "replace"))
            self._of[event.subject], self._places[event.subject] = event.source, place(fact.id)
            self._gone.discard(event.subject)  # a photo that overtook it may have been destroyed
            self._typed |= {event.subject} if event.source and event.channel not in PROVEN else set()
        elif isinstance(event, events.ReportPhotographed):
            self.photos[event.subject].add(event.photo)
            self._places[event.photo] = place(fact.id)
        elif isinstance(event, events.TextAsked):
            self._wrote_to("" if event.why in OF_OTHERS else event.source, fact)
        elif isinstance(event, GONE):
            self._destroyed(fact)
        elif isinstance(event, ACTS):
            self._act(fact)
        else:
            self._roster(fact)

    def phones(self, monitor: str) -> set[str]:
        """Every alias that was ever theirs, but for those that are somebody else's now."""
        return {alias for alias in self._phones[monitor] if self._holders.get(alias, monitor) == monitor}

    def proven(self, source: str, upto: str) -> set[str]:
        """What this source sent up to a place on the log; nothing of what only bears its number."""
        reports = set(self.sent[source].reports) - self._typed
        return {report for report in reports if self._places[report] <= place(upto)}

    def left(self, reports: Iterable[str]) -> set[str]:
        """Those of these reports that were not forgotten yet."""
        return {report for report in reports if report in self._of and report not in self._gone}

    def keys(self, reports: Iterable[str]) -> set[str]:
        """The keys that these reports came under."""
        return {self.sent[self._of.get(report, "")].reports.get(report, "") for report in reports}

    def owners(self, reports: Iterable[str]) -> set[str]:
        """The names in the vault of the keys that close these reports' words, and all other words of their sources."""
        return {owner_of(self._of.get(report, ""), report, typed=report in self._typed) for report in reports}

    def photos_of(self, reports: Iterable[str]) -> set[str]:
        """The photos that came with these reports."""
        return {photo for report in reports for photo in self.photos.get(report, ())}

    def late(self) -> set[str]:
        """The reports that were forgotten before a photo of theirs came."""
        return self.photos.keys() & self._gone

    def _wrote_to(self, source: str, fact: Fact) -> None:
        if source:
            self.sent[source].texted = True
            self._places[source] = place(fact.id)

    def _act(self, fact: Fact) -> None:
        event = fact.event
        if isinstance(event, events.acts.ActAsked):
            self.asked[event.subject] = event
        elif isinstance(event, events.acts.ActDone):
            self.agreed.pop(event.subject, None)
        elif isinstance(event, events.acts.ActConfirmed) and event.what == "forget":
            self.agreed[event.subject] = fact

    def _roster(self, fact: Fact) -> None:
        event = fact.event
        for alias in self._now.pop(event.subject, ()):
            if self._holders.get(alias) == event.subject:
                del self._holders[alias]
        if not isinstance(event, events.MonitorEnrolled):
            self.enrolled.discard(event.subject)
            return
        self._now[event.subject] = aliases = tuple(event.aliases.split())
        self.on_file[event.subject] = place(fact.id)
        self.enrolled.add(event.subject)
        self._phones[event.subject] |= set(aliases)
        self._holders |= dict.fromkeys(aliases, event.subject)
        for alias in aliases:
            self._wrote_to(alias, fact)

    def _destroyed(self, fact: Fact) -> None:
        """Leave what came after it was looked at, and what only bears the number of whoever asked to be forgotten."""
        event = fact.event
        if isinstance(event, events.acts.ReportForgotten):
            self._drop({event.subject}, place(fact.id))
        elif isinstance(event, events.acts.SourceForgotten):
            source, upto = event.subject, event.upto
            theirs = {name for name in self.sent[source].reports if self._places[name] <= place(upto)}
            self._drop(self.proven(source, upto) if event.act else theirs, place(upto))
            self.sent[source].texted &= self._places.get(source, 0) > place(upto)
        elif isinstance(event, events.acts.MonitorForgotten) and self.on_file.get(event.subject, 0) <= place(
            event.upto
        ):
            self.on_file.pop(event.subject, None)

    def _drop(self, reports: set[str], upto: int) -> None:
        self._gone |= reports
        for report in reports:
            self.sent[self._of.get(report, "")].reports.pop(report, None)
            if late := {photo for photo in self.photos.pop(report, ()) if self._places[photo] > upto}:
                self.photos[report] = late
