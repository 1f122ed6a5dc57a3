"""The incidents of a redacted record for other people's programs: CSV, the same with HXL tags, GeoJSON by province."""

import json
from typing import Any

from server.pack import Pack
from server.press.told import Told, counted
from server.tables import Cell, written

TAGS = {  # column -> its HXL tag (https://hxlstandard.org)
    "case": "#event+id",
    "status": "#status+verification",
    "category": "#event+category+code",
    "category_name": "#event+category+name",
    "sub": "#event+type+code",
    "sub_name": "#event+type+name",
    "severity": "#severity",
    "province": "#adm1+code",
    "province_name": "#adm1+name",
    "basis": "#meta+basis",
    "method": "#meta+method",
    "exercise": "#meta+exercise",
}


def files(told: Told, pack: Pack, *, exercise: bool) -> dict[str, str]:
    """Name of a file -> its text; `exercise` is said in every row of every one."""
    rows = _rows(told, pack, exercise)
    return {
        "incidents.csv": written([[*TAGS], *rows]),
        "incidents.hxl.csv": written([[*TAGS], [*TAGS.values()], *rows]),
        "provinces.geojson": _provinces(told, pack, exercise),
    }


def _rows(told: Told, pack: Pack, exercise: bool) -> list[list[Cell]]:
    categories = {one.code: one.name for one in pack.taxonomy.categories}
    names = {
        "category": categories,
        "sub": {code: sub.name for code, sub in pack.taxonomy.subs.items()},
        "province": {code: place.name for code, place in pack.places.items()},
    }
    rows: list[list[Cell]] = []
    for one in told.incidents:
        english = {f"{name}_name": known.get(one[name], {}).get("en", "") for name, known in names.items()}
        whole = {**one, **english, "exercise": "EXERCISE" if exercise else ""}
        rows.append([str(whole[column]) for column in TAGS])
    return rows


def _provinces(told: Told, pack: Pack, exercise: bool) -> str:
    """Each province as a point with its counts: nothing finer is public. What is of no named province has no point."""
    features = []
    for (province,), n in counted(told.incidents, "province").items():
        there = [one for one in told.incidents if one["province"] == province]
        by = {status: many for (status,), many in counted(there, "status").items()}
        place = pack.places.get(province)
        point = {"type": "Point", "coordinates": [place.lon, place.lat]} if place and place.lat is not None else None
        kinds = {category: many for (category,), many in counted(there, "category").items()}
        said: dict[str, Any] = {"province": province, "name": dict(place.name) if place else {}, "incidents": n}
        said |= {"status": by, "category": kinds, "exercise": exercise}
        features.append({"type": "Feature", "geometry": point, "properties": said})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
