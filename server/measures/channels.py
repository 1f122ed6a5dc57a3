"""What each gateway brought and took: messages by ten minutes, the last one, texts, and what its phones said."""

import sqlite3
from typing import Any

from server import events
from server.log import Fact
from server.measures import tallies
from server.seal import Vault
from server.sections.section import Section

Row = dict[str, Any]
STATUSES = ("asked", "sent", "delivered", "failed")  # of a text
MOST = 50  # signals that are listed, the newest


class Channels(Section):
    """Texts by gateway and status, counted as they change, and the signals of phones."""

    TABLES = "channels.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {events.GatewaySignalled: self._signalled}

    def _signalled(self, fact: Fact, event: events.GatewaySignalled) -> set[str]:
        row = (event.subject, event.device, event.what, event.battery, event.at)
        self.db.execute("INSERT INTO signals VALUES (?, ?, ?, ?, ?)", row)
        return set()


def gateways(db: sqlite3.Connection) -> list[Row]:
    """Each `gateway` that brought or took anything ("": texts that none took): `messages`, `last` ("" without one),
    `buckets` (ten minutes -> messages), and texts by STATUSES. No restricted report is among them."""
    by: dict[str, dict[str, int]] = {}
    for (gateway, bucket), n in sorted(tallies.of(db, "gateway", "open").items()):
        by.setdefault(gateway, {})[bucket] = n
    texts = tallies.of(db, "text", "open")
    names = sorted({*by, *(gateway for gateway, _ in texts)})
    return [
        {
            "gateway": name,
            "messages": sum(by.get(name, {}).values()),
            "last": _last(db, name),
            "buckets": by.get(name, {}),
            **{status: texts.get((name, status), 0) for status in STATUSES},
        }
        for name in names
    ]


def signals(db: sqlite3.Connection) -> list[Row]:
    """What phones said of themselves, the newest first."""
    return [dict(row) for row in db.execute("SELECT * FROM signals ORDER BY at DESC LIMIT ?", (MOST,))]


def _last(db: sqlite3.Connection, gateway: str) -> str:
    newest = "SELECT at FROM cards WHERE gateway = ? AND NOT restricted ORDER BY at DESC LIMIT 1"
    found = db.execute(newest, (gateway,)).fetchone()
    return str(found["at"]) if found else ""
