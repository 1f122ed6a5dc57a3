"""A room from its backup, in a folder of its own: nothing is there twice, and what came back is checked."""

import json
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from server import embedded_redis
from server.alone import MARK, end_leftovers
from server.backups.closed import Identity, opened
from server.backups.making import FORMAT
from server.backups.record import Putting, everything
from server.heads import FACTS, Broken, cut_torn_line, lines, verify
from server.log import Down, Log, place
from server.roles import Refused
from server.settings import Settings

READY = 20.0  # seconds for Redis to answer


def restore(
    given: Settings, backup: Path, keys: Path, key: Identity, into: Path, clock: Callable[[], datetime]
) -> tuple[int, int, int]:
    """Put a backup and its keys into the folder `into` and an empty record: how many facts the record has, and the
    ledger facts and heads. Raises Refused, log.Down; then the folder is as it was."""
    into = into.resolve()
    there = replace(given, data_dir=_draft(into))  # until it is whole, no room by the name asked for
    with ExitStack() as undoing:
        undoing.callback(shutil.rmtree, there.data_dir)
        with running(there):
            putting = Putting(Log(there.record, there.pack, user="restore"))
            if not putting.empty():
                raise Refused("This record is not empty.")
            if not there.own_redis:
                undoing.callback(_undo, putting)
            found = _filled(putting, backup, keys, key, there, clock)
        try:
            there.data_dir.replace(into)
        except OSError as fault:
            raise Refused(f"{into} cannot be put in its place ({fault.strerror}): nothing was restored.") from None
        undoing.pop_all()  # it is whole
    return found


def _draft(into: Path) -> Path:
    """A new folder, which is to become `into`. Raises Refused where it could not."""
    if into.is_mount():
        raise Refused(f"{into} is where a disk is mounted: name a folder below it.")
    draft = into.with_name(f".{into.name}")
    try:
        if into.exists() and any(into.iterdir()):
            raise Refused(f"{into} is not empty.")
        end_leftovers(str(draft))
        if draft.exists():
            shutil.rmtree(draft)  # of a restore that was killed
        draft.mkdir(parents=True, mode=0o700)
    except OSError as fault:
        raise Refused(f"{into} cannot be made there ({fault.strerror}).") from None
    return draft


def _undo(putting: Putting) -> None:
    with suppress(Down):
        putting.undo()


def _filled(
    putting: Putting, backup: Path, keys: Path, key: Identity, there: Settings, clock: Callable[[], datetime]
) -> tuple[int, int, int]:
    own: list[dict[str, Any]] = []
    unpack(keys, key, there.data_dir, lambda kind, rows: own.append(_end(kind, rows, there)))
    _record(backup, key, putting, there, clock, own)
    return (putting.n, *_checked(putting.log, there.data_dir / "ledger"))


@contextmanager
def running(given: Settings) -> Iterator[None]:
    """Our own Redis in this folder, if it is to be ours."""
    if not given.own_redis:
        yield
        return
    mark = ["env", f"{MARK}={given.data_dir.absolute()}"]  # by this it is found when we are killed
    server = subprocess.Popen(mark + embedded_redis.command(given, embedded_redis.find_server()))  # noqa: S603 - found by us
    try:
        late = time.monotonic() + READY
        while not _answers(given):
            if time.monotonic() > late:
                raise Down("the record cannot be reached")
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def _answers(given: Settings) -> bool:
    try:
        Log(given.record, given.pack).ping()
    except Down:
        return False
    return True


def _record(
    backup: Path,
    key: Identity,
    putting: Putting,
    given: Settings,
    clock: Callable[[], datetime],
    keys: list[dict[str, Any]],
) -> None:
    ends: list[dict[str, Any]] = []

    def take(kind: str, rows: list[Any]) -> None:
        if kind == "facts":
            putting.facts(rows)
        elif kind == "once":
            putting.once([(name, fact) for name, fact in rows])
        elif kind == "drawer":
            putting.drawer(rows, clock())
        else:
            ends.append(_end(kind, rows, given))

    unpack(backup, key, given.data_dir, take)
    if not ends or (ends[0]["head"], ends[0]["facts"]) != (putting.last, putting.n):
        raise Refused(f"{backup} does not hold what it says.")
    _check_keys(keys[0] if keys else {}, ends[0], backup)
    putting.finish()
    putting.groups(ends[0]["groups"])


def _check_keys(own: dict[str, Any], end: dict[str, Any], backup: Path) -> None:
    """Raises Refused where the file of keys, by what it says of itself (`own`), is not of this backup, or older."""
    if not own or own.get("room") != end.get("room"):
        raise Refused("These keys are of another room.")
    if not (head := own.get("head")):
        raise Refused("The file of keys is of an earlier version, which did not say of when they are: make a new one.")
    if place(head) < place(end["head"]):
        raise Refused(f"These keys are older than {backup}, and open nothing of what came since: give the newest file.")


def _end(kind: str, rows: list[Any], given: Settings) -> dict[str, Any]:
    """What a backup says of itself. Raises Refused when it is not for us."""
    said = dict(rows[0]) if kind == "end" else {}
    if said.get("format") != FORMAT or said.get("election") != given.pack:
        raise Refused(f"This is a backup of {said.get('election', 'another kind')}, and PACK is {given.pack}.")
    return said


def unpack(path: Path, key: Identity, into: Path | None, take: Callable[[str, list[Any]], object]) -> None:
    """Hand over the rows of a backup, and put its files into a folder, if one is wanted. Raises Refused."""
    with opened(path, key) as file, tarfile.open(fileobj=file, mode="r|") as archive:
        for member in archive:
            kind, _, name = member.name.partition("/")
            if kind == "files":
                # the filter refuses whatever would lie outside the folder
                if into:
                    archive.extract(member.replace(name=name, deep=False), into, filter="data")
                continue
            content = archive.extractfile(member)
            take(kind, [json.loads(line) for line in content or ()])


def _checked(log: Log, ledger: Path) -> tuple[int, int]:
    """How many facts and heads the ledger has: all as signed, and each fact the record's own. Raises Refused."""
    if not (ledger / "public_key").exists():
        return 0, 0
    for name in (FACTS, "heads.jsonl"):
        cut_torn_line(ledger / name)
    try:
        found = verify(ledger)
    except Broken as fault:
        raise Refused(str(fault)) from None
    for line, raw in zip(lines(ledger / FACTS), everything(log), strict=False):
        if json.loads(line)["fact"] != {"id": raw.id, **raw.fields}:
            raise Refused(f"The record does not hold fact {raw.id} as the ledger copied it.")
    return found
