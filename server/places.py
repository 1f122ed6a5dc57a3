"""From words, a station code and a point to the place a report is about, with how sure that is and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from server.mentions import Mention, mentions
from server.names import Names
from server.pack import Pack, Place, Station
from server.polygons import Point, distance, inside

CONSIDERED = 4000  # characters of a text; a place named later than that is not looked for
DOUBT = 0.7  # what is left of confidence when something speaks against a place
CANDIDATES = 12  # offered at most
NEAR_BORDER = 0.04  # degrees; the polygons are drawn about that roughly, and people vote at beaches
LIKE_ENOUGH = 75  # of 100: how alike a name must be to be offered in a search


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


@dataclass(frozen=True)
class Top:
    """What a mention most likely means: the codes that the rest of the text and the point support most."""

    mention: Mention
    codes: frozenset[str]
    support: float


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
        once = {(mention.codes, mention.loose): mention for mention in named}  # saying it again adds nothing
        found = self._decided([*once.values()], {area for area in (around, prefix) if area})
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
        tops = [top for mention in named if (top := self._top(mention, named, around)).codes]
        most = max((top.support for top in tops), default=0.0)
        best = [top for top in tops if top.support == most]
        codes = frozenset(code for top in best for code in top.codes)
        common = self._common(code for top in best for code in self._widest(top.codes))
        candidates = tuple(sorted(codes)[:CANDIDATES])
        if common is None:
            plain = [top.mention for top in best if top.mention.quality > 0.8 and self._common(self._widest(top.codes))]
            if plain and len(plain) < len(named):  # a clear name goes before unclear ones that contradict it
                found = self._decided(plain, around)
                return replace(found, confidence=found.confidence * DOUBT, candidates=candidates)
        because = tuple(dict.fromkeys(mention.words for mention in named if self._speaks(mention, codes)))
        if common is None:
            return Located(because=because, candidates=candidates)
        own = self._province(common)
        sure = common in codes and (common == own or all(common in (code, *self.names.areas[code]) for code in codes))
        doubts = (not sure) + bool(around and own not in around)
        confidence = min(0.97, min(top.mention.quality for top in best) + 0.04 * int(most)) * DOUBT**doubts
        return Located(common, confidence=confidence, because=because, candidates=() if sure else candidates)

    def _top(self, mention: Mention, named: Sequence[Mention], around: set[str]) -> Top:
        """Those codes of a mention that the rest speaks for most; a province before all others."""
        support = {code: self._support(code, mention, named, around) for code in mention.codes}
        loose = {code: self._support(code, mention, named, around) for code in mention.loose}
        support |= {code: value for code, value in loose.items() if value >= 1}
        most = max(support.values(), default=0.0)
        codes = frozenset(code for code, value in support.items() if value == most)
        return Top(mention, self.names.of_level(codes, "province") or codes, most)

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
        return next((code for chain in chains[:1] for code in chain if all(code in other for other in chains)), None)

    def _province(self, code: str) -> str:
        return (code, *self.names.areas[code])[-1]

    def _placed(self, found: Located, point: Point | None, around: str | None) -> Located:
        """With level, province and position: the point itself when it is in the same province."""
        if found.code is None:
            return found
        place, province = self.pack.places[found.code], self._province(found.code)
        lat, lon = point if point and around == province else (place.lat, place.lon)
        return replace(found, level=place.level, province=province, lat=lat, lon=lon)
