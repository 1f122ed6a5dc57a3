"""Who is on the roster and who is blocked, by alias alone, for processes that hold no board."""

from server import events
from server.log import START, Log

PROVEN = frozenset({"sms", "whatsapp"})  # channels whose network vouches for the number; elsewhere it is only typed
WIRES = {kind.wire for kind in (events.MonitorEnrolled, events.MonitorRetired)} | {
    kind.wire for kind in (events.SourceBlocked, events.SourceUnblocked)
}


class Roll:
    """Aliases of monitors and of blocked sources. It opens nothing: all that it reads stands in clear on the log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._cursor = START
        self._aliases: dict[str, tuple[str, ...]] = {}  # monitor -> aliases
        self._known: dict[str, str] = {}  # alias -> monitor
        self._blocked: set[str] = set()

    def catch_up(self, limit: int = 1000) -> bool:
        """Read up to `limit` more facts of the log. Whether the end was reached. Raises log.Down."""
        raws = self._log.read(self._cursor, limit)
        for raw in raws:
            if raw.fields["wire"] in WIRES:
                self._take(raw.fact().event)
            self._cursor = raw.id
        return len(raws) < limit

    def is_known(self, alias: str) -> bool:
        """Whether this is a phone of a monitor."""
        return alias in self._known

    def is_blocked(self, alias: str) -> bool:
        """Whether this source is blocked."""
        return alias in self._blocked

    def _take(self, event: events.Event) -> None:
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
