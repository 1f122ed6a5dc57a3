"""On the board: who asks to forget somebody or to keep everything, who was forgotten, and which numbers were shown."""

import json
import sqlite3
from typing import Any

from server import events
from server.log import Fact, place
from server.monitors.roll import PROVEN
from server.seal import ARRIVAL, KEY_NAME, Vault
from server.sections.people import People
from server.sections.section import Section, moment
from server.sources.agreed import FORGET, HOLD, Asked
from server.sources.notice import Notice

NEWEST = 200  # acts, and reveals, that are listed
TOLD = "id, what, source, monitor, reports, channels, reason, by, at, state, second, why"
VOUCHED = f"channel IN ({', '.join(repr(channel) for channel in sorted(PROVEN))})"
SHUT = f"{ARRIVAL}.gone."  # stands for what has no key any more


class Acts(Section):
    """It stands behind the cards: what somebody forgotten had sent looks different from then on."""

    TABLES = "acts.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, people: People) -> None:
        super().__init__(db, vault)
        self._people = people
        self.notice = Notice()
        self.folds = {
            events.acts.ActAsked: self._asked,
            events.acts.ActConfirmed: self._confirmed,
            events.acts.ActDone: self._done,
            events.acts.ReportForgotten: self._report_forgotten,
            events.acts.RetentionAnnounced: self._noticed,
            events.acts.RetentionLooked: self._noticed,
            events.acts.ActDeclined: self._declined,
            events.acts.SourceForgotten: self._forgotten,
            events.SourceRevealed: self._revealed,
        }

    def newest(self) -> list[dict[str, Any]]:
        """What was asked for, newest first."""
        rows = self.db.execute(f"SELECT {TOLD} FROM acts ORDER BY place DESC LIMIT ?", (NEWEST,))  # noqa: S608 - our own columns
        return [dict(row) for row in rows]

    def act(self, act: str) -> sqlite3.Row | None:
        """One of them, whole; None when there is none."""
        found: sqlite3.Row | None = self.db.execute("SELECT * FROM acts WHERE id = ?", (act,)).fetchone()
        return found

    def waiting(self, act: str) -> Asked | None:
        """Who asked for what still waits; None when it does not."""
        row = self.act(act)
        if row is None or row["state"] != "waits":
            return None
        by, at, people = row["by"].partition(":")[2], row["place"], self._people
        openers = frozenset(json.loads(row["openers"]))
        return Asked(by, row["organisation"], at, openers, people.stands(by, at), people.vouched(by))

    def hold(self) -> dict[str, Any] | None:
        """Why nothing is destroyed on schedule, since when and by whose agreement; None when nobody stopped that."""
        last = "SELECT * FROM acts WHERE what = ? AND state = 'done' ORDER BY ended DESC LIMIT 1"
        row = self.db.execute(last, (HOLD,)).fetchone() if self.notice.held else None
        return {name: row[name] for name in ("at", "by", "second", "reason")} if row else None

    def reveals(self) -> list[dict[str, Any]]:
        """Which numbers were shown to whom, and why, newest first."""
        told = "SELECT reveals.at, by, reveals.source, incident, report, reason, cards.number FROM reveals"
        told += " JOIN cards ON cards.id = incident"
        rows = self.db.execute(f"{told} ORDER BY reveals.rowid DESC LIMIT ?", (NEWEST,))
        return [dict(row) for row in rows]

    def _asked(self, fact: Fact, event: events.acts.ActAsked) -> set[str]:
        by = fact.by.partition(":")[2]
        openers = json.dumps(sorted(self._people.openers(by)))
        why = str(self.words("room", event.reason).get("reason", ""))
        whom = (event.source, event.monitor, event.reports, event.channels)
        asked = (event.subject, event.what, *whom, why, fact.by)
        then = (self._people.organisation_of(by), openers, moment(fact.id), place(fact.id), "waits", "", "", 0)
        marks = ", ".join("?" * (len(asked) + len(then)))
        self.db.execute(f"INSERT INTO acts VALUES ({marks})", (*asked, *then))  # noqa: S608 - no values
        return set()

    def _confirmed(self, fact: Fact, event: events.acts.ActConfirmed) -> set[str]:
        state = "agreed" if event.what == FORGET else "done"
        confirmed = "UPDATE acts SET state = ?, second = ?, ended = ? WHERE id = ?"
        self.db.execute(confirmed, (state, fact.by, place(fact.id), event.subject))
        return self._noticed(fact, event)

    def _done(self, fact: Fact, event: events.acts.ActDone) -> set[str]:
        self.db.execute("UPDATE acts SET state = 'done' WHERE id = ?", (event.subject,))
        return set()

    def _noticed(self, fact: Fact, event: events.Event) -> set[str]:
        self.notice.take(fact)
        return set()

    def _declined(self, fact: Fact, event: events.acts.ActDeclined) -> set[str]:
        why = str(self.words("room", event.reason).get("reason", ""))
        declined = "UPDATE acts SET state = 'declined', second = ?, why = ? WHERE id = ?"
        self.db.execute(declined, (fact.by, why, event.subject))
        return set()

    def _forgotten(self, fact: Fact, event: events.acts.SourceForgotten) -> set[str]:
        theirs = f"source = ? AND {VOUCHED}" if event.act else "source = ?"
        return self._shut(fact, theirs, event.subject)

    def _report_forgotten(self, fact: Fact, event: events.acts.ReportForgotten) -> set[str]:
        newer = "UPDATE cards SET version = iif(number IS NULL, ?, version) WHERE id = ?"
        self.db.execute(newer, (fact.version, event.subject))
        return self._shut(fact, "id = ?", event.subject)

    def _shut(self, fact: Fact, which: str, of: str) -> set[str]:
        """These cards look different. What nobody has read, and is closed with the room's key alone, opens no more."""
        newer = f"UPDATE cards SET changed = ? WHERE {which} RETURNING id"  # noqa: S608 - our conditions
        cards = [row["id"] for row in self.db.execute(newer, (place(fact.id), of)).fetchall()]
        for table, name in (("cards", "id"), ("restrictions", "card")):
            shut = f"UPDATE {table} SET sealed = ? WHERE {name} = ? AND substr(sealed, 1, ?) = ?"  # noqa: S608 - ours
            alone = f"{KEY_NAME}."
            self.db.executemany(shut, ((SHUT, card, len(alone), alone) for card in cards))
        return set(cards)

    def _revealed(self, fact: Fact, event: events.SourceRevealed) -> set[str]:
        why = str(self.words(f"incident:{event.incident}", event.reason).get("reason", ""))
        row = (moment(fact.id), fact.by, event.subject, event.incident, event.report, why)
        self.db.execute("INSERT INTO reveals VALUES (?, ?, ?, ?, ?, ?)", row)
        return set()
