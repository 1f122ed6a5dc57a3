"""A card's history as desks are told of it: each fact with when, by whom, why, and what it set."""

from typing import Any

from dashboard import checked, working
from dashboard.shared import WRITTEN, full_hour
from dashboard.views import LEAD
from server import queries
from server.places import Gazetteer
from server.roles import Reader

FACTS = ("kind", "method", "category", "sub", "report", "incident", "how", *checked.FACTS, *working.FACTS)


def fact(row: queries.Row, gazetteer: Gazetteer, reader: Reader, closed: frozenset[str]) -> dict[str, Any]:
    """A fact of a card's history, for desks: when, by whom, what, why, and what it set.

    What was said while the card was restricted stays the security lead's; what somebody wrote, the place and the hour
    are not for those from whom the organisation whose report it is keeps these: `closed`.
    """
    why = {} if row["restricted"] and reader.role != LEAD else row["why"]
    if "words" in closed:
        why = {name: value for name, value in why.items() if name not in WRITTEN}
    said = {name: why[name] for name in FACTS if why.get(name)}
    if why.get("place") and "place" not in closed:
        said["place"] = {"name": {lang: gazetteer.path(why["place"], lang) for lang in gazetteer.pack.languages}}
    at = full_hour(row["at"]) if "hour" in closed else row["at"]
    return {"at": at, "by": row["by"], "what": row["wire"], "why": why.get("reason", ""), **said}
