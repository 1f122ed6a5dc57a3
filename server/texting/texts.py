"""The texts that we send and the orders for many of them, with what became of each; as a part of a board, or alone."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from server import events
from server.log import Fact, Raw
from server.seal import Vault
from server.sections.section import Section, moment

Row = dict[str, Any]
ORDERS = 100  # of the newest orders that are listed
TOLD = "why != 'page'"  # how many pages there were tells how much is in danger: see `pages`
OPEN = ("drafted", "approved")  # states of an order that can be cancelled


class Texts(Section):
    """Texts and orders."""

    TABLES = "texts.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            events.TextAsked: self._asked,
            events.TextSent: self._sent,
            events.TextFailed: self._failed,
            events.ReceiptReceived: self._receipt,
            events.OrderDrafted: self._drafted,
            events.OrderApproved: self._approved,
            events.OrderCancelled: self._cancelled,
        }
        self._wires = {kind.wire: fold for kind, fold in self.folds.items()}

    def fold(self, raws: Iterable[Raw]) -> None:
        """Fold the facts that come next on the log, for whoever holds no board. Raises seal.Locked."""
        for raw in raws:
            if fold := self._wires.get(raw.fields["wire"]):
                fact = raw.fact()
                fold(fact, fact.event)

    def waiting(self) -> list[Row]:
        """The texts that are asked for and neither sent nor given up, in the order of the log."""
        return [dict(row) for row in self.db.execute("SELECT * FROM texts WHERE status = 'asked' ORDER BY rowid")]

    def pages_to(self, duty: str, since: datetime) -> int:
        """How many pages were asked for since then (aware, UTC) for whoever is on this duty."""
        asked = "SELECT count(*) FROM texts WHERE why = 'page' AND source = ? AND at > ?"
        return int(self.db.execute(asked, (duty, since.isoformat(timespec="milliseconds"))).fetchone()[0])

    def orders(self) -> list[Row]:
        """The newest orders, newest first; `told`: what it says; `became`: how many of its texts are where."""
        found = self.db.execute("SELECT * FROM orders ORDER BY rowid DESC LIMIT ?", (ORDERS,)).fetchall()
        return [self._order(row) for row in found]

    def order(self, order: str) -> Row | None:
        """One order as `orders` has it."""
        row = self.db.execute("SELECT * FROM orders WHERE id = ?", (order,)).fetchone()
        return self._order(row) if row else None

    def _order(self, row: sqlite3.Row) -> Row:
        return {**dict(row), "told": json.loads(row["told"]), "became": self.became(row["id"])}

    def unfinished(self) -> list[Row]:
        """The approved orders of which not all texts are asked for, oldest first."""
        found = self.db.execute(
            "SELECT * FROM orders WHERE state = 'approved' AND people >"
            " (SELECT count(*) FROM texts WHERE of = orders.id) ORDER BY rowid"
        )
        return [dict(row) for row in found]

    def opened(self, order: Row) -> Row:
        """All that stands sealed in an order; nothing once its key is destroyed."""
        return self.words(owner_of(order["id"]), order["sealed"])

    def became(self, order: str) -> dict[str, int]:
        """Status -> how many texts of this order ("": of those in no order)."""
        counted = f"SELECT status, count(*) AS n FROM texts WHERE of = ? AND {TOLD} GROUP BY status"  # noqa: S608 - ours
        found = self.db.execute(counted, (order,))
        return {row["status"]: row["n"] for row in found}

    def pages(self) -> dict[str, int]:
        """What became of pages, for the security lead alone."""
        found = self.db.execute("SELECT status, count(*) AS n FROM texts WHERE why = 'page' GROUP BY status")
        return {row["status"]: row["n"] for row in found}

    def reasons(self) -> list[Row]:
        """Why texts failed: order, reason, gateway, how many; the most frequent first."""
        found = self.db.execute(
            f"SELECT of, reason, gateway, count(*) AS n FROM texts WHERE status = 'failed' AND {TOLD}"  # noqa: S608
            " GROUP BY of, reason, gateway ORDER BY n DESC, reason LIMIT 100"
        )
        return [dict(row) for row in found]

    def _asked(self, fact: Fact, event: events.TextAsked) -> set[str]:
        self.db.execute(
            "INSERT INTO texts (id, source, why, of, gateway, segments, rehearsal, fact, at, status, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'asked', ?)",
            (event.subject, event.source, event.why, event.order, event.gateway, event.segments, event.rehearsal)
            + (fact.id, moment(fact.id), event.sealed),
        )
        return set()

    def _sent(self, fact: Fact, event: events.TextSent) -> set[str]:
        self._settle(event.subject, "sent", event.handle, "")
        self.db.execute("UPDATE texts SET gateway = ? WHERE id = ?", (event.gateway, event.subject))
        return set()

    def _failed(self, fact: Fact, event: events.TextFailed) -> set[str]:
        self._settle(event.subject, "failed", event.handle, event.reason)
        return set()

    def _settle(self, text: str, status: str, handle: str, reason: str) -> None:
        self.db.execute(
            "UPDATE texts SET status = ?, handle = ?, reason = ?, sealed = '' WHERE id = ?",
            (status, handle, reason, text),
        )
        early = self.db.execute("DELETE FROM receipts WHERE handle = ? RETURNING status, reason", (handle,)).fetchone()
        if early:
            self._became(handle, early["status"], early["reason"])

    def _receipt(self, fact: Fact, event: events.ReceiptReceived) -> set[str]:
        if not self._became(event.subject, event.status, event.reason):  # it was faster than our own fact
            row = (event.subject, event.status, event.reason)
            self.db.execute(
                "INSERT INTO receipts VALUES (?, ?, ?) ON CONFLICT (handle) DO UPDATE SET status = excluded.status,"
                " reason = excluded.reason WHERE receipts.status = 'sent'",
                row,
            )
        return set()

    def _became(self, handle: str, status: str, reason: str) -> bool:
        """Whether the text was known. Once a network said that a text is delivered or lost, it stays so."""
        known = self.db.execute("SELECT 1 FROM texts WHERE handle = ?", (handle,)).fetchone()
        self.db.execute(
            "UPDATE texts SET status = ?, reason = ? WHERE handle = ?"
            " AND (status = 'sent' OR (status = 'failed' AND reason = 'unsure'))",
            (status, f"gateway {reason}".strip() if status == "failed" else "", handle),
        )
        return known is not None

    def _drafted(self, fact: Fact, event: events.OrderDrafted) -> set[str]:
        known = self.words(owner_of(event.subject), event.sealed)
        told = json.dumps({name: value for name, value in known.items() if name != "to"})
        self.db.execute(
            "INSERT INTO orders (id, why, state, people, segments, author, drafted, sealed, told, version)"
            " VALUES (?, ?, 'drafted', ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, event.why, event.people, event.segments, fact.by, moment(fact.id), event.sealed)
            + (told, fact.version),
        )
        return set()

    def _approved(self, fact: Fact, event: events.OrderApproved) -> set[str]:
        self.db.execute(
            "UPDATE orders SET state = 'approved', approver = ?, approved = ?, version = ? WHERE id = ?",
            (fact.by, moment(fact.id), fact.version, event.subject),
        )
        return set()

    def _cancelled(self, fact: Fact, event: events.OrderCancelled) -> set[str]:
        self.db.execute(
            "UPDATE orders SET state = 'cancelled', version = ? WHERE id = ?", (fact.version, event.subject)
        )
        return set()


def owner_of(order: str) -> str:
    """Whose key closes what an order says, and to whom."""
    return f"order:{order}"
