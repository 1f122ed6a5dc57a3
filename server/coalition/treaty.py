"""On the board: what members of the coalition agreed to let each other see, what is asked for, and what follows."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from server import events
from server.coalition.terms import CLASSES, Levels, Share, share
from server.log import Fact, place
from server.monitors.roster import Roster
from server.roles import Reader
from server.seal import Vault
from server.sections.people import People, compared
from server.sections.section import Section, moment
from server.sources.agreed import Asked

NEWEST = 200  # that are listed
UNREAD = ("raw", "crowded")  # kinds of card


class Treaty(Section):
    """It stands behind cards and roster."""

    TABLES = "treaty.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, people: People, roster: Roster) -> None:
        super().__init__(db, vault)
        self._people, self._roster = people, roster
        self._levels: dict[str, Levels] = {}  # organisation -> what stands
        self._shares: dict[tuple[str, str, str], Share] = {}
        self._read = False  # whether both are of what stands now
        self.folds = {
            events.MonitorEnrolled: self._enrolled,
            events.coalition.SharingAsked: self._asked,
            events.coalition.SharingAgreed: self._agreed,
            events.coalition.SharingDeclined: self._declined,
        }

    def share(self, reader: Reader, organisation: str) -> Share:
        """What reports of this organisation, as it is written, are to this reader."""
        self._refresh()
        key = (reader.role, reader.organisation, organisation)
        if key not in self._shares:
            known = compared(organisation)
            self._shares[key] = share(reader, known, self._levels.get(known))
        return self._shares[key]

    def of_card(self, reader: Reader, row: Mapping[str, Any]) -> Share:
        """What the report of a card is to this reader. Of a monitor whose number was only typed it is nobody's: what is
        kept back is who that is, and of what nobody has read yet, which may still be proved to be theirs, all."""
        found = self.share(reader, row["organisation"])
        claimed = self._roster.get(row["claims"]) if row["claims"] else None
        if claimed is None:
            return found
        kept = self.share(reader, claimed.organisation).closed
        return found._replace(closed=found.closed | (kept if row["kind"] in UNREAD else kept & {"monitors"}))

    def shut(self, reader: Reader, classes: Iterable[str]) -> tuple[str, ...]:
        """The organisations, as they are written, any of whose reports' `classes` are not for this reader."""
        wanted = frozenset(classes)
        rows = self.db.execute("SELECT written FROM members ORDER BY written") if wanted else ()
        return tuple(row["written"] for row in rows if self.share(reader, row["written"]).closed & wanted)

    def stands(self) -> list[dict[str, Any]]:
        """What was agreed on last of each organisation, by name."""
        last = "SELECT *, max(agreed) FROM sharing WHERE state = 'agreed' GROUP BY known ORDER BY organisation"
        return [self._told(row) for row in self.db.execute(last)]

    def newest(self) -> list[dict[str, Any]]:
        """What was asked for, newest first."""
        rows = self.db.execute("SELECT * FROM sharing ORDER BY place DESC LIMIT ?", (NEWEST,))
        return [{**self._told(row), **{name: row[name] for name in ("id", "reason", "state", "why")}} for row in rows]

    def asked(self, sharing: str) -> sqlite3.Row | None:
        """One of them, whole; None when there is none."""
        found: sqlite3.Row | None = self.db.execute("SELECT * FROM sharing WHERE id = ?", (sharing,)).fetchone()
        return found

    def waiting(self, sharing: str) -> Asked | None:
        """Who asked for what still waits; None when it does not."""
        row = self.asked(sharing)
        if row is None or row["state"] != "waits":
            return None
        by, at, people = row["by"].partition(":")[2], row["place"], self._people
        openers = frozenset(json.loads(row["openers"]))
        return Asked(by, row["of"], at, openers, people.stands(by, at), people.vouched(by))

    def organisations(self) -> list[str]:
        """Those that have, or had, monitors, as they are written."""
        return [row["written"] for row in self.db.execute("SELECT written FROM members ORDER BY written")]

    def _told(self, row: sqlite3.Row) -> dict[str, Any]:
        named = {name: row[name] for name in ("organisation", "at", "by", "second")}
        return {**named, "levels": json.loads(row["levels"])}

    def _refresh(self) -> None:
        """A fold that is rolled back leaves nothing behind here: what stands is read from the table."""
        if not self._read:
            last = "SELECT known, levels, max(agreed) FROM sharing WHERE state = 'agreed' GROUP BY known"
            self._levels = {row["known"]: json.loads(row["levels"]) for row in self.db.execute(last)}
            self._shares, self._read = {}, True

    def _enrolled(self, fact: Fact, event: events.MonitorEnrolled) -> set[str]:
        if event.organisation:
            row = (event.organisation, compared(event.organisation))
            self.db.execute("INSERT OR IGNORE INTO members VALUES (?, ?)", row)
        return set()

    def _asked(self, fact: Fact, event: events.coalition.SharingAsked) -> set[str]:
        by = fact.by.partition(":")[2]
        levels = json.dumps({name: getattr(event, name) for name in CLASSES})
        why = str(self.words("room", event.reason).get("reason", ""))
        asked = (event.subject, compared(event.organisation), event.organisation, levels, why, fact.by)
        openers = json.dumps(sorted(self._people.openers(by)))
        who = (self._people.organisation_of(by), openers)
        then = (moment(fact.id), place(fact.id), "waits", 0, "", "")
        marks = ", ".join("?" * len((*asked, *who, *then)))
        self.db.execute(f"INSERT INTO sharing VALUES ({marks})", (*asked, *who, *then))  # noqa: S608 - question marks
        return set()

    def _agreed(self, fact: Fact, event: events.coalition.SharingAgreed) -> set[str]:
        done = "UPDATE sharing SET state = 'agreed', agreed = ?, second = ? WHERE id = ? RETURNING known"
        found = self.db.execute(done, (place(fact.id), fact.by, event.subject)).fetchone()
        self._read = False
        of = "organisation IN (SELECT written FROM members WHERE known = ?)"
        newer = f"UPDATE cards SET changed = ? WHERE {of} RETURNING id"  # noqa: S608 - our own words
        rows = self.db.execute(newer, (place(fact.id), found["known"])).fetchall() if found else []
        return {row["id"] for row in rows}

    def _declined(self, fact: Fact, event: events.coalition.SharingDeclined) -> set[str]:
        why = str(self.words("room", event.reason).get("reason", ""))
        declined = "UPDATE sharing SET state = 'declined', agreed = ?, second = ?, why = ? WHERE id = ?"
        self.db.execute(declined, (place(fact.id), fact.by, why, event.subject))
        return set()
