"""The picture of a room's vitals as Prometheus reads it: names, help, labels and numbers, nothing about a message."""

from collections.abc import Iterable, Iterator
from typing import Any

Sample = tuple[dict[str, str], float]
PREFIX = "situationroom"
GAUGE, COUNTER = "gauge", "counter"


def text(picture: dict[str, Any]) -> str:
    """The picture (see looking.Looking) with its `alarms`, in the text format 0.0.4. What was not measured is left
    out."""
    return "".join(line + "\n" for family in _families(picture) if family[3] for line in _lines(*family))


def _families(picture: dict[str, Any]) -> Iterator[tuple[str, str, str, list[Sample]]]:
    processes = picture["processes"]
    yield "record_up", GAUGE, "1 while the record answers and takes facts.", [({}, picture["record"] == "up")]
    yield (
        "process_up",
        GAUGE,
        "1 while a process beats.",
        _by(processes, "process", lambda p: p["state"] in ("lively", "dying")),
    )
    help_lag = "How long the first fact behind a process has waited."
    yield "process_lag_seconds", GAUGE, help_lag, _by(processes, "process", lambda p: p["lag"])
    yield "process_resident_bytes", GAUGE, "Memory.", _by(processes, "process", lambda p: p["rss"])
    yield "process_cpu_seconds_total", COUNTER, "CPU time.", _by(processes, "process", lambda p: p["cpu"])
    queues = picture["queues"]
    yield "queue_lag_seconds", GAUGE, "How long the oldest work has waited.", _by(queues, "group", lambda q: q["lag"])
    yield "queue_taken", GAUGE, "Facts taken and not finished.", _by(queues, "group", lambda q: q["took"])
    yield from _amounts(picture)


def _amounts(picture: dict[str, Any]) -> Iterator[tuple[str, str, str, list[Sample]]]:
    spool, disk = picture["spool"], picture["disk"]
    taken = [
        ({"gateway": name, "what": what}, float(n))
        for name, by in sorted(picture["counts"].items())
        for what, n in sorted(by.items())
    ]
    yield "calls_total", COUNTER, "Messages by gateway and by what became of them.", taken
    yield "facts", GAUGE, "Facts on the record.", _one(picture["facts"])
    yield "reports_missing", GAUGE, "Accepted reports not accounted for since a minute.", _one(picture["missing"])
    yield "spool_bytes", GAUGE, "What waits in the spool.", _one(spool["bytes"])
    yield "spool_damaged_files", GAUGE, "Files of damaged records.", _one(spool["damaged"])
    yield "disk_free_bytes", GAUGE, "Free on the disk of DATA_DIR.", _one(disk and disk["free"])
    yield "disk_bytes", GAUGE, "Size of that disk.", _one(disk and disk["all"])
    yield "record_memory_bytes", GAUGE, "What Redis takes.", _one(picture["memory"] and picture["memory"]["used"])
    battery = None if picture["power"] is None else picture["power"] == "battery"
    yield "on_battery", GAUGE, "1 while this machine has no mains.", _one(battery)
    cries = [({"kind": each["kind"], "about": each["about"]}, 1.0) for each in picture["alarms"]]
    yield "alarm", GAUGE, "1 for each alarm that there is.", cries


def _one(value: float | None) -> list[Sample]:
    return [] if value is None else [({}, value)]


def _by(rows: Iterable[dict[str, Any]], label: str, value: Any) -> list[Sample]:
    return [({label: row["name"]}, value(row)) for row in rows if value(row) is not None]


def _lines(name: str, kind: str, told: str, samples: list[Sample]) -> Iterator[str]:
    full = f"{PREFIX}_{name}"
    yield f"# HELP {full} {told}"
    yield f"# TYPE {full} {kind}"
    for labels, value in samples:
        said = ",".join(f'{key}="{_safe(word)}"' for key, word in labels.items())
        yield f"{full}{{{said}}} {_shortest(value)}" if said else f"{full} {_shortest(value)}"


def _shortest(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _safe(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
