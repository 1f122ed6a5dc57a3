"""The picture of the day: fold facts, in order, into tables in memory that can be asked and thrown away."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from server import events
from server.alerts.shown import Alerts
from server.asking.index import Asking
from server.coalition.treaty import Treaty
from server.docket.kept import Docket
from server.log import START, Fact, Raw, place
from server.measures.channels import Channels
from server.measures.paces import Paces
from server.measures.tallies import Tallies, settle
from server.model.versions import Kept
from server.monitors.roster import Roster
from server.newer import Newer
from server.pack import Pack
from server.press.kept import Statements
from server.press.turns import Turns
from server.seal import Opener, Vault
from server.sections.agreement import Agreement
from server.sections.attendance import Attendance
from server.sections.cards import Cards
from server.sections.crowds import Crowds
from server.sections.numbers import Numbers
from server.sections.people import People
from server.sections.restrictions import Restrictions
from server.sections.section import Section, tables
from server.sections.sortings import Sortings
from server.sections.standing import Standings
from server.sections.taken import Taken
from server.sections.unread import Unread
from server.sections.verifying import Verifying
from server.sources.acts import Acts
from server.stories.joined import Joined
from server.texting.texts import Texts
from server.work.answered import Answered
from server.work.duties import Duties
from server.work.shifts import Shifts
from server.work.tasks import Tasks


class Board:
    """Facts folded into tables, each section by its own rules. `suspect(text)`: unread words may be restricted."""

    def __init__(self, opener: Opener, vault: Vault, suspect: Callable[[str], bool], pack: Pack) -> None:
        self.db, self._vault = tables(), vault
        self.cursor, self.facts, self.newer = START, 0, 0  # how many were folded; of a newer program, and passed over
        self._newer, self._unread = Newer(), Unread(opener)
        self.people = People(self.db, vault)
        self._cards = Cards(self.db, vault, self._unread)
        self.verifying = Verifying(self.db, vault, self.people)
        self._restrictions = Restrictions(
            self.db, vault, self._unread, lambda text, card: suspect(text) or self._says_word(card, text)
        )
        self._crowds, self.roster = Crowds(self.db, vault), Roster(self.db, vault)
        standings = Standings(self.db, vault, self.roster)  # behind what it judges by
        self.attendance = Attendance(self.db, vault, self.roster, pack)
        self.texts, self.agreement = Texts(self.db, vault), Agreement(self.db, vault)
        self.models, self.alerts = Kept(self.db, vault), Alerts(self.db, vault)
        self.tasks = Tasks(self.db, vault, self.people, pack.ladder)
        self.duties, self.answered = Duties(self.db, vault), Answered(self.db, vault)
        self.shifts, self.statements = Shifts(self.db, vault), Statements(self.db, vault)
        self.turns, self.docket, self.taken = Turns(self.db, vault), Docket(self.db, vault), Taken(self.db, vault)
        self.acts, self.treaty = Acts(self.db, vault, self.people), Treaty(self.db, vault, self.people, self.roster)
        self._folds = _by_kind(
            self.verifying,  # before the cards: it needs what they were
            *(self._cards, Sortings(self.db, vault), self._restrictions, self._crowds, self.people, self.roster),
            *(standings, Joined(self.db, vault), Numbers(self.db, vault)),
            *(self.tasks, self.duties, self.answered, self.shifts),
            *(self.attendance, self.texts, self.agreement, self.models, self.alerts, Paces(self.db, vault)),
            Tallies(self.db, vault, pack),  # counts what all others have changed
            *(Channels(self.db, vault), Asking(self.db, vault), self.statements, self.turns, self.docket, self.acts),
            *(self.treaty, self.taken),
        )

    def fold(self, raws: Iterable[Raw]) -> set[str]:
        """Fold the facts that come next on the log. The ids of the cards that changed."""
        changed: set[str] = set()
        come = [*raws]
        known = self._newer.without(come)
        self.db.execute("BEGIN")
        try:
            with self._vault.at_once():
                for raw in known:
                    changed |= self._take(raw.fact())
            self._cards.open_unread(changed)
            changed |= self._restrictions.judge_unread(changed)
            changed |= self._crowds.spread()
            settle(self.db)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        finally:
            self._unread.forget()
        self.db.execute("COMMIT")
        self.cursor, self.facts = come[-1].id if come else self.cursor, self.facts + len(come)
        self.newer += len(come) - len(known)
        return changed

    def _take(self, fact: Fact) -> set[str]:
        """Fold one fact."""
        changed: set[str] = set()
        if isinstance(fact.event, events.ReportLikened):  # or a hidden copy would count on the card it is like
            changed |= self._restrictions.judge_unread({fact.event.subject, fact.event.first})
        for fold in self._folds.get(type(fact.event), ()):
            changed |= fold(fact, fact.event)
        return changed | self._crowds.spread(place(fact.id))

    def kept(self) -> dict[str, Any]:
        """What it knows beside its tables, as JSON has it."""
        own = {"cursor": self.cursor, "facts": self.facts, "newer": self.newer, "version": self.attendance.version}
        return {**own, "hours": self.tasks.hours.kept(), "notice": self.acts.notice.kept()}

    def resume(self, tables: sqlite3.Connection, kept: Mapping[str, Any]) -> None:
        """Be, still empty, as the board was that had these tables, and of which `kept` told this."""
        tables.backup(self.db)
        self.cursor, self.facts, self.newer = kept["cursor"], kept["facts"], kept["newer"]
        self.attendance.version = kept["version"]
        self.tasks.hours.resume(kept["hours"])
        self.acts.notice.resume(kept["notice"])

    def _says_word(self, card: str, text: str) -> bool:
        source = self.db.execute("SELECT source FROM cards WHERE id = ?", (card,)).fetchone()["source"]
        return self.roster.says_word(source, text)


def _by_kind(*sections: Section) -> dict[type[events.Event], list[Callable[[Fact, Any], set[str]]]]:
    """Kind of fact -> what it changes, in the order of the sections."""
    folds: dict[type[events.Event], list[Callable[[Fact, Any], set[str]]]] = {}
    for section in sections:
        for kind, fold in section.folds.items():
            folds.setdefault(kind, []).append(fold)
    return folds
