"""From words, a station code and a point to the place a report is about, with how sure that is and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process

from server.mentions import Mention, Names
from server.pack import Pack, Place, Station

CONSIDERED = 4000  # characters of a text; a place named later than that is not looked for
CANDIDATES = 12  # offered at most
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
            (plain(form), place) for place in pack.places.values() for form in (*place.name.values(), *place.also)
        ]

    def find(self, text: str, station: str | None = None, point: Point | None = None) -> Located:
        """The place of a report; a `station` of the registry decides, then the text, then the `point`."""
        if station and station in self.pack.stations:
            return self._at_station(self.pack.stations[station])
        around = self._province_at(point) if point else None
        prefix = self.pack.prefixes.get(station[:2]) if station else None
        mentions = self.names.mentions(self.names.spelling.plain(text[:CONSIDERED]))
        found = self._decided(mentions, {area for area in (around, prefix) if area})
        if found.code is None and around:
            found = replace(found, code=around, confidence=0.9, because=(*found.because, "GPS"))
        elif found.code is None and prefix and not found.candidates:
            found = replace(found, code=prefix, confidence=0.5, because=(str(station),))
        return self._placed(found, point, around)

    def search(self, q: str, limit: int = 10) -> list[Place]:
        """Places whose name or code begins with `q`, then those that have it inside, then those almost alike."""
        wanted = self.names.spelling.plain(q)
        if not wanted:
            return []
        found = [
            (place.code.startswith(wanted) or form.startswith(wanted), form, place)
            for form, place in self.forms
            if wanted in form or place.code.startswith(wanted)
        ]
        ranked = [
            place
            for _, form, place in sorted(
                found, key=lambda hit: (not hit[0], len(hit[2].code), len(hit[1]), hit[2].code)
            )
        ]
        if len(ranked) < limit:
            alike = process.extract(
                wanted, [form for form, _ in self.forms], scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH, limit=limit
            )
            ranked += [self.forms[i][1] for _, _, i in alike]
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
        """The province whose polygon holds the point."""
        return next((code for code, shape in self.pack.polygons.items() if inside(point, shape)), None)

    def _decided(self, mentions: Sequence[Mention], around: set[str]) -> Located:
        """What the mentions agree on best, else the smallest area that holds all they may mean, else candidates."""
        tops = [top for mention in mentions for top in self._tops(mention, mentions, around)]
        if not tops:
            return Located()
        most = max(support for support, _, _ in tops)
        codes = {code for support, code, _ in tops if support == most}
        because = tuple(dict.fromkeys(mention.words for mention in mentions if self._speaks(mention, codes)))
        common = self._common(codes)
        if common is None:
            return Located(because=because, candidates=tuple(sorted(codes)[:CANDIDATES]))
        confidence = min(mention.quality for support, _, mention in tops if support == most) + 0.04 * int(most)
        unsure = (common not in codes) + bool(around and self._province(common) not in around)
        candidates = () if common in codes else tuple(sorted(codes)[:CANDIDATES])
        return Located(common, confidence=min(confidence, 0.97) * 0.7**unsure, because=because, candidates=candidates)

    def _tops(
        self, mention: Mention, mentions: Sequence[Mention], around: set[str]
    ) -> list[tuple[float, str, Mention]]:
        """The codes of a mention that the rest speaks for most, as (support, code, mention); a province goes first."""
        support = {code: self._support(code, mention, mentions, around) for code in mention.codes}
        most = max(support.values())
        top = [code for code, value in support.items() if value == most]
        first = [code for code in top if self.pack.places[code].level == "province"] or top
        return [(most, code, mention) for code in first]

    def _support(self, code: str, mention: Mention, mentions: Sequence[Mention], around: set[str]) -> float:
        """How many other mentions name the place or an area it is in; the point's province counts half of one."""
        chain = {code, *self.names.areas[code]}
        others = sum(not chain.isdisjoint(other.codes) for other in mentions if other.codes != mention.codes)
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
    for ring in (ring for polygon in shape["coordinates"] for ring in polygon):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd
