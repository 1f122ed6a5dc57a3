"""Which areas are neighbours: the zones in which a burst is looked for, read off the pack's centres of districts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, hypot, radians

from server.pack import Pack, Place

NEAREST = 3  # neighbours that a zone may take in besides the district in its middle
WITHIN = 45.0  # kilometres from its centre to theirs
KILOMETRES = 111.2  # in a degree of latitude


@dataclass(frozen=True)
class Zone:
    """Areas that are looked at together; `area`: the one in the middle, or the province whose whole it is."""

    area: str
    parts: frozenset[str]


class Areas:
    """The districts of a pack with their neighbours; where a pack has no districts, provinces stand for them.

    `weight`: the share of all stations that lies in each area (in equal parts where the pack has no stations).
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        places = pack.places
        level = "district" if any(place.level == "district" for place in places.values()) else "province"
        self.finest = {code: place for code, place in places.items() if place.level == level}
        self.provinces = {code: self._above(code, "province") for code in self.finest}
        stations = Counter(self.of(code) for code in pack.stations) or Counter(self.finest)
        self.weight = {code: n / stations.total() for code, n in stations.items()}
        self._zones: dict[str, dict[frozenset[str], Zone]] = defaultdict(dict)
        for zone in self._all():
            for part in zone.parts:
                self._zones[part].setdefault(zone.parts, zone)

    def of(self, code: str) -> str:
        """The district that a place or station lies in; a province when no more is known; "" for neither."""
        station = self._pack.stations.get(code)
        place = station.commune if station else code
        if place not in self._pack.places:
            return ""
        return self._above(place, "district") or self._above(place, "province")

    def commune(self, code: str) -> str:
        """The commune that a station lies in, or that this place is; "" for a larger one."""
        station = self._pack.stations.get(code)
        place = self._pack.places.get(station.commune if station else code)
        return place.code if place and place.level == "commune" else ""

    def province(self, area: str) -> str:
        """The province that a district or province lies in."""
        return self.provinces.get(area, area)

    def zones(self, area: str) -> list[Zone]:
        """Every zone that this area is a part of."""
        return list(self._zones[area].values()) if area in self._zones else []

    def _all(self) -> Iterator[Zone]:
        """Each district, then it with its nearest neighbours, one by one; and each province as a whole."""
        for code, place in self.finest.items():
            near = [code, *self._nearest(place)]
            yield from (Zone(code, frozenset(near[:size])) for size in range(1, len(near) + 1))
        for province in set(self.provinces.values()):
            own = {code for code, above in self.provinces.items() if above == province}
            yield Zone(province, frozenset({province, *own}))

    def _nearest(self, place: Place) -> list[str]:
        away = sorted((_kilometres(place, other), code) for code, other in self.finest.items() if other is not place)
        return [code for distance, code in away[:NEAREST] if distance <= WITHIN]

    def _above(self, code: str, level: str) -> str:
        """The area of this level around a place; "" when it is itself larger than that."""
        place = self._pack.places[code]
        while place.level != level and place.parent:
            place = self._pack.places[place.parent]
        return place.code if place.level == level else ""


def _kilometres(one: Place, other: Place) -> float:
    """Between two centres, on a plane: good enough for neighbours. What has no centre is nowhere near."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return float("inf")
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return KILOMETRES * hypot(one.lat - other.lat, east)
