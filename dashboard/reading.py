"""What the reader made of a report, for desks: why, how far that can be trusted, and the places it may be about."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dashboard.checked import DECIDED
from server import queries
from server.monitors import callsigns
from server.places import Gazetteer

FIELDS = ("contradicted", "reader", "decided", "candidates")  # of a card


def told(row: queries.Row, gazetteer: Gazetteer) -> dict[str, Any]:
    """Whether the words speak against the code, which rules and model read it, whether people have decided what it is,
    and the places that fit, the likeliest first."""
    detail, named = row["detail"], row["place"].get("candidates") or []
    return {
        "contradicted": bool(detail.get("contradicted")),
        "reader": detail.get("sorted", {}).get("reader") or detail.get("reader"),
        "decided": bool(row["decided"]) or row["status"] in DECIDED,
        "candidates": [candidate(code, gazetteer) for code in named],
    }


@lru_cache(maxsize=8192)
def named(code: str, gazetteer: Gazetteer) -> Mapping[str, str]:
    """The whole name of a place in each language of the pack: the same of every card that is there."""
    return {language: gazetteer.path(code, language) for language in gazetteer.pack.languages}


def candidate(code: str, gazetteer: Gazetteer) -> dict[str, Any]:
    """A place to be chosen: its code, level and whole name."""
    area = gazetteer.pack.places.get(code)
    return {"code": code, "level": area.level if area else "station", "name": named(code, gazetteer)}


def source(row: queries.Row) -> dict[str, Any]:
    """Whose report it is, without a name: call-sign, standing, organisation, and whom a stranger says to be."""
    sign = callsigns.of_monitor(row["monitor"]) if row["monitor"] else None
    return {
        "source": sign or (callsigns.of_source(row["source"]) if row["source"] else None),
        "known": row["standing"],
        "claims": callsigns.of_monitor(row["claims"]) if row["claims"] else None,
        "organisation": row["organisation"] or None,
    }
