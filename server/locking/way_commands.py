"""Commands about the ways to the master key: making them, proving them, and the key that somebody brings."""

import argparse
from pathlib import Path

from server import settings
from server.alone import is_run
from server.locking import keeping, master, ways
from server.locking.typed import lines
from server.roles import Refused

LATER = "python -m server master prove"


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add them to those of `python -m server`."""
    verbs = nouns.add_parser("master", help="ways to the master key").add_subparsers(required=True, metavar="verb")
    verbs.add_parser("show", help="which ways there are").set_defaults(run=show)
    phrase = verbs.add_parser("phrase", help="let a new pass-phrase open: typed twice, or two lines of standard input")
    phrase.set_defaults(run=set_phrase)
    shares = verbs.add_parser(
        "shares", help="print five shares, once, of which any three open; then three are asked for"
    )
    shares.add_argument("--alone", action="store_true", help="then end the pass-phrase, and destroy the file here")
    shares.set_defaults(run=make_shares)
    for verb, says in (("copy", "write the key's file a second time"), ("move", "let the key's file lie elsewhere")):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("file", type=Path)
        one.set_defaults(run=put, work=getattr(ways, verb))
    proof = verbs.add_parser("prove", help="try a way, without locking: only what opened once is counted on")
    bring_by(proof)
    proof.set_defaults(run=prove)
    verbs.add_parser("drop", help="destroy the file here: each start waits for unlock").set_defaults(run=drop)


def bring_by(parser: argparse.ArgumentParser) -> None:
    """How the key is brought."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--file", type=Path, help="the master key's file, or its copy")
    how.add_argument("--shares", action="store_true", help="three shares, asked for one by one")


def brought(asked: argparse.Namespace, keys: Path) -> tuple[str, bytes]:
    """The way (file, shares, phrase) and the key that somebody brings by it. Raises Refused."""
    if asked.file:
        return "file", ways.by_file(keys, asked.file)
    if asked.shares:
        return "shares", _by_shares(keys)
    return "phrase", ways.by_phrase(keys, next(lines("Pass-phrase: ")))


def remember(asked: argparse.Namespace, keys: Path, way: str) -> None:
    """That this way opened, so that it is counted on."""
    here = master.ways(keys)["file"]
    if way != "file":
        ways.prove(keys, way)
    elif not (here and Path(here).exists() and asked.file.samefile(here)):
        ways.prove(keys, "copy")


def _by_shares(keys: Path) -> bytes:
    key = ways.by_shares(list(lines(*(f"Share {n}: " for n in range(1, ways.NEEDED + 1)))))
    if not master.right(keys, key):
        raise Refused("This is not the key of this room.")
    return key


def _keys() -> Path:
    return settings.read(settings.environment()).data_dir / "keys"


def show(asked: argparse.Namespace) -> None:
    """Which ways to the master key there are."""
    known = master.ways(_keys())
    here, proved = known["file"] and master.is_there(Path(known["file"])), known.get("proved", [])
    print(f"file: {known['file'] or 'none'}{'' if here or not known['file'] else ' (not there now)'}")
    print(f"a copy of it: {'was made' if 'copy' in proved else 'none was made'}")
    unproved = f"was never proved: {LATER}" if known.get("phrase") else "none"
    print(f"pass-phrase: {'opens' if 'phrase' in proved else unproved}")
    print(f"shares: {'any three of five open' if 'shares' in proved else 'none were proved'}")


def set_phrase(asked: argparse.Namespace) -> None:
    """Let a pass-phrase open, that was given twice."""
    keys = _keys()
    key, (first, again) = master.of(keys), lines("New pass-phrase: ", "The same again: ")
    if first != again:
        raise Refused("These two are not the same: nothing was changed.")
    ways.set_phrase(keys, key, first)
    if ways.by_phrase(keys, again) == key:
        ways.prove(keys, "phrase")
    print("This pass-phrase opens the room. The key's file does too: python -m server master drop destroys it.")


def make_shares(asked: argparse.Namespace) -> None:
    """Print five shares, and try three."""
    keys = _keys()
    key = master.of(keys)
    for n, share in enumerate(ways.make_shares(key), 1):
        print(f"\nShare {n} of {ways.SHARES}; any {ways.NEEDED} open the room:\n{share}")
    print(f"\nType three of them: only then are they counted on. Or later: {LATER} --shares", flush=True)
    _by_shares(keys)
    ways.prove(keys, "shares")
    print("They open the room.")
    if asked.alone:
        _hand_over(keys, key)
        if not ways.shares_alone(keys):
            raise Refused("The key's file could not be destroyed: it still opens the room.")
        print("Nothing on this machine opens it besides. A copy that was made opens too, until you destroy it.")


def put(asked: argparse.Namespace) -> None:
    """Copy or move the key's file."""
    keys = _keys()
    asked.work(keys, master.of(keys), asked.file)
    print(f"The master key is in {asked.file}.")
    if asked.file.stat().st_dev == keys.stat().st_dev:
        print("It lies on the same disk as DATA_DIR: whoever takes that has both.")


def prove(asked: argparse.Namespace) -> None:
    """Try a way."""
    keys = _keys()
    way, _ = brought(asked, keys)
    remember(asked, keys, way)
    print("It opens the room.")


def drop(asked: argparse.Namespace) -> None:
    """Destroy the key's file on this machine."""
    keys = _keys()
    _hand_over(keys, master.of(keys))
    if not ways.drop_file(keys):
        raise Refused("Nothing else was proved to open this room: set a pass-phrase, make shares or a copy first.")
    print("The key's file is gone from here.")


def _hand_over(keys: Path, key: bytes) -> None:
    """A room that runs goes on without the file. Raises Refused where it would not."""
    if not keeping.given(keys, key) and is_run(keys.parent):
        raise Refused("The room runs, and its keeper did not take the key: nothing was destroyed. Try again.")
