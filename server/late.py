"""Keys that came only with a repeat do not stand with their fact: they are kept beside the sealed copy."""

import json
from pathlib import Path

from server.heads import keep_whole
from server.log import Log

FILE = "late-keys.json"  # under a ledger's folder: key -> the place of its fact


class Late:
    """What is kept in a ledger's folder; it only grows, also when the record was wiped."""

    def __init__(self, folder: Path) -> None:
        self._path, self._seen = folder / FILE, -1
        self.keys = read(folder)

    def keep(self, log: Log) -> None:
        """Copy what is new. Raises log.Down."""
        name = f"{log.prefix}:late"
        n = int(log.ask(log.client.hlen, name))
        if n == self._seen:
            return
        found = dict(log.ask(log.client.hgetall, name)) if n else {}
        if found.keys() - self.keys.keys():
            self.keys |= found
            keep_whole(self._path, json.dumps(self.keys).encode())
        self._seen = n


def read(folder: Path) -> dict[str, str]:
    """What is kept there."""
    path = folder / FILE
    return dict(json.loads(path.read_bytes())) if path.exists() else {}
