"""Whether a point lies in a polygon, and how far from its border."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot, inf
from typing import Any

Point = tuple[float, float]  # latitude, longitude


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
    best = inf
    for (x1, y1), (x2, y2) in edges_of(shape):
        east, north = x2 - x1, y2 - y1
        along = ((x - x1) * east + (y - y1) * north) / ((east * east + north * north) or 1)
        along = min(1.0, max(0.0, along))
        best = min(best, hypot(x - x1 - along * east, y - y1 - along * north))
    return best


def edges_of(shape: Mapping[str, Any]) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    """All edges of all rings, longitude first."""
    for polygon in shape["coordinates"]:
        for ring in polygon:
            yield from pairwise(ring)
