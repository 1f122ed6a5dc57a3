"""`python -m server method`: the method in force is put on the record, so that nobody can say it was made up later."""

import argparse
from hashlib import sha256
from pathlib import Path

from server import events, incidents, settings
from server import pack as packs
from server.log import Log
from server.measures.scopes import FEWEST
from server.pack import Pack
from server.press.document import canonical, digest

CODE = Path(incidents.__file__).parent
RULES = (  # files whose text is the rule: of verdicts, of what counts, of what a statement may say
    *("incidents.py", "verification.py", "corroborate.py", "joining.py", "coverage.py", "heard.py", "beside.py"),
    *("measures/scopes.py", "measures/reach.py", "sections/attendance.py", "stories/joined.py"),
    *("press/picture.py", "press/asked.py", "press/tokens.py", "press/words.py", "press/words.json"),
    *("press/statements.py", "press/checks/*.py", "press/checks/*.json"),
)


def in_force(pack: Pack, signatures: int) -> events.MethodPublished:
    """The rules of verdicts, counting and checking, the pack's lists and limits, as hashes that anybody can compute
    from the code."""
    own = [path for folder in pack.folders for path in sorted(folder.glob("*.json"))]
    rules = [path for pattern in RULES for path in CODE.glob(pattern)]
    named = {path: path.name for path in own} | {path: path.relative_to(CODE).as_posix() for path in rules}
    hashes = sorted(f"{name}={sha256(path.read_bytes()).hexdigest()}" for path, name in named.items())
    limits = {
        "two_persons_from_severity": incidents.GRAVE,
        "fewest_monitors_of_a_named_province": FEWEST,
        "organisations_that_sign": signatures,
        "methods": list(incidents.METHODS),
        "verdicts": list(incidents.VERDICTS),
        "sources_when_corroborated": 2,
    }
    said = {"files": " ".join(hashes), "limits": canonical(limits)}
    return events.MethodPublished(subject=pack.name, hash=digest(said), **said)


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the command to those of `python -m server`."""
    method = nouns.add_parser("method", help="put the method in force on the record, before the day and after a change")
    method.set_defaults(run=put_on_record)


def put_on_record(asked: argparse.Namespace) -> None:
    """Once for each method, however often it is asked for. Raises log.Down, pack.PackError."""
    given = settings.read(settings.environment())
    method = in_force(packs.load(given.pack), given.signatures)
    placed = Log(given.record, given.pack).append(method, by="console", once=(f"method:{method.hash}",))
    print(f"{'Published' if placed.fresh else 'Was published already'}: method {method.hash}, fact {placed.id}.")
