"""Where a monitor is likely to be: the stations on the roster, and the places that the last messages named."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from server import events
from server.log import Fact
from server.monitors.roll import Roll
from server.monitors.word import freed
from server.places import EARLIER, ROSTER, Context
from server.seal import Forgotten, Vault

LATELY = timedelta(hours=12)  # what was said before that is another day's
MOST = 3  # messages of one source
MOST_UNREAD = 10_000  # reports that are remembered until they are read

Sender = tuple[str, bool]  # alias, rehearsal


class Whereabouts:
    """Of monitors whose number is proven; others are nobody. It keeps what stands on the log, sealed as it stands
    there, and opens it when it is asked: whose key is destroyed has no whereabouts.
    """

    wires = frozenset(
        kind.wire for kind in (events.MonitorEnrolled, events.MonitorRetired, events.ReportReceived, events.ReportRead)
    )

    def __init__(self, roll: Roll, vault: Vault) -> None:
        """`roll`: takes its facts before this one does."""
        self._roll, self._vault = roll, vault
        self._rows: dict[str, events.MonitorEnrolled] = {}
        self._unread: OrderedDict[str, tuple[Sender, datetime]] = OrderedDict()
        self._said: dict[Sender, deque[tuple[datetime, str]]] = {}  # newest first: when, the sealed place

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, events.MonitorEnrolled):
            self._rows[event.subject] = event
        elif isinstance(event, events.MonitorRetired):
            self._rows.pop(event.subject, None)
        elif isinstance(event, events.ReportReceived) and self._roll.proves(event):
            self._unread[event.subject] = (event.source, event.rehearsal), datetime.fromisoformat(event.at)
            if len(self._unread) > MOST_UNREAD:
                self._unread.popitem(last=False)
        elif isinstance(event, events.ReportRead) and event.subject in self._unread:
            sender, at = self._unread.pop(event.subject)
            self._said.setdefault(sender, deque(maxlen=MOST)).appendleft((at, event.place))

    def of(self, event: events.ReportReceived) -> Context:
        """What is known of the sender of a report, by its own hour. Raises seal.Locked."""
        row = self._rows.get(self._roll.whose(event.source)) if self._roll.proves(event) else None
        if row is None or row.rehearsal != event.rehearsal:
            return Context()
        return Context(self._stations(row), tuple(self._places(event)))

    def freed(self, event: events.ReportReceived, body: dict[str, Any]) -> dict[str, Any]:
        """What was sent, without the word by which a monitor of this number, proven or not, says that they are forced:
        see word. Raises seal.Locked."""
        row = self._rows.get(self._roll.whose(event.source))
        return freed(body, self._kept(row)) if row and row.rehearsal == event.rehearsal else body

    def _stations(self, row: events.MonitorEnrolled) -> tuple[str, ...]:
        return tuple(self._kept(row).get("stations") or ())

    def _kept(self, row: events.MonitorEnrolled) -> dict[str, Any]:
        try:
            return self._vault.open(f"monitor:{row.subject}", row.sealed)
        except Forgotten:
            return {}

    def _places(self, event: events.ReportReceived) -> Iterator[str]:
        now = datetime.fromisoformat(event.at)
        for at, sealed in self._said.get((event.source, event.rehearsal), ()):
            place = self._vault.open("room", sealed)
            named = place.get("code") and not {ROSTER, EARLIER} & set(place.get("because") or ())
            if named and abs(now - at) <= LATELY:
                yield str(place["code"])
