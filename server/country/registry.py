"""The areas and polling stations of a country pack, read and checked."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stdnum import damm

from server.country.packfiles import Files
from server.country.taxonomy import Names

PARENT = {"province": "", "district": "province", "commune": "district"}  # level -> level of its parent
STATION = re.compile(r"[A-Z]{2}[0-9]{4}")
STATION_COLUMNS = ["code", "name", "commune", "lat", "lon", "voters"]


@dataclass(frozen=True, slots=True)
class Place:
    """An area; `level` is province, district or commune, `parent` is "" for a province, `also` are other spellings.

    `lat` and `lon` (degrees) of a province come with the pack; the others have the mean of their stations, or None.
    """

    code: str
    level: str
    parent: str
    name: Names
    lat: float | None = None
    lon: float | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A polling station; `code` is without its check digit, `voters` are those registered."""

    code: str
    name: str
    commune: str
    lat: float
    lon: float
    voters: int


def check_digit(code: str) -> str:
    """Damm digit of a station code without its check; a letter counts as its place in the alphabet modulo ten."""
    return damm.calc_check_digit("".join(char if char.isdigit() else str((ord(char) - 64) % 10) for char in code))


def example(stations: Collection[str], prefixes: Collection[str]) -> str:
    """A station's code with its check digit, to show how one is written; made up where the pack has no stations."""
    code = min(stations, default=f"{min(prefixes)}0001")
    return f"{code}-{check_digit(code)}"


def could_be(code: str, check: str, stations: Collection[str]) -> list[str]:
    """The stations that somebody may have meant who wrote this code with a check digit that is wrong.

    The code itself, and codes one wrong digit or one swap of neighbours away for which that check digit is right;
    with their check digits.
    """
    digits = range(2, len(code))
    near = {code[:at] + digit + code[at + 1 :] for at in digits for digit in "0123456789"}
    near |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in digits[:-1]}
    meant = [code, *sorted(each for each in near - {code} if check_digit(each) == check)]
    return [f"{each}-{check_digit(each)}" for each in meant if each in stations]


def read(files: Files, languages: Sequence[str]) -> dict[str, Any]:
    """The parts `places`, `stations`, `prefixes` and `polygons` of a pack; what is wrong is told to `files`."""
    rows = files.json("provinces.json", [])
    provinces = files.made("provinces.json", lambda: {row["code"]: row for row in rows}) or {}
    places = files.made("places.csv", places_of, files, provinces, languages) or {}
    prefixes = prefixes_of(files, provinces)
    stations = stations_of(files, places, prefixes)
    polygons = files.made("provinces.geojson", polygons_of, files)
    known = {code for code, place in places.items() if place.level == "province"}
    for name, codes in (("provinces.json", set(provinces)), ("provinces.geojson", set(polygons or ()))):
        files.wrong += [f"Province {code} is not in {name}." for code in sorted(known - codes)]
        files.wrong += [f"{name} has {code}, which is no province of places.csv." for code in sorted(codes - known)]
    return {"places": placed(places, stations), "stations": stations, "prefixes": prefixes, "polygons": polygons}


def places_of(files: Files, provinces: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Place]:
    """All areas by code; provinces with their centre and other spellings."""
    places: dict[str, Place] = {}
    columns = ["code", "level", "parent", *(f"name_{language}" for language in languages)]
    for code, level, parent, *names in files.rows("places.csv", columns):
        if code in places:
            files.wrong.append(f"Place {code} is listed twice.")
        name = dict(zip(languages, names, strict=True))
        files.wrong += [f"Place {code} has no name in {language}." for language in languages if not name[language]]
        more = provinces.get(code, {}) if level == "province" else {}
        places[code] = Place(code, level, parent, name, more.get("lat"), more.get("lon"), tuple(more.get("also", ())))
    for place in places.values():
        if place.level not in PARENT:
            files.wrong.append(f"Place {place.code} has the unknown level {place.level}.")
        elif PARENT[place.level] != (places[place.parent].level if place.parent in places else place.parent):
            files.wrong.append(
                f"Place {place.code} has the parent {place.parent}, no {PARENT[place.level] or 'parent'}."
            )
    return places


def prefixes_of(files: Files, provinces: Mapping[str, Any]) -> dict[str, str]:
    """Station prefix -> province; every province needs its own, and a centre."""
    prefixes: dict[str, str] = {}
    for code, row in provinces.items():
        prefix = str(row.get("station_prefix"))
        if prefix in prefixes or not re.fullmatch("[A-Z]{2}", prefix):
            files.wrong.append(f"Province {code} needs two capital letters of its own as station_prefix.")
        if not all(isinstance(row.get(axis), int | float) for axis in ("lat", "lon")):
            files.wrong.append(f"Province {code} needs numbers as lat and lon.")
        prefixes[prefix] = code
    return prefixes


def stations_of(files: Files, places: Mapping[str, Place], prefixes: Mapping[str, str]) -> dict[str, Station]:
    """All stations by code; a code in the file may carry its check digit, which then must be right."""
    stations: dict[str, Station] = {}
    homes = {place.code: province_of(place, places) for place in places.values() if place.level == "commune"}
    for written, name, commune, lat, lon, voters in files.rows("stations.csv", STATION_COLUMNS):
        code, _, check = written.partition("-")
        if code in stations:
            files.wrong.append(f"Station {code} is listed twice.")
        if not STATION.fullmatch(code) or (check and check != check_digit(code)):
            files.wrong.append(f"Station {written} has a wrong code or check digit.")
        elif commune not in homes:
            files.wrong.append(f"Station {code} is in the unknown commune {commune}.")
        elif prefixes.get(code[:2]) != homes[commune]:
            files.wrong.append(f"Station {code} has another prefix than the province of its commune {commune}.")
        try:
            stations[code] = Station(code, name, commune, float(lat), float(lon), int(voters))
        except ValueError:
            files.wrong.append(f"Station {code} needs numbers as lat, lon and voters.")
    return stations


def province_of(place: Place, places: Mapping[str, Place]) -> str | None:
    """The province a place is in; None when its parents lead nowhere."""
    for _ in PARENT:
        if place.level == "province" or place.parent not in places:
            break
        place = places[place.parent]
    return place.code if place.level == "province" else None


def placed(places: Mapping[str, Place], stations: Mapping[str, Station]) -> dict[str, Place]:
    """The places; those without a position get the mean of the stations in them."""
    sums: dict[str, list[float]] = {}  # code -> latitudes, longitudes, stations
    for station in stations.values():
        total = sums.setdefault(station.commune, [0.0, 0.0, 0.0])
        total[0], total[1], total[2] = total[0] + station.lat, total[1] + station.lon, total[2] + 1
    for code in [code for code in sums if code in places]:
        above = sums.setdefault(places[code].parent, [0.0, 0.0, 0.0])
        above[:] = [a + b for a, b in zip(above, sums[code], strict=True)]
    return {
        code: replace(place, lat=round(sums[code][0] / sums[code][2], 5), lon=round(sums[code][1] / sums[code][2], 5))
        if place.lat is None and code in sums
        else place
        for code, place in places.items()
    }


def polygons_of(files: Files) -> dict[str, Any]:
    """Province -> its geometry."""
    polygons = {feature["id"]: feature["geometry"] for feature in files.json("provinces.geojson", {})["features"]}
    files.wrong += [
        f"Polygon {code} is no MultiPolygon." for code in polygons if polygons[code]["type"] != "MultiPolygon"
    ]
    return polygons
