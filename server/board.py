"""The picture of the day: fold facts, in order, into tables in memory that can be asked and thrown away."""

from collections.abc import Callable, Iterable
from typing import Any

from server import events
from server.alerts.shown import Alerts
from server.log import START, Fact, Raw
from server.model.versions import Kept
from server.monitors.roster import Roster
from server.pack import Pack
from server.seal import Opener, Vault
from server.sections.agreement import Agreement
from server.sections.attendance import Attendance
from server.sections.cards import Cards
from server.sections.crowds import Crowds
from server.sections.people import People
from server.sections.restrictions import Restrictions
from server.sections.section import Section, tables
from server.sections.sortings import Sortings
from server.sections.standing import Standings
from server.stories.joined import Joined
from server.texting.texts import Texts


class Board:
    """Facts folded into tables, each section by its own rules. `suspect(text)`: unread words may be restricted."""

    def __init__(self, opener: Opener, vault: Vault, suspect: Callable[[str], bool], pack: Pack) -> None:
        self.db = tables()
        self.cursor = START
        self.people = People(self.db, vault)
        self._cards = Cards(self.db, vault, opener)
        self._restrictions = Restrictions(self.db, vault, opener, suspect)
        self.roster = Roster(self.db, vault)
        standings = Standings(self.db, vault, self.roster)  # behind what it judges by
        self.attendance = Attendance(self.db, vault, self.roster, pack)
        self.texts, self.agreement = Texts(self.db, vault), Agreement(self.db, vault)
        self.models, self.alerts = Kept(self.db, vault), Alerts(self.db, vault)
        sections: tuple[Section, ...] = (
            self._cards,
            Sortings(self.db, vault),
            self._restrictions,
            Crowds(self.db, vault),
            self.people,
            self.roster,
            standings,
            Joined(self.db, vault),
            self.attendance,
            self.texts,
            self.agreement,
            self.models,
            self.alerts,
        )
        self._folds: dict[type[events.Event], list[Callable[[Fact, Any], set[str]]]] = {}
        for section in sections:
            for kind, fold in section.folds.items():
                self._folds.setdefault(kind, []).append(fold)

    def fold(self, raws: Iterable[Raw]) -> set[str]:
        """Fold the facts that come next on the log. The ids of the cards that changed."""
        changed: set[str] = set()
        before = self.cursor
        self.db.execute("BEGIN")
        try:
            for raw in raws:
                fact = raw.fact()
                for fold in self._folds.get(type(fact.event), ()):
                    changed |= fold(fact, fact.event)
                self.cursor = fact.id
            self._cards.open_unread(changed)
            changed |= self._restrictions.judge_unread(changed)
        except BaseException:
            self.db.execute("ROLLBACK")
            self.cursor = before
            raise
        self.db.execute("COMMIT")
        return changed
