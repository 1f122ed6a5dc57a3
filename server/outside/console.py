"""Commands about signed heads: print and prove them, hold them against what left the house, say whom they go to."""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from ingest.senders import number
from server import check_ledger, events, settings
from server import pack as packs
from server.heads import LEAVES, lines
from server.log import Log
from server.merkle import consistency
from server.outside import short
from server.outside.telling import Telling, contact
from server.roles import Refused
from server.seal import Sealer, Vault

SHOWN = 48  # heads that are printed: the last of each hour, for two days
NEEDED = 2  # contacts: one alone can be leant on
FEW = "Name another one: what one person keeps can be lost, or taken."


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    noun = nouns.add_parser("heads", help="print the short forms of signed heads, to be kept outside")
    noun.set_defaults(run=print_heads)
    verbs = noun.add_subparsers(metavar="verb")
    check = verbs.add_parser("check", help="hold the whole ledger against short forms that left the house")
    check.add_argument("forms", nargs="+", metavar="SHORT")
    check.set_defaults(run=check_heads)
    proof = verbs.add_parser("proof", help="print the proof that one head begins with another; each by its SHORT")
    proof.add_argument("first")
    proof.add_argument("second")
    proof.set_defaults(run=print_proof)
    for verb, says in (("tell", "text them to this number"), ("untell", "text them to this number no more")):
        one = verbs.add_parser(verb, help=f"{says}; it is typed, or comes by standard input")
        one.set_defaults(run=change_contact, verb=verb)


def print_heads(asked: argparse.Namespace) -> None:
    """The last head of each hour, the newest at the end."""
    heads = short.heads(_ledger())
    hours = {head["at"] // 3600: head for head in heads}
    if not hours:
        raise Refused("Nothing was signed yet: is the ledger running?")
    for head in [*hours.values()][-SHOWN:]:
        print(f"{datetime.fromtimestamp(head['at'], UTC):%Y-%m-%d %H:%M} UTC  {short.form(head)}")


def check_heads(asked: argparse.Namespace) -> None:
    """Check the ledger as outsiders' own program does. Raises Refused, with all that was done to it."""
    try:
        wrong, beside = check_ledger.check(_ledger(), "", asked.forms)
    except (check_ledger.Fault, OSError, ValueError) as fault:
        raise Refused(str(fault)) from fault
    print("\n".join(beside))
    if wrong:
        raise Refused("\n".join(wrong))
    print("All is as it was signed, and as it was told outside.")


def print_proof(asked: argparse.Namespace) -> None:
    """A consistency proof (RFC 6962), as JSON."""
    folder = _ledger()
    known = {short.plain(form): head for head in short.heads(folder) for form in short.names(head)}
    try:
        both = [known[short.plain(each)] for each in (asked.first, asked.second)]
    except KeyError as fault:
        raise Refused("No signed head of this ledger has that short form: python -m server heads check.") from fault
    first, second = sorted(both, key=lambda head: head["size"])
    leaves = [bytes.fromhex(line.decode()) for line in lines(folder / LEAVES)][: second["size"]]
    path = [each.hex() for each in consistency(leaves, first["size"])]
    key = (folder / "public_key").read_text().strip()
    print(json.dumps({"first": first, "second": second, "path": path, "public_key": key}, indent=1))


def change_contact(asked: argparse.Namespace) -> None:
    """Let somebody outside be told, or no longer. Raises Refused, log.Down."""
    given = settings.read(settings.environment())
    typed = getpass.getpass("Number: ") if sys.stdin.isatty() else sys.stdin.readline()
    known = number(typed.strip(), packs.load(given.pack).region)
    if not known:
        raise Refused("This is no telephone number.")
    log, vault, sealer = Log(given.record, given.pack), Vault(given.data_dir), Sealer(given.data_dir / "keys")
    alias, telling = sealer.alias(known), Telling(vault, sealer, given)
    telling.follow(log)
    if (alias in telling.contacts) == (asked.verb == "tell"):
        raise Refused("So it is already.")
    if asked.verb == "tell":
        sealed = vault.seal(contact(alias), {"number": known})
        log.append(events.records.ContactNamed(subject=alias, sealed=sealed), by="console")
    else:
        vault.forget(contact(alias))
        log.append(events.records.ContactDropped(subject=alias), by="console")
    telling.follow(log)
    count = len(telling.contacts)
    print(f"{count} contacts are told of signed heads. {FEW if count < NEEDED else ''}".strip())


def _ledger() -> Path:
    return settings.read(settings.environment()).data_dir / "ledger"
