"""What a reader sorts with: the model that the record says is in use, from the shelf, where the first one is fitted."""

from server import seal
from server.classify import Classifier
from server.model import examples
from server.model.chosen import Chosen
from server.model.first import fitted_aside
from server.model.fitting import version_of
from server.model.shelf import Shelf
from server.pack import Pack
from server.reading.sorter import Sorter
from server.settings import Settings


def sorting(given: Settings, vault: seal.Vault, pack: Pack) -> tuple[Sorter, Chosen]:
    """What asks the model, and what learns from the log which one is in use."""
    known = examples.read(pack)
    shelf, chosen = Shelf(given.data_dir, vault), Chosen(version_of(pack, known))

    def load(version: str) -> Classifier | None:
        model = shelf.get(version)
        if model is None and known and version == chosen.first:
            fitted_aside()
            model = shelf.get(version)
        return Classifier(pack, model) if model else None

    return Sorter(lambda: chosen.version, load), chosen
