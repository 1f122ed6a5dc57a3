"""Which reports stand in another incident, for whoever holds no board: as `server/stories/joined` has it."""

from collections import defaultdict

SAME = "same message"  # how nothing new was said: what is decided of one is decided of both


class Elsewhere:
    """Learns what was joined and parted. Whoever feeds it says only what the board does too."""

    def __init__(self) -> None:
        self._heads: dict[str, str] = {}  # report -> the incident that it stands in
        self._joined: dict[str, tuple[str, str]] = {}  # report -> what it was joined to, and how
        self._under: defaultdict[str, set[str]] = defaultdict(set)  # incident -> what was joined to it

    def head(self, report: str) -> str:
        """Where a report stands; itself, while it stands for itself."""
        return self._heads.get(report, report)

    def of(self, head: str) -> set[str]:
        """All that stands in an incident, with itself."""
        found, left = {head}, [head]
        while left:
            more = self._under.get(left.pop(), set()) - found
            found |= more
            left += more
        return found

    def join(self, report: str, incident: str, how: str) -> None:
        """A report stands where this incident does, and with it all that was joined to it."""
        self._joined[report] = (incident, how)
        self._under[incident].add(report)
        self._stand(report, self.head(incident))

    def free(self, report: str) -> None:
        """A report stands for itself again, and with it what was joined to it."""
        incident, _ = self._joined.pop(report, ("", ""))
        self._under[incident].discard(report)
        self._stand(report, report)

    def dismiss(self, incident: str) -> set[str]:
        """What people joined to it stands for itself again. Which reports."""
        freed = {report for report in self._under[incident] if self._joined[report][1] != SAME}
        for report in freed:
            self.free(report)
        return freed

    def _stand(self, report: str, head: str) -> None:
        for each in self.of(report):
            self._heads[each] = head
        if report == head:
            del self._heads[report]
