"""`python -m server publish DIR`: the redacted record, signed statements and the public page, as files for any host."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

from server import settings, verify
from server.gazetteer.boundaries import load
from server.pack import Pack
from server.press import minisign, pages
from server.press.document import canonical
from server.press.proof import Proof
from server.press.told import Told, told
from server.pseudonyms import Pseudonyms
from server.report import folded
from server.roles import Refused
from server.settings import Settings
from server.verify import Record

REHEARSAL = "This record is of a rehearsal: publish it with --exercise, and every page says so."
PROOF = re.compile(r"statement-([0-9]{1,9})\.proof\.json")
Found = tuple[list[str], dict[int, str], dict[str, str]]  # a record; proofs by number; signature files by name
EMPTY = "There is nothing public in this record: no verdict, and no statement."


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the command to those of `python -m server`."""
    publish = nouns.add_parser("publish", help="write the public page with the redacted record, as files for any host")
    publish.add_argument("folder", type=Path, metavar="DIR")
    publish.add_argument("--exercise", action="store_true", help="of a rehearsal; every page says so")
    publish.add_argument("--record", type=Path, metavar="FILE", help="from a record that was published before")
    publish.set_defaults(run=publish_all)


def publish_all(asked: argparse.Namespace) -> None:
    """Write everything under a folder; of a statement that does not hold the page says so, and so does a refusal once
    all is written. Raises Refused, log.Down, pack.PackError."""
    given = settings.read(settings.environment())
    pack = load(given.pack, given.data_dir)
    lines, proofs, signs = _published(asked.record) if asked.record else _fresh(given, pack, asked.exercise)
    record, found = _read(lines, asked.exercise)
    numbers = [int(one["number"]) for one in found.statements]
    faults = _faults(numbers, proofs, lines)
    _keep(asked.folder / pages.facts(record), "".join(lines))
    made = pages.files(record, found, pack, faults, exercise=asked.exercise)
    made |= {pages.file(one["number"]): canonical(pages.document(one)) for one in found.statements}
    made |= {pages.proof(number): proofs[number] for number in numbers if number not in faults}
    made |= {name: text for name, text in signs.items() if name.removesuffix(minisign.ENDS) in (*made, minisign.PUBLIC)}
    for name, text in made.items():
        (asked.folder / name).write_text(text, encoding="utf-8", newline="")
    (asked.folder / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    print(f"{len(found.statements)} statements and {len(found.incidents)} incidents stand in {asked.folder}.")
    if faults:
        raise Refused(" ".join(f"Statement {number} does not hold there: {why}" for number, why in faults.items()))


def _keep(path: Path, text: str) -> None:
    """Write a record, but over no other: by that one others may count. Raises Refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() != text.encode():
        raise Refused(f"Another record was published as {path.name}: name another folder.")
    path.write_text(text, encoding="utf-8", newline="")


def _fresh(given: Settings, pack: Pack, exercise: bool) -> Found:
    """The record as it is now, each released statement as it was signed, by its number, and what minisign asks for."""
    proof = Proof(given.data_dir, folded(given, pack, "publish"), pack, Pseudonyms(given.data_dir / "keys"))
    lines = list(proof.record(exercise))
    shown = told(verify.read(lines))
    if not exercise and not shown.incidents and not shown.statements:
        other = told(verify.read(proof.record(True)))
        raise Refused(REHEARSAL if other.incidents or other.statements else EMPTY)
    signed = {}
    for one in shown.statements:
        text = proof.signed(pages.document(one))
        if text is None:
            raise Refused(f"Statement {one['number']} is not signed yet: is the ledger running? Try again.")
        signed[int(one["number"])] = text
    return lines, signed, proof.minisigned([pages.document(one) for one in shown.statements])


def _published(path: Path) -> Found:
    """A record as it was published, with the proofs and signatures that lie beside it."""
    try:
        lines = path.read_bytes().decode().split("\n")  # and at nothing else that ends a line in a text
        lines = [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
        beside = {PROOF.fullmatch(each.name): each for each in path.parent.iterdir()}
        signs = [*path.parent.glob(f"statement-*.proof.json{minisign.ENDS}"), *path.parent.glob(minisign.PUBLIC)]
        proofs = {int(named[1]): each.read_bytes().decode() for named, each in beside.items() if named}
        return lines, proofs, {each.name: each.read_bytes().decode() for each in signs}
    except (OSError, UnicodeError) as fault:
        raise Refused("This record cannot be read.") from fault


def _read(lines: list[str], exercise: bool) -> tuple[Record, Told]:
    """A record that holds together and is of a rehearsal only if that is said. Raises Refused."""
    try:
        record = verify.read(lines)
        found = told(record)
    except verify.Fault as fault:
        raise Refused(str(fault)) from fault
    of = {one["rehearsal"] for one in found.statements} | {one["rehearsal"] == "yes" for one in found.incidents}
    if of - {exercise}:
        raise Refused("Not everything in this record is of an exercise." if exercise else REHEARSAL)
    return record, found


def _faults(numbers: list[int], proofs: Mapping[int, str], lines: list[str]) -> dict[int, str]:
    """Number of a statement -> what is wrong with it in this record, of those that do not hold."""
    found = dict[int, str]()
    for number in numbers:
        try:
            rows = verify.check(proofs[number], lines).rows if number in proofs else None
            wrong = [f"{row.token}: {row.wrong}." for row in rows or () if row.wrong]
            wrong = ["its proof does not lie beside the record."] if rows is None else wrong
        except verify.Fault as fault:
            wrong = [str(fault)]
        found |= {number: " ".join(wrong)} if wrong else {}
    return found
