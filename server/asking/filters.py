"""What a program asks for with single parameters, and a screen with a query: both as conditions on cards."""

from dataclasses import dataclass

from server.asking.conditions import WORDS, Condition
from server.incidents import UNDECIDED
from server.sections.cards import searchable

NOWHERE = "none"  # the place of a card without a place
WAITING = "waiting"  # the status of what nobody has decided on


@dataclass(frozen=True)
class Filters:
    """What a reader of the feed asks for; empty means any."""

    q: str = ""
    kind: tuple[str, ...] = ()  # any of these kinds of card
    category: str = ""  # family or sub-code
    status: str = ""  # an incident's, or WAITING
    severity: int = 0  # at least
    place: str = ""  # a province's code, or NOWHERE
    source: str = ""  # known, unknown or blocked; "" for all but blocked ones
    alike: str = ""  # the id of a card: that one, and those that say the same
    number: int = 0  # an incident's, below zero of what was restricted from the first
    among: tuple[str, ...] | None = None  # ids of cards: none but these
    asked: tuple[Condition, ...] | None = None  # what a query asks for; it says itself what is left out
    shut: tuple[str, ...] = ()  # organisations of none of whose reports a card is found

    def conditions(self) -> list[Condition]:
        """All that a card must fulfil."""
        q = searchable(self.q).strip()
        waiting = ("", *UNDECIDED) if self.status == WAITING else (self.status,)
        given = (
            (self.kind, Condition("kind", self.kind)),
            (self.category, Condition("category", (self.category,))),
            (self.status, Condition("status", waiting)),
            (self.status == WAITING, Condition("joined", ("no",))),
            (self.severity, Condition("severity", least=self.severity)),
            (self.number, Condition("number", (self.number,))),
            (self.source, Condition("by", (self.source,))),
            (self.alike, Condition("alike", (self.alike,))),
            (self.place, Condition("place", ("" if self.place == NOWHERE else self.place,))),
            (self.among is not None, Condition("among", self.among or ())),
            (q, Condition(WORDS, (q,))),
            (self.shut, Condition("organisation", self.shut, negated=True)),
            (self.shut, Condition("claimed", self.shut, negated=True)),
        )
        unsaid = self._left_out() if self.asked is None else list(self.asked)
        return [*(condition for wanted, condition in given if wanted), *unsaid]

    def _left_out(self) -> list[Condition]:
        """What is not shown unless it is asked for: blocked sources, copies, for which the first of them stands, and
        what was joined into another incident, which is found by its words all the same."""
        left_out = (
            (not self.source, Condition("counts", ("yes",))),
            (not (self.q or self.alike or self.among), Condition("joined", ("no",))),
            (self.kind and not self.alike, Condition("copy", ("no",))),
        )
        return [condition for wanted, condition in left_out if wanted]
