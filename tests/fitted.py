"""Packs with the model that comes with them, fitted once for all tests of a run."""

from functools import cache

from server import pack as packs
from server.classify import Classifier
from server.model import examples
from server.model.fitting import fit
from server.model.shelf import Shelf
from server.model.trained import Model
from server.pack import Pack
from server.seal import Vault
from server.settings import Settings


@cache
def model(name: str) -> tuple[Pack, Model]:
    """A pack and its model."""
    chosen = packs.load(name)
    return chosen, fit(chosen, examples.read(chosen))


@cache
def classifier(name: str) -> tuple[Pack, Classifier]:
    """A pack and who sorts with its model."""
    chosen, fitted = model(name)
    return chosen, Classifier(chosen, fitted)


def put(given: Settings) -> None:
    """On the shelf of a room that is set up and not started yet, so that it need not fit its first model."""
    vault = Vault(given.data_dir)
    Shelf(given.data_dir, vault).put(model(given.pack)[1])
    vault.close()
