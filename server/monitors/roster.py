"""The roster: who monitors, by which phones, and which sources are blocked; as a part of a board, or alone."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Self

from server import events
from server.log import START, Fact, Raw
from server.monitors.word import plain_pin as plain_pin
from server.monitors.word import without
from server.seal import Vault
from server.sections.section import Section, moment, tables

COLUMNS = "id, organisation, language, replies, stations, no_signal, supervisor, rehearsal"


@dataclass(frozen=True)
class Monitor:
    """One monitor as the roster has them now. `stations` are codes without check digit, `aliases` of all their phones.

    `replies`: wants answers. `no_signal`: no reports are expected from there on time. `supervisor`: as it was written.
    """

    id: str
    organisation: str
    language: str
    replies: bool
    aliases: tuple[str, ...]
    stations: tuple[str, ...]
    no_signal: bool
    supervisor: str
    rehearsal: bool


class Roster(Section):
    """Monitors and blocked sources. It needs no cards: whoever holds only a roster makes one with `alone`."""

    TABLES = "roster.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.cursor = START  # how far `fold` has come; a board has its own
        self.folds = {
            events.MonitorEnrolled: self._enrolled,
            events.MonitorRetired: self._retired,
            events.SourceBlocked: self._blocked,
            events.SourceUnblocked: self._unblocked,
        }
        self._wires = {kind.wire for kind in self.folds}

    @classmethod
    def alone(cls, vault: Vault) -> Self:
        """A roster in tables of its own, still empty: `fold` it through the log from `cursor` on."""
        return cls(tables(), vault)

    def fold(self, raws: Iterable[Raw]) -> None:
        """Fold the facts that come next on the log, for whoever holds no board. Raises seal.Locked."""
        for raw in raws:
            if raw.fields["wire"] in self._wires:
                fact = raw.fact()
                self.folds[type(fact.event)](fact, fact.event)
            self.cursor = raw.id

    def of_alias(self, alias: str) -> Monitor | None:
        """Whose phone this is. On a channel that is not roll.PROVEN somebody else may have typed its number."""
        monitor = self.whose(alias)
        return self.get(monitor) if monitor else None

    def whose(self, alias: str) -> str:
        """The id of the monitor whose phone this is; "" when it is nobody's."""
        found = self.db.execute("SELECT monitor FROM phones WHERE alias = ?", (alias,)).fetchone()
        return found["monitor"] if found else ""

    def get(self, monitor: str) -> Monitor | None:
        """The monitor of this id, if enrolled."""
        row = self.db.execute(f"SELECT {COLUMNS} FROM monitors WHERE id = ? AND enrolled", (monitor,)).fetchone()  # noqa: S608 - our columns
        return self._monitor(row) if row else None

    def monitors(self) -> Iterator[Monitor]:
        """Everybody on the roster, rehearsal or not, in the order of their ids."""
        rows = self.db.execute(f"SELECT {COLUMNS} FROM monitors WHERE enrolled ORDER BY id").fetchall()  # noqa: S608 - our columns
        return map(self._monitor, rows)

    def phones(self, monitor: str) -> tuple[str, ...]:
        """Their numbers (E.164), the first one first; none once their key is destroyed. Raises seal.Locked."""
        return tuple(self._opened(monitor).get("phones", ()))

    def name(self, monitor: str) -> str:
        """Their name; "" when none was written or their key is destroyed. Raises seal.Locked."""
        return str(self._opened(monitor).get("name", ""))

    def right_pin(self, monitor: str, typed: str) -> bool:
        """Whether this `plain_pin` is that of an enrolled monitor who has one; it takes as long for a wrong one."""
        kept = str(self._opened(monitor).get("pin", ""))
        return bool(kept) and compare_digest(kept.encode(), typed.encode("utf-8", "surrogatepass"))

    def says_word(self, alias: str, text: str) -> bool:
        """Whether whoever has this phone says by their own word that they are forced. Raises seal.Locked."""
        word = str(self._opened(self.whose(alias)).get("word") or "")
        return bool(word) and without(word, text) is not None

    def is_blocked(self, alias: str) -> bool:
        """Whether reports of this source count nowhere."""
        return self.db.execute("SELECT 1 FROM blocked WHERE alias = ?", (alias,)).fetchone() is not None

    def state(self, monitor: str) -> tuple[bool, str, int]:
        """Whether this monitor is enrolled, the digest of what was written, the version: (False, "", 0) if never."""
        row = self.db.execute("SELECT enrolled, digest, version FROM monitors WHERE id = ?", (monitor,)).fetchone()
        return (bool(row["enrolled"]), row["digest"], row["version"]) if row else (False, "", 0)

    def _opened(self, monitor: str) -> dict[str, Any]:
        row = self.db.execute("SELECT sealed FROM monitors WHERE id = ? AND enrolled", (monitor,)).fetchone()
        return self.words(owner_of(monitor), row["sealed"]) if row else {}

    def _monitor(self, row: sqlite3.Row) -> Monitor:
        found = self.db.execute("SELECT alias FROM phones WHERE monitor = ? ORDER BY rowid", (row["id"],))
        return Monitor(
            id=row["id"],
            organisation=row["organisation"],
            language=row["language"],
            replies=bool(row["replies"]),
            aliases=tuple(phone["alias"] for phone in found),
            stations=tuple(row["stations"].split()),
            no_signal=bool(row["no_signal"]),
            supervisor=row["supervisor"],
            rehearsal=bool(row["rehearsal"]),
        )

    def _enrolled(self, fact: Fact, event: events.MonitorEnrolled) -> set[str]:
        words = self.words(owner_of(event.subject), event.sealed)
        self.db.execute("DELETE FROM phones WHERE monitor = ?", (event.subject,))
        self.db.executemany(
            "INSERT OR REPLACE INTO phones VALUES (?, ?)", [(alias, event.subject) for alias in event.aliases.split()]
        )
        clear = (event.organisation, event.language, event.replies, event.rehearsal)
        sealed = (" ".join(words.get("stations", ())), words.get("supervisor", ""), bool(words.get("no_signal")))
        last = (event.sealed, digest(clear, words), fact.version)
        self.db.execute(
            "INSERT OR REPLACE INTO monitors VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, *clear, *sealed, *last),
        )
        return set()

    def _retired(self, fact: Fact, event: events.MonitorRetired) -> set[str]:
        self.db.execute("DELETE FROM phones WHERE monitor = ?", (event.subject,))
        self.db.execute("UPDATE monitors SET enrolled = 0, version = ? WHERE id = ?", (fact.version, event.subject))
        return set()

    def _blocked(self, fact: Fact, event: events.SourceBlocked) -> set[str]:
        reason = self.words(f"source:{event.subject}", event.reason).get("reason", "")
        row = (event.subject, moment(fact.id), fact.by, reason)
        self.db.execute("INSERT OR REPLACE INTO blocked VALUES (?, ?, ?, ?)", row)
        return set()

    def _unblocked(self, fact: Fact, event: events.SourceUnblocked) -> set[str]:
        self.db.execute("DELETE FROM blocked WHERE alias = ?", (event.subject,))
        return set()


def owner_of(monitor: str) -> str:
    """Whose key closes what is written of a monitor."""
    return f"monitor:{monitor}"


def digest(clear: tuple[Any, ...], words: dict[str, Any]) -> str:
    """The same for the same monitor written the same way: organisation, language, replies, rehearsal; sealed words."""
    return hashlib.sha256(json.dumps([*clear, words], sort_keys=True).encode()).hexdigest()
