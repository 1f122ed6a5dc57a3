"""From words, a station code, a point and what is known of the sender to the place a report is about, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

from rapidfuzz import fuzz, process

from server.country.registry import PARENT, could_be
from server.gazetteer.mentions import mentions
from server.gazetteer.names import Names
from server.gazetteer.polygons import Areas, Point
from server.gazetteer.weighing import DOUBT, Beside, Located, Weighing, common
from server.pack import Pack, Place, Station

__all__ = ["EARLIER", "GPS", "NOT_WRITTEN", "ROSTER", "Context", "Gazetteer", "Located"]

CONSIDERED = 4000  # characters of a text; a place named later than that is not looked for
NEAR_BORDER = 0.04  # degrees; the polygons are drawn about that roughly, and people vote at beaches
NEAR_STATION = 0.02  # degrees, about 2 km; who stands so near the own station speaks of it
LIKE_ENOUGH = 75  # of 100: how alike a name must be to be offered in a search
GPS, ROSTER, EARLIER = (
    "GPS",
    "roster",
    "earlier",
)  # why, when no words said so: the point, own stations, messages before
NOT_WRITTEN = frozenset({GPS, ROSTER, EARLIER})  # what `because` may hold that stands in no text
FADING = 0.8  # what a message says of the place of the next one, for each message between them
LEVELS = tuple(PARENT)  # the widest first


@dataclass(frozen=True)
class Context:
    """What is known of a sender: the stations on the roster, and the places of the last messages, newest first.

    `places` are codes of areas or stations that those messages named, not such as were inferred from a context.
    """

    stations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Gazetteer:
    """The places and stations of one pack, ready to be searched."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.names = Names(pack.places, pack.spelling)
        self.areas = Areas(pack.polygons)
        self.provinces = Areas({code: shape for code, shape in pack.polygons.items() if not pack.places[code].parent})
        drawn = {pack.places[code].level for code in pack.polygons}
        bare = (place for code, place in pack.places.items() if place.level in drawn and code not in pack.polygons)
        self.patchy = {(self._province(place.code), place.level) for place in bare}
        plain = self.names.spelling.plain
        self.forms = [
            (form, self.names.spelling.key(form.split()), place)
            for place in pack.places.values()
            for form in map(plain, (*place.name.values(), *place.also))
        ]

    def find(
        self, text: str, station: str | None = None, point: Point | None = None, context: Context | None = None
    ) -> Located:
        """The place of a report; a `station` of the registry decides, then the text, then the `point`.

        The `context` decides between places that share a name, and gives a place, with less trust, where none is
        named: that is never a point on a map.
        """
        if station and station in self.pack.stations:
            return self._at_station(self.pack.stations[station])
        known = self._known(context or Context())
        at = self._area_at(point) if point else None
        prefix = self.pack.prefixes.get(station[:2]) if station else None
        around = frozenset([*(self._chain(at) if at else ()), *([prefix] if prefix else ())])
        named = mentions(self.names, self.names.spelling.plain(text[:CONSIDERED]))
        once = {(mention.codes, mention.loose): mention for mention in named}  # saying it again adds nothing
        beside = Beside(around, point, [*self._chains(known)])
        found = Weighing(self.names, [*once.values()], beside).decided()
        if found.code is None and at:
            found = self._at_point(found, at, point, known)
        elif found.code is None and prefix and not found.candidates:
            found = self._half_said(found, str(station), prefix, known)
        elif found == Located():
            found = self._of_sender(known, DOUBT if point else 1.0)  # a point abroad speaks against it
        return self._placed(found, point)

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
        province = self._province(station.code)
        return Located(station.code, "station", province, 0.99, (station.code,), station.lat, station.lon)

    def _at_point(self, found: Located, at: str, point: Point | None, known: Context) -> Located:
        """The own station when the sender stands beside it, else the area that holds the point."""
        here = point or (0.0, 0.0)
        away = {code: hypot(one.lat - here[0], one.lon - here[1]) for code, one in self._stations(known)}
        nearest = min(away, key=lambda code: away[code], default="")
        if not found.candidates and nearest and away[nearest] < NEAR_STATION:
            return replace(found, code=nearest, confidence=0.8, because=(GPS, ROSTER))
        share = DOUBT if (self._province(at), self.pack.places[at].level) in self.patchy else 1  # divided since drawn
        return replace(found, code=at, confidence=0.9 * share, because=(*found.because, GPS))

    def _half_said(self, found: Located, written: str, prefix: str, known: Context) -> Located:
        """A station that does not exist: the own one, when that is one slip away from it, else its province."""
        code, _, check = written.partition("-")
        meant = [each.partition("-")[0] for each in could_be(code, check, known.stations)]
        if len(meant) == 1:
            return replace(found, code=meant[0], confidence=0.8, because=(written, ROSTER))
        return replace(found, code=prefix, confidence=0.5, because=(written,))

    def _of_sender(self, known: Context, share: float) -> Located:
        """Where whoever names no place most likely is: at the own station, else where the last message was."""
        last = next(iter(known.places), "")
        if not known.stations:
            return Located(last or None, confidence=0.4 * share if last else 0.0, because=(EARLIER,) if last else ())
        there = tuple(code for code in known.stations if last and last in self._chain(code))
        meant = there or known.stations
        code = common([self._chain(each) for each in meant])
        because = (ROSTER, *([EARLIER] if there and len(there) < len(known.stations) else []))
        others = (*(meant if len(meant) > 1 else ()), *([last] if last and not there else ()))
        candidates = tuple(dict.fromkeys([*meant, *others])) if others else ()
        confidence = (0.6 if len(meant) == 1 else 0.5) * share * (DOUBT if last and not there else 1)
        return Located(code, confidence=confidence if code else 0.0, because=because, candidates=candidates)

    def _known(self, context: Context) -> Context:
        """Those of the context that the pack knows."""
        stations = tuple(code for code in dict.fromkeys(context.stations) if code in self.pack.stations)
        places = (code for code in context.places if code in self.pack.stations or code in self.pack.places)
        return Context(stations, tuple(dict.fromkeys(places)))

    def _chains(self, known: Context) -> Iterator[tuple[tuple[str, ...], float, str]]:
        """What the sender's places say for others; see weighing.Beside."""
        yield from ((self._chain(code), 1.0, ROSTER) for code in known.stations)
        yield from ((self._chain(code), FADING ** (i + 1), EARLIER) for i, code in enumerate(known.places))

    def _stations(self, known: Context) -> Iterator[tuple[str, Station]]:
        return ((code, self.pack.stations[code]) for code in known.stations)

    def _chain(self, code: str) -> tuple[str, ...]:
        """A place or station and the areas that it is in, the smallest first."""
        if code in self.pack.stations:
            return (code, *self._chain(self.pack.stations[code].commune))
        return (code, *self.names.areas[code])

    def _province(self, code: str) -> str:
        return self._chain(code)[-1]

    def _area_at(self, point: Point) -> str | None:
        """The smallest area whose polygon holds the point, else the province whose border is near enough."""
        if held := self.areas.holding(point):
            return max(held, key=lambda code: LEVELS.index(self.pack.places[code].level))
        return self.provinces.nearest(point, NEAR_BORDER)

    def _placed(self, found: Located, point: Point | None) -> Located:
        """With level, province, and the point when it can lie there."""
        if found.code is None:
            return found
        chain, area = self._chain(found.code), self.pack.places.get(found.code)
        drawn = next(code for code in chain if code in self.pack.polygons)
        lat, lon = point if point and self.areas.near(point, drawn, NEAR_BORDER) else (None, None)
        return replace(found, level=area.level if area else "station", province=chain[-1], lat=lat, lon=lon)
