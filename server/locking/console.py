"""Commands that lock and unlock the room; and those about ways to its master key, and phones."""

import argparse
import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path

from server import settings
from server.alone import end_leftovers, processes
from server.locking import keeping, phone_commands, state, way_commands, ways
from server.locking.recorded import note_lock, note_unlock
from server.log import Log
from server.roles import Refused

SOON = 10.0  # seconds in which a running room is shut
AT_ONCE = 2.0  # seconds in which what is killed is gone


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    lock = nouns.add_parser("lock", help="end all sessions and all that has a key; reports still come in")
    lock.set_defaults(run=lock_room)
    unlock = nouns.add_parser("unlock", help="open a locked room: by pass-phrase, typed or from standard input")
    way_commands.bring_by(unlock)
    unlock.set_defaults(run=unlock_room)
    way_commands.add_to(nouns)
    phone_commands.add_to(nouns)


def lock_room(asked: argparse.Namespace) -> None:
    """Lock the room now, whether or not somebody runs it."""
    given = settings.read(settings.environment())
    home = given.data_dir
    state.lock(home, "console", "command", datetime.now(UTC))
    gone = ways.drop_file(home / "keys")
    _wait_until_shut(home, SOON)
    ended = end_leftovers(str(home.absolute()), _without_key(home))
    if left := _wait_until_shut(home, AT_ONCE):
        raise Refused(f"{left} processes that have keys could not be ended: switch this machine off.")
    print("The room is locked. Reports come in, sealed. python -m server unlock opens it.")
    if ended:
        print(f"{ended} processes did not end by themselves. Look whether the room still runs: make run starts it.")
    if not gone:
        print("Its key's file is still here, since no other way was proved: who takes this machine reads all.")


def _wait_until_shut(home: Path, seconds: float) -> int:
    """How many processes still have keys then."""
    late = time.monotonic() + seconds
    while (left := len(processes(str(home.absolute()), _without_key(home)))) and time.monotonic() < late:
        time.sleep(0.05)
    return left


def _without_key(home: Path) -> set[str]:
    return state.SHUT - ({"keeper"} if keeping.held(home / "keys") else set())


def unlock_room(asked: argparse.Namespace) -> None:
    """Open the room again."""
    given = settings.read(settings.environment())
    keys = given.data_dir / "keys"
    if not state.locked(given.data_dir):
        raise Refused("The room is not locked.")
    way, key = way_commands.brought(asked, keys)
    if not keeping.given(keys, key):
        raise Refused("The room does not run: start it, and unlock it then.")
    log, now = Log(given.record, given.pack), datetime.now(UTC)
    told = note_lock(log, given.data_dir) and note_unlock(log, way, now)
    with contextlib.suppress(OSError):  # a full disk keeps nobody out
        way_commands.remember(asked, keys, way)
    state.unlock(given.data_dir, now)
    print("The room opens: what came in meanwhile is read now.")
    if not told:
        print("The record did not answer: that it was locked and unlocked is not written down.")
