"""Which model readers use, from the record alone: the first one, the newest that was taken, or what a person chose."""

from server import events
from server.log import Fact


class Chosen:
    """Learns from the facts that it is given in the order of the log. Reads nothing by itself."""

    wires = frozenset(kind.wire for kind in (events.ModelFitted, events.ModelChosen, events.ReportReceived))

    def __init__(self, first: str) -> None:
        """`first`: the version that came with the program, in use until the record says otherwise."""
        self.first = self.version = first
        self.learning = True  # whether a newer one may be taken
        self._rehearsed: set[str] = set()  # versions that learnt from a rehearsal
        self._real = False  # whether any report was no rehearsal

    def take(self, fact: Fact) -> None:
        """Learn one fact. What a rehearsal taught is out of use from the first report on that is no rehearsal."""
        event = fact.event
        if isinstance(event, events.ModelFitted):
            if event.rehearsal:
                self._rehearsed.add(event.subject)
            if event.taken and self.learning:
                self.version = event.subject
        elif isinstance(event, events.ModelChosen):
            self.version, self.learning = event.subject, event.learning
        elif isinstance(event, events.ReportReceived) and not event.rehearsal:
            self._real = True
        if not self.may_use(self.version):
            self.version = self.first

    def may_use(self, version: str) -> bool:
        """Whether readers may use this version: not one that a rehearsal taught, once there are other reports."""
        return not (self._real and version in self._rehearsed)
