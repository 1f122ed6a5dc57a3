"""Nobody else may stand in this room's place: one run of a DATA_DIR, doors of its own, no leftovers of a killed run."""

import contextlib
import fcntl
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import IO

from server.settings import Settings

MARK = "SITUATION_ROOM_RUNS_IN"  # stands in the environment of every process of a run, with its DATA_DIR


def only_one(data_dir: Path) -> IO[str]:
    """Hold DATA_DIR's lock while we live. Exits with a sentence if another run holds it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (data_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"A room runs in {data_dir} already. Stop it first, or set another DATA_DIR and other ports.")
    return lock


def keep_inside() -> None:
    """From here on, files of this process and its children are ours alone, and no crash writes a core file: it would
    hold keys and texts."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def free_doors(given: Settings) -> None:
    """Exits with a sentence if a port is taken: processes of one room share it, but two rooms would share reports."""
    for name, host, port in (
        ("INTAKE_PORT", given.intake_host, given.intake_port),
        ("ROOM_PORT", given.room_host, given.room_port),
    ):
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError as fault:
                sys.exit(f"{name}: {host}:{port} cannot be used ({fault.strerror}). Set another one.")


def end_leftovers(home: str) -> int:
    """End processes that an earlier, killed run of this DATA_DIR left behind. How many."""
    mark, ended = f"{MARK}={home}\0".encode(), 0
    for environ in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environ.parent.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and mark in environ.read_bytes():
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended
