"""Attempts to hand a text to a gateway, marked before each call: whatever dies in between, none is made twice."""

from datetime import datetime, timedelta

from server.drawer import Drawer

KEPT = 2 * 86400  # seconds; longer than any text may wait
PAUSES = (5, 15, 60, 180, 300)  # seconds after the first, second… attempt in vain; the last one from then on


class Attempts:
    """What is known of texts that are neither sent nor given up. Every method raises log.Down."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer
        self._due: dict[str, datetime] = {}

    def due(self, text: str, now: datetime) -> datetime:
        """When it is to be tried next."""
        if text not in self._due:
            kept = self._drawer.get("later", text)
            self._due[text] = datetime.fromisoformat(kept["due"]) if kept else now
        return self._due[text]

    def begin(self, text: str) -> int:
        """Mark that a call is made now: which attempt it is; 0 when one was begun before and nobody knows its end."""
        begun = self._drawer.add("tried", text, KEPT)
        ended = int(self._drawer.get("later", text).get("attempt", "0"))
        return begun if begun == ended + 1 else 0

    def later(self, text: str, attempt: int, now: datetime) -> None:
        """This attempt ended, and surely nothing was taken."""
        due = now + timedelta(seconds=PAUSES[min(attempt, len(PAUSES)) - 1])
        self._drawer.put("later", text, {"attempt": str(attempt), "due": due.isoformat()}, KEPT)
        self._due[text] = due

    def rest(self, text: str, until: datetime) -> None:
        """Somebody else has it until then."""
        self._due[text] = until

    def forget(self, text: str) -> None:
        """It is sent or given up, and that stands on the log.

        That it was tried is not forgotten: another courier may still have it before it as one that waits.
        """
        self._due.pop(text, None)
        self._drawer.drop("later", text)
