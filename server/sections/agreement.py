"""How often the reader and people agree: of the last reports that people decided, how many it had sorted likewise."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from server import events
from server.log import Fact
from server.model import decisions
from server.model.corrections import SAME
from server.model.decisions import Standing
from server.reading.unsorted import WITH_MODEL
from server.seal import Vault
from server.sections.section import Section

LAST = 200  # decisions that are looked at
Counts = dict[str, int]
STANDING = tuple(field.name for field in fields(Standing))


class Agreement(Section):
    """Readings beside decisions. Behind the cards, which know what is restricted and what is a rehearsal."""

    TABLES = "agreement.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        own: dict[type[events.Event], Callable[[Fact, Any], None]] = {
            **dict.fromkeys(decisions.READINGS, self._read),
            events.ReportLikened: self._likened,
            events.IncidentJoined: self._joined,
            events.IncidentParted: self._parted,
            **dict.fromkeys(decisions.DECISIONS, self._stands),
        }
        self.folds = {kind: _unseen(fold) for kind, fold in own.items()}

    def figures(self) -> dict[str, Any]:
        """Of the last LAST decisions, how many the reader had: `agreed` with its category, `either` with that or with
        its second; by what people decided, and by which rules and model read it."""
        whole = _nothing()
        by_category: dict[str, Counts] = defaultdict(_nothing)
        by_reader: dict[str, Counts] = defaultdict(_nothing)
        for row in self._last():
            agreed, either = row["decided"] == row["read_as"], row["decided"] in (row["read_as"], row["second"])
            for counted in (whole, by_category[row["decided"]], by_reader[row["reader"]]):
                counted["decided"] += 1
                counted["agreed"] += agreed
                counted["either"] += either
        return {**whole, "by_category": dict(by_category), "by_reader": dict(by_reader)}

    def by_rules(self) -> bool:
        """Whether the newest reading is of the rules alone: the model is not ready, fails, or there is none."""
        newest = self.db.execute("SELECT reader FROM newest").fetchone()
        return newest is not None and WITH_MODEL not in newest["reader"]

    def _last(self) -> Iterator[sqlite3.Row]:
        """The last decisions, newest first, of copies only one. Restricted reports stay out, for the figures would tell
        of them; so do those of a rehearsal as soon as there are others."""
        real = self.db.execute("SELECT 1 FROM cards WHERE NOT rehearsal LIMIT 1").fetchone() is not None
        found = self.db.execute(
            "SELECT readings.* FROM readings JOIN cards ON cards.id = readings.report"
            " WHERE readings.decided != '' AND readings.reader != '' AND NOT cards.restricted AND cards.rehearsal = ?"
            " ORDER BY readings.at DESC",
            (not real,),
        )
        seen: set[str] = set()
        for row in found:
            first = row["copy_of"] or row["report"]
            if first not in seen:
                seen.add(first)
                yield row
            if len(seen) == LAST:
                return

    def _read(self, fact: Fact, event: events.ReportRead | events.ReportSorted) -> None:
        row = self._row(event.subject)
        self.db.execute("INSERT OR REPLACE INTO newest VALUES (1, ?)", (event.reader,))
        now = _after(row, fact)
        if not (now["at"] and row["reader"]):
            now |= {"read_as": decisions.label(event.kind, event.category)}
            now |= {"second": event.second, "reader": event.reader}
        # else people decided on what stood before: what the reader says after that is no reading of its own
        self._change(row, now)

    def _stands(self, fact: Fact, event: events.Event) -> None:
        row = self._row(event.subject)
        self._change(row, _after(row, fact))

    def _likened(self, fact: Fact, event: events.ReportLikened) -> None:
        if event.copy:
            self._is_copy(event.subject, event.first)

    def _joined(self, fact: Fact, event: events.IncidentJoined) -> None:
        if event.how == SAME:
            self._is_copy(event.report, event.subject)

    def _parted(self, fact: Fact, event: events.IncidentParted) -> None:
        self._change(self._row(event.report), {"copy_of": ""})

    def _is_copy(self, report: str, first: str) -> None:
        first = self._row(first)["copy_of"] or first
        if first != report:
            self._change(self._row(report), {"copy_of": first})

    def _row(self, report: str) -> sqlite3.Row:
        asked = "SELECT * FROM readings WHERE report = ?"
        if (found := self.db.execute(asked, (report,)).fetchone()) is None:
            self.db.execute("INSERT INTO readings (report) VALUES (?)", (report,))
            found = self.db.execute(asked, (report,)).fetchone()
        row: sqlite3.Row = found
        return row

    def _change(self, row: sqlite3.Row, values: dict[str, Any]) -> None:
        if any(row[name] != value for name, value in values.items()):
            names = ", ".join(f"{name} = ?" for name in values)
            self.db.execute(f"UPDATE readings SET {names} WHERE report = ?", (*values.values(), row["report"]))  # noqa: S608 - ours


def _after(row: sqlite3.Row, fact: Fact) -> dict[str, Any]:
    """How the incident stands behind a fact about it."""
    now = decisions.after(Standing(*(row[name] for name in STANDING)), fact)
    return {name: getattr(now, name) for name in STANDING}


def _nothing() -> Counts:
    return {"decided": 0, "agreed": 0, "either": 0}


def _unseen(fold: Callable[[Fact, Any], None]) -> Callable[[Fact, Any], set[str]]:
    """A fold that changes no card."""

    def folded(fact: Fact, event: Any) -> set[str]:
        fold(fact, event)
        return set()

    return folded
