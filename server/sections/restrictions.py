"""Who may see a card: what the reader restricted stays so until a person decides, and what a person decided stands."""

import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from server import events
from server.log import Fact, place
from server.seal import Vault, owner_of
from server.sections.section import Section
from server.sections.unread import Unread

logger = logging.getLogger(__name__)
MACHINE = "reader"  # who opens incidents without a person
CARD = (  # what is needed of it: of each card that changes this is asked several times
    "SELECT id, kind, status, number, source, at, changed, decided, was_open, was_verified, cards.sealed,"
    " cards.restricted, restrictions.sealed AS unopened, restrictions.restricted AS last, whole"
    " FROM cards JOIN restrictions ON card = id"
)
# a telephone uses the same reference again: only what came within an hour is of one message
PARTS = (
    f"{CARD} WHERE whole = :whole AND whole != '' AND kind != 'part'"  # noqa: S608 - our own words
    " AND abs(julianday(at) - julianday(:at)) < 1 / 24.0 ORDER BY CAST(part AS INTEGER)"
)


class Restrictions(Section):
    """Kept beside the cards, behind them. `suspect(text, card)` says whether its unread words may be restricted."""

    TABLES = "restrictions.sql"

    def __init__(
        self, db: sqlite3.Connection, vault: Vault, unread: Unread, suspect: Callable[[str, str], bool]
    ) -> None:
        super().__init__(db, vault)
        self._unread, self._suspect = unread, suspect
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
            if isinstance(event, events.ReportReceived):
                return {event.subject}
            card = self._card(event.subject)
            hidden = self._spread(card, fact)
            self._remember(self._card(event.subject) if hidden else card, fact.id)
            return {event.subject, *hidden}

        return folded

    def judge_unread(self, changed: set[str]) -> set[str]:
        """Hide, of what nobody has read yet, whatever is in doubt. Those of its cards that look different by it: the
        other parts of a message are in doubt with one of them."""
        rows = [row for card in changed if (row := self._card(card))]
        parts = {part["id"] for row in rows for part in self._parts(row)}
        different = set()
        for row in [*rows, *(row for card in parts - changed if (row := self._card(card)))]:
            if not row["sealed"] or row["number"] is not None or row["decided"]:
                continue  # else somebody has said whether it is restricted
            hidden = self._in_doubt(row)
            if hidden != row["restricted"] and row["id"] not in changed:
                newest = max(part["changed"] for part in self._parts(row))
                self.db.execute("UPDATE cards SET changed = ? WHERE id = ?", (newest, row["id"]))
                different.add(row["id"])
            now = (hidden, row["was_open"] or not hidden)
            if now != (row["restricted"], row["was_open"]):
                self.db.execute("UPDATE cards SET restricted = ?, was_open = ? WHERE id = ?", (*now, row["id"]))
        return different

    def _received(self, fact: Fact, event: events.ReportReceived) -> None:
        row = (event.subject, event.sealed, event.part, event.whole)
        self.db.execute("INSERT INTO restrictions VALUES (?, ?, 1, ?, ?)", row)

    def _read(self, fact: Fact, event: events.ReportRead) -> None:
        card = self._card(event.subject)
        restricted = card["restricted"]
        if card["decided"]:
            restricted = card["last"]
            if event.restricted and not restricted and self._new_words(card, event):
                self._set(card, True, decided=False)  # nobody had seen these words when they decided
                return
        self._set(card, restricted)

    def _sorted(self, fact: Fact, event: events.ReportSorted) -> None:
        self._later(event)

    def _opened(self, fact: Fact, event: events.IncidentOpened) -> None:
        if fact.by == MACHINE:
            self._later(event)
        else:
            self._set(self._card(event.subject), event.restricted, decided=True)

    def _later(self, event: events.ReportSorted | events.IncidentOpened) -> None:
        """What is said after the first reading, by no person, may restrict a card and never opens it."""
        card = self._card(event.subject)
        self._set(card, card["last"] or (event.restricted and not card["decided"]))

    def _recategorised(self, fact: Fact, event: events.IncidentRecategorised) -> None:
        self._set(self._card(event.subject), event.restricted, decided=True)

    def _released(self, fact: Fact, event: events.ReportReleased) -> None:
        card = self._card(event.subject)
        if card["kind"] != "incident":  # else it became one meanwhile, and this was said of something else
            self._set(card, False, decided=True)

    def _set_aside(self, fact: Fact, event: events.ReportSetAside) -> None:
        card = self._card(event.subject)
        if card["number"] is None and not card["decided"]:
            self._set(card, self._in_doubt(card))

    def _nothing(self, fact: Fact, event: events.Event) -> None:
        """It says nothing of who may see it, and changes who could."""

    def _card(self, card: str) -> sqlite3.Row:
        found: sqlite3.Row = self.db.execute(f"{CARD} WHERE id = ?", (card,)).fetchone()
        return found

    def _parts(self, row: sqlite3.Row) -> list[sqlite3.Row]:
        """The parts of its message, in order, with itself; none of a whole one."""
        if not row["whole"]:
            return []
        return self.db.execute(PARTS, {"whole": row["whole"], "at": row["at"]}).fetchall()

    def _spread(self, card: sqlite3.Row, fact: Fact) -> set[str]:
        """A part that was read as restricted, and those that were read, are hidden together. Which were by this."""
        read = [part for part in self._parts(card) if not part["sealed"]]
        if not any(part["restricted"] for part in read):
            return set()
        hidden = [part for part in read if not part["restricted"] and not part["decided"]]
        for part in hidden:
            self._set(part, True)
            self.db.execute("UPDATE restrictions SET restricted = 1 WHERE card = ?", (part["id"],))
            self.db.execute("UPDATE cards SET changed = ? WHERE id = ?", (place(fact.id), part["id"]))
        return {part["id"] for part in hidden}

    def _in_doubt(self, row: sqlite3.Row) -> bool:
        """Whether what nobody has read may be restricted: by its words, or by those of the parts beside it."""
        parts = self._parts(row) or [row]
        if any(part["restricted"] and (part["decided"] or not part["sealed"]) for part in parts):
            return True
        texts = [self._unread.text(part["sealed"]) for part in parts if part["sealed"]]
        whole = ["".join(text or "" for text in texts)] if len(texts) > 1 else []
        return any(self._doubtful(text, row["id"]) for text in [*texts, *whole])

    def _set(self, card: sqlite3.Row, restricted: bool, decided: bool | None = None) -> None:
        now = (restricted, card["decided"] if decided is None else decided)
        if now != (card["restricted"], card["decided"]):  # nothing costs as much as writing the same again
            self.db.execute("UPDATE cards SET restricted = ?, decided = ? WHERE id = ?", (*now, card["id"]))

    def _new_words(self, card: sqlite3.Row, event: events.ReportRead) -> bool:
        """Whether a reading is of other words than those that stood on the card: the rest of a long message came."""
        read = self.words(owner_of(card["source"], event.subject), event.words)
        return self._text(card["unopened"]) != read.get("text")

    def _remember(self, card: sqlite3.Row, fact: str) -> None:
        """Note who could see the card, by what it is now and by what it was before anybody had read it; and of what
        was said while it is restricted, that it was."""
        subject = card["id"]
        shown = card["kind"] != "part" and not card["restricted"]
        if not shown and not card["was_open"] and card["unopened"]:
            shown = not self._doubtful(self._text(card["unopened"]), subject)
        verified = card["was_verified"] or (card["status"] == "verified" and not card["restricted"])
        now = (card["was_open"] or shown, verified)
        if now != (card["was_open"], card["was_verified"]):
            self.db.execute("UPDATE cards SET was_open = ?, was_verified = ? WHERE id = ?", (*now, subject))
        if card["restricted"]:
            self.db.execute("UPDATE history SET restricted = 1 WHERE card = ? AND fact = ?", (subject, fact))
        last = (card["unopened"] if card["sealed"] else "", card["restricted"])
        if last != (card["unopened"], card["last"]):
            self.db.execute("UPDATE restrictions SET sealed = ?, restricted = ? WHERE card = ?", (*last, subject))

    def _doubtful(self, text: str | None, card: str) -> bool:
        """Whether unread words may be restricted; they are when nobody can say."""
        try:
            return text is None or self._suspect(text, card)
        except Exception:
            logger.exception("The words of report %s could not be judged.", card)
            return True

    def _text(self, sealed: str) -> str | None:
        return self._unread.text(sealed) if sealed else None
