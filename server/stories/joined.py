"""Which reports tell of one thing: joined, parted, suggested and kept apart, folded beside their cards.

A card that was joined into an incident `stands` there: it counts nowhere by itself, and what was joined into it moves
along. Parted, it has its own life again. What a joined report brings is not lost: its photos are on the incident's
card, and when it is or becomes restricted, so is the incident until a person decides. What stands in a restricted
incident is hidden with it, and comes back with it.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from server import events
from server.log import Fact, place
from server.seal import Vault
from server.sections.section import Section, moment
from server.stories import counted
from server.stories.allowed import READER, may
from server.stories.hidden import give_back, restrain

RESTRICTING = (events.ReportRead, events.ReportSorted, events.IncidentOpened, events.IncidentRecategorised)
TOUCHING = (*(events.ReportReleased, events.IncidentReopened, events.ReportPhotographed, events.ReportLikened),)
# by these a person decides on an incident by itself
DECIDING = (events.IncidentVerified, events.IncidentRejected, events.IncidentUnverified, events.IncidentProposed)
STANDING = (events.MonitorEnrolled, events.MonitorRetired, events.SourceBlocked, events.SourceUnblocked)

SAME = "same message"  # how nothing new was said: what is decided of one is decided of both
STANDS_IN = "SELECT id FROM cards WHERE stands = ? AND stands != ''"
RELATED = (
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM joined WHERE report = :card)"
    " OR EXISTS (SELECT 1 FROM joined WHERE incident = :card) OR EXISTS (SELECT 1 FROM cards WHERE stands = :card)"
    " OR EXISTS (SELECT 1 FROM suggested WHERE report = :card OR incident = :card)"
)
ENDS = "SELECT report, incident FROM suggested WHERE report = ? OR incident = ?"


class Joined(Section):
    """Kept behind everything that it counts: cards, who may see them, copies and whose reports they are."""

    TABLES = "joined.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = {
            **dict.fromkeys(RESTRICTING, self._told),
            **dict.fromkeys(TOUCHING, self._touched),
            **dict.fromkeys(DECIDING, self._decided),
            **dict.fromkeys(STANDING, self._judged),
            events.IncidentJoined: self._joined,
            events.IncidentParted: self._parted,
            events.IncidentDismissed: self._dismissed,
            events.ReportSuggested: self._suggested,
            events.ReportKeptApart: self._kept_apart,
        }

    def _joined(self, fact: Fact, event: events.IncidentJoined) -> set[str]:
        self._newest(event.subject, fact)
        before, head = self._around(event.report, event.subject), self._head(event.subject)
        if may(self.db, event.report, head, fact.by):
            self.db.execute("INSERT INTO joined VALUES (?, ?, ?)", (event.report, event.subject, event.how))
            self._stand(event.report, head)
            restrain(self.db, event.report, head)
        return self._moved(fact, event, before)

    def _parted(self, fact: Fact, event: events.IncidentParted) -> set[str]:
        self._newest(event.subject, fact)
        before = self._around(event.report, event.subject)
        self.db.execute("INSERT OR IGNORE INTO apart VALUES (?, ?)", (event.report, event.subject))
        self._free(event.report)
        give_back(self.db, event.report)
        return self._moved(fact, event, before)

    def _dismissed(self, fact: Fact, event: events.IncidentDismissed) -> set[str]:
        """What people joined to it stands for itself again: nobody is to hide an incident in one that is none."""
        before = self._around(event.subject)
        found = self.db.execute("SELECT report FROM joined WHERE incident = ? AND how != ?", (event.subject, SAME))
        freed = {row["report"] for row in found.fetchall()}
        for report in freed:
            self._free(report)
            give_back(self.db, report)
        around = before | self._around(event.subject, *freed)
        return self._refresh(fact, around) | self._mark(fact, freed)

    def _moved(self, fact: Fact, event: events.IncidentJoined | events.IncidentParted, before: set[str]) -> set[str]:
        self._history(fact, event.reason, event.subject, event.report)
        around = before | self._around(event.report, event.subject) | {event.report, event.subject}
        self._refresh(fact, around)
        return self._mark(fact, around)

    def _suggested(self, fact: Fact, event: events.ReportSuggested) -> set[str]:
        reasons = (event.how, event.likely, event.text, event.place, event.minutes, event.category)
        values = (event.subject, event.into, *reasons)
        self.db.execute("INSERT OR REPLACE INTO suggested VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._newer(event.subject, fact)
        return self._refresh(fact, {event.subject, self._head(event.into)}) | {event.subject}

    def _kept_apart(self, fact: Fact, event: events.ReportKeptApart) -> set[str]:
        before = self._around(event.subject, event.incident)
        apart = "INSERT OR IGNORE INTO apart SELECT ?, id FROM cards WHERE id = ? OR stands = ?"
        self.db.execute(apart, (event.subject, event.incident, event.incident))
        self._newer(event.subject, fact)
        self._history(fact, event.reason, event.incident, event.subject)
        return self._refresh(fact, before) | {event.subject}

    def _told(self, fact: Fact, event: Any) -> set[str]:
        told = self._changed(fact)
        around = self._around(*told)
        if isinstance(event, events.IncidentOpened) and fact.by != READER:
            self._free(event.subject)  # what a person takes for an incident of its own is one
            around |= self._around(*told)
        hidden = {card for report in told for card in restrain(self.db, report, self._head(report))}
        return self._refresh(fact, around) | self._mark(fact, hidden)

    def _touched(self, fact: Fact, event: Any) -> set[str]:
        return self._refresh(fact, self._around(event.subject))

    def _decided(self, fact: Fact, event: Any) -> set[str]:
        """What a person decided on while somebody else joined it stands for itself: nobody hides a decision."""
        before = self._around(event.subject)
        freed = {event.subject} if self._head(event.subject) != event.subject else set()
        for report in freed:
            self._free(report)
            give_back(self.db, report)
        return self._refresh(fact, before | self._around(event.subject)) | self._mark(fact, freed)

    def _judged(self, fact: Fact, event: events.Event) -> set[str]:
        """Other reports count now: those that the fact changed, and what they belong to."""
        return self._refresh(fact, self._around(*self._changed(fact)))

    def _changed(self, fact: Fact) -> list[str]:
        found = self.db.execute("SELECT id FROM cards WHERE changed = ?", (place(fact.id),)).fetchall()
        return [row["id"] for row in found]

    def _free(self, report: str) -> None:
        """A report stands for itself again, and with it what was joined to it before."""
        self.db.execute("DELETE FROM joined WHERE report = ?", (report,))
        self._stand(report, report)

    def _stand(self, report: str, head: str) -> None:
        """A report stands here from now on, and all that was joined into it with it."""
        below = (
            "WITH RECURSIVE below (id) AS"
            " (VALUES (?) UNION SELECT report FROM joined JOIN below ON incident = below.id)"
            " UPDATE cards SET stands = iif(id = ?, '', ?) WHERE id IN below"
        )
        self.db.execute(below, (report, head, head))

    def _around(self, *cards: str) -> set[str]:
        """Those of these cards that have to do with others, where they stand, what else stands there, and what may be
        joined to any of them."""
        related = {card for card in cards if self.db.execute(RELATED, {"card": card}).fetchone()}
        heads = {self._head(card) for card in related}
        there = related | heads | {row["id"] for head in heads for row in self.db.execute(STANDS_IN, (head,))}
        ends = {end for card in there for row in self.db.execute(ENDS, (card, card)) for end in row}
        return there | ends | {self._head(end) for end in ends}

    def _refresh(self, fact: Fact, cards: Iterable[str]) -> set[str]:
        """Count these cards anew: those of them that look different."""
        changed = set()
        for card in cards:
            row = self.db.execute("SELECT * FROM cards WHERE id = ?", (card,)).fetchone()
            now = counted.of(self.db, row) if row else {}
            if any(row[name] != value for name, value in now.items()):
                names = ", ".join(f"{name} = ?" for name in now)
                self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*now.values(), card))  # noqa: S608 - our names
                changed.add(card)
        return self._mark(fact, changed)

    def _mark(self, fact: Fact, cards: set[str]) -> set[str]:
        newer = [(place(fact.id), card) for card in cards]
        self.db.executemany("UPDATE cards SET changed = ? WHERE id = ?", newer)
        return cards

    def _head(self, card: str) -> str:
        """Where a card stands; itself, while it stands for itself."""
        row = self.db.execute("SELECT stands FROM cards WHERE id = ?", (card,)).fetchone()
        return str(row["stands"]) if row and row["stands"] else card

    def _newest(self, incident: str, fact: Fact) -> None:
        self.db.execute("UPDATE cards SET version = ? WHERE id = ?", (fact.version, incident))

    def _newer(self, report: str, fact: Fact) -> None:
        """A report has one more fact; an incident's are counted by themselves."""
        newer = "UPDATE cards SET version = ?, changed = ? WHERE id = ? AND number IS NULL"
        self.db.execute(newer, (fact.version, place(fact.id), report))

    def _history(self, fact: Fact, reason: str, incident: str, report: str) -> None:
        """It stands in the history of both."""
        event = fact.event
        said = {"report": report, "incident": incident, "how": getattr(event, "how", "")}
        why = json.dumps({**said, **self.words(f"incident:{incident}", reason)})
        found = self.db.execute("SELECT max(restricted) AS either FROM cards WHERE id IN (?, ?)", (incident, report))
        told = (fact.id, moment(fact.id), fact.by, event.wire, why, found.fetchone()["either"])
        rows = [(card, *told) for card in (incident, report)]
        self.db.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
