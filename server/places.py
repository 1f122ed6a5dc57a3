"""From words, a station code and a point to the place a report is about, with how sure that is and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot, inf
from typing import Any

from rapidfuzz import fuzz, process

from server.mentions import Mention, mentions
from server.names import Names
from server.pack import Pack, Place, Station

CONSIDERED = 4000  # characters of a text; a place named later than that is not looked for
CANDIDATES = 12  # offered at most
NEAR_BORDER = 0.04  # degrees; the polygons are drawn about that roughly, and people vote at beaches
LIKE_ENOUGH = 75  # of 100: how alike a name must be to be offered in a search
Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True)
class Located:
    """Where a report is about. `level` is station, commune, district, province or none; `confidence` is 0 to 1.

    `because` holds the words that decided; `candidates` the codes that fit when the words do not decide between them.
    """

    code: str | None = None
    level: str = "none"
    province: str | None = None
    confidence: float = 0.0
    because: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    candidates: tuple[str, ...] = ()


class Gazetteer:
    """The places and stations of one pack, ready to be searched."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.names = Names(pack.places, pack.spelling)
        plain = self.names.spelling.plain
        self.forms = [
            (form, self.names.spelling.key(form.split()), place)
            for place in pack.places.values()
            for form in map(plain, (*place.name.values(), *place.also))
        ]

    def find(self, text: str, station: str | None = None, point: Point | None = None) -> Located:
        """The place of a report; a `station` of the registry decides, then the text, then the `point`."""
        if station and station in self.pack.stations:
            return self._at_station(self.pack.stations[station])
        around = self._province_at(point) if point else None
        prefix = self.pack.prefixes.get(station[:2]) if station else None
        named = mentions(self.names, self.names.spelling.plain(text[:CONSIDERED]))
        found = self._decided(named, {area for area in (around, prefix) if area})
        if found.code is None and around:
            found = replace(found, code=around, confidence=0.9, because=(*found.because, "GPS"))
        elif found.code is None and prefix and not found.candidates:
            found = replace(found, code=prefix, confidence=0.5, because=(str(station),))
        return self._placed(found, point, around)

    def search(self, q: str, limit: int = 10) -> list[Place]:
        """Places whose name or code begins with `q`, then those that have it inside, sound like it, look like it."""
        wanted = self.names.spelling.plain(q)
        if not wanted:
            return []
        sound = self.names.spelling.key(wanted.split())
        found = []
        for form, key, place in self.forms:
            fits = (form.startswith(wanted) or place.code.startswith(wanted), wanted in form, key.startswith(sound))
            if any(fits):
                found.append((fits.index(True), len(place.code), len(form), place.code))
        ranked = [self.pack.places[code] for *_, code in sorted(found)]
        if len(ranked) < limit:
            forms = [form for form, _, _ in self.forms]
            alike = process.extract(wanted, forms, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH, limit=limit)
            ranked += [self.forms[i][2] for _, _, i in alike]
        return list({place.code: place for place in ranked}.values())[:limit]

    def name(self, code: str, lang: str) -> str:
        """A place's name in a language, a station's name; the code itself when there is no such place."""
        if code in self.pack.stations:
            return self.pack.stations[code].name
        return self.pack.places[code].name[lang] if code in self.pack.places else code

    def path(self, code: str, lang: str) -> str:
        """From the province down to the place or station: "Kandal · Leuk Daek"."""
        if code in self.pack.stations:
            return f"{self.path(self.pack.stations[code].commune, lang)} · {code}"
        return " · ".join(self.name(step, lang) for step in reversed([code, *self.names.areas.get(code, ())]))

    def _at_station(self, station: Station) -> Located:
        province = self._province(station.commune)
        return Located(station.code, "station", province, 0.99, (station.code,), station.lat, station.lon)

    def _province_at(self, point: Point) -> str | None:
        """The province whose polygon holds the point, else the one whose border is nearest and near enough."""
        shapes = self.pack.polygons.items()
        if held := next((code for code, shape in shapes if inside(point, shape)), None):
            return held
        away, code = min(((distance(point, shape), code) for code, shape in shapes), default=(NEAR_BORDER, ""))
        return code if away < NEAR_BORDER else None

    def _decided(self, named: Sequence[Mention], around: set[str]) -> Located:
        """What the mentions agree on best, else the smallest area that holds all they may mean, else candidates."""
        tops = [self._top(mention, named, around) for mention in named]
        if not tops:
            return Located()
        most = max(support for support, _, _ in tops)
        codes = frozenset[str]().union(*(top for support, top, _ in tops if support == most))
        because = tuple(dict.fromkeys(mention.words for mention in named if self._speaks(mention, codes)))
        common = self._common(
            frozenset[str]().union(*(self._widest(top) for support, top, _ in tops if support == most))
        )
        if common is None:
            return Located(because=because, candidates=tuple(sorted(codes)[:CANDIDATES]))
        others = codes - {common}
        sure = common in codes and (
            self._province(common) == common or all(common in self.names.areas[c] for c in others)
        )
        confidence = min(mention.quality for support, _, mention in tops if support == most) + 0.04 * int(most)
        doubts = (not sure) + bool(around and self._province(common) not in around)
        candidates = () if sure else tuple(sorted(codes)[:CANDIDATES])
        return Located(common, confidence=min(confidence, 0.97) * 0.7**doubts, because=because, candidates=candidates)

    def _top(
        self, mention: Mention, named: Sequence[Mention], around: set[str]
    ) -> tuple[float, frozenset[str], Mention]:
        """Those codes of a mention that the rest speaks for most, with how much; a province before all others."""
        support = {code: self._support(code, mention, named, around) for code in mention.codes}
        most = max(support.values())
        top = frozenset(code for code, value in support.items() if value == most)
        return most, self.names.of_level(top, "province") or top, mention

    def _widest(self, codes: frozenset[str]) -> frozenset[str]:
        """Who names a district seldom means a far commune of the same name; the other way round is not so sure."""
        return self.names.of_level(codes, "province") or self.names.of_level(codes, "district") or codes

    def _support(self, code: str, mention: Mention, named: Sequence[Mention], around: set[str]) -> float:
        """How many others name the place or an area it is in; the point's province counts half of one."""
        chain = {code, *self.names.areas[code]}
        others = sum(not chain.isdisjoint(other.codes) for other in named if other.codes != mention.codes)
        return others + 0.5 * (not around.isdisjoint(chain))

    def _speaks(self, mention: Mention, codes: Iterable[str]) -> bool:
        return any(not mention.codes.isdisjoint({code, *self.names.areas[code]}) for code in codes)

    def _common(self, codes: Iterable[str]) -> str | None:
        """The smallest place that is or holds all of them."""
        chains = [(code, *self.names.areas[code]) for code in codes]
        return next((code for code in chains[0] if all(code in chain for chain in chains)), None)

    def _province(self, code: str) -> str:
        return (code, *self.names.areas[code])[-1]

    def _placed(self, found: Located, point: Point | None, around: str | None) -> Located:
        """With level, province and position: the point itself when it is in the same province."""
        if found.code is None:
            return found
        place, province = self.pack.places[found.code], self._province(found.code)
        lat, lon = point if point and around == province else (place.lat, place.lon)
        return replace(found, level=place.level, province=province, lat=lat, lon=lon)


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
