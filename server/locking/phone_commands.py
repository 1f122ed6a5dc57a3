"""Commands about the phones that lock the room by text."""

import argparse

from ingest.senders import number
from server import pack as packs
from server import settings
from server.locking.keyword import Phones
from server.locking.typed import lines
from server.log import Log
from server.roles import Refused
from server.seal import Sealer, Vault


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add them to those of `python -m server`."""
    noun = nouns.add_parser("lock-phones", help="phones that lock the room by text, two together")
    verbs = noun.add_subparsers(required=True, metavar="verb")
    verbs.add_parser("count", help="how many there are").set_defaults(run=count_phones)
    for verb, says in (("add", "its number and its word"), ("drop", "its number")):
        one = verbs.add_parser(verb, help=f"{says} are typed, or come by standard input, a line each")
        one.set_defaults(run=add_phone if verb == "add" else drop_phone)


def _phones() -> tuple[Phones, Sealer, str]:
    """The phones, what makes aliases, and the number that is typed, in E.164."""
    given = settings.read(settings.environment())
    phones = Phones(Log(given.record, given.pack), Vault(given.data_dir))
    known = number(next(lines("Number: ")), packs.load(given.pack).region)
    if not known:
        raise Refused("This is no telephone number.")
    return phones, Sealer(given.data_dir / "keys"), known


def add_phone(asked: argparse.Namespace) -> None:
    """Let a phone lock the room."""
    phones, sealer, known = _phones()
    phones.add(sealer, known, next(lines("Its word: ")))
    print(f"{phones.count()} phones may lock the room, two together within ten minutes.")


def drop_phone(asked: argparse.Namespace) -> None:
    """Let a phone lock nothing any more."""
    phones, sealer, known = _phones()
    phones.drop(sealer, known)
    print(f"{phones.count()} phones may lock the room.")


def count_phones(asked: argparse.Namespace) -> None:
    """How many phones may lock the room."""
    given = settings.read(settings.environment())
    print(Phones(Log(given.record, given.pack), Vault(given.data_dir)).count())
