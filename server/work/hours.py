"""What hour it is in the room: the wall clock's, or the simulated one of a rehearsal that is alone on the record."""

from datetime import UTC, datetime

from server import events
from server.log import Fact
from server.sections.section import moment


class Hours:
    """Learns from reports whether a rehearsal is alone on the record, and how far it is."""

    def __init__(self) -> None:
        self._newest = ""
        self._worlds: set[bool] = set()  # whether reports were of a rehearsal

    @property
    def simulated(self) -> bool:
        """Whether every report so far was of a rehearsal, and there is one."""
        return self._worlds == {True}

    @property
    def mixed(self) -> bool:
        """Whether there are reports of both: then the rehearsal has no hour of its own any more."""
        return len(self._worlds) > 1

    def kept(self) -> tuple[str, list[bool]]:
        """What it has learnt."""
        return self._newest, sorted(self._worlds)

    def resume(self, kept: tuple[str, list[bool]]) -> None:
        """Know what `kept` told."""
        self._newest, self._worlds = kept[0], set(kept[1])

    def take(self, event: events.ReportReceived) -> None:
        """Learn of one report."""
        self._newest = max(self._newest, event.at)  # what comes late turns no clock back
        self._worlds.add(event.rehearsal)

    def now(self, clock: datetime) -> datetime:
        """The room's hour while the wall clock says `clock` (both aware)."""
        return datetime.fromisoformat(self._newest) if self.simulated else clock

    def of(self, fact: Fact) -> datetime:
        """The room's hour when this fact, the newest that was learnt, came on the record."""
        return self.now(datetime.fromisoformat(moment(fact.id)))


def stamp(at: datetime | None) -> str:
    """A moment as it is kept and compared: ISO 8601, UTC, with milliseconds; "" for none."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else ""
