"""What of a room's vitals somebody has to be told at once; pure rules over one picture of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.vitals.beats import SILENT

LATE = 10.0  # seconds that a fact may wait for a process that follows the log, or for the readers
QUIET = timedelta(minutes=30)  # of a gateway that was heard within DAY
TEN = timedelta(minutes=10)  # in which that was: they begin when it is said to have been
DAY = timedelta(hours=24)
LEAST, SHARE = 1_000_000_000, 0.05  # bytes of the disk that are to be free, and which part of it
FULL = 0.8  # of the memory that Redis may take
FIRST = "reader"  # the group that may never be late; what came over a share waits as long as it has to
PATIENCE = {  # seconds for which a thing must last, where one look is not enough
    "late": 10.0,
    "spool": 4.0,
}
KINDS = (
    *(
        "record_away",
        "record_full",
        "record_memory",
        "missing",
        "process_silent",
        "process_dying",
        "late",
        "spool",
        "spool_damaged",
    ),
    *("gateway_quiet", "phone_power", "phone_battery", "disk", "power"),
)
Picture = dict[str, Any]
Cry = tuple[str, str, float]  # kind, about what, and a number that says how much


@dataclass(frozen=True)
class Alarm:
    """What is wrong, with what, since when (aware); `n` is how much: seconds, bytes or reports, as its kind has it."""

    kind: str
    about: str
    since: datetime
    n: float


def wrong(picture: Picture, now: datetime) -> Iterator[Cry]:
    """All that is wrong in this picture (see looking.Looking), worst first. What was not measured is None there, and
    never wrong."""
    if picture["record"] != "up":
        yield {"away": "record_away", "full": "record_full"}[picture["record"]], "", 0
    yield from _work(picture)
    yield from _gateways(picture, now)
    yield from _machine(picture)


def _work(picture: Picture) -> Iterator[Cry]:
    if picture["missing"]:
        yield "missing", "", picture["missing"]
    for each in picture["processes"]:
        if each["state"] == "dying":
            yield "process_dying", each["name"], 0
        elif each["state"] != "lively":
            yield "process_silent", each["name"], each["age"] or SILENT
        elif each["lag"] is not None and each["lag"] > LATE:
            yield "late", each["name"], each["lag"]
    for group in picture["queues"]:
        if group["name"] == FIRST and group["lag"] > LATE:
            yield "late", group["name"], group["lag"]


def _gateways(picture: Picture, now: datetime) -> Iterator[Cry]:
    for each in picture["gateways"]:
        quiet = now - datetime.fromisoformat(each["heard"]) - TEN
        if QUIET < quiet < DAY:
            yield "gateway_quiet", each["name"], quiet.total_seconds()
    for phone in picture["phones"]:
        lately = now - datetime.fromisoformat(phone["at"]) < DAY
        if lately and phone["what"] in ("power_lost", "battery_low"):
            kind = "phone_power" if phone["what"] == "power_lost" else "phone_battery"
            yield kind, phone["gateway"], phone["battery"]


def _machine(picture: Picture) -> Iterator[Cry]:
    spool, disk, memory = picture["spool"], picture["disk"], picture["memory"]
    if spool["bytes"]:
        yield "spool", "", spool["bytes"]
    if spool["damaged"]:
        yield "spool_damaged", "", spool["damaged"]
    if disk and disk["free"] < max(LEAST, SHARE * disk["all"]):
        yield "disk", "", disk["free"]
    if memory and memory["most"] and memory["used"] > FULL * memory["most"]:
        yield "record_memory", "", memory["used"]
    if picture["power"] == "battery":
        yield "power", "", 0


class Alarms:
    """Which alarms there are, and since when. `monotonic`: seconds that no setting of a clock moves."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since: dict[tuple[str, str], tuple[float, datetime]] = {}  # of what is wrong, told or not yet
        self._told: set[tuple[str, str]] = set()

    def judge(self, picture: Picture, now: datetime) -> tuple[list[Alarm], list[Alarm], list[tuple[str, str]]]:
        """All alarms that there are now; of these the new ones; and kind and subject of those that are over."""
        cries = {(kind, about): n for kind, about, n in wrong(picture, now)}
        self._since = {key: self._since.get(key, (self._monotonic(), now)) for key in cries}
        lasting = [key for key in cries if self._monotonic() - self._since[key][0] >= PATIENCE.get(key[0], 0.0)]
        every = [Alarm(*key, self._since[key][1], cries[key]) for key in lasting]
        fresh = [alarm for alarm in every if (alarm.kind, alarm.about) not in self._told]
        over = sorted(self._told - set(lasting))
        self._told = set(lasting)
        return every, fresh, over
