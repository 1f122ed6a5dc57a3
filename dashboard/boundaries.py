"""Outlines of the places of one level, for the map: those that the pack has, or that were imported here."""

from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, jsonify

from server.country.registry import PARENT
from server.gazetteer.polygons import thinned
from server.guard import room
from server.places import Gazetteer
from server.roles import ROLES, allow

boundaries = Blueprint("boundaries", __name__, url_prefix="/api/v1")
COARSE = 0.003  # degrees, about 300 m: a pixel of the map on a wide screen


@boundaries.get("/boundaries/<level>")
@allow(*ROLES)
def outlines(level: str) -> Any:
    """Every outline of the level, with few corners; none where nothing was imported. They change only with a start."""
    if level not in PARENT:
        abort(404)
    answer = jsonify(level=level, shapes=_shapes(room().gazetteer, level), attribution=list(room().pack.attribution))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@lru_cache(maxsize=3)  # a gazetteer stays as it is while the room runs
def _shapes(gazetteer: Gazetteer, level: str) -> list[dict[str, Any]]:
    """Code, names, the area it is in, rings of [longitude, latitude]."""
    pack = gazetteer.pack
    codes = [code for code in pack.polygons if pack.places[code].level == level]
    return [
        {
            "code": code,
            "name": dict(pack.places[code].name),
            "parent": pack.places[code].parent or None,
            "rings": [ring for polygon in thinned(pack.polygons[code], COARSE)["coordinates"] for ring in polygon],
        }
        for code in codes
    ]
