"""What takes a proposal or a verdict back, and what must not get lost when reports are joined and parted."""

import json
import sqlite3
from collections.abc import Sequence

from server import events
from server.incidents import GRAVE, VERDICTS
from server.log import Fact, place

NOTHING = {
    **dict.fromkeys(("awaiting", "proposed_by", "proposed_method", "proposed_basis", "proposed_kind"), ""),
    **{"proposed_of": "", "proposed_at": 0},
}
TOLD = ("verified", "corroborated", "unconfirmed", "false")  # verdicts, with which all learn who benefits
READER, SAME = "reader", "same message"  # who joins by itself; how nothing new was said
UNSAFE = "unsafe"  # what came of a step


def by_place(db: sqlite3.Connection, fact: Fact) -> set[str]:
    """What was proposed, and what two had to agree on, was said of another place. The cards that change."""
    card = fact.event.subject
    return _take_back(db, fact, card, TOLD if gravest(db, card) >= GRAVE else ())


def by_change(db: sqlite3.Connection, fact: Fact, row: sqlite3.Row, severity: int) -> set[str]:
    """What is as grave as this from now on was decided as something else; 0: it is none. The cards that change."""
    head = row["stands"] or row["id"]
    before = gravest(db, head)
    if severity >= GRAVE > before:
        return _take_back(db, fact, head, VERDICTS)
    if head != row["id"]:
        return set()
    return _take_back(db, fact, head, TOLD if severity and max(severity, before) >= GRAVE else ())


def by_joining(db: sqlite3.Connection, fact: Fact, event: events.IncidentJoined) -> set[str]:
    """What turns out to be grave by what is joined to it was not decided as such. The cards that change."""
    rows = {
        row["id"]: row for row in db.execute("SELECT * FROM cards WHERE id IN (?, ?)", (event.subject, event.report))
    }
    if len(rows) < 2 or rows[event.report]["stands"] or (fact.by == READER and event.how == SAME):
        return set()
    into = rows[event.subject]["stands"] or event.subject
    grave = gravest(db, event.report) >= GRAVE > gravest(db, into)
    return _take_back(db, fact, into, VERDICTS) if grave else set()


def keep_unsafe(db: sqlite3.Connection, head: str, report: str = "") -> None:
    """Whoever must not be called while a report (all: "") stands in an incident must not be when it stands alone."""
    row = db.execute("SELECT steps FROM cards WHERE id = ?", (head,)).fetchone()
    unsafe = {step: how for step, how in json.loads(row["steps"]).items() if how == UNSAFE} if row else {}
    there = db.execute("SELECT id, steps FROM cards WHERE stands = ? AND ? IN ('', id)", (head, report))
    for each in there.fetchall() if unsafe else ():
        steps = json.dumps({**json.loads(each["steps"]), **unsafe})
        db.execute("UPDATE cards SET steps = ? WHERE id = ?", (steps, each["id"]))


def gravest(db: sqlite3.Connection, card: str) -> int:
    """How grave the gravest is of all that stands in an incident, itself among them."""
    found = db.execute("SELECT max(severity) FROM cards WHERE ? IN (id, stands)", (card,)).fetchone()
    return int(found[0] or 0)


def _take_back(db: sqlite3.Connection, fact: Fact, card: str, statuses: Sequence[str]) -> set[str]:
    row = db.execute("SELECT status FROM cards WHERE id = ?", (card,)).fetchone()
    values = {**NOTHING, "changed": place(fact.id), **({"status": "checking"} if row["status"] in statuses else {})}
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names
    return {card}
