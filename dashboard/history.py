"""A card's history as desks are told of it: each fact with when, by whom, why, and what it set."""

from typing import Any

from dashboard import checked, working
from dashboard.views import LEAD
from server import queries
from server.places import Gazetteer

FACTS = ("kind", "method", "category", "sub", "report", "incident", "how", *checked.FACTS, *working.FACTS)


def fact(row: queries.Row, gazetteer: Gazetteer, role: str) -> dict[str, Any]:
    """A fact of a card's history, for desks: when, by whom, what, why, and what it set.

    What was said while the card was restricted stays the security lead's.
    """
    why = {} if row["restricted"] and role != LEAD else row["why"]
    said = {name: why[name] for name in FACTS if why.get(name)}
    if why.get("place"):
        said["place"] = {"name": {lang: gazetteer.path(why["place"], lang) for lang in gazetteer.pack.languages}}
    return {"at": row["at"], "by": row["by"], "what": row["wire"], "why": why.get("reason", ""), **said}
