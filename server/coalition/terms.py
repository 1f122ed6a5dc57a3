"""What members of the coalition let each other see of their reports, as rules. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from server.cases import Decider
from server.roles import OBSERVER, Reader, Refused
from server.sources.agreed import Asked, agree

CLASSES = ("monitors", "place", "words", "photos", "hour")  # of what a report tells
LEVELS = NONE, COALITION, ALL = ("none", "coalition", "all")
WHOLE = ("security_lead", "verification_lead")  # work for all members: no agreement binds them
UNSAID = frozenset({"monitors", "place", "words", "photos"})  # what an observer of another member is not told
FREE: frozenset[str] = frozenset()
Levels = Mapping[str, str]  # class -> level


class Share(NamedTuple):
    """What a report is to whoever looks: of the very organisation that an observer is of, and which classes of what it
    tells are not for them."""

    ours: bool = False
    closed: frozenset[str] = FREE


def share(reader: Reader, organisation: str, levels: Levels | None) -> Share:
    """What reports of this organisation are to this reader. `organisation` so that it can be compared, "" for
    strangers' reports; `levels`: what was agreed on, None when nothing was."""
    ours = bool(organisation) and organisation == reader.organisation
    if ours or reader.role in WHOLE:
        return Share(ours and reader.role == OBSERVER)
    if levels is None or not organisation:
        return Share(closed=UNSAID if reader.role == OBSERVER else FREE)
    told = (ALL, COALITION) if reader.organisation else (ALL,)
    return Share(closed=frozenset(name for name in CLASSES if levels[name] not in told))


def judged(said: Levels) -> Levels:
    """The levels that somebody asks for. Raises Refused."""
    if any(said[name] not in LEVELS for name in CLASSES):
        raise Refused(f"Say of each of {', '.join(CLASSES)}: {', '.join(LEVELS)}.")
    return said


def confirm(asked: Asked | None, who: Decider, concerned: str) -> None:
    """Raises Refused with what the second person misses: two of two organisations, one of them that whose reports it
    is. `concerned`: that one, so that it can be compared."""
    agree(asked, who, organisations=2)
    if asked is None or concerned not in (asked.organisation, who.organisation):
        raise Refused("One of the two has to be of the organisation whose reports it is about.")
