"""Who works on what: assigned, held, due, called by name, and the clocks of incidents, folded beside their cards."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from server import events
from server.incidents import UNDECIDED
from server.log import Fact, place
from server.seal import Vault
from server.sections.people import People
from server.sections.section import Section, moment
from server.work import clocks
from server.work.called import called
from server.work.clocks import ENDS, SEEING
from server.work.courses import Courses
from server.work.hours import Hours, stamp
from server.work.ladder import LEAD, Ladder

HOLD = timedelta(minutes=10)  # that somebody has an incident alone, from when they took it or last did something on it
Person = str  # the name of an account


class Tasks(Section):
    """Kept behind the cards, who may see them and what they were joined to. `hours`: what hour it is in the room."""

    TABLES = "tasks.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, people: People, ladder: Ladder) -> None:
        super().__init__(db, vault)
        self.hours, self._people, self._courses = Hours(), people, Courses(self.db, ladder)
        self.folds = {
            events.ReportReceived: self._received,
            events.IncidentOpened: self._opened,
            **dict.fromkeys(SEEING, self._worked),
            events.WorkAssigned: self._assigned,
            events.WorkTaken: self._taken,
            events.WorkLetGo: self._let_go,
            events.WorkDue: self._due,
            events.WorkEscalated: self._escalated,
            events.ShiftHandedOver: self._left,
            events.AccountClosed: self._left,
        }

    def now(self, clock: datetime) -> datetime:
        """The room's hour while the wall clock says `clock`."""
        return self.hours.now(clock)

    def held(self, person: Person, now: datetime) -> list[str]:
        """The cards that this person holds at this hour of the room."""
        found = self.db.execute(
            "SELECT id FROM cards WHERE holder = ? AND held_until > ? ORDER BY row", (person, stamp(now))
        )
        return [row["id"] for row in found]

    def of(self, person: Person) -> dict[str, list[str]]:
        """The cards that are assigned to this person, and those on which a note calls them; the newest last."""
        assigned = self.db.execute("SELECT id FROM cards WHERE assigned = ? ORDER BY row", (person,)).fetchall()
        calls = self.db.execute("SELECT card AS id FROM mentions WHERE name = ? ORDER BY at, card", (person,))
        return {"assigned": [row["id"] for row in assigned], "mentions": [row["id"] for row in calls]}

    def _received(self, fact: Fact, event: events.ReportReceived) -> set[str]:
        before = self.hours.mixed
        self.hours.take(event)
        if before or not self.hours.mixed:
            return set()
        self.db.execute("DELETE FROM clocks WHERE card IN (SELECT id FROM cards WHERE rehearsal)")
        over = "SELECT id FROM cards WHERE look_due != '' AND rehearsal"  # it has no hour of its own any more
        return self._change(fact, (row["id"] for row in self.db.execute(over).fetchall()), look_due="", call_due="")

    def _opened(self, fact: Fact, event: events.IncidentOpened) -> set[str]:
        row = self._row(event.subject)
        if row is None or (event.rehearsal and self.hours.mixed):
            return set()
        course = clocks.opened(event, fact.by, datetime.fromisoformat(row["at"]), self.hours.of(fact))
        self._set(event.subject, self._courses.keep(event.subject, course))
        return {event.subject}

    def _worked(self, fact: Fact, event: Any) -> set[str]:
        card = event.incident if isinstance(event, events.SourceRevealed) else event.subject
        hour, person = self.hours.of(fact), fact.by.partition(":")[2]
        heads = self._gathered(fact, event, hour)
        if course := self._courses.get(card):
            self._set(card, self._courses.keep(card, clocks.after(course, fact, hour)))
        heads |= self._run_again([card, *heads], hour)
        if isinstance(event, ENDS):
            self.db.execute("UPDATE cards SET holder = '', held_until = '' WHERE id = ?", (card,))
        else:
            longer = "UPDATE cards SET held_until = max(held_until, ?) WHERE id = ? AND holder = ? AND held_until > ?"
            self.db.execute(longer, (stamp(hour + HOLD), card, person, stamp(hour)))
        self.db.execute("DELETE FROM mentions WHERE card = ? AND name = ?", (card, person))
        if isinstance(event, events.IncidentNoted):
            self._mentioned(fact, event, hour)
        listed = "(SELECT json_group_array(name) FROM (SELECT name FROM mentions WHERE card = cards.id ORDER BY name))"
        return self._change(fact, [card, *heads], f"mentions = {listed}")

    def _gathered(self, fact: Fact, event: Any, hour: datetime) -> set[str]:
        """What a report brings to the clocks of the incident that it stands in, or takes along. The cards concerned."""
        if isinstance(event, events.IncidentParted | events.IncidentDismissed):
            unsafe = "SELECT id FROM cards WHERE changed = ? AND steps LIKE ?"
            cards = [row["id"] for row in self.db.execute(unsafe, (place(fact.id), f'%"{clocks.UNSAFE}"%')).fetchall()]
            for card in cards:
                if course := self._courses.get(card):
                    self._set(card, self._courses.keep(card, replace(course, unsafe=True)))
            return set(cards)
        brings = isinstance(event, events.IncidentJoined | events.IncidentRecategorised)
        report = getattr(event, "report", event.subject) if brings else ""
        if report == event.subject and (own := self._courses.get(report)):
            self._courses.keep(report, clocks.after(own, fact, hour))
        row, own = self._row(report), self._courses.get(report)
        head = str(row["stands"]) if row else ""
        course = self._courses.get(head) if head else None
        if not course or not own:
            return set()
        newer = clocks.warned(course, own) if fact.by in clocks.PROGRAMS else clocks.joined(course, own, hour)
        self._set(head, self._courses.keep(head, newer))
        return {head}

    def _run_again(self, cards: Iterable[str], hour: datetime) -> set[str]:
        """Where a verdict was taken back, on these or where they stand, clocks run again. The cards concerned."""
        rows = [row for card in cards if (row := self._row(card))]
        rows += [row for card in {row["stands"] for row in rows} if (row := self._row(card))]
        undecided = {row["id"] for row in rows if row["status"] in UNDECIDED}
        ended = {card: course for card in undecided if (course := self._courses.get(card)) and course.ended}
        for card, course in ended.items():
            self._set(card, self._courses.keep(card, clocks.again(course, hour)))
        return set(ended)

    def _mentioned(self, fact: Fact, event: events.IncidentNoted, hour: datetime) -> None:
        """Nobody is called to what they may not see."""
        words = self.words(f"incident:{event.subject}", event.note).get("reason", "")
        names = [row["name"] for row in self.db.execute("SELECT name FROM accounts WHERE open")]
        if (row := self._row(event.subject)) and row["restricted"]:
            names = [name for name in names if self._people.role_of(name) == LEAD]
        rows = [(event.subject, name, stamp(hour)) for name in called(words, names)]
        self.db.executemany("INSERT OR REPLACE INTO mentions VALUES (?, ?, ?)", rows)

    def _assigned(self, fact: Fact, event: events.WorkAssigned) -> set[str]:
        return self._noted(fact, {"to": event.to}, assigned=event.to)

    def _taken(self, fact: Fact, event: events.WorkTaken) -> set[str]:
        person, row = fact.by.partition(":")[2], self._row(event.subject)
        late = event.batch and row and (row["status"] not in UNDECIDED or row["stands"] or row["restricted"])
        held = {} if late else {"holder": person, "held_until": _plain(event.until)}  # a batch is of what is open
        return self._noted(fact, {"until": event.until}, **held)

    def _let_go(self, fact: Fact, event: events.WorkLetGo) -> set[str]:
        return self._noted(fact, {}, holder="", held_until="")

    def _due(self, fact: Fact, event: events.WorkDue) -> set[str]:
        why = self.words(f"incident:{event.subject}", event.note)
        return self._noted(fact, {"until": event.at, **why}, due=_plain(event.at))

    def _escalated(self, fact: Fact, event: events.WorkEscalated) -> set[str]:
        self._courses.tell(event.subject, event.clock, event.level)
        if course := self._courses.get(event.subject):
            self._set(event.subject, self._courses.keep(event.subject, course))
        return self._noted(fact, {"clock": event.clock, "level": event.level, "until": event.due})

    def _left(self, fact: Fact, event: events.ShiftHandedOver | events.AccountClosed) -> set[str]:
        """Whoever leaves holds nothing any more; what was assigned to a closed account is there for everybody."""
        gone = event.subject if isinstance(event, events.AccountClosed) else ""
        person = gone or fact.by.partition(":")[2]
        rows = self.db.execute("SELECT id FROM cards WHERE holder = ?", (person,)).fetchall()
        changed = self._change(fact, (row["id"] for row in rows), holder="", held_until="")
        rows = self.db.execute("SELECT id FROM cards WHERE assigned = ? AND assigned != ''", (gone,)).fetchall()
        return changed | self._change(fact, (row["id"] for row in rows), assigned="")

    def _noted(self, fact: Fact, told: dict[str, Any], **values: Any) -> set[str]:
        """Set what a fact about the work on an incident says, and put it into the incident's history."""
        card = fact.event.subject
        row = (card, fact.id, moment(fact.id), fact.by, fact.event.wire, json.dumps(told))
        self.db.execute(
            "INSERT INTO history (card, fact, at, by, wire, why, restricted)"
            " SELECT ?, ?, ?, ?, ?, ?, restricted FROM cards WHERE id = ?",
            (*row, card),
        )
        return self._change(fact, [card], work_version=fact.version, **values)

    def _change(self, fact: Fact, cards: Iterable[str], and_set: str = "", **values: Any) -> set[str]:
        changed = set(cards)
        for card in changed:
            self._set(card, {**values, "changed": place(fact.id)}, and_set)
        return changed

    def _set(self, card: str, values: dict[str, Any], and_set: str = "") -> None:
        names = ", ".join([*(f"{name} = ?" for name in values), *filter(None, [and_set])])
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names

    def _row(self, card: str) -> sqlite3.Row | None:
        asked = "SELECT id, at, stands, status, restricted FROM cards WHERE id = ?"
        found: sqlite3.Row | None = self.db.execute(asked, (card,)).fetchone()
        return found


def _plain(text: str) -> str:
    return stamp(datetime.fromisoformat(text)) if text else ""
