"""Who may see a card: what the reader restricted stays so until a person decides, and what a person decided stands."""

import sqlite3
from collections.abc import Callable
from typing import Any

from server import events
from server.log import Fact
from server.seal import Forgotten, Opener, Vault, owner_of
from server.section import Section

MACHINE = "reader"  # who opens incidents without a person


class Restrictions(Section):
    """Kept beside the cards, behind them. `suspect(text)` says whether unread words may be restricted."""

    TABLES = "restrictions.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, opener: Opener, suspect: Callable[[str], bool]) -> None:
        super().__init__(db, vault)
        self._opener, self._suspect = opener, suspect
        own: dict[type[events.Event], Callable[[Fact, Any], None]] = {
            events.ReportReceived: self._received,
            events.ReportRead: self._read,
            events.ReportSorted: self._sorted,
            events.ReportJoined: self._nothing,
            events.ReportReleased: self._released,
            events.ReportSetAside: self._set_aside,
            events.IncidentOpened: self._opened,
            events.IncidentRecategorised: self._recategorised,
            events.IncidentVerified: self._nothing,
            events.IncidentRejected: self._nothing,
            events.IncidentDismissed: self._nothing,
            events.IncidentPlaced: self._nothing,
            events.IncidentNoted: self._nothing,
        }
        self.folds = {kind: self._folded(fold) for kind, fold in own.items()}

    def _folded(self, fold: Callable[[Fact, Any], None]) -> Callable[[Fact, Any], set[str]]:
        def folded(fact: Fact, event: Any) -> set[str]:
            fold(fact, event)
            if not isinstance(event, events.ReportReceived):
                self._remember(event.subject, fact.id)
            return {event.subject}

        return folded

    def _received(self, fact: Fact, event: events.ReportReceived) -> None:
        self.db.execute("INSERT INTO restrictions VALUES (?, ?, 1)", (event.subject, event.sealed))

    def _read(self, fact: Fact, event: events.ReportRead) -> None:
        card = self._card(event.subject)
        restricted = card["restricted"]
        if card["decided"]:
            restricted = card["last"]
            if event.restricted and not restricted and self._new_words(card, event):
                self._set(event.subject, True, decided=False)  # nobody had seen these words when they decided
                return
        self._set(event.subject, restricted)

    def _sorted(self, fact: Fact, event: events.ReportSorted) -> None:
        self._later(event)

    def _opened(self, fact: Fact, event: events.IncidentOpened) -> None:
        if fact.by == MACHINE:
            self._later(event)
        else:
            self._set(event.subject, event.restricted, decided=True)

    def _later(self, event: events.ReportSorted | events.IncidentOpened) -> None:
        """What is said after the first reading, by no person, may restrict a card and never opens it."""
        card = self._card(event.subject)
        self._set(event.subject, card["last"] or (event.restricted and not card["decided"]))

    def _recategorised(self, fact: Fact, event: events.IncidentRecategorised) -> None:
        self._set(event.subject, event.restricted, decided=True)

    def _released(self, fact: Fact, event: events.ReportReleased) -> None:
        card = self._card(event.subject)
        if card["kind"] != "incident":  # else it became one meanwhile, and this was said of something else
            self._set(event.subject, False, decided=True)

    def _set_aside(self, fact: Fact, event: events.ReportSetAside) -> None:
        card = self._card(event.subject)
        if card["number"] is None and not card["decided"]:
            self._set(event.subject, self._looks_restricted(card["unopened"]))

    def _nothing(self, fact: Fact, event: events.Event) -> None:
        """It says nothing of who may see it, and changes who could."""

    def _card(self, card: str) -> sqlite3.Row:
        found: sqlite3.Row = self.db.execute(
            "SELECT cards.*, restrictions.sealed AS unopened, restrictions.restricted AS last"
            " FROM cards JOIN restrictions ON card = id WHERE id = ?",
            (card,),
        ).fetchone()
        return found

    def _set(self, card: str, restricted: bool, decided: bool | None = None) -> None:
        self.db.execute(
            "UPDATE cards SET restricted = ?, decided = ifnull(?, decided) WHERE id = ?", (restricted, decided, card)
        )

    def _new_words(self, card: sqlite3.Row, event: events.ReportRead) -> bool:
        """Whether a reading is of other words than those that stood on the card: the rest of a long message came."""
        return self._text(card["unopened"]) != self.words(owner_of(card["source"], event.subject), event.words).get(
            "text"
        )

    def _remember(self, subject: str, fact: str) -> None:
        """Note who could see the card, by what it is now and by what it was before anybody had read it; and of what
        was said while it is restricted, that it was."""
        card = self._card(subject)
        shown = card["kind"] != "part" and not card["restricted"]
        if not shown and not card["was_open"] and card["unopened"]:
            shown = not self._looks_restricted(card["unopened"])
        verified = card["was_verified"] or (card["status"] == "verified" and not card["restricted"])
        self.db.execute(
            "UPDATE cards SET was_open = ?, was_verified = ? WHERE id = ?",
            (card["was_open"] or shown, verified, subject),
        )
        said = "UPDATE history SET restricted = 1 WHERE card = ? AND fact = ? AND ?"
        self.db.execute(said, (subject, fact, card["restricted"]))
        unread = card["unopened"] if card["sealed"] else ""
        self.db.execute(
            "UPDATE restrictions SET sealed = ?, restricted = ? WHERE card = ?", (unread, card["restricted"], subject)
        )

    def _looks_restricted(self, sealed: str) -> bool:
        text = self._text(sealed)
        try:
            return text is None or self._suspect(text)
        except Exception:  # as on the card itself: what nobody can judge is in doubt
            return True

    def _text(self, sealed: str) -> str | None:
        try:
            return str(self._opener.open(sealed)["text"]) if sealed else None
        except Forgotten:
            return None
