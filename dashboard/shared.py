"""What of a card a member of the coalition keeps from whoever looks: the fields of each class, emptied."""

from collections.abc import Iterable, Mapping
from typing import Any

from server.asking.conditions import WORDS, Condition
from server.pack import Pack
from server.roles import OBSERVER

HOUR = len("2017-06-04T03")
MS = 3_600_000  # in an hour
# class -> field of a card -> what it is for whoever is not told
EMPTY: Mapping[str, Mapping[str, Any]] = {
    "monitors": {"source": None, "claims": None, "organisation": None},
    "place": {"candidates": [], "suggestions": []},
    "words": {"text": "", "because": [], "unread": [], "grounds": [], "count": None, "clock": None, "suggestions": []},
    "photos": {"photos": []},
    "hour": {"sent_at": None, "clocks": []},
}
REPORTED = (  # what a report tells, for observers of a member
    *("source", "organisation", "text", "because", "unread", "count", "clock", "photos", "sent_at"),
)
# of a fact of its history: what somebody wrote
WRITTEN = frozenset({"reason", "how_known", "asked", "who", "shared", "said", "words"})

# field of a condition -> of which class it is; a place no nearer than the province is of none
ASKED = {"place": "place", "at": "hour", "organisation": "monitors", "photo": "photos"} | dict.fromkeys(
    ("alike", WORDS), "words"
)


def classes(conditions: Iterable[Condition], pack: Pack) -> frozenset[str]:
    """The classes that these conditions ask for."""
    return frozenset(ASKED[one.field] for one in conditions if one.field in ASKED and not _wide(one, pack))


def _wide(one: Condition, pack: Pack) -> bool:
    areas = (pack.places.get(str(value)) for value in one.values if value)
    return one.field == "place" and all(area and area.level == "province" for area in areas)


def emptied(card: dict[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    """The card without what is in `closed` classes: the same fields, with nothing in them."""
    if not closed:
        return card
    nothing = {name: empty for each in closed for name, empty in EMPTY[each].items() if name in card}
    if "words" in closed and card["place"]:
        nothing["place"] = {**card["place"], "because": []}
    if "hour" in closed:
        nothing["at"] = full_hour(card["at"])
        nothing["changed"] = next_hour(card["changed"], card["version"])
    return card | nothing


def next_hour(changed: str, version: int) -> str:
    """A place on the log as whoever is told full hours alone is told of it: the end of its hour, so that no screen
    takes the card for an older one, and the card's version, which tells one change from the next."""
    hours = int(changed.partition("-")[0]) // MS + 1
    return f"{hours * MS}-{version}"


def point(before: str, closed: frozenset[str]) -> str:
    """Where a page begins (see queries.page), with the full hour alone where `closed` keeps back more."""
    at, mark, rest = before.partition("~")
    return f"{full_hour(at)}{mark}{rest}" if "hour" in closed else before


def full_hour(at: str) -> str:
    """A moment (ISO 8601, UTC) as whoever is told full hours alone is told of it."""
    return f"{at[:HOUR]}:00:00.000+00:00"


def finest(role: str, closed: frozenset[str], known: Mapping[str, str]) -> str:
    """The finest level of place that this role is told of such a report. `known`: role -> level of all others."""
    level = known.get(role, "station")
    if "place" in closed:
        return "province"
    return "station" if role == OBSERVER else level
