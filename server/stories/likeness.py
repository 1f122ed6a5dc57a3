"""How likely two reports tell of the same thing: words, place, time and category, weighed by a logistic rule.

The weights were fitted as `python -m ingest.stories_fit` does, to pairs from rehearsals with seeds of their own, and
rounded; docs/quality.md has what they do on other seeds. One person's reports are weighed otherwise (follow_ups.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log2
from types import MappingProxyType
from typing import NamedTuple

from server.stories.telling import LEVELS, Telling

SAME_EVENT = 3 * 60  # minutes; reports that are further apart tell of two events
LIKELY = 0.5  # from here on it is suggested

Told = dict[str, float]  # what speaks for it or against it, by name

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "none": -3.9,  # where nothing at all is known
        "text here": 2.3,  # how alike the letters are, in one commune
        "ideas here": 7.4,  # how alike is what they speak of, in one commune
        "ideas": 2.2,  # the same anywhere else
        "foreign": 0.4,  # the words are of two scripts, of which the letters cannot be compared
        "station": 3.6,
        "commune": 3.5,
        "district": 2.9,
        "province": 0.0,
        "maybe": 4.0,  # one of the places that the name may mean
        "next door": -3.1,  # two stations of one commune
        "late": -0.55,  # doublings of five minutes between the two
        "family": 0.1,  # the same category
        "crossed": 0.6,  # the category of one is the second of the other
        "other family": -0.1,
        "sub": 0.8,  # the same sub-code
        "other sub": -1.3,
        "count": 0.5,  # the same number was counted
        "other count": -0.3,
        "no incident": -0.5,  # one of them was taken for no incident
    }
)


@dataclass(frozen=True)
class Likeness:
    """How likely two reports tell of one thing, 0 to 1, and what says so; `place`: the finest level both name."""

    likely: float
    text: float
    place: str
    minutes: int
    category: bool


class Words(NamedTuple):
    """How alike the words of two reports are, 0 to 1: `text` by their letters (None between two scripts, which share
    none), `ideas` by what they speak of, in any language."""

    text: float | None
    ideas: float


def apart(one: Telling, other: Telling) -> str | None:
    """The finest level that both name alike, "" for none; None when they name places that exclude each other.

    Two stations of one commune do not: people of one school name either. Nor does a place that nobody named.
    """
    level = max(one.level, other.level)
    if level == len(LEVELS):
        return ""
    if one.chain[level] == other.chain[level]:
        return LEVELS[level]
    if level == 0 and one.chain[1] == other.chain[1]:
        return "commune"
    return "" if one.supposed or other.supposed else None


def compare(one: Telling, other: Telling, words: Words) -> Told | None:
    """What speaks for and against two reports telling of one event; None when it cannot be one."""
    place, minutes = apart(one, other), abs(one.moment - other.moment)
    if place is None or minutes > SAME_EVENT:
        return None
    told: Told = {"none": 1.0, "late": log2(1 + minutes / 5)}
    next_door = place == "commune" and one.level == other.level == 0
    here = place in ("station", "commune") and not next_door
    told |= {"ideas here" if here else "ideas": words.ideas, "next door": float(next_door)}
    told |= {"foreign": 1.0} if words.text is None else {"text here": words.text} if here else {}
    if place:
        told[place] = 1.0
    meant = not one.maybe.isdisjoint(other.chain) or not other.maybe.isdisjoint(one.chain)
    if meant and place not in ("station", "commune"):
        told["maybe"] = 1.0
    told |= _sorted_alike(one, other)
    told["no incident"] = float("incident" not in (one.kind, other.kind) or one.kind != other.kind)
    if one.count and other.count:
        told["count" if one.count == other.count else "other count"] = 1.0
    return told


def _sorted_alike(one: Telling, other: Telling) -> Told:
    told: Told = {}
    if one.category and one.category == other.category:
        told["family"] = 1.0
    elif not set(one.categories).isdisjoint(other.categories):
        told["crossed"] = 1.0
    elif one.category and other.category:
        told["other family"] = 1.0
    if one.sub and other.sub:
        told["sub" if one.sub == other.sub else "other sub"] = 1.0
    return told


def likely(told: Told, weights: Mapping[str, float]) -> float:
    """The logistic rule: 0 to 1."""
    return 1 / (1 + exp(-sum(weights[name] * value for name, value in told.items())))


def weighed(one: Telling, other: Telling, words: Words, told: Told, weights: Mapping[str, float]) -> Likeness:
    """The likeness with the reasons that a person is shown."""
    return Likeness(
        likely=round(likely(told, weights), 3),
        text=round(max(words.ideas, words.text or 0.0), 3),
        place=apart(one, other) or "",
        minutes=abs(one.moment - other.moment),
        category=bool(one.category) and one.category == other.category,
    )
