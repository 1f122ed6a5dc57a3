"""Whether a point lies in a polygon, how far from its border, and the same polygon with fewer corners."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot, inf
from typing import Any

Point = tuple[float, float]  # latitude, longitude
Ring = Sequence[Sequence[float]]  # corners, longitude first; the last is the first again
FEWEST = 4  # corners of a ring


class Areas:
    """The shapes of areas (code -> GeoJSON MultiPolygon), to be asked which of them a point is in."""

    def __init__(self, shapes: Mapping[str, Mapping[str, Any]]) -> None:
        self.shapes = shapes
        self.boxes = {code: box_of(shape) for code, shape in shapes.items()}

    def holding(self, point: Point) -> list[str]:
        """The areas that hold the point."""
        y, x = point
        boxes = self.boxes.items()
        near = (code for code, (west, south, east, north) in boxes if west <= x <= east and south <= y <= north)
        return [code for code in near if inside(point, self.shapes[code])]

    def near(self, point: Point, code: str, within: float) -> bool:
        """Whether the point is in this area, or less than so many degrees from its border."""
        shape = self.shapes[code]
        return inside(point, shape) or distance(point, shape) < within

    def nearest(self, point: Point, within: float) -> str | None:
        """The area whose border is nearest to the point, if that is less than so many degrees away."""
        away, code = min(((distance(point, shape), code) for code, shape in self.shapes.items()), default=(inf, ""))
        return code if away < within else None


def inside(point: Point, shape: Mapping[str, Any]) -> bool:
    """Whether a GeoJSON MultiPolygon holds a point; the even-odd rule over all rings makes holes outside."""
    (y, x), odd = point, False
    for (x1, y1), (x2, y2) in edges_of(shape):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def distance(point: Point, shape: Mapping[str, Any]) -> float:
    """From a point to the border of a shape, in degrees."""
    y, x = point
    return min((from_edge(x, y, start, end) for start, end in edges_of(shape)), default=inf)


def from_edge(x: float, y: float, start: Sequence[float], end: Sequence[float]) -> float:
    """From a point to the nearest point of an edge, in degrees."""
    east, north = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * east + (y - start[1]) * north) / ((east * east + north * north) or 1)
    along = min(1.0, max(0.0, along))
    return hypot(x - start[0] - along * east, y - start[1] - along * north)


def edges_of(shape: Mapping[str, Any]) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    """All edges of all rings, longitude first."""
    for polygon in shape["coordinates"]:
        for ring in polygon:
            yield from pairwise(ring)


def box_of(shape: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    corners = [corner for polygon in shape["coordinates"] for corner in polygon[0]]
    across, up = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(across), min(up), max(across), max(up)


def centre_of(shape: Mapping[str, Any]) -> Point:
    """The centre of gravity of the largest outer ring; that of its corners when it has no area."""

    def weighed(ring: Ring) -> tuple[float, float, float]:
        area = lon = lat = 0.0
        x0, y0 = ring[0]  # near the ring, so that no digits are lost
        for (x1, y1), (x2, y2) in pairwise((x - x0, y - y0) for x, y in ring):
            turn = x1 * y2 - x2 * y1
            area, lon, lat = area + turn / 2, lon + (x1 + x2) * turn / 6, lat + (y1 + y2) * turn / 6
        if not area:
            return 0.0, sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
        return abs(area), x0 + lon / area, y0 + lat / area

    _, lon, lat = max(weighed(polygon[0]) for polygon in shape["coordinates"])
    return lat, lon


def thinned(shape: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """The shape without corners that lie less than so many degrees off the line between others (Douglas-Peucker).

    Rings of which too few corners are left fall away, except the first.
    """
    polygons = [[thin(ring, tolerance) for ring in polygon] for polygon in shape["coordinates"]]
    kept = [[ring for ring in rings if len(ring) >= FEWEST] for rings in polygons if len(rings[0]) >= FEWEST]
    return {"type": "MultiPolygon", "coordinates": kept or [[list(shape["coordinates"][0][0])]]}


def thin(ring: Ring, tolerance: float) -> list[Sequence[float]]:
    """A ring with fewer corners; its first corner stays."""
    kept = {0, len(ring) - 1}
    far = max(range(len(ring)), key=lambda i: hypot(ring[i][0] - ring[0][0], ring[i][1] - ring[0][1]))
    kept.add(far)
    stretches = [(0, far), (far, len(ring) - 1)]
    while stretches:
        first, last = stretches.pop()
        between = range(first + 1, last)
        aside = [from_edge(ring[i][0], ring[i][1], ring[first], ring[last]) for i in between]
        most = max(aside, default=0.0)
        if most > tolerance:
            worst = first + 1 + aside.index(most)
            kept.add(worst)
            stretches += [(first, worst), (worst, last)]
    return [ring[i] for i in sorted(kept)]
