"""Who is on the roster and who is blocked, by alias alone, for processes that hold no board."""

from server import events
from server.log import Fact

PROVEN = frozenset({"sms", "whatsapp"})  # channels whose network vouches for the number; elsewhere it is only typed


class Roll:
    """Aliases of monitors and of blocked sources. It opens nothing: all that it takes stands in clear on the log."""

    wires = frozenset(
        kind.wire
        for kind in (events.MonitorEnrolled, events.MonitorRetired, events.SourceBlocked, events.SourceUnblocked)
    )

    def __init__(self) -> None:
        self._aliases: dict[str, tuple[str, ...]] = {}  # monitor -> aliases
        self._known: dict[str, str] = {}  # alias -> monitor
        self._blocked: set[str] = set()

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, events.SourceBlocked):
            self._blocked.add(event.subject)
        elif isinstance(event, events.SourceUnblocked):
            self._blocked.discard(event.subject)
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

    def is_blocked(self, alias: str) -> bool:
        """Whether this source is blocked."""
        return alias in self._blocked
