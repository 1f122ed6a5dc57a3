"""Every model that the record knows: when it was fitted, from how much, how good it is, and which one readers use."""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from server import events
from server.log import Fact, Raw
from server.model.chosen import Chosen
from server.roles import Refused
from server.seal import Vault
from server.sections.section import Section, moment

SHORTEST_REASON, LONGEST_REASON = 3, 4000  # characters


@dataclass(frozen=True)
class Version:
    """A model, `at` when it was fitted ("" for the one that came with the program); the rest as of model.fitted."""

    version: str
    at: str = ""
    corrections: int = 0
    agreed: float = 0.0
    agreed_before: float = 0.0
    worst: str = ""
    lost: float = 0.0
    taken: bool = True
    rehearsal: bool = False


@dataclass(frozen=True)
class Choice:
    """That a person chose: when, who, what, whether learning goes on, and why, as it stands sealed."""

    at: str
    by: str
    version: str
    learning: bool
    sealed: str


class Models:
    """All that the record says of models: `chosen`, what readers use; `versions`, oldest first; the last `choice`."""

    def __init__(self, first: str, facts: Iterable[Fact]) -> None:
        """`first`: the version that came with the program. `facts`: those of Chosen.wires, in order."""
        self.chosen = Chosen(first)
        self.choice: Choice | None = None
        found = {first: Version(first)}
        for fact in facts:
            event = fact.event
            self.chosen.take(fact)
            if isinstance(event, events.ModelFitted):
                found.pop(event.subject, None)
                found[event.subject] = _version(fact, event)
            elif isinstance(event, events.ModelChosen):
                found.setdefault(event.subject, Version(event.subject))
                self.choice = Choice(moment(fact.id), fact.by, event.subject, event.learning, event.reason)
        self.versions = list(found.values())

    def choose(
        self, version: str, learning: bool, reason: str, at_hand: Collection[str], seal: Callable[[str], str]
    ) -> events.ModelChosen:
        """Use this version from now on. `at_hand`: the versions that are on the shelf. Raises Refused without a reason,
        for one that is not there, or that a rehearsal taught once there are other reports, or if nothing changes."""
        if version != self.chosen.first and version not in at_hand:
            raise Refused("This version is not on the shelf: choose one that is.")
        if not self.chosen.may_use(version):
            raise Refused("A rehearsal taught this version, and the reports are no rehearsal.")
        if (version, learning) == (self.chosen.version, self.chosen.learning):
            raise Refused("This is how it is already.")
        words = reason.strip()
        if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
            raise Refused(f"Write a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters.")
        return events.ModelChosen(subject=version, learning=learning, reason=seal(words))


class Kept(Section):
    """The facts about models on the board; of reports, only the first that is no rehearsal."""

    TABLES = "models.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(db, vault)
        self.folds = dict.fromkeys((events.ModelFitted, events.ModelChosen, events.ReportReceived), self._keep)

    def facts(self) -> list[Fact]:
        """What Models wants to know."""
        return [_fact(row) for row in self.db.execute("SELECT * FROM models ORDER BY rowid")]

    def _keep(self, fact: Fact, event: events.Event) -> set[str]:
        if isinstance(event, events.ReportReceived):
            known = "SELECT 1 FROM models WHERE wire = ?"
            if event.rehearsal or self.db.execute(known, (event.wire,)).fetchone():
                return set()
        row = (fact.id, fact.by, event.wire, event.v, event.subject, events.encode(event))
        self.db.execute("INSERT INTO models VALUES (?, ?, ?, ?, ?, ?)", row)
        return set()


def _fact(row: sqlite3.Row) -> Fact:
    fields = {name: str(row[name]) for name in ("wire", "v", "by", "body")}
    return Raw(row["fact"], {**fields, "about": f"model:{row['subject']}", "cause": "", "version": "0"}).fact()


def _version(fact: Fact, event: events.ModelFitted) -> Version:
    figures = (event.corrections, event.agreed, event.agreed_before, event.worst, event.lost)
    return Version(event.subject, moment(fact.id), *figures, event.taken, event.rehearsal)
