"""What the same machine does at the same hour without a room: an empty server, bare appends, a write to the disk."""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import spread
from tests.bench.house import House
from tests.bench.load import Order
from tests.bench.processes import taken
from tests.bench.started import loaded
from tests.rig import ROOT, free_ports

SECONDS = 5.0
APPENDS, AT_ONCE, WRITES = 20_000, 100, 200
BODY = "x" * 700  # bytes, about what a sealed report has


def empty(requests: list[bytes], rate: float, kept: bool) -> dict[str, Any]:
    """The same requests to the same HTTP server, which says 200 at once."""
    (port,) = free_ports(1)
    with subprocess.Popen([sys.executable, "-m", "tests.bench.empty", str(port)], cwd=ROOT) as server:
        try:
            _until_open(port)
            before = taken(server.pid).cpu
            answers = loaded(Order(port, requests[: int(rate * SECONDS)], rate, kept))
            spent = taken(server.pid).cpu - before
        finally:
            server.terminate()
    fine = answers.statuses.count(200)
    return {"requests": fine, "ms": spread(answers.took), "cpu_s_per_1000": round(spent * 1000 / max(1, fine), 3)}


def appends(house: House) -> dict[str, Any]:
    """Bare XADDs into the room's own Redis, with its settings, by a client of ours: no redis-benchmark is there."""
    with house.redis():
        began = time.monotonic()
        for _ in range(APPENDS // AT_ONCE):
            with house.log.client.pipeline(transaction=False) as pipe:
                for _ in range(AT_ONCE):
                    pipe.xadd(f"{house.log.prefix}:bare", {"body": BODY})
                pipe.execute()
        took = time.monotonic() - began
        house.log.client.delete(f"{house.log.prefix}:bare")
    return {"by": f"our own client, {AT_ONCE} at once", "per_second": round(APPENDS / took)}


def writes(folder: Path) -> dict[str, Any]:
    """One append to a file and fdatasync, again and again: milliseconds, and the kind of file system."""
    took = []
    with (folder / "bare").open("wb") as file:
        for _ in range(WRITES):
            began = time.monotonic()
            file.write(BODY.encode())
            file.flush()
            os.fdatasync(file.fileno())
            took.append((time.monotonic() - began) * 1000)
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout.strip()
    return {"on": kind, "p50": round(statistics.median(took), 3), "p99": round(sorted(took)[int(WRITES * 0.99)], 3)}


def _until_open(port: int) -> None:
    late = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < late, "the empty server did not start"
            time.sleep(0.05)
