"""Boundaries of the user's own: a GeoJSON file of one level, matched to the places of the pack, kept and loaded.

They stand in DATA_DIR/boundaries/PACK/LEVEL.geojson: no personal data, nothing secret. Each machine has its own.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.country.registry import PARENT
from server.gazetteer.polygons import Areas, Point, centre_of, thinned
from server.pack import Pack, PackError
from server.pack import load as load_pack

FINE = 0.0005  # degrees, about 50 m: corners nearer to the line than that are not kept
DIGITS = 5  # of a degree: 1 m


@dataclass(frozen=True)
class Shape:
    """One feature of a file: its place in it (from 1), its name and code there, and its MultiPolygon."""

    row: int
    name: str
    code: str
    geometry: Mapping[str, Any]

    @property
    def centre(self) -> Point:
        """Latitude and longitude; see polygons.centre_of."""
        return centre_of(self.geometry)


def read(text: str, name_field: str, code_field: str = "") -> tuple[list[Shape], list[str]]:
    """The shapes of a GeoJSON file, and a sentence for everything that is wrong with it."""
    try:
        features = json.loads(text)["features"]
        count = len(features)
    except (LookupError, TypeError, ValueError, RecursionError):
        return [], ["This is no GeoJSON file with features."]
    wrong: list[str] = [] if count else ["The file has no feature."]
    found = []
    for row, feature in enumerate(features, 1):
        about, geometry = (_part(feature, part) for part in ("properties", "geometry"))
        faults = [*_unnamed(about, {name_field, code_field} - {""}), *_misshapen(geometry)]
        wrong += [f"Feature {row}: {fault}" for fault in faults]
        if not faults:
            own = str(about.get(code_field, "")).strip()
            found.append(Shape(row, str(about[name_field]).strip(), own, _multi(geometry)))
    return found, wrong


def keep(found: Mapping[str, Shape], level: str, pack: Pack, data_dir: Path, attribution: str) -> Path:
    """Write the shapes, by the code of their place, to where `load` finds them; the path."""
    path = path_of(data_dir, pack.name, level)
    path.parent.mkdir(parents=True, exist_ok=True)
    features = [
        {"type": "Feature", "id": code, "properties": {}, "geometry": _rounded(thinned(shape.geometry, FINE))}
        for code, shape in sorted(found.items())
    ]
    whole = {"type": "FeatureCollection", "attribution": attribution, "features": features}
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.replace(fresh, path)
    return path


def load(name: str, data_dir: Path) -> Pack:
    """The pack, with the user's own polygons in place of or beside its own. Raises PackError."""
    return with_own(load_pack(name), data_dir)


def with_own(pack: Pack, data_dir: Path) -> Pack:
    """The pack with the polygons that were imported for it on this machine. Raises PackError."""
    polygons, thanks = dict(pack.polygons), list(pack.attribution)
    for level in PARENT:
        path = path_of(data_dir, pack.name, level)
        if not path.exists():
            continue
        own, attribution = _kept(path, pack, level)
        polygons |= own
        thanks += [attribution] if attribution and attribution not in thanks else []
    return replace(pack, polygons=polygons, attribution=tuple(thanks))


def path_of(data_dir: Path, pack: str, level: str) -> Path:
    """Where the boundaries of a level are kept."""
    return data_dir / "boundaries" / pack / f"{level}.geojson"


def provinces(pack: Pack) -> Areas:
    """The provinces of the pack, to be asked which holds a point."""
    return Areas({code: shape for code, shape in pack.polygons.items() if not pack.places[code].parent})


def _kept(path: Path, pack: Pack, level: str) -> tuple[dict[str, Any], str]:
    again = f"{path} cannot be used: import it again, or delete it."
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        own = {str(feature["id"]): feature["geometry"] for feature in whole["features"]}
        attribution = str(whole["attribution"])
    except (OSError, LookupError, TypeError, ValueError):
        raise PackError(pack.name, [again]) from None
    odd = [code for code in own if code not in pack.places or pack.places[code].level != level]
    if odd or any(list(_misshapen(shape)) for shape in own.values()):
        raise PackError(pack.name, [again])
    return own, attribution


def _part(feature: Any, part: str) -> dict[str, Any]:
    found = feature.get(part) if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _unnamed(about: Mapping[str, Any], fields: Iterable[str]) -> Iterator[str]:
    for field in sorted(fields):
        if not str(about.get(field) or "").strip():
            there = ", ".join(sorted(map(str, about))) or "nothing"
            yield f"has no {field}; it has {there}."


def _misshapen(geometry: Mapping[str, Any]) -> Iterator[str]:
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        yield "is no Polygon or MultiPolygon."
        return
    try:
        rings = [ring for polygon in _multi(geometry)["coordinates"] for ring in polygon]
        corners = [(float(corner[0]), float(corner[1])) for ring in rings for corner in ring]
        short = not rings or any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings)
    except (LookupError, TypeError, ValueError):
        yield "has corners that are no numbers."
        return
    if short:
        yield "has a ring that is not closed."
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in corners):
        yield "is not in degrees of longitude and latitude (WGS 84)."


def _multi(geometry: Mapping[str, Any]) -> dict[str, Any]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": polygons}


def _rounded(shape: Mapping[str, Any]) -> dict[str, Any]:
    def near(ring: Sequence[Sequence[float]]) -> list[list[float]]:
        return [[round(corner[0], DIGITS), round(corner[1], DIGITS)] for corner in ring]

    polygons = [[near(ring) for ring in polygon] for polygon in shape["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": polygons}
