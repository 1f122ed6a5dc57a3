"""How many incidents each province and each district has, of those that a filter leaves; and how many have no place."""

from dataclasses import dataclass
from functools import lru_cache

from server import queries
from server.asking.filters import Filters
from server.board import Board
from server.measures.scopes import COUNTED
from server.places import Gazetteer

INCIDENT = f"kind = 'incident' AND {COUNTED}"
EACH = "status = 'verified', severity, lat IS NULL"
NUMBERS = "count(*) AS incidents, sum(status = 'verified') AS verified, max(severity) AS gravest"
NUMBERS += ", sum(lat IS NULL) AS pointless"


@dataclass(frozen=True)
class Count:
    """`gravest`: the highest severity among them; `pointless`: placed by an area, without a point of their own."""

    incidents: int = 0
    verified: int = 0
    gravest: int = 0
    pointless: int = 0

    def __add__(self, other: "Count") -> "Count":
        """Both together."""
        both = self.incidents + other.incidents, self.verified + other.verified
        return Count(*both, max(self.gravest, other.gravest), self.pointless + other.pointless)


Counts = dict[str, Count]


def provinces(board: Board, filters: Filters, scope: str) -> Counts:
    """Province -> its incidents; "": those without a place."""
    table, where, values = queries.selection(filters, scope)
    asked = f"SELECT province, {NUMBERS} FROM {table} WHERE {INCIDENT} AND {where} GROUP BY 1"  # noqa: S608 - our words
    return {code: Count(*numbers) for code, *numbers in map(tuple, board.db.execute(asked, values))}


def districts(board: Board, filters: Filters, scope: str, gazetteer: Gazetteer) -> Counts:
    """District -> its incidents, and those of all that lies in it; "": those that are placed by a province only."""
    table, where, values = queries.selection(filters, scope)
    asked = f"SELECT area, {EACH} FROM {table} WHERE {INCIDENT} AND {where} AND area != ''"  # noqa: S608 - our words
    homes, found = _homes(gazetteer), dict[str, list[int]]()
    for area, verified, severity, pointless in map(tuple, board.db.execute(asked, values)):  # SQLite would sort them
        sums = found.setdefault(homes.get(area, ""), [0, 0, 0, 0])
        sums[:] = sums[0] + 1, sums[1] + verified, max(sums[2], severity), sums[3] + pointless
    return {home: Count(*sums) for home, sums in found.items()}


@lru_cache(maxsize=2)  # a gazetteer stays as it is while the room runs
def _homes(gazetteer: Gazetteer) -> dict[str, str]:
    """District, commune or station -> the district it lies in."""
    pack = gazetteer.pack
    homes = {place.code: place.parent for place in pack.places.values() if place.level == "commune"}
    districts = {place.code: place.code for place in pack.places.values() if place.level == "district"}
    return homes | districts | {one.code: homes[one.commune] for one in pack.stations.values()}
