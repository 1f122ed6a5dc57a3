"""The map as JSON: what lies where, at which level, and set against how many stations; no finer than a role is told."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard import summed, views
from dashboard.asked import filters, understood, unless_kept
from dashboard.live import now
from dashboard.untold import untold
from server import heard, sums
from server.asking.filters import Filters
from server.guard import me, room
from server.heard import View
from server.mapping import counted, gathered
from server.mapping.counted import Count, Counts
from server.mapping.gathered import WORLD, Box
from server.measures.reach import ENOUGH, Reach, reach
from server.pack import Pack
from server.roles import ROLES, allow

mapped = Blueprint("mapped", __name__, url_prefix="/api/v1")
LEVELS = ("province", "district", "station")
NEAR = ("place",)  # what members keep of theirs when they are not to be shown nearer than their province
MOST_APART = 60  # incidents that stand beside the numbers of the provinces; more would hide them
MOST_LISTED = 40  # incidents of one spot
CELL = 0.25  # degrees, unless the screen says how large


@mapped.get("/map/shapes")
@allow(*ROLES)
def shapes() -> Any:
    """The provinces' outlines; they change only with the pack."""
    answer = jsonify(shapes_of(room().pack))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def shapes_of(pack: Pack) -> dict[str, Any]:
    """The provinces' outlines (rings of [longitude, latitude]) and names, and whom to thank for them."""
    provinces = [place for place in pack.places.values() if place.level == "province"]
    return {
        "provinces": [
            {
                "code": place.code,
                "name": dict(place.name),
                "lat": place.lat,
                "lon": place.lon,
                "rings": [ring for polygon in pack.polygons[place.code]["coordinates"] for ring in polygon],
            }
            for place in provinces
        ],
        "attribution": list(pack.attribution),
    }


@mapped.get("/map")
@allow(*ROLES)
def on_map() -> Any:
    """What lies on the map, of the incidents that the filter leaves: ?level=province|district|station&box=&cell=.

    A level that is finer than the role is told of becomes its finest.
    """
    role = me().role
    wanted = LEVELS.index(_one_of("level", LEVELS))
    told = LEVELS.index(views.FINEST.get(role, LEVELS[-1]))
    level, asked, box = LEVELS[min(wanted, told)], filters(understood()), _box()
    answer = data(asked, role, level, box, _number("cell", CELL))
    if role in views.DESKS:
        answer["restricted"] = sums.totals(room().board)["restricted"]
    return jsonify(answer)


@mapped.get("/map/points")
@allow(*views.DESKS)
def points() -> Any:
    """Each incident with a point in a box, the newest first: ?box=&query=."""
    scope = views.SCOPE[me().role]
    asked = unless_kept(filters(understood()), NEAR)
    found, total = gathered.points(room().board, asked, scope, _box(), MOST_LISTED)
    return jsonify(points=found, total=total)


def data(asked: Filters, role: str, level: str, box: Box, cell: float) -> dict[str, Any]:
    """The map at one level, for one role. `areas`: the districts in the box; `marks`, for desks: what
    lies where, nearer than districts, or where it is little."""
    board, scope, known = room().board, views.SCOPE[role], _reached(asked, role)
    by_province = _told_of(counted.provinces(board, asked, scope), role)
    nowhere = by_province.pop("", Count()).incidents
    answer: dict[str, Any] = {
        "level": level,
        "by_province": {code: _told(count, known, code, role) for code, count in by_province.items()},
        "stations": {code: [known.heard.get(code, 0), n] for code, n in known.expected.items() if _is_province(code)},
        "total": sum(count.incidents for count in by_province.values()) + nowhere,
        "unplaced": nowhere,
        "few": ENOUGH,
        "areas": [],
        "marks": [],
    }
    if level == "district":
        districts = _told_of(counted.districts(board, unless_kept(asked, NEAR), scope, room().gazetteer), role)
        answer["no_district"] = districts.pop("", Count()).incidents
        answer["areas"] = _areas(districts, known if role in views.DESKS else Reach({}, {}), role, box)
    elif role in views.DESKS:
        without = sum(count.pointless for count in by_province.values())
        if level == "station" or answer["total"] - nowhere - without <= MOST_APART:
            answer |= {"marks": gathered.marks(board, unless_kept(asked, NEAR), scope, box, cell), "no_point": without}
    return answer


def _told_of(found: Counts, role: str) -> Counts:
    """The areas that the role is told of; what the others have counts as placed no finer than what lies above them."""
    if role in views.DESKS:
        return found
    board, pack = room().board, room().pack
    alone, merged = sums.rehearsed(board), Counts()
    for code, count in found.items():
        kept = "" if untold(board.attendance, pack, alone, code) else code
        merged[kept] = merged.get(kept, Count()) + count
    return merged


def _areas(counts: Counts, known: Reach, role: str, box: Box) -> list[dict[str, Any]]:
    """The districts whose middle is in the box."""
    places = ((room().pack.places[code], count) for code, count in counts.items())
    return [
        {
            **{"code": one.code, "name": dict(one.name), "province": one.parent, "lat": one.lat, "lon": one.lon},
            **_told(count, known, one.code, role),
        }
        for one, count in places
        if box.holds(one.lat, one.lon)
    ]


def _told(count: Count, known: Reach, code: str, role: str) -> dict[str, Any]:
    """A place's numbers: never a rate without what it is of, and none where few stations were heard from. Of how many
    that was is null where the role is not told."""
    there, expected, rate = known.heard.get(code, 0), known.expected.get(code, 0), known.rate(code, count.incidents)
    untold = role not in views.DESKS and code not in known.expected
    return {
        **{"incidents": count.incidents, "verified": count.verified, "gravest": count.gravest},
        **{"heard": None if untold else there, "expected": None if untold else expected},
        "per_100": None if rate is None else round(rate, 2),
    }


def _is_province(code: str) -> bool:
    return room().pack.places[code].level == "province"


def _reached(asked: Filters, role: str) -> Reach:
    """From which stations anything was heard: until now, or until the end of the hours that are asked for."""
    view = _now(role)
    ends = [each.most for each in asked.conditions() if each.field == "at" and each.most and not each.negated]
    if ends:
        view = replace(view, now=min(view.now, *(datetime.fromisoformat(str(end)) for end in ends)))
    return _reach(view, view.attendance.version)


def _now(role: str) -> View:
    return summed.told(heard.today(room().board.attendance, sums.totals(room().board), now()), role)


@lru_cache(maxsize=16)
def _reach(view: View, version: int) -> Reach:
    """Counted once for all screens, as long as nothing changes and the hour is the same."""
    return reach(view)


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    said = request.args.get(name, choices[0])
    return said if said in choices else abort(400)


def _number(name: str, otherwise: float) -> float:
    found = request.args.get(name, otherwise, float)
    return found if 0 < found < WORLD[2] else otherwise


def _box() -> Box:
    """West, south, east, north; all the world when none is given."""
    if "box" not in request.args:
        return Box(*WORLD)
    try:
        west, south, east, north = (float(each) for each in request.args["box"].split(","))
    except ValueError:
        abort(400)
    if not (WORLD[0] <= west < east <= WORLD[2] and WORLD[1] <= south < north <= WORLD[3]):
        abort(400)
    return Box(west, south, east, north)
