"""Commands about the model that sorts reports: which there are, use this one, go on learning."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from server import seal, settings
from server.gazetteer import boundaries
from server.log import START, Fact, Log
from server.model import examples
from server.model.chosen import Chosen
from server.model.fitting import version_of
from server.model.shelf import Shelf
from server.model.versions import Models

PAGE = 1000  # facts in one look at the record


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    verbs = nouns.add_parser("model", help="what sorts reports").add_subparsers(required=True, metavar="verb")
    verbs.add_parser("list", help="every version, and which one is in use").set_defaults(run=list_models)
    use = verbs.add_parser("use", help="use this version, and take no newer one")
    use.add_argument("version")
    use.add_argument("--reason", required=True)
    use.set_defaults(run=use_model)
    learn = verbs.add_parser("learn", help="take newer versions again")
    learn.add_argument("--reason", default="Learning goes on.")
    learn.set_defaults(run=go_on)


@dataclass
class Desk:
    """What the record says of models, and what is needed to choose."""

    log: Log
    vault: seal.Vault
    shelf: Shelf
    models: Models

    def choose(self, version: str, learning: bool, reason: str) -> None:
        """Put the choice on the record. Raises Refused."""
        close: Callable[[str], str] = lambda why: self.vault.seal("room", {"reason": why})  # noqa: E731
        self.log.append(self.models.choose(version, learning, reason, self.shelf.versions(), close), by="console")


def desk() -> Desk:
    """The desk of this DATA_DIR."""
    given = settings.read(settings.environment())
    pack, vault, log = (
        boundaries.load(given.pack, given.data_dir),
        seal.Vault(given.data_dir),
        Log(given.record, given.pack),
    )
    first = version_of(pack, examples.read(pack))
    return Desk(log, vault, Shelf(given.data_dir, vault), models(log, first))


def models(log: Log, first: str) -> Models:
    """All that the record says of models; `first`: the version that came with the program."""
    found: list[Fact] = []
    cursor = START
    while raws := log.read(cursor, PAGE):
        found += [raw.fact() for raw in raws if raw.fields["wire"] in Chosen.wires]
        cursor = raws[-1].id
    return Models(first, found)


def list_models(asked: argparse.Namespace) -> None:
    """Every version, newest first."""
    at = desk()
    shelf, chosen = {*at.shelf.versions(), at.models.chosen.first}, at.models.chosen
    print(f"{'version':8}  {'fitted':23}  {'corrections':>11}  {'right':>6}  {'before':>6}")
    for one in reversed(at.models.versions):
        figures = f"{one.corrections:>11}  {one.agreed:>6.1%}  {one.agreed_before:>6.1%}" if one.corrections else ""
        marks = [
            "in use" if one.version == chosen.version else "",
            "came with the program" if one.version == chosen.first else "",
            "" if one.taken else "not taken: it did worse",
            "of a rehearsal" if one.rehearsal else "",
            "" if one.version in shelf else "not on the shelf any more",
        ]
        when = one.at[:23] if one.at else "-"
        print(f"{one.version}  {when:23}  {figures:27}  {', '.join(filter(None, marks))}".rstrip())
    print("It goes on learning." if chosen.learning else "It does not learn: somebody chose the version in use.")


def use_model(asked: argparse.Namespace) -> None:
    """Roll back, or forward, and stay there."""
    desk().choose(asked.version, False, asked.reason)
    print(f"Readers use {asked.version} from now on, and no newer one.")


def go_on(asked: argparse.Namespace) -> None:
    """Keep what is in use, and take newer versions again."""
    at = desk()
    at.choose(at.models.chosen.version, True, asked.reason)
    print(f"Readers use {at.models.chosen.version} until a newer one does better.")
