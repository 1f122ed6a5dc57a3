"""`python -m server publish DIR`: the redacted record, signed statements and the public page, as files for any host."""

import argparse
import sys
from pathlib import Path

from server import settings, verify
from server.gazetteer.boundaries import load
from server.pack import Pack
from server.press import pages
from server.press.proof import Proof
from server.press.told import Told, told
from server.pseudonyms import Pseudonyms
from server.report import folded
from server.roles import Refused
from server.settings import Settings

REHEARSAL = "This record is of a rehearsal: publish it with --exercise, and every page says so."
EMPTY = "There is nothing public in this record: no verdict, and no statement."


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the command to those of `python -m server`."""
    publish = nouns.add_parser("publish", help="write the public page with the redacted record, as files for any host")
    publish.add_argument("folder", type=Path, metavar="DIR")
    publish.add_argument("--exercise", action="store_true", help="of a rehearsal; every page says so")
    publish.add_argument("--record", type=Path, metavar="facts.jsonl", help="from a record that was published before")
    publish.set_defaults(run=publish_all)


def publish_all(asked: argparse.Namespace) -> None:
    """Write everything under a folder. Raises Refused, log.Down, pack.PackError."""
    given = settings.read(settings.environment())
    pack = load(given.pack, given.data_dir)
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.record:
        lines, statements = _published(asked.record)
    else:
        lines, statements = _fresh(given, pack, asked.exercise)
    made, found = _pages(lines, pack, asked.exercise)
    for name, text in {**made, **statements, "facts.jsonl": "".join(lines)}.items():
        (asked.folder / name).write_text(text, encoding="utf-8", newline="")
    (asked.folder / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    for name, text in sorted(statements.items()):
        for fault in _faults(text, lines):
            print(f"{name} does not hold in this record: {fault}", file=sys.stderr)
    print(f"{len(found.statements)} statements and {len(found.incidents)} incidents stand in {asked.folder}.")


def _fresh(given: Settings, pack: Pack, exercise: bool) -> tuple[list[str], dict[str, str]]:
    """The record as it is now, and each released statement as it was signed."""
    proof = Proof(given.data_dir, folded(given, pack), pack, Pseudonyms(given.data_dir / "keys"))
    lines = list(proof.record(exercise))
    shown = told(verify.read(lines))
    if not exercise and not shown.incidents and not shown.statements:
        other = told(verify.read(proof.record(True)))
        raise Refused(REHEARSAL if other.incidents or other.statements else EMPTY)
    signed = {}
    for one in shown.statements:
        document = {name: value for name, value in one.items() if name != "withdrawn"}
        text = proof.signed(document)
        if text is None:
            raise Refused(f"Statement {one['number']} is not signed yet: is the ledger running? Try again.")
        signed[pages.file(one["number"])] = text
    return lines, signed


def _published(path: Path) -> tuple[list[str], dict[str, str]]:
    """A record as it was published, and the statements that lie beside it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeError) as fault:
        raise Refused("This record cannot be read.") from fault
    return lines, {each.name: each.read_text(encoding="utf-8") for each in path.parent.glob("statement-*.json")}


def _pages(lines: list[str], pack: Pack, exercise: bool) -> tuple[dict[str, str], Told]:
    """The pages of a record that holds together and is of a rehearsal only if that is said. Raises Refused."""
    try:
        record = verify.read(lines)
        verify.check_signature(record.key, record.head, "facts.jsonl, head")
        found = told(record)
    except verify.Fault as fault:
        raise Refused(str(fault)) from fault
    of = {one["rehearsal"] for one in found.statements} | {one["rehearsal"] == "yes" for one in found.incidents}
    if of - {exercise}:
        raise Refused("Not everything in this record is of an exercise." if exercise else REHEARSAL)
    return pages.files(record, found, pack, exercise=exercise), found


def _faults(statement: str, lines: list[str]) -> list[str]:
    try:
        return [f"{row.token}: {row.wrong}" for row in verify.check(statement, lines) if row.wrong]
    except verify.Fault as fault:
        return [str(fault)]
