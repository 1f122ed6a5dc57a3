"""The docket as a part of the board: every complaint with all that was said of it, in order."""

import sqlite3
from dataclasses import dataclass
from functools import reduce
from typing import Any

from server import events
from server.docket.course import Course, after, begun
from server.facts import complaints
from server.facts.complaints import ComplaintLinked, ComplaintOpened, ComplaintReminded
from server.log import Fact
from server.seal import Vault
from server.sections.section import Section, moment

SEALED = ("words", "note", "reason")  # fields of facts


@dataclass(frozen=True)
class Act:
    """Something that was said of a complaint, when and by whom; `words`: what was sealed, opened."""

    at: str
    by: str
    version: int
    event: events.Event
    words: dict[str, Any]


@dataclass(frozen=True)
class Complaint:
    """A complaint as it stands. `words`: title, substance, place; nothing once their key is destroyed."""

    id: str
    at: str
    by: str
    version: int
    course: Course
    words: dict[str, Any]


def owner_of(complaint: str) -> str:
    """Under which key of the vault its words are sealed."""
    return f"complaint:{complaint}"


class Docket(Section):
    """All complaints."""

    TABLES = "kept.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self._courses: dict[str, tuple[str, Course]] = {}  # complaint -> its last fact, and how far it was then
        kinds = [kind for kind in events.KINDS.values() if kind.__module__ == complaints.__name__]
        self.folds = {**dict.fromkeys(kinds, self._said), ComplaintOpened: self._opened}

    def all(self, rehearsal: bool | None = None) -> list[Complaint]:
        """All of them, the newest first; only those that are of a rehearsal, or not, when that is said."""
        rows = self.db.execute("SELECT * FROM complaints ORDER BY at DESC, id").fetchall()
        return [self._whole(row) for row in rows if rehearsal is None or bool(row["rehearsal"]) == rehearsal]

    def get(self, complaint: str) -> Complaint | None:
        """One of them."""
        row = self.db.execute("SELECT * FROM complaints WHERE id = ?", (complaint,)).fetchone()
        return self._whole(row) if row else None

    def acts(self, complaint: str) -> list[Act]:
        """What was said of it, in the order of the log. Raises seal.Locked."""
        return [self._act(complaint, row) for row in self._rows(complaint)]

    def version_of(self, complaint: str, subject: str) -> int:
        """How many facts there are about something beside a complaint, such as a link."""
        found = self.db.execute(
            "SELECT max(version) FROM complaint_acts WHERE complaint = ? AND subject = ?", (complaint, subject)
        ).fetchone()
        return int(found[0] or 0)

    def _opened(self, fact: Fact, event: ComplaintOpened) -> set[str]:
        row = (event.subject, event.rehearsal, moment(fact.id), _account(fact), fact.version, fact.id)
        self.db.execute("INSERT OR IGNORE INTO complaints VALUES (?, ?, ?, ?, ?, ?)", row)
        return self._said(fact, event)

    def _said(self, fact: Fact, event: Any) -> set[str]:
        beside = isinstance(event, ComplaintLinked | ComplaintReminded)
        complaint = event.complaint if beside else event.subject
        version = "version" if beside else "?2"
        there = f"UPDATE complaints SET version = {version}, changed = ?3 WHERE id = ?1"  # noqa: S608 - our own words
        if self.db.execute(there, (complaint, fact.version, fact.id)).rowcount:
            row = (complaint, fact.id, moment(fact.id), _account(fact), fact.version, event.subject)
            names = "complaint, fact, at, by, version, subject, wire, v, body"
            said = (event.wire, event.v, events.encode(event))
            self.db.execute(f"INSERT INTO complaint_acts ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *said))  # noqa: S608
        return set()

    def _whole(self, row: sqlite3.Row) -> Complaint:
        first = self._rows(row["id"])[0]
        words = self._act(row["id"], first).words
        named = {name: row[name] for name in ("id", "at", "by", "version")}
        return Complaint(**named, course=self._course(row), words=words)

    def _course(self, row: sqlite3.Row) -> Course:
        known = self._courses.get(row["id"])
        if known is None or known[0] != row["changed"]:
            first, *rest = [_event(each) for each in self._rows(row["id"])]
            self._courses[row["id"]] = known = row["changed"], reduce(after, rest, begun(first))
        return known[1]

    def _rows(self, complaint: str) -> list[sqlite3.Row]:
        return self.db.execute("SELECT * FROM complaint_acts WHERE complaint = ? ORDER BY row", (complaint,)).fetchall()

    def _act(self, complaint: str, row: sqlite3.Row) -> Act:
        event = _event(row)
        sealed = "".join(str(getattr(event, name, "")) for name in SEALED)
        return Act(row["at"], row["by"], row["version"], event, self.words(owner_of(complaint), sealed))


def _event(row: sqlite3.Row) -> Any:
    return events.decode(row["wire"], row["v"], row["subject"], row["body"])


def _account(fact: Fact) -> str:
    return fact.by.partition(":")[2] or fact.by
