"""Where a monitor is likely to be: the stations on the roster, and the places that the last messages named."""

import contextlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

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


class Row(NamedTuple):
    """A row of the roster, as far as it is needed here: there may be as many as a country has stations."""

    subject: str
    sealed: str
    rehearsal: bool


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
        self._rows: dict[str, Row] = {}
        self._unread: OrderedDict[str, tuple[Sender, datetime]] = OrderedDict()
        self._said: dict[Sender, list[tuple[datetime, str]]] = {}  # newest first: when, the sealed place

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        event = fact.event
        if isinstance(event, events.MonitorEnrolled):
            self._rows[event.subject] = Row(event.subject, event.sealed, event.rehearsal)
        elif isinstance(event, events.MonitorRetired):
            self._rows.pop(event.subject, None)
        elif isinstance(event, events.ReportReceived) and self._roll.proves(event):
            self._unread[event.subject] = (event.source, event.rehearsal), datetime.fromisoformat(event.at)
            if len(self._unread) > MOST_UNREAD:
                self._unread.popitem(last=False)
        elif isinstance(event, events.ReportRead) and event.subject in self._unread:
            sender, at = self._unread.pop(event.subject)
            self._said[sender] = [(at, event.place), *self._said.get(sender, ())[: MOST - 1]]

    def of(self, event: events.ReportReceived) -> Context:
        """What is known of the sender of a report, by its own hour. Raises seal.Locked."""
        return self.met(event, {"text": ""})[1]

    def met(self, event: events.ReportReceived, body: dict[str, Any]) -> tuple[dict[str, Any], Context]:
        """What was sent, without the word by which a monitor of this number, proven or not, says that they are forced
        (see word), and what is known of the sender, by the hour of the report. Raises seal.Locked."""
        row = self._row(event)
        if row is None:
            return body, Context()
        kept, proven = self._kept(row), self._roll.proves(event)
        known = Context(tuple(kept.get("stations") or ()), tuple(self._places(event))) if proven else Context()
        return freed(body, kept), known

    @contextlib.contextmanager
    def at_once(self, reports: Iterable[events.ReportReceived]) -> Iterator[None]:
        """Inside, which is to be short, the keys of those who sent these were looked up once. Raises seal.Locked."""
        rows = [row for row in map(self._row, reports) if row]
        with self._vault.at_once([f"monitor:{row.subject}" for row in rows]):
            yield

    def _row(self, event: events.ReportReceived) -> Row | None:
        row = self._rows.get(self._roll.whose(event.source))
        return row if row and row.rehearsal == event.rehearsal else None

    def _kept(self, row: Row) -> dict[str, Any]:
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
