"""The room as one program: what its state wants is started and kept running, until Ctrl-C; locked and unlocked."""

import contextlib
import signal
import sys
import time
from datetime import UTC, datetime

from ingest.fetch import sources
from server import promised, settings
from server.access import Access
from server.alone import end_leftovers, free_doors, keep_inside, only_one, swaps_to_disk
from server.country.registry import example
from server.gazetteer.boundaries import load as load_pack
from server.locking import ways
from server.locking.shutting import Shutting, health
from server.log import Down, Log
from server.pack import Pack, PackError
from server.running import ROOT, Run
from server.settings import Settings

READY = 60.0  # seconds for everything to answer
CLOSED = """
  The room is locked. Reports come in, sealed. Whoever keeps its key opens it:
    python -m server unlock
  Ctrl-C stops everything.
"""
SWAPS = "Swap is on: keys and texts may come to lie on the disk in clear. sudo swapoff -a, unless it is encrypted."
LOCKED = 503  # what the room's port answers then
FILE_STAYS = """
  A lock leaves the key's file on this machine, since no other way was proved: whoever takes it opens the room.
    python -m server master copy, phrase or shares"""


def banner(given: Settings, pack: Pack) -> str:
    """What a newcomer needs: where, how to get in, how to send."""
    access = Access(Log(given.record, given.pack), lambda name: None, lambda: datetime.now(UTC))
    lines = ["", f"  The room is open:  {given.room_base_url}/"]
    if not access.accounts():
        lines += [
            "  Nobody can sign in yet. Create the first administrator within 15 minutes, once:",
            f"    {given.room_base_url}/first?t={access.invite()}",
        ]
    door = f"http://{given.intake_host}:{given.intake_port}/"
    station = example(pack.stations, pack.prefixes)
    lines += ["  Send a first report:", f"    curl -d 'text=PR {station} 10:40 no official has come yet' {door}"]
    lines += [FILE_STAYS] if ways.file_stays(given.data_dir / "keys") else []
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def main() -> None:
    """Run the room until Ctrl-C."""
    keep_inside()
    given = settings.read(settings.environment(ROOT))
    try:
        pack = load_pack(given.pack, given.data_dir)
    except PackError as fault:
        sys.exit(str(fault))
    promised.refuse(given)
    if swaps_to_disk():
        print(SWAPS, file=sys.stderr)
    lock = only_one(given.data_dir)
    run = Run(given, [name for name, is_idle in idle(given).items() if is_idle])
    if left := end_leftovers(run.home):
        run.say(f"ended {left} processes that an earlier run left behind")
    free_doors(given)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(run, "stopping", True))
    shutting = Shutting(run, given, lambda: datetime.now(UTC))
    shutting.begin()
    _announce(run, given, pack, shutting)
    while not run.stopping:
        run.until(time.monotonic() + 0.1)
        shutting.obey()
    run.stop()
    end_leftovers(run.home)  # one that was being started while we stopped
    lock.close()


def idle(given: Settings) -> dict[str, bool]:
    """Processes that this room may have no work for, and whether that is so."""
    return {"redis": not given.own_redis, "fetch": not sources(given)}


def _announce(run: Run, given: Settings, pack: Pack, shutting: Shutting) -> None:
    late = time.monotonic() + READY
    doors = {
        (given.intake_host, given.intake_port): 200,
        **dict.fromkeys(
            [(given.room_host, port) for port in given.room_ports[: 1 if shutting.shut else None]],
            LOCKED if shutting.shut else 200,
        ),
    }
    while not run.stopping and time.monotonic() < late:
        run.until(time.monotonic() + 0.2)
        if all(health(*door)[0] == status for door, status in doors.items()):
            with contextlib.suppress(Down):
                print(CLOSED if shutting.shut else banner(given, pack), flush=True)
                return
    if not run.stopping:
        run.say("The room is not ready yet: look at the lines above. It goes on trying.")


if __name__ == "__main__":
    main()
