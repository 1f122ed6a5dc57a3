"""One picture of how the room is: its processes, queues, gateways, spool, disk, power and record, as they are now."""

import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from server.drawer import Drawer
from server.log import Down, Log
from server.settings import Settings
from server.vitals import machine
from server.vitals.beats import Beats, queues

WATCH = "watch"  # the kind in the drawer under which the picture stands, for the room to show
KEPT = 30  # seconds after which a picture that nobody renewed is gone, rather than old
HEARD = ("message", "receipt", "sign")  # calls that say that a gateway works; what was refused does not
TENS = len("2017-06-04T03:4")
BY_HAND = "desk"  # a gateway that brings what people type here: its silence says nothing
Picture = dict[str, Any]


class Looking:
    """Looks at everything, again and again. `clock` says the hour (aware), `monotonic` seconds that only go on."""

    def __init__(
        self, log: Log, given: Settings, clock: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._log, self._given, self._clock, self._drawer = log, given, clock, Drawer(log)
        self._beats = Beats(log, given, monotonic)
        self._last: Picture = {"processes": [], "queues": [], "gateways": [], "phones": [], "missing": None}
        self._last |= {"counts": {}, "facts": None, "memory": None}

    def look(self) -> Picture:
        """The picture. While the record is away what it told last stands there, with `record` saying so."""
        now = self._clock()
        try:
            self._last = self._of_record(now)
            record = "up" if self._writes() else "full"
        except Down:
            record = "away"
        data = self._given.data_dir
        waiting, damaged = machine.waiting(data / "spool")
        room = machine.disk(data)
        return {
            "at": now.isoformat(timespec="seconds"),
            "record": record,
            **self._last,
            "spool": {"bytes": waiting, "damaged": damaged},
            "disk": {"free": room[0], "all": room[1]} if room else None,
            "power": machine.power(),
        }

    def show(self, picture: Picture) -> None:
        """Leave the picture where the room finds it; a record that is away or full shows none, and says that."""
        with contextlib.suppress(Down):
            self._drawer.put(WATCH, "now", {"picture": json.dumps(picture)}, KEPT)

    def _of_record(self, now: datetime) -> Picture:
        hour = int(now.timestamp() * 1000)
        processes = self._beats.look(hour)
        told = [each.pop("told") for each in processes]
        rooms = [each for each in told if "missing" in each]
        return {
            "processes": processes,
            "queues": queues(self._log, hour),
            "gateways": self._heard(),
            "phones": max((each["phones"] for each in rooms), key=len, default=[]),
            "missing": max((each["missing"] for each in rooms if each["missing"] is not None), default=None),
            "counts": _summed([each["counts"] for each in told if "counts" in each]),
            "facts": self._log.ask(self._log.client.xlen, self._log.stream),
            "memory": self._memory(),
        }

    def _heard(self) -> list[dict[str, str]]:
        """Each gateway with the ten minutes in which it was heard last: the moment would be that of a report, which may
        be restricted."""
        found = []
        for name in sorted({*self._given.gateways} - {BY_HAND}):
            last = max(self._drawer.get("heard", f"{name}:{what}").get("at", "") for what in HEARD)
            found += [{"name": name, "heard": last[:TENS] + "0:00" + last[TENS + 4 :]}] if last else []
        return found

    def _memory(self) -> dict[str, int] | None:
        """What Redis takes and may take (0: no limit); None where it does not tell us."""
        try:
            said = self._log.ask(self._log.client.info, "memory")
        except Down:
            return None
        return {"used": int(said["used_memory"]), "most": int(said.get("maxmemory", 0))}

    def _writes(self) -> bool:
        """Whether the record, which can be read, takes anything."""
        try:
            self._drawer.put(WATCH, "hand", {"at": self._clock().isoformat()}, KEPT)
        except Down:
            self._log.ping()  # away: it went in this moment
            return False
        return True


def picture(drawer: Drawer) -> Picture | None:
    """The picture as it was shown last; None when nobody looks any more. Raises Down."""
    found = drawer.get(WATCH, "now").get("picture")
    return json.loads(found) if found else None


def _summed(counts: list[dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    """What each gateway brought, by what became of it, over all doors since each of them started."""
    found: dict[str, dict[str, int]] = {}
    for each in counts:
        for gateway, by in each.items():
            mine = found.setdefault(gateway, {})
            for what, n in by.items():
                mine[what] = mine.get(what, 0) + n
    return found
