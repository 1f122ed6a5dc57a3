"""How far the verification of each incident has come: steps, the verdict that waits, what is known of it."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from server import events
from server.incidents import GRAVE, UNDECIDED
from server.log import Fact, place
from server.seal import Vault, owner_of
from server.sections import undone
from server.sections.people import People
from server.sections.section import Section, moment
from server.sections.undone import NOTHING, TOLD

SAID = ("severity", "step", "outcome", "verdict", "kind", "method", "basis", "affected", "goes_on", "state", "language")
Fold = Callable[[Fact, Any], set[str] | None]  # the cards that change beside the one that it is about


class Verifying(Section):
    """Kept beside the cards and before them: it needs to know how grave an incident was until now."""

    TABLES = "verifying.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, people: People) -> None:
        super().__init__(db, vault)
        self._people = people
        own: dict[type[events.Event], Fold] = {
            events.IncidentTriaged: self._triaged,
            events.IncidentChecked: self._checked,
            events.IncidentProposed: self._proposed,
            events.IncidentDeclined: self._declined,
            events.IncidentUnverified: self._left,
            events.IncidentReopened: self._reopened,
            events.IncidentDescribed: self._described,
            events.IncidentAnswered: self._touch,
        }
        beside: dict[type[events.Event], Fold] = {
            events.IncidentVerified: self._decided,
            events.IncidentRejected: self._decided,
            events.IncidentRecategorised: self._changed,
            events.IncidentPlaced: self._placed,
            events.IncidentDismissed: self._changed,
            events.IncidentJoined: self._joined,
            events.IncidentParted: self._parted,
        }
        self.folds = {
            **{kind: self._folded(fold, told=True) for kind, fold in own.items()},
            **{kind: self._folded(fold, told=False) for kind, fold in beside.items()},
            events.ReportTranslated: self._translated,
            events.SourceRevealed: self._revealed,
        }

    def benefits(self, card: str) -> dict[str, str]:
        """Who is said to benefit, by the fact that says so; nothing as long as no verdict stands."""
        status = self.db.execute("SELECT status FROM cards WHERE id = ?", (card,)).fetchone()
        if status is None or status["status"] not in TOLD:
            return {}
        found = self.db.execute("SELECT fact, words FROM benefits WHERE card = ?", (card,))
        return {row["fact"]: row["words"] for row in found}

    def benefits_kept(self, card: str) -> str:
        """Who was said to benefit last, for whoever writes the description anew; never for a screen."""
        found = self.db.execute("SELECT fact, words FROM benefits WHERE card = ?", (card,)).fetchall()
        return str(max(found, key=lambda row: place(row["fact"]))["words"]) if found else ""

    def _folded(self, fold: Fold, *, told: bool) -> Callable[[Fact, Any], set[str]]:
        def folded(fact: Fact, event: Any) -> set[str]:
            more = fold(fact, event) or set()
            if told:
                sealed = getattr(event, "words", "") or getattr(event, "note", "") or getattr(event, "reason", "")
                words = self.words(f"incident:{event.subject}", sealed)
                if party := words.pop("benefits", ""):
                    self.db.execute("INSERT INTO benefits VALUES (?, ?, ?)", (fact.id, event.subject, party))
                self._history(fact, event.subject, words)
            return {event.subject, *more}

        return folded

    def _triaged(self, fact: Fact, event: events.IncidentTriaged) -> None:
        row = self._card(event.subject)
        self._graver(fact, row, event.severity)
        moved = NOTHING if event.severity != row["severity"] else {}
        status = "triaged" if row["status"] == "new" else row["status"]
        self._touch(fact, event, severity=event.severity, status=status, **moved)

    def _checked(self, fact: Fact, event: events.IncidentChecked) -> None:
        row = self._card(event.subject)
        steps = {**json.loads(row["steps"]), event.step: event.outcome}
        status = "checking" if row["status"] in UNDECIDED else row["status"]
        self._touch(fact, event, steps=json.dumps(steps), status=status)

    def _proposed(self, fact: Fact, event: events.IncidentProposed) -> None:
        by = account(fact.by)
        how = {"proposed_method": event.method, "proposed_basis": event.basis, "proposed_kind": event.kind}
        who = {"proposed_by": by, "proposed_of": self._people.organisation_of(by), "proposed_at": place(fact.id)}
        self._touch(fact, event, awaiting=event.verdict, **self._now(event, "checking"), **how, **who)

    def _declined(self, fact: Fact, event: events.IncidentDeclined) -> None:
        self._touch(fact, event, **NOTHING)

    def _left(self, fact: Fact, event: events.IncidentUnverified) -> None:
        self._touch(fact, event, **self._now(event, "unverified"), **NOTHING)

    def _reopened(self, fact: Fact, event: events.IncidentReopened) -> None:
        self._touch(fact, event, **self._now(event, "checking"), **NOTHING)

    def _described(self, fact: Fact, event: events.IncidentDescribed) -> None:
        self._touch(fact, event, basis=event.basis, affected=event.affected, goes_on=event.goes_on)

    def _decided(self, fact: Fact, event: events.IncidentVerified | events.IncidentRejected) -> None:
        self._set(event.subject, was_told=1, **NOTHING)

    def _placed(self, fact: Fact, event: events.IncidentPlaced) -> set[str]:
        return undone.by_place(self.db, fact)

    def _changed(self, fact: Fact, event: events.IncidentRecategorised | events.IncidentDismissed) -> set[str]:
        """A proposal, and a verdict that two had to agree on, were about something else."""
        row = self._card(event.subject)
        now = (event.category, event.sub, event.severity) if isinstance(event, events.IncidentRecategorised) else ()
        if now == (row["category"], row["sub"], row["severity"]):
            return set()  # only who may see it changes
        changed = undone.by_change(self.db, fact, row, now[2] if now else 0)
        self._graver(fact, row, now[2] if now else 0)
        if not now:
            undone.keep_unsafe(self.db, event.subject)
        return changed

    def _joined(self, fact: Fact, event: events.IncidentJoined) -> set[str]:
        return undone.by_joining(self.db, fact, event)

    def _parted(self, fact: Fact, event: events.IncidentParted) -> None:
        undone.keep_unsafe(self.db, event.subject, event.report)

    def _graver(self, fact: Fact, row: sqlite3.Row, severity: int) -> None:
        """Note who takes an incident below GRAVE: they do not then decide on it alone."""
        if severity >= GRAVE:
            self._set(row["id"], lowered_by="")
        elif row["severity"] >= GRAVE:
            self._set(row["id"], lowered_by=account(fact.by))

    def _translated(self, fact: Fact, event: events.ReportTranslated) -> set[str]:
        row = self._card(event.subject)
        self._history(fact, event.subject, self.words(owner_of(row["source"], event.subject), event.words))
        newer = "UPDATE cards SET changed = ?, version = iif(id = ? AND number IS NULL, ?, version) WHERE id IN (?, ?)"
        self.db.execute(newer, (place(fact.id), event.subject, fact.version, event.subject, row["stands"]))
        return {event.subject, row["stands"] or event.subject}

    def _revealed(self, fact: Fact, event: events.SourceRevealed) -> set[str]:
        words = self.words(f"incident:{event.incident}", event.reason)
        self._history(fact, event.incident, {**words, "report": event.report})
        self._set(event.incident, changed=place(fact.id))
        return {event.incident}

    def _now(self, event: events.Event, status: str) -> dict[str, str]:
        """A new status, but of what is no incident any more."""
        return {} if self._card(event.subject)["status"] == "dismissed" else {"status": status}

    def _history(self, fact: Fact, card: str, words: dict[str, Any]) -> None:
        said = {name: value for name in SAID if (value := getattr(fact.event, name, ""))}
        row = (card, fact.id, moment(fact.id), fact.by, fact.event.wire, json.dumps({**said, **words}), card)
        hidden = "(SELECT restricted FROM cards WHERE id = ?)"
        self.db.execute(f"INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, {hidden})", row)  # noqa: S608 - our own words

    def _card(self, card: str) -> sqlite3.Row:
        found: sqlite3.Row = self.db.execute("SELECT * FROM cards WHERE id = ?", (card,)).fetchone()
        return found

    def _touch(self, fact: Fact, event: events.Event, **values: Any) -> None:
        self._set(event.subject, version=fact.version, changed=place(fact.id), **values)

    def _set(self, card: str, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE cards SET {names} WHERE id = ?", (*values.values(), card))  # noqa: S608 - our names


def account(by: str) -> str:
    """The name of the account that a fact names."""
    return by.partition(":")[2] or by
