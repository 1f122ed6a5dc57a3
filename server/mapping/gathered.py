"""Incidents with a point, gathered in the cells of a grid over the part of the map that is looked at."""

from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

from server import queries
from server.asking.filters import Filters
from server.board import Board
from server.mapping.counted import INCIDENT

MOST_CELLS = 400  # on one map: what a browser draws and moves without a stall
FINEST = 1e-4  # degrees, about ten metres
WORLD = (-180.0, -90.0, 180.0, 90.0)
POINT = "id, number, category, severity, status, lat, lon"
IN_BOX = "lon >= ? AND lon < ? AND lat >= ? AND lat < ?"

Row = dict[str, Any]


@dataclass(frozen=True)
class Box:
    """A part of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float | None, lon: float | None) -> bool:
        """Whether a point lies in it; what has none does not."""
        if lat is None or lon is None:
            return False
        return self.west <= lon < self.east and self.south <= lat < self.north

    def on_grid(self, cell: float) -> tuple["Box", float]:
        """The box, grown to whole cells of a grid that stands still, and their size: `cell` degrees, or larger when
        they would be more than MOST_CELLS."""
        across, up = self.east - self.west, self.north - self.south
        size = max(cell, FINEST, sqrt(across * up / MOST_CELLS))
        while ceil(across / size + 1) * ceil(up / size + 1) > MOST_CELLS:
            size *= 1.25
        low = (floor((self.west + 180) / size) * size - 180, floor((self.south + 90) / size) * size - 90)
        high = (ceil((self.east + 180) / size) * size - 180, ceil((self.north + 90) / size) * size - 90)
        return Box(*low, *high), size


def marks(board: Board, filters: Filters, scope: str, box: Box, cell: float) -> list[Row]:
    """One mark for each cell in which there are incidents: the mean of their points, how many (`n`), the highest
    severity, the box they lie in; and of one alone its id, number, category and status."""
    whole, size = box.on_grid(cell)
    table, where, values = queries.selection(filters, scope)
    found = board.db.execute(
        "SELECT count(*) AS n, avg(lat) AS lat, avg(lon) AS lon, max(severity) AS severity, min(lon) AS west,"  # noqa: S608
        " min(lat) AS south, max(lon) AS east, max(lat) AS north, id, number, category, status"
        f" FROM {table} WHERE {INCIDENT} AND {where} AND {IN_BOX}"
        " GROUP BY CAST((lon + 180) / ? AS INTEGER), CAST((lat + 90) / ? AS INTEGER)",
        [*values, whole.west, whole.east, whole.south, whole.north, size, size],
    )
    return [_mark(dict(row)) for row in found]


def points(board: Board, filters: Filters, scope: str, box: Box, most: int) -> tuple[list[Row], int]:
    """The newest so many incidents with a point in this box, each by itself; how many there are."""
    table, where, values = queries.selection(filters, scope)
    asked = f"FROM {table} WHERE {INCIDENT} AND {where} AND {IN_BOX}"
    bound = [*values, box.west, box.east, box.south, box.north]
    found = board.db.execute(f"SELECT {POINT} {asked} ORDER BY row DESC LIMIT ?", [*bound, most])  # noqa: S608
    rows = [dict(row) for row in found]
    total = len(rows) if len(rows) < most else board.db.execute(f"SELECT count(*) {asked}", bound).fetchone()[0]  # noqa: S608
    return rows, total


def _mark(row: Row) -> Row:
    spot = {name: row[name] for name in ("n", "lat", "lon", "severity")}
    if row["n"] > 1:
        return {**spot, "box": [row[name] for name in ("west", "south", "east", "north")]}
    return {**spot, **{name: row[name] for name in ("id", "number", "category", "status")}}
