"""On the board: who took which file out of the room, by the mark that the file carries."""

import sqlite3
from typing import Any

from server import events
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section, moment

NEWEST = 500  # that are listed


class Taken(Section):
    """Files that were taken out."""

    TABLES = "taken.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.exports.ExportTaken: self._taken}

    def newest(self, mark: str = "") -> list[dict[str, Any]]:
        """What was taken out, by whom and when, newest first; with a mark, that file alone."""
        asked = "SELECT mark, at, by, what FROM taken WHERE ? IN ('', mark) ORDER BY rowid DESC LIMIT ?"
        return [dict(row) for row in self.db.execute(asked, (mark, NEWEST))]

    def _taken(self, fact: Fact, event: events.exports.ExportTaken) -> set[str]:
        row = (event.subject, moment(fact.id), fact.by, event.what)
        self.db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)", row)
        return set()
