"""Who is on the roster, blocked or forgotten, by alias alone, for processes that hold no board."""

from server import events
from server.log import Fact, place

PROVEN = frozenset({"sms", "whatsapp"})  # channels whose network vouches for the number; elsewhere it is only typed
TYPED = " typed"  # behind an alias: what came with that number by a channel that vouches for none
KINDS = (events.MonitorEnrolled, events.MonitorRetired, events.SourceBlocked, events.SourceUnblocked)


class Roll:
    """Aliases of monitors, of blocked and forgotten sources. It opens nothing: all of it stands in clear on the log."""

    wires = frozenset(kind.wire for kind in (*KINDS, events.acts.SourceForgotten, events.acts.ReportForgotten))

    def __init__(self) -> None:
        self._aliases: dict[str, tuple[str, ...]] = {}  # monitor -> aliases
        self._known: dict[str, str] = {}  # alias -> monitor
        self._blocked: set[str] = set()
        self._gone: dict[str, int] = {}  # report, source or source with `TYPED` -> up to where it was forgotten

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, events.SourceBlocked):
            self._blocked.add(event.subject)
        elif isinstance(event, events.SourceUnblocked):
            self._blocked.discard(event.subject)
        elif isinstance(event, events.acts.ReportForgotten):
            self._gone[event.subject] = place(fact.id)
        elif isinstance(event, events.acts.SourceForgotten):
            everything = () if event.act else (event.subject + TYPED,)
            self._gone |= dict.fromkeys((event.subject, *everything), place(event.upto))
        else:
            for alias in self._aliases.pop(event.subject, ()):
                if self._known.get(alias) == event.subject:
                    del self._known[alias]
            if isinstance(event, events.MonitorEnrolled):
                self._aliases[event.subject] = tuple(event.aliases.split())
                self._known |= dict.fromkeys(self._aliases[event.subject], event.subject)

    def whose(self, alias: str) -> str:
        """The monitor whose phone this is; "" when it is nobody's."""
        return self._known.get(alias, "")

    def is_known(self, alias: str) -> bool:
        """Whether this is a phone of a monitor."""
        return alias in self._known

    def proves(self, event: events.ReportReceived) -> bool:
        """Whether a report is certainly of a monitor: the network vouches for the number."""
        return event.channel in PROVEN and self.is_known(event.source)

    def is_forgotten(self, fact: Fact) -> bool:
        """Whether a report was sent by somebody who was forgotten since, or is forgotten itself."""
        event = fact.event
        if not isinstance(event, events.ReportReceived):
            return False
        source = event.source if event.channel in PROVEN or not event.source else event.source + TYPED
        return place(fact.id) <= max(self._gone.get(name, -1) for name in (event.subject, source))

    def is_blocked(self, alias: str) -> bool:
        """Whether this source is blocked."""
        return alias in self._blocked
