"""Which reports the log says were read, joined or set aside: what is handed out again has been understood before."""

from server import events
from server.log import Fact

MOST = 50_000  # reports, the newest


class Finished:
    """The newest of them."""

    wires = frozenset(kind.wire for kind in (events.ReportRead, events.ReportJoined, events.ReportSetAside))

    def __init__(self) -> None:
        self._reports: dict[str, None] = {}

    def take(self, fact: Fact) -> None:
        """Learn one fact."""
        self._reports[fact.event.subject] = None
        if len(self._reports) > MOST:
            del self._reports[next(iter(self._reports))]

    def __contains__(self, report: str) -> bool:
        return report in self._reports
