"""A complaint before somebody's eyes, and what every act on it is judged by."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from server.docket.course import Course, after
from server.docket.deadlines import RULE, Law, clocks, in_order
from server.events import Event
from server.roles import Refused

LONGEST = 4000  # characters
SHORT = 280  # characters of a title or summary
MOST_LISTS, MOST_VOTES, LONGEST_LIST = 30, 10_000_000, 60

Close = Callable[[Mapping[str, str]], str]
Act = TypeVar("Act", bound=Event)


@dataclass(frozen=True)
class Docketed:
    """A complaint, by which law, at which hour (ISO 8601, UTC); `close` seals words under its key."""

    id: str
    course: Course
    law: Law
    now: str
    close: Close

    def level(self, code: str) -> int:
        """Which level this is, from 0. Raises Refused."""
        here = self.law.levels.place(code)
        if here < 0:
            raise Refused("Choose a level.")
        return here

    def happened(self, at: str) -> None:
        """Raises Refused unless this moment is over."""
        if not at:
            raise Refused("Say when that was.")
        if at > self.now:
            raise Refused("That is later than now.")

    def passed_on(self, here: int, at: str) -> bool:
        """Whether the level below this one has ruled, or its time to do so was over at that moment."""
        below = self.law.levels.levels[here - 1].code
        stage = self.course.stage(below)
        silent = any(
            (clock.level, clock.what) == (below, RULE) and clock.over(at) for clock in clocks(self.course, self.law)
        )
        return bool(stage.filed) and (bool(stage.ruled) or silent)

    def ordered(self, event: Act) -> Act:
        """The same, if it does not contradict what is known. Raises Refused."""
        if not in_order(after(self.course, event), self.law):
            raise Refused("These moments contradict each other: it is filed, then ruled on, level by level.")
        return event

    def sealed(self, words: str) -> str:
        """Words as they stand on a fact; "" for none. Raises Refused."""
        return self.close({"reason": long(words)}) if words.strip() else ""


def figures_of(figures: Any, course: Course) -> str:
    """Votes by list as they stand on a fact. Raises Refused."""
    given = figures if isinstance(figures, dict) else {}
    told = {" ".join(name.split()): votes for name, votes in given.items() if isinstance(name, str)}
    right = all(type(votes) is int and 0 <= votes < MOST_VOTES for votes in told.values())
    named = all(name and len(name) <= LONGEST_LIST and name.isprintable() for name in told)
    if not (right and named and len(told) == len(given) and 2 <= len(told) <= MOST_LISTS):
        raise Refused("Give the votes of two lists or more, each with its name and a whole number.")
    if course.counts and set(told) != set(course.counts[0].figures):
        raise Refused("Give the same lists as in the first count.")
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def one_of(value: str, known: tuple[str, ...], sentence: str) -> None:
    """Raises Refused with this sentence unless the value is known."""
    if value not in known:
        raise Refused(sentence)


def long(words: str) -> str:
    """Words of some length. Raises Refused."""
    if len(words) > LONGEST:
        raise Refused(f"Keep it under {LONGEST} characters.")
    return words.strip()


def short(words: str) -> str:
    """Words of one line. Raises Refused."""
    if len(words) > SHORT:
        raise Refused(f"Keep it under {SHORT} characters.")
    return " ".join(words.split())
