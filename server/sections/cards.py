"""Reports and incidents as cards: one row each, folded from their facts, with their history."""

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from typing import Any

from server import events
from server.log import Fact, place
from server.seal import Vault, owner_of
from server.sections.section import Section, moment
from server.sections.unread import Unread

PERSONAL = ("sender", "raw_sender", "pin")  # of what was sealed, never on a card
SEARCHED = 4000  # characters of a report that can be searched
LETTERS = 4096  # different ones that are remembered
END = "  "  # behind every text in the index of three characters each, so that its last two can be found, too


class Cards(Section):
    """The cards."""

    TABLES = "cards.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, unread: Unread) -> None:
        super().__init__(db, vault)
        self._unread = unread
        own: dict[type[events.Event], Callable[[Fact, Any], None]] = {
            events.ReportReceived: self._received,
            events.ReportRead: self._read,
            events.ReportSorted: self._newer,  # the rest is in sortings.py
            events.ReportPhotographed: self._photographed,
            events.ReportJoined: self._joined,
            events.ReportSetAside: self._set_aside,
            events.ReportReleased: self._newer,  # and in restrictions.py
            events.IncidentOpened: self._opened,
            events.IncidentVerified: self._decided,
            events.IncidentRejected: self._decided,
            events.IncidentRecategorised: self._recategorised,
            events.IncidentDismissed: self._dismissed,
            events.IncidentPlaced: self._placed,
            events.IncidentNoted: self._noted,
        }
        self.folds = {kind: self._folded(fold) for kind, fold in own.items()}

    def _folded(self, fold: Callable[[Fact, Any], None]) -> Callable[[Fact, Any], set[str]]:
        def folded(fact: Fact, event: Any) -> set[str]:
            fold(fact, event)
            self._history(fact)
            return {fact.event.subject}

        return folded

    def open_unread(self, changed: set[str]) -> None:
        """Put the words of reports that nobody has read yet on their cards; see Restrictions.judge_unread."""
        for card in changed:
            row = self.db.execute("SELECT row, sealed FROM cards WHERE id = ? AND sealed != ''", (card,)).fetchone()
            if row is not None:
                text = self._unread.text(row["sealed"]) or ""
                self._change(card, detail=json.dumps({"text": text}))
                self._index(row["row"], text)

    def _received(self, fact: Fact, event: events.ReportReceived) -> None:
        self.db.execute(
            "INSERT INTO cards (id, kind, rehearsal, at, sent_at, channel, gateway, source, sealed, version, changed)"
            " VALUES (?, 'raw', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, event.rehearsal, event.at, event.sent_at, event.channel, event.gateway, event.source)
            + (event.sealed, fact.version, place(fact.id)),
        )
        self._gather(event.subject)

    def _read(self, fact: Fact, event: events.ReportRead) -> None:
        row = self.db.execute("SELECT row, source, number, place FROM cards WHERE id = ?", (event.subject,)).fetchone()
        words = self.words(owner_of(row["source"], event.subject), event.words)
        told = {name: value for name, value in words.items() if name not in PERSONAL}
        detail = json.dumps({**told, "reader": event.reader})
        understood: dict[str, Any] = {"second": event.second, "confidence": event.confidence, "detail": detail}
        if row["place"] == "{}":
            understood |= self._place(event.province, event.place)
        if row["number"] is None:  # else a person was first, and what people said of it stands
            understood |= {"kind": event.kind, "category": event.category, "sub": event.sub, "version": fact.version}
            understood |= {"severity": event.severity, "restricted": event.restricted}
        self._change(event.subject, changed=place(fact.id), sealed="", **understood)
        self._index(row["row"], words.get("text", ""))

    def _photographed(self, fact: Fact, event: events.ReportPhotographed) -> None:
        self.db.execute("INSERT OR REPLACE INTO photos VALUES (?, ?, ?)", (event.photo, event.subject, event.kept))
        self._gather(event.subject)
        self._newer(fact, event)

    def _newer(self, fact: Fact, event: events.Event) -> None:
        newer = "UPDATE cards SET changed = ?, version = iif(number IS NULL, ?, version) WHERE id = ?"
        self.db.execute(newer, (place(fact.id), fact.version, event.subject))

    def _gather(self, card: str) -> None:
        """Put the photos on their card; a full disk may let one overtake its report."""
        if not self.db.execute("SELECT 1 FROM photos WHERE card = ?", (card,)).fetchone():
            return
        found = "SELECT json_group_object(name, kept) FROM photos WHERE card = cards.id"
        self.db.execute(f"UPDATE cards SET photos = ({found}) WHERE id = ?", (card,))  # noqa: S608 - our own words

    def _joined(self, fact: Fact, event: events.ReportJoined) -> None:
        row = self.db.execute("SELECT number FROM cards WHERE id = ?", (event.subject,)).fetchone()
        hidden = {"kind": "part", "version": fact.version, "sealed": ""}
        values = hidden if row["number"] is None else {}  # else a person has made an incident of it: it stays
        self._change(event.subject, changed=place(fact.id), **values)

    def _set_aside(self, fact: Fact, event: events.ReportSetAside) -> None:
        row = self.db.execute("SELECT number FROM cards WHERE id = ?", (event.subject,)).fetchone()
        values = {"kind": "set_aside", "version": fact.version} if row["number"] is None else {}
        self._change(event.subject, changed=place(fact.id), **values)

    def _opened(self, fact: Fact, event: events.IncidentOpened) -> None:
        chosen = {"category": event.category, "sub": event.sub, "severity": event.severity}
        unnumbered = {"number": 0, "restricted": event.restricted}  # its number follows from who may see it: numbers.py
        self._touch(fact, kind="incident", status="new", **unnumbered, **chosen)

    def _decided(self, fact: Fact, event: events.IncidentVerified | events.IncidentRejected) -> None:
        self._touch(fact, status=event.verdict)

    def _recategorised(self, fact: Fact, event: events.IncidentRecategorised) -> None:
        row = self.db.execute("SELECT status FROM cards WHERE id = ?", (event.subject,)).fetchone()
        again = {"kind": "incident", "status": "new"} if row["status"] == "dismissed" else {}
        chosen = {"category": event.category, "sub": event.sub, "severity": event.severity}
        self._touch(fact, **chosen, restricted=event.restricted, **again)

    def _dismissed(self, fact: Fact, event: events.IncidentDismissed) -> None:
        """It keeps its number and its history, and counts as an incident nowhere. What was restricted stays so."""
        self._touch(fact, kind=event.kind, status="dismissed", category="", sub="", second="", severity=0)

    def _placed(self, fact: Fact, event: events.IncidentPlaced) -> None:
        self._touch(fact, **self._place(event.province, event.place))

    def _noted(self, fact: Fact, event: events.IncidentNoted) -> None:
        self._touch(fact)

    def _touch(self, fact: Fact, **values: Any) -> None:
        self._change(fact.event.subject, version=fact.version, changed=place(fact.id), **values)

    def _change(self, card: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names

    def _place(self, province: str, sealed: str) -> dict[str, Any]:
        known = self.words("room", sealed)
        named = {name: known.get(name) for name in ("code", "level", "confidence", "because", "candidates")}
        point = {"lat": known.get("lat"), "lon": known.get("lon")}
        return {"province": province, "station": known.get("station") or "", "place": json.dumps(named), **point}

    def _index(self, row: int, text: str) -> None:
        """Most are read as they came: what is in the index as it stands is not taken out and put in again."""
        now = searchable(text) + END
        found = self.db.execute("SELECT text FROM words WHERE rowid = ?", (row,)).fetchone()
        if found is None or found["text"] != now:
            if found is not None:
                self.db.execute("DELETE FROM words WHERE rowid = ?", (row,))
            self.db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, now))

    def _history(self, fact: Fact) -> None:
        event = fact.event
        sealed = getattr(event, "note", "") or getattr(event, "reason", "")
        aside = isinstance(event, events.ReportSetAside)
        why = {"reason": sealed} if aside else self.words(f"incident:{event.subject}", sealed)
        said = {name: getattr(event, name) for name in ("kind", "method", "category", "sub") if hasattr(event, name)}
        if isinstance(event, events.IncidentVerified | events.IncidentRejected):
            said |= {"verdict": event.verdict, "basis": event.basis, "proposed_by": event.second}
        if isinstance(event, events.IncidentPlaced):
            said["place"] = self.words("room", event.place).get("code")
        row = (event.subject, fact.id, moment(fact.id), fact.by, event.wire, json.dumps({**said, **why}))
        self.db.execute("INSERT INTO history (card, fact, at, by, wire, why) VALUES (?, ?, ?, ?, ?, ?)", row)


def searchable(text: str) -> str:
    """Words as they are searched: composed, without zero-width characters, digits of every script as 0 to 9."""
    plain = unicodedata.normalize("NFC", text[:SEARCHED]).replace("\0", " ")  # SQLite ends a text at a NUL
    if plain.isascii():
        return plain
    return plain.translate(_SEARCHED)


class _Searched(dict[int, str]):
    """What becomes of each letter. It is looked up again and again: most texts have the same few."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in ("Cf", "Cs"):
            found = ""
        else:
            found = str(unicodedata.digit(char)) if char.isdecimal() else char
        if len(self) < LETTERS:  # whoever sends every letter that there is does not fill the memory with them
            self[code] = found
        return found


_SEARCHED = _Searched()
