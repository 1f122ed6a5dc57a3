"""The picture of the day: fold facts, in order, into tables in memory that can be asked and thrown away."""

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server import events
from server.log import START, Fact, Raw, place
from server.seal import Forgotten, Opener, Vault, owner_of

TABLES = Path(__file__).with_name("board.sql").read_text()
SEARCHED = 4000  # characters of a report that can be searched


class Board:
    """Facts folded into cards. `suspect(text)` says whether unread words may be restricted."""

    def __init__(self, opener: Opener, vault: Vault, suspect: Callable[[str], bool]) -> None:
        self._opener, self._vault, self._suspect = opener, vault, suspect
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(TABLES)
        self.cursor = START
        self._folds: dict[type[events.Event], Callable[[Any, Any], None]] = {
            events.ReportReceived: self._received,
            events.ReportRead: self._read,
            events.ReportSetAside: self._set_aside,
            events.IncidentOpened: self._opened,
            events.IncidentVerified: self._decided,
            events.IncidentRejected: self._decided,
            events.IncidentRecategorised: self._recategorised,
            events.IncidentPlaced: self._placed,
            events.IncidentNoted: self._noted,
            events.AccountOpened: self._account,
            events.AccountClosed: self._account,
        }

    def fold(self, raws: Iterable[Raw]) -> set[str]:
        """Fold the facts that come next on the log. The ids of the cards that changed."""
        changed: set[str] = set()
        before = self.cursor
        self.db.execute("BEGIN")
        try:
            for raw in raws:
                fact = raw.fact()
                fold = self._folds.get(type(fact.event))
                if fold:
                    fold(fact, fact.event)
                    self._history(fact)
                    changed.add(fact.event.subject)
                self.cursor = fact.id
            self._open_unread(changed)
        except BaseException:
            self.db.execute("ROLLBACK")
            self.cursor = before
            raise
        self.db.execute("COMMIT")
        return changed

    def role_of(self, name: str) -> str | None:
        """The role of an open account; None when there is none."""
        row = self.db.execute("SELECT role FROM accounts WHERE name = ? AND open", (name,)).fetchone()
        return row["role"] if row else None

    def _received(self, fact: Fact, event: events.ReportReceived) -> None:
        self.db.execute(
            "INSERT INTO cards (id, kind, rehearsal, at, sent_at, channel, gateway, source, sealed, version, changed)"
            " VALUES (?, 'raw', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.subject, event.rehearsal, event.at, event.sent_at, event.channel, event.gateway, event.source)
            + (event.sealed, fact.version, place(fact.id)),
        )

    def _open_unread(self, changed: set[str]) -> None:
        """Show the words of reports that nobody has read yet, unless they look restricted."""
        for card in changed:
            row = self.db.execute("SELECT sealed, number FROM cards WHERE id = ? AND sealed != ''", (card,)).fetchone()
            if row is None:
                continue
            try:
                text = self._opener.open(row["sealed"])["text"]
                restricted = self._suspect(text)
            except Forgotten:
                text, restricted = "", True
            self._change(card, detail=json.dumps({"text": text}))
            if row["number"] is None:  # of an incident, somebody has said whether it is restricted
                self._change(card, restricted=restricted)
            self._index(card, text)

    def _read(self, fact: Fact, event: events.ReportRead) -> None:
        row = self.db.execute("SELECT source, number, place FROM cards WHERE id = ?", (event.subject,)).fetchone()
        words = self._words(owner_of(row["source"], event.subject), event.words)
        detail = json.dumps({name: value for name, value in words.items() if name not in ("sender", "raw_sender")})
        understood: dict[str, Any] = {"second": event.second, "confidence": event.confidence, "detail": detail}
        if row["place"] == "{}":
            understood |= self._place(event.province, event.place)
        if row["number"] is None:  # else a person was first, and what people said of it stands
            understood |= {"kind": event.kind, "category": event.category, "sub": event.sub, "version": fact.version}
            understood |= {"severity": event.severity, "restricted": event.restricted}
        self._change(event.subject, changed=place(fact.id), sealed="", **understood)
        self._index(event.subject, words.get("text", ""))

    def _set_aside(self, fact: Fact, event: events.ReportSetAside) -> None:
        row = self.db.execute("SELECT number FROM cards WHERE id = ?", (event.subject,)).fetchone()
        values = {"kind": "set_aside", "version": fact.version} if row["number"] is None else {}
        self._change(event.subject, changed=place(fact.id), **values)

    def _opened(self, fact: Fact, event: events.IncidentOpened) -> None:
        number = self.db.execute("SELECT coalesce(max(number), 0) + 1 FROM cards").fetchone()[0]
        self._touch(
            fact,
            number=number,
            kind="incident",
            status="new",
            category=event.category,
            sub=event.sub,
            severity=event.severity,
            restricted=event.restricted,
        )

    def _decided(self, fact: Fact, event: events.IncidentVerified | events.IncidentRejected) -> None:
        if isinstance(event, events.IncidentVerified):
            self._touch(fact, status="verified", was_verified=True)
        else:
            self._touch(fact, status="rejected")

    def _recategorised(self, fact: Fact, event: events.IncidentRecategorised) -> None:
        self._touch(fact, category=event.category, sub=event.sub, severity=event.severity, restricted=event.restricted)

    def _placed(self, fact: Fact, event: events.IncidentPlaced) -> None:
        self._touch(fact, **self._place(event.province, event.place))

    def _noted(self, fact: Fact, event: events.IncidentNoted) -> None:
        self._touch(fact)

    def _account(self, fact: Fact, event: events.AccountOpened | events.AccountClosed) -> None:
        role = event.role if isinstance(event, events.AccountOpened) else self.role_of(event.subject)
        is_open = isinstance(event, events.AccountOpened)
        row = (event.subject, role or "", is_open, moment(fact.id))
        self.db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)", row)

    def _touch(self, fact: Fact, **values: Any) -> None:
        self._change(fact.event.subject, version=fact.version, changed=place(fact.id), **values)

    def _change(self, card: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names

    def _place(self, province: str, sealed: str) -> dict[str, Any]:
        known = self._words("room", sealed)
        named = {name: known.get(name) for name in ("code", "level", "confidence", "because", "candidates")}
        point = {"lat": known.get("lat"), "lon": known.get("lon")}
        return {"province": province, "station": known.get("station") or "", "place": json.dumps(named), **point}

    def _words(self, owner: str, sealed: str) -> dict[str, Any]:
        try:
            return self._vault.open(owner, sealed) if sealed else {}
        except Forgotten:
            return {}

    def _index(self, card: str, text: str) -> None:
        row = self.db.execute("SELECT row FROM cards WHERE id = ?", (card,)).fetchone()["row"]
        self.db.execute("DELETE FROM words WHERE rowid = ?", (row,))
        self.db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, searchable(text)))

    def _history(self, fact: Fact) -> None:
        event = fact.event
        sealed = getattr(event, "note", "") or getattr(event, "reason", "")
        aside = isinstance(event, events.ReportSetAside)
        why = {"reason": sealed} if aside else self._words(f"incident:{event.subject}", sealed)
        said = {name: getattr(event, name) for name in ("method", "category", "sub") if hasattr(event, name)}
        if isinstance(event, events.IncidentPlaced):
            said["place"] = self._words("room", event.place).get("code")
        row = (event.subject, fact.id, moment(fact.id), fact.by, event.wire, json.dumps({**said, **why}))
        self.db.execute("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)", row)


def searchable(text: str) -> str:
    """Words as they are searched: composed, without zero-width characters, digits of every script as 0 to 9."""
    plain = unicodedata.normalize("NFC", text[:SEARCHED]).replace("\0", " ")  # SQLite ends a text at a NUL
    if plain.isascii():
        return plain
    return "".join(_plain(char) for char in plain if unicodedata.category(char) not in ("Cf", "Cs"))


def _plain(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdecimal() else char


def moment(fact_id: str) -> str:
    """When the log took a fact: ISO 8601, UTC."""
    return datetime.fromtimestamp(int(fact_id.partition("-")[0]) / 1000, UTC).isoformat(timespec="milliseconds")
