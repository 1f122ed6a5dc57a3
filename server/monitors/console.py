"""Commands about the roster: import a table, count, block and unblock."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server import events, seal, settings
from server import pack as packs
from server.log import Draft, Log
from server.monitors import blocking, columns, enrolment, sheets
from server.monitors import importing as roster_import
from server.monitors.callsigns import Sign
from server.monitors.counts import organisations
from server.monitors.roster import Roster
from server.pack import Pack
from server.roles import Refused
from server.sealing.used import note

PAGE = 1000  # facts in one look at the record
MOST_SHOWN = 200  # sentences about wrong rows


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    verbs = nouns.add_parser("roster", help="who monitors").add_subparsers(required=True, metavar="verb")
    take = verbs.add_parser("import", help="enrol the monitors of a CSV file; nothing if one row is wrong")
    take.add_argument("file", help="- for standard input")
    take.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN[,COLUMN]", help="which column is what"
    )
    take.add_argument("--organisation", default="", help="of the rows that name none")
    take.add_argument("--skip-wrong", action="store_true", help="enrol the right rows although others are wrong")
    take.add_argument("--retire-missing", default="", metavar="ORGANISATION", help="retire whom the file does not name")
    take.add_argument("--rehearsal", action="store_true", help="these monitors are invented, for a rehearsal")
    take.set_defaults(run=import_roster)
    verbs.add_parser("list", help="counts by organisation, no names").set_defaults(run=list_roster)
    for verb, says in (("block", "keep what a source sends, and count it nowhere"), ("unblock", "let it count again")):
        one = verbs.add_parser(verb, help=f"{says}; the reason comes by standard input")
        one.add_argument("sign", help="the call-sign")
        one.set_defaults(run=block_source, rule=getattr(blocking, verb), done=f"{verb}ed")


@dataclass
class Desk:
    """The roster as the record has it now, and what is needed to change it."""

    log: Log
    pack: Pack
    sealer: seal.Sealer
    vault: seal.Vault
    roster: Roster
    heard: set[str] = field(default_factory=set)  # aliases that sent anything

    def follow(self) -> None:
        """Read the whole record."""
        while raws := self.log.read(self.roster.cursor, PAGE):
            self.roster.fold(raws)
            reports = (raw for raw in raws if raw.fields["wire"] == events.ReportReceived.wire)
            self.heard |= {json.loads(raw.fields["body"])["source"] for raw in reports}


def desk() -> Desk:
    """The desk of this DATA_DIR."""
    given = settings.read(settings.environment())
    vault, log = seal.Vault(given.data_dir), Log(given.record, given.pack)
    note(log, "room.key", "roster")
    made = Desk(log, packs.load(given.pack), seal.Sealer(given.data_dir / "keys"), vault, Roster.alone(vault))
    made.follow()
    return made


def import_roster(asked: argparse.Namespace) -> None:
    """Check every row, say what is wrong, and enrol."""
    sheet = sheets.read(_bytes(asked.file))
    matched = columns.match(sheet.header, dict(_mapped(asked.map, sheet.header)))
    print(told(matched))
    at = desk()
    wanted = roster_import.Asked(asked.rehearsal, asked.skip_wrong, asked.retire_missing)
    checked = enrolment.check(sheet, matched, at.pack, asked.organisation)
    found = roster_import.candidates(checked, at.sealer, asked.rehearsal)
    plan = roster_import.plan(checked, found, at.roster, wanted)
    for wrong in plan.wrong[:MOST_SHOWN]:
        print(f"Row {wrong.row}: {wrong.says}")
    if len(plan.wrong) > MOST_SHOWN:
        print(f"… and {len(plan.wrong) - MOST_SHOWN} more.")
    plan.must_be_right(wanted)
    roster_import.write(plan, at.log, at.vault, "console", _progress())
    print(f"{plan.new} enrolled, {plan.changed} changed, {plan.same} as before, {len(plan.retire)} retired.")
    if checked.unchecked:
        print(f"{checked.unchecked} stations have no check digit: a slip in one of them would not be seen.")


def list_roster(asked: argparse.Namespace) -> None:
    """Counts by organisation."""
    print(f"{'monitors':>8}{'stations':>10}{'answers':>9}{'no signal':>11}{'blocked':>9}  organisation")
    for one in organisations(desk().roster):
        marked = f"{one.name} (rehearsal)" if one.rehearsal else one.name
        counted = f"{one.monitors:>8}{len(one.stations):>10}{one.replies:>9}{one.no_signal:>11}{one.blocked:>9}"
        print(f"{counted}  {marked}: {', '.join(f'{n} {code}' for code, n in one.languages.most_common())}")


def block_source(asked: argparse.Namespace) -> None:
    """Block or unblock whoever has a call-sign."""
    at, sign = desk(), blocking.sign_of(asked.sign)
    rule: Callable[..., list[Draft]] = asked.rule
    found = blocking.aliases(sign, at.roster, _near(sign, at.heard))
    at.log.append_all(rule(found, sys.stdin.readline(), at.roster, at.vault, "console"))
    print(f"{asked.sign.upper()} is {asked.done}.")


def told(matched: columns.Columns) -> str:
    """Which columns were taken for what, in one line."""
    used = (f"{field}: {', '.join(matched.header[at] for at in places)}" for field, places in matched.fields.items())
    unused = f" Not used: {', '.join(matched.unused)}." if matched.unused else ""
    return f"Columns: {'; '.join(used)}.{unused}"


def _near(sign: Sign, heard: set[str]) -> Iterator[str]:
    return (alias for alias in heard if alias.startswith(sign.beginning))


def _mapped(said: list[str], header: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for each in said:
        name, _, names = each.partition("=")
        wanted = [names] if names in header else names.split(",")  # a column's own name may hold a comma
        yield from ((column.strip(), name.strip().lower()) for column in wanted)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError:
        raise Refused("This file cannot be read.") from None


def _progress() -> Callable[[int, int], None]:
    """A line that counts, where somebody watches."""
    if not sys.stderr.isatty():
        return lambda done, of: None
    return lambda done, of: print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)
