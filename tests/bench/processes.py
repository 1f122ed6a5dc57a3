"""What each process of a room takes: seconds of processor and memory, as the kernel counts them."""

import contextlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.alone import NAME
from tests.rig import Rig

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Taken:
    """By one process until now: seconds of processor, and MiB of memory: resident, and its fair part of them."""

    cpu: float
    rss: float
    pss: float


def taken(pid: int) -> Taken:
    """What this process took. Raises OSError once it is gone."""
    home = Path(f"/proc/{pid}")
    counted = (home / "stat").read_text().rpartition(")")[2].split()
    memory = dict(line.split(":", 1) for line in (home / "smaps_rollup").read_text().splitlines()[1:])
    rss, pss = (int(memory[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return Taken((int(counted[11]) + int(counted[12])) / TICKS, rss, pss)


def names(rig: Rig) -> dict[int, str]:
    """The processes of this room by their pid; the one that starts the others is `run`."""
    assert rig.process
    found = {rig.process.pid: "run"}
    for pid in rig.pids():
        with contextlib.suppress(OSError):
            said = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            mark = next((one for one in said if one.startswith(f"{NAME}=".encode())), b"=")
            name = mark.partition(b"=")[2].decode()
            found[pid] = name.removesuffix(".1") if pid != rig.process.pid else "run"
    return found


class Watch:
    """Looks at the same processes again and again. `others`: further ones, pid -> name."""

    def __init__(self, rig: Rig, others: dict[int, str]) -> None:
        self._rig = rig
        self.names = {**names(rig), **others}
        self.looks: list[dict[int, Taken]] = []

    def look(self) -> None:
        """One more look; who is gone has what it had."""
        found = dict(self.looks[-1]) if self.looks else {}
        for pid in self.names:
            with contextlib.suppress(OSError):
                found[pid] = taken(pid)
        self.looks.append(found)

    def replaced(self) -> list[str]:
        """Processes that are others than in the beginning: they ended, and were started again."""
        now = names(self._rig)
        return sorted({name for pid, name in now.items() if pid not in self.names and name in self.names.values()})

    def told(self) -> dict[str, dict[str, float]]:
        """By name: seconds of processor between the first look and the last, MiB at first, in the second look, last."""
        first, soon, last = self.looks[0], self.looks[min(1, len(self.looks) - 1)], self.looks[-1]
        told: dict[str, dict[str, float]] = {}
        for pid, name in self.names.items():
            if pid not in first:
                continue
            row = told.setdefault(name, dict.fromkeys(("cpu", "first", "soon", "last", "pss"), 0.0))
            row["cpu"] += last[pid].cpu - first[pid].cpu
            for when, look in (("first", first), ("soon", soon), ("last", last)):
                row[when] += look[pid].rss
            row["pss"] += last[pid].pss
        return told


def machine() -> dict[str, Any]:
    """What it was measured on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 2**20
    told = {"processors": os.cpu_count(), "model": names[0] if names else "", "gib": memory}
    return {**told, "kernel": platform.release(), "python": platform.python_version()}


def busy() -> float:
    """Seconds that all processors of this machine worked, for whomever."""
    user, nice, system, _, _, irq, soft, steal = (int(each) for each in Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + steal) / TICKS
