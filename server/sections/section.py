"""What all sections of the board share: the tables in memory, the vault, and which facts each section folds."""

import inspect
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from server import events
from server.log import Fact
from server.seal import Forgotten, Vault


class Section:
    """A section of the board: its tables (`TABLES`: a file of SQL beside its module), and the facts that change them.

    `folds`: kind of fact -> what it changes; each is given the fact and its event and says which cards look different.
    """

    TABLES: ClassVar[str]

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        self.db, self.vault = db, vault
        self.db.executescript(Path(inspect.getfile(type(self))).with_name(self.TABLES).read_text())
        self.folds: Mapping[type[events.Event], Callable[[Fact, Any], set[str]]] = {}

    def words(self, owner: str, sealed: str) -> dict[str, Any]:
        """What was sealed under this owner's key; nothing once that key is destroyed. Raises seal.Locked."""
        try:
            return self.vault.open(owner, sealed) if sealed else {}
        except Forgotten:
            return {}


def tables() -> sqlite3.Connection:
    """An empty place for tables, in memory only: nothing readable reaches the disk."""
    # a fold has some hundred statements: each is understood once
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None, cached_statements=1000)
    db.execute("PRAGMA temp_store = MEMORY")  # or what is too long to be sorted in its cache goes into a file
    db.row_factory = sqlite3.Row
    return db


def moment(fact_id: str) -> str:
    """When the log took a fact: ISO 8601, UTC."""
    return datetime.fromtimestamp(int(fact_id.partition("-")[0]) / 1000, UTC).isoformat(timespec="milliseconds")
