"""Which processes live, and for how long a fact has waited for each that follows the log."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from server.drawer import Drawer
from server.log import START, Log
from server.settings import Settings
from server.vitals.pulse import ALL, KEPT, KIND

SILENT = 15.0  # seconds without a beat
AGAIN, WITHIN = 3, 300.0  # so many new starts in so many seconds: it dies, and dies again
ALONE = ("learner", "courier", "lookout", "ledger")  # of which a room has one each
Row = dict[str, Any]


def expected(given: Settings) -> list[str]:
    """The processes that this room is to have, by name."""
    counted = {"intake": given.intakes, "reader": given.readers, "room": given.rooms}
    several = [f"{kind}.{n}" for kind, most in counted.items() for n in range(1, most + 1)]
    return [*several, *(f"{kind}.1" for kind in ALONE)]


@dataclass
class Heart:
    """What one process said last, since when (monotonic seconds), and when it was seen to have begun anew."""

    said: dict[str, Any]
    since: float
    begun: list[float] = field(default_factory=list)

    def hear(self, said: dict[str, Any], now: float) -> None:
        """The next beat of a process of this name."""
        if said["pid"] != self.said["pid"]:
            self.begun = [*(at for at in self.begun if now - at < WITHIN), now]
        self.said, self.since = said, now


class Beats:
    """Remembers when each process was heard: by the watch of whoever looks, since processes' clocks may be set."""

    def __init__(self, log: Log, given: Settings, monotonic: Callable[[], float]) -> None:
        self._log, self._drawer, self._monotonic = log, Drawer(log), monotonic
        self._hearts: dict[str, Heart] = {}
        self._expected, self._began = expected(given), monotonic()

    def look(self, now: int) -> list[Row]:
        """Each process by name: `state` (lively, dying, silent, missing), `age` of its last beat in seconds, `lag` (see
        `waited`; None where it follows nothing), `rss` in bytes, `cpu` in seconds, `told`. `now`: Unix milliseconds.
        Raises Down."""
        for name, text in self._drawer.get(KIND, ALL).items():
            said = json.loads(text)
            heart = self._hearts.setdefault(name, Heart(said, self._monotonic()))
            if heart.said != said:
                heart.hear(said, self._monotonic())
        for name in [name for name, heart in self._hearts.items() if self._age(heart) > KEPT]:
            self._drawer.clear(KIND, ALL, name)
            del self._hearts[name]
        names = sorted({*self._hearts, *(self._expected if self._settled else ())})
        return [self._row(name, now) for name in names]

    @property
    def _settled(self) -> bool:
        """Whether every process that is there had the time to say so."""
        return self._monotonic() - self._began > 2 * SILENT

    def _row(self, name: str, now: int) -> Row:
        heart = self._hearts.get(name)
        if heart is None:
            return {"name": name, "state": "missing", "age": None, "lag": None, "rss": None, "cpu": None, "told": {}}
        age, said = self._age(heart), heart.said
        return {
            "name": name,
            "state": "silent" if age > SILENT else "dying" if self._dies(heart) else "lively",
            "age": round(age, 1),
            "lag": round(waited(self._log, said["cursor"], now), 1) if said["cursor"] else None,
            **{key: said[key] for key in ("rss", "cpu", "told")},
        }

    def _dies(self, heart: Heart) -> bool:
        return sum(self._monotonic() - at < WITHIN for at in heart.begun) >= AGAIN

    def _age(self, heart: Heart) -> float:
        return self._monotonic() - heart.since


def waited(log: Log, cursor: str, now: int) -> float:
    """For how many seconds the first fact behind this place has waited; 0 when there is none. Raises Down."""
    behind = log.read(cursor, 1)
    return max(0.0, (now - int(behind[0].id.partition("-")[0])) / 1000) if behind else 0.0


def queues(log: Log, now: int) -> list[Row]:
    """Each group of workers by name: `lag` as above, and how many facts it `took` and has not finished. Raises Down."""
    if log.head() == START:
        return []
    found = []
    for group in log.ask(log.client.xinfo_groups, log.stream):
        name, last = group["name"], group["last-delivered-id"]
        held = log.ask(log.client.xpending, log.stream, name)
        oldest = int(held["min"].partition("-")[0]) if held["pending"] else None
        lag = waited(log, last, now) if oldest is None else max(0.0, (now - oldest) / 1000)
        found.append({"name": name, "lag": round(lag, 1), "took": held["pending"]})
    return sorted(found, key=lambda each: str(each["name"]))
