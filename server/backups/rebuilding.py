"""A record that was wiped, made again from the sealed copy: the same facts at the same places, what came since behind.

Facts, their versions and the keys by which each is taken once come from the ledger; who may sign in does not stand
there, and comes from what is left of the record, or from a backup.
"""

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from server import late
from server.backups.closed import Identity
from server.backups.making import ANEW, WIPED
from server.backups.record import PAGE, Putting, Row, Taking, everything
from server.backups.restoring import running, unpack
from server.events import TokenRevoked
from server.heads import FACTS, FORMAT, Broken, append, cut_torn_line, lines, verify
from server.log import Log, Raw
from server.roles import Refused
from server.settings import Settings

READERS, COURIER = ("reader", "reader.later"), "courier"  # the groups that share the log
TAKEN = ("report.read", "report.set_aside", "report.joined")  # by these a reader is done with a report
REST = "rebuild-rest.jsonl"  # under DATA_DIR, until the record is whole: what was on it besides


@dataclass(frozen=True)
class Rebuilt:
    """How many facts the ledger had, how many came since, and whether anybody can sign in."""

    facts: int
    since: int
    accounts: bool


def rebuild(given: Settings, clock: Callable[[], datetime], drawer: list[Row] | None = None) -> Rebuilt:
    """Make the record again. `drawer`: what of it a backup had. Raises Refused, log.Down; then the record is as it was,
    or the next try begins anew."""
    ledger, kept = given.data_dir / "ledger", given.data_dir / REST
    _check(ledger)
    with running(given):
        if not _keep_rest(Log(given.record, given.pack), ledger, kept, clock):
            record = Putting(Log(given.record, given.pack, user="restore"))
            return _people_only(record, _standing(ledger, drawer or []), clock)
    rest = [json.loads(line) for line in lines(kept)]
    there = replace(given, data_dir=given.data_dir / ANEW) if given.own_redis else given
    if given.own_redis:
        shutil.rmtree(there.data_dir, ignore_errors=True)
        there.data_dir.mkdir(mode=0o700)
    with running(there):
        putting = Putting(Log(there.record, there.pack, user="restore"))
        if not given.own_redis:
            putting.undo_facts()
        things = [*(drawer or []), *(row["drawer"] for row in rest if "drawer" in row)]
        _put(putting, ledger, _standing(ledger, things), clock)
        since = _put_behind(putting.log, [Raw(row["id"], row["fields"]) for row in rest if "fields" in row])
        accounts = _accounts(putting.log)
    if given.own_redis:
        _swap(given.data_dir)
    kept.unlink()
    return Rebuilt(putting.n, since, accounts)


def of_backup(path: Path, key: Identity) -> list[Row]:
    """What a backup has of the drawer. Raises Refused."""
    found: list[Row] = []
    unpack(path, key, None, lambda kind, rows: found.extend(rows if kind == "drawer" else []))
    return found


def _check(ledger: Path) -> None:
    if not (ledger / FORMAT).exists():
        raise Refused("There is no ledger under DATA_DIR: restore a backup.")
    for name in (FACTS, "heads.jsonl"):
        cut_torn_line(ledger / name)
    try:
        verify(ledger)
    except Broken as fault:
        raise Refused(f"{fault} Nothing was changed: restore a backup.") from None


def _people_only(putting: Putting, drawer: list[Row], clock: Callable[[], datetime]) -> Rebuilt:
    if not drawer:
        raise Refused("The record has every fact that the ledger copied: there is nothing to make again.")
    putting.drawer(drawer, clock())
    return Rebuilt(0, 0, _accounts(putting.log))


def _standing(ledger: Path, things: list[Row]) -> list[Row]:
    """What of the drawer may come back: of what is there twice the last, whole, and no token that was ended since."""
    ended = {fact["about"] for fact in _facts(ledger) if fact["wire"] == TokenRevoked.wire}
    newest = {row["name"]: row for row in things}
    return [row for name, row in newest.items() if not name.startswith("token:") or _about(row) not in ended]


def _about(token: Row) -> str:
    return f"{TokenRevoked.about}:{token['fields']['id']}"


def _accounts(log: Log) -> bool:
    return any(name.startswith("credential:") for name in Taking(log).things())


def _keep_rest(log: Log, ledger: Path, kept: Path, clock: Callable[[], datetime]) -> bool:
    """Write down what is on the record and not in the ledger, and what is in the drawer. False where nothing is
    missing."""
    known = {fact["id"] for fact in _facts(ledger)}
    cut_torn_line(kept)
    before = [json.loads(line) for line in lines(kept)]  # by a try that was killed; it may have put some behind
    there = {_said(row["fields"]) for row in before if "fields" in row}
    found, here = [], 0
    for raw in everything(log):
        here += raw.id in known
        if raw.id not in known and _said(raw.fields) not in there:
            found.append({"id": raw.id, "fields": raw.fields})
    if here == len(known) and not before:
        return False
    taking = Taking(log)
    things = [{"drawer": row} for rows in taking.drawer(taking.names(), clock()) for row in rows]
    append(kept, b"".join(json.dumps(row).encode() + b"\n" for row in [*found, *things]))
    return True


def _said(fields: dict[str, str]) -> tuple[str, ...]:
    """What a fact says, wherever it stands."""
    return tuple(fields[name] for name in ("wire", "about", "by", "body")) + (fields.get("once", ""),)


def _put(putting: Putting, ledger: Path, drawer: list[Row], clock: Callable[[], datetime]) -> None:
    unread: dict[str, str] = {}
    facts = _facts(ledger)
    while page := [_row(fact) for fact in itertools.islice(facts, PAGE)]:
        before = putting.last
        putting.facts(page)
        putting.once([(key, row["id"]) for row in page for key in _keys(row)])
        for row in page:
            wire, about = row["fields"]["wire"], row["fields"]["about"]
            if wire == "report.received":
                unread[about] = before
            elif wire in TAKEN:
                unread.pop(about, None)
            before = row["id"]
    putting.once(list(late.read(ledger).items()))
    putting.drawer(drawer, clock())
    putting.finish()
    start = next(iter(unread.values()), putting.last)
    putting.groups({**dict.fromkeys(READERS, start), COURIER: putting.last})


def _put_behind(log: Log, rest: list[Raw]) -> int:
    """Add what came since, each fact once; the causes among them are told by their new places."""
    moved: dict[str, str] = {}
    for raw in rest:
        cause = raw.fields["cause"]
        moved[raw.id] = log.again(raw, moved.get(cause, cause))
    return len(moved)


def _swap(home: Path) -> None:
    """Put our own Redis in its place; the one that was wiped is kept beside it."""
    wiped = next(path for n in itertools.count(1) if not (path := home / f"{WIPED}-{n}").exists())
    if (home / "redis").exists():
        (home / "redis").rename(wiped)
    (home / ANEW / "redis").rename(home / "redis")
    shutil.rmtree(home / ANEW)


def _facts(ledger: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line)["fact"] for line in lines(ledger / FACTS))


def _row(fact: dict[str, Any]) -> Row:
    return {"id": fact["id"], "fields": {name: value for name, value in fact.items() if name != "id"}}


def _keys(row: Row) -> list[str]:
    """Its `once` keys; of a report from before they stood on the record, the one that tells it from others."""
    fields = row["fields"]
    if "once" not in fields and fields["wire"] == "report.received":
        return [fields["about"]]
    return Raw(row["id"], fields).once()
