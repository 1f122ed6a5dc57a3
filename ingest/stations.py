"""The stations of the country pack for a phone that looks for its own: small, and one province at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from server.pack import Pack, Place, load

LETTERS = 2  # before the number in a station's code


@cache
def pack_of(name: str) -> Pack:
    """The pack of this name; it never changes while we run. Raises PackError."""
    return load(name)


@cache
def provinces(name: str) -> bytes:
    """JSON: [code, name in each language of the pack], for all provinces of the pack `name`."""
    pack = pack_of(name)
    return _json([_named(pack, place) for place in pack.places.values() if place.level == "province"])


def province(name: str, code: str) -> bytes:
    """JSON: [district, [[commune, runs], …]], both as in `provinces`; a run is [first station, how many]. b"" when
    there is no such province."""
    place = pack_of(name).places.get(code)
    return _province(name, code) if place and place.level == "province" else b""  # nobody fills memory with others


@cache
def _province(name: str, code: str) -> bytes:
    pack = pack_of(name)
    stations = defaultdict(list)
    for station in pack.stations.values():
        stations[station.commune].append(station.code)
    districts = [
        [_named(pack, district), [[_named(pack, commune), list(_runs(stations[commune.code]))] for commune in communes]]
        for district in _inside(pack, code)
        if (communes := [commune for commune in _inside(pack, district.code) if stations[commune.code]])
    ]
    return _json(districts)


def _inside(pack: Pack, code: str) -> Iterator[Place]:
    return (place for place in pack.places.values() if place.parent == code)


def _named(pack: Pack, place: Place) -> list[str]:
    return [place.code, *(place.name[language] for language in pack.languages)]


def _runs(codes: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Codes that follow one another as the first of them and their number."""
    first, many = "", 0
    for code in sorted(codes):
        if first and code[:LETTERS] == first[:LETTERS] and int(code[LETTERS:]) == int(first[LETTERS:]) + many:
            many += 1
            continue
        if first:
            yield first, many
        first, many = code, 1
    if first:
        yield first, many


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
