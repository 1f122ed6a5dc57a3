"""Nobody else may stand in this room's place: one run of a DATA_DIR, doors of its own, no leftovers of a killed run."""

import contextlib
import fcntl
import os
import resource
import signal
import socket
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import IO

from server.settings import Settings

MARK = "SITUATION_ROOM_RUNS_IN"  # stands in the environment of every process of a run, with its DATA_DIR
NAME = "HONCHO_PROCESS_NAME"  # its name in the Procfile stands there too
LOCK = "run.lock"  # under DATA_DIR
SWAPS = Path("/proc/swaps")
IN_MEMORY = "/dev/zram"  # swap that is on no disk


def only_one(data_dir: Path) -> IO[str]:
    """Hold DATA_DIR's lock while we live. Exits with a sentence if another run holds it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (data_dir / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        sys.exit(f"A room runs in {data_dir} already. Stop it first, or set another DATA_DIR and other ports.")
    return lock


def keep_inside() -> None:
    """From here on, files of this process and its children are ours alone, and no crash writes a core file: it would
    hold keys and texts."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def swaps_to_disk() -> bool:
    """Whether the kernel may write memory of ours, with keys and texts in it, onto a disk."""
    try:
        used = [line.split()[0] for line in SWAPS.read_text().splitlines()[1:]]
    except OSError:
        return False
    return any(not name.startswith(IN_MEMORY) for name in used)


def free_doors(given: Settings) -> None:
    """Exits with a sentence if a port is taken: processes of one room share it, but two rooms would share reports."""
    metrics = [("METRICS_PORT", "127.0.0.1", given.metrics_port)] if given.metrics_port else []
    rooms = [("ROOM_PORT", given.room_host, port) for port in given.room_ports]
    for name, host, port in (("INTAKE_PORT", given.intake_host, given.intake_port), *rooms, *metrics):
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError as fault:
                sys.exit(f"{name}: {host}:{port} cannot be used ({fault.strerror}). Set another one.")


def is_run(data_dir: Path) -> bool:
    """Whether somebody holds DATA_DIR's lock: its room runs."""
    try:
        with (data_dir / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def processes(home: str, but: Collection[str] = ()) -> list[int]:
    """The processes of the Procfile that run for this DATA_DIR, except those of these names and ourselves."""
    mark, found = f"{MARK}={home}".encode(), []
    spared = tuple(f"{NAME}={name}.".encode() for name in but)
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            said = set(environ.read_bytes().split(b"\0"))
            if mark in said and not _is_of(said, spared) and int(environ.parent.name) != os.getpid():
                found.append(int(environ.parent.name))
    return found


def _is_of(environ: Iterable[bytes], names: tuple[bytes, ...]) -> bool:
    return bool(names) and any(line.startswith(names) for line in environ)


def end_leftovers(home: str, but: Collection[str] = ()) -> int:
    """End processes that an earlier, killed run of this DATA_DIR left behind, except those of these names. How many."""
    found = processes(home, but)
    for pid in found:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return len(found)
