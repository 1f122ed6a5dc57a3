"""What this machine has left: room on the disk, power, what waits in the spool; None for what cannot be measured."""

import os
from collections.abc import Iterable
from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")


def disk(folder: Path) -> tuple[int, int] | None:
    """Bytes that are free for us and bytes in all, on the disk of this folder."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize


def power(supplies: Path = SUPPLIES) -> str | None:
    """Whether it runs on `mains` or on `battery`."""
    kinds = {name: _said(name / "type") for name in _inside(supplies)}
    mains = [_said(name / "online") for name, kind in kinds.items() if kind == "Mains"]
    cells = [_said(name / "status") for name, kind in kinds.items() if kind in ("Battery", "UPS")]
    if mains:
        return "mains" if "1" in mains else "battery"
    if cells:
        return "battery" if "Discharging" in cells else "mains"
    return None


def waiting(spool: Path) -> tuple[int, int]:
    """Bytes of reports that wait in this folder for the record, and how many files of damaged ones wait for a person.
    Bytes, not reports: to count those all of it would be read each time."""
    return sum(map(_size, spool.glob("[0-9]*.spool"))), len(list(spool.glob("*.bad")))


def _inside(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _said(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # delivered while we looked
        return 0
