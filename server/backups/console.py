"""Commands that make a backup, and a room from it."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from server import settings
from server.alone import only_one
from server.backups import closed
from server.backups.making import SUFFIX, make
from server.backups.rebuilding import of_backup, rebuild
from server.backups.restoring import restore
from server.locking import master
from server.log import Log
from server.outside import short
from server.roles import Refused


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    key = nouns.add_parser("backup-key", help="write a secret key for backups into FILE, and print its public half")
    key.add_argument("file", type=Path)
    key.set_defaults(run=make_key)
    backup = nouns.add_parser("backup", help="write FILE and FILE.vault, closed for an age key; the room goes on")
    backup.add_argument("file", type=Path)
    backup.add_argument("--to", required=True, help="the public half of the key: age1…")
    backup.set_defaults(run=make_backup)
    back = nouns.add_parser("restore", help="make a DATA_DIR from a backup, and check it")
    back.add_argument("file", type=Path)
    back.add_argument("--identity", type=Path, required=True, help="the file with the secret key")
    back.add_argument("--into", type=Path, required=True, help="the new DATA_DIR")
    back.add_argument("--vault", type=Path, help="the newest file of keys, if that is not FILE.vault")
    back.set_defaults(run=restore_backup)
    anew = nouns.add_parser("rebuild", help="make a record that was wiped again, from the ledger; no room may run")
    anew.add_argument("--backup", type=Path, help="a backup, for the accounts and tokens of its day")
    anew.add_argument("--identity", type=Path, help="the file with its secret key")
    anew.set_defaults(run=rebuild_record)


def make_key(asked: argparse.Namespace) -> None:
    """Write a new key."""
    print(closed.new_key(asked.file))


def make_backup(asked: argparse.Namespace) -> None:
    """Make a backup of the room as it runs."""
    given = settings.read(settings.environment())
    to = closed.recipient(asked.to)
    n = make(given, Log(given.record, given.pack), asked.file, to, lambda: datetime.now(UTC))
    print(f"{n} facts are in {asked.file}, the keys in {asked.file}{SUFFIX}.")
    print(f"Destroy every older {SUFFIX} file: it opens what was forgotten since. The newest goes with every backup.")


def restore_backup(asked: argparse.Namespace) -> None:
    """Make a room from a backup."""
    given = settings.read(settings.environment())
    keys = asked.vault or asked.file.with_name(asked.file.name + SUFFIX)
    identity = closed.identity(asked.identity)
    facts, copied, heads = restore(given, asked.file, keys, identity, asked.into, lambda: datetime.now(UTC))
    print(f"{facts} facts are on the record; {copied} in the ledger, {heads} signed heads: all as signed.")
    for head in short.heads(asked.into / "ledger")[-1:]:
        print(
            f"The last head is {short.form(head)}: hold it against what left the house, for anybody can make a backup."
        )
    print(f"Start it with DATA_DIR={asked.into}. {_opens(asked.into / 'keys')}")


def rebuild_record(asked: argparse.Namespace) -> None:
    """Make the record again."""
    given = settings.read(settings.environment())
    if bool(asked.backup) != bool(asked.identity):
        raise Refused("--backup and --identity go together.")
    drawer = of_backup(asked.backup, closed.identity(asked.identity)) if asked.backup else []
    with only_one(given.data_dir):
        made = rebuild(given, lambda: datetime.now(UTC), drawer)
    print(f"{made.facts} facts are on the record as the ledger copied them, and {made.since} that came since.")
    if not made.accounts:
        print("Nobody can sign in: do it again with --backup, or give out new pass-phrases (python -m server users).")


def _opens(keys: Path) -> str:
    if master.at_hand(keys):
        return f"It opens by itself: its master key is here, in {master.ways(keys)['file']}."
    return "It is locked until somebody brings its master key."
