"""The names under which incidents and stations stand in what outsiders get: the same for the same, and telling nothing.

An incident's id is computed from the gateway's own number of the message that opened it: a telephone company could
find that message, and its sender, by the id.
"""

from hmac import digest
from pathlib import Path

from server.sealing.keys import private

LENGTH = 20  # hexadecimal digits: 80 bits, as of an alias


class Pseudonyms:
    """Needs the key that room and ledger share, under DATA_DIR/keys."""

    def __init__(self, keys: Path) -> None:
        self._key = private(keys, "pseudonyms.key")

    def of(self, kind: str, known_as: str) -> str:
        """The pseudonym of what is known as `known_as` here; `kind` is incident, station (in one figure alone, see
        `press/steps.py`) or statement."""
        return digest(self._key, f"{kind}:{known_as}".encode(), "sha256").hex()[:LENGTH]
