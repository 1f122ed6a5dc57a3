"""Who is on duty when and at which level, and whom a page reaches; as a part of a board, or alone."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from server import events
from server.log import Fact, Raw
from server.seal import Vault
from server.sections.section import Section

LEAVING = (events.AccountClosed, events.AccountOpened)  # after which nobody of this name is on duty as before
LEFT = {kind.wire for kind in LEAVING}


@dataclass(frozen=True)
class Duty:
    """Hours of duty. `starts` and `ends` are aware; `number`: whether one was given to be paged."""

    id: str
    person: str
    level: str
    starts: datetime
    ends: datetime
    pages: bool
    number: bool
    by: str
    version: int


class Duties(Section):
    """The roster of duty. It needs no cards."""

    TABLES = "duties.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            events.DutyPlanned: self._planned,
            events.DutyCancelled: self._cancelled,
            **dict.fromkeys(LEAVING, self._left),
        }
        self._wires = {kind.wire: fold for kind, fold in self.folds.items()}

    def fold(self, raws: Iterable[Raw]) -> None:
        """Fold the facts that come next on the log, for whoever holds no board."""
        for raw in raws:
            if fold := self._wires.get(raw.fields["wire"]):
                fact = raw.fact()
                fold(fact, fact.event)

    def planned(self, since: datetime) -> list[Duty]:
        """All that end after this moment, and were not cancelled, in the order in which they start."""
        return self._rows("ends > ?", _stamp(since))

    def on(self, at: datetime) -> list[Duty]:
        """Who is on duty at this moment."""
        return self._rows("starts <= ? AND ends > ?", _stamp(at), _stamp(at))

    def get(self, duty: str) -> Duty | None:
        """One of them, unless it was cancelled."""
        return next(iter(self._rows("id = ?", duty)), None)

    def paged(self, at: datetime, levels: Collection[str]) -> list[Duty]:
        """Who is on duty at this moment at any of these levels and can be paged."""
        return [one for one in self.on(at) if one.pages and one.number and one.level in levels]

    def number(self, duty: str) -> str:
        """The number to page (E.164); "" when there is none, or its key was destroyed. Raises seal.Locked."""
        row = self.db.execute("SELECT sealed FROM duties WHERE id = ? AND NOT cancelled", (duty,)).fetchone()
        return str(self.words(owner_of(duty), row["sealed"]).get("number", "")) if row else ""

    def forget(self, person: str) -> None:
        """Destroy the numbers of all duties that somebody was taken off: nobody needs them any more."""
        for row in self.db.execute("SELECT id FROM duties WHERE person = ? AND cancelled", (person,)).fetchall():
            self.vault.forget(owner_of(row["id"]))

    def _rows(self, where: str, *values: str) -> list[Duty]:
        found = self.db.execute(
            f"SELECT * FROM duties WHERE NOT cancelled AND {where} ORDER BY starts, person, id",  # noqa: S608 - ours
            values,
        )
        return [_duty(row) for row in found]

    def _planned(self, fact: Fact, event: events.DutyPlanned) -> set[str]:
        hours = (_stamp(datetime.fromisoformat(event.starts)), _stamp(datetime.fromisoformat(event.ends)))
        row = (event.subject, event.person, event.level, *hours, event.pages, event.sealed, fact.by, fact.version)
        self.db.execute("INSERT OR REPLACE INTO duties VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)", row)
        return set()

    def _cancelled(self, fact: Fact, event: events.DutyCancelled) -> set[str]:
        ends = "UPDATE duties SET cancelled = 1, version = ? WHERE id = ?"
        self.db.execute(ends, (fact.version, event.subject))
        return set()

    def _left(self, fact: Fact, event: events.AccountClosed | events.AccountOpened) -> set[str]:
        """Whoever has no account any more is on no duty; who comes back, or gets another role, is put on duty anew."""
        self.db.execute("UPDATE duties SET cancelled = 1 WHERE person = ?", (event.subject,))
        return set()


def owner_of(duty: str) -> str:
    """Whose key closes the number of whoever is on duty, and what they are sent."""
    return f"duty:{duty}"


def _duty(row: sqlite3.Row) -> Duty:
    starts, ends = (datetime.fromisoformat(row[name]) for name in ("starts", "ends"))
    named = {name: row[name] for name in ("id", "person", "level", "by", "version")}
    return Duty(**named, starts=starts, ends=ends, pages=bool(row["pages"]), number=bool(row["sealed"]))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
