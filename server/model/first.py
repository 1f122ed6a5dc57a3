"""The model that comes with the program as the text it learns from: fitted once, in a process of its own, and kept."""

import logging
import os
import subprocess
import sys

from server import logs, settings
from server.gazetteer.boundaries import load as load_pack
from server.model import examples
from server.model.fitting import fit, version_of
from server.model.shelf import Shelf
from server.seal import Vault

NICE = 10  # how far it stands behind whoever reads reports
LONGEST = 600.0  # seconds; it takes some three, or thirty on a busy machine
logger = logging.getLogger(__name__)


def fitted_aside() -> None:
    """Have it fitted and put on the shelf; takes some seconds. In a thread it would hold up all others of a process.

    Raises subprocess.CalledProcessError when it cannot be fitted, and TimeoutExpired when it takes far too long.
    """
    subprocess.run([sys.executable, "-m", "server.model.first"], check=True, timeout=LONGEST)  # noqa: S603 - our own file


def main() -> None:
    """Fit it, unless it stands on the shelf and can be used."""
    os.nice(NICE)
    logs.start()
    given = settings.read(settings.environment())
    pack, vault = load_pack(given.pack, given.data_dir), Vault(given.data_dir)
    known, shelf = examples.read(pack), Shelf(given.data_dir, vault)
    if shelf.get(version_of(pack, known)) is None:
        shelf.put(fit(pack, known))
        logger.info("The model that comes with the program is fitted.")


if __name__ == "__main__":
    main()
