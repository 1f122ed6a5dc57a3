"""What was told lately, found again by place, category and hour, by rare words, and by who told it."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator

from server.stories.pieces import Weights
from server.stories.telling import LEVELS, Pool, Telling

MOST = 30_000  # reports that are remembered: the newest
AT_ONE_PLACE = 30  # reports before, and as many after, that are looked at under one key
RAREST = 10  # pieces of a text under which it is found
HEARD = 40  # times a piece may have been heard and still be rare
SHIFT = 24  # bits of a serial number in an entry, behind the minute
WINDOW = 180  # minutes
EVERYWHERE, ANY = "", ""  # instead of an area, of a category

Key = tuple[Pool, str, str]


class Nearby:
    """An index of reports in memory; the oldest go when there are too many."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._serial = 0
        self._known: dict[int, Telling] = {}
        self._by_report: dict[str, int] = {}
        self._keys: dict[int, list[Key]] = {}  # serial -> the keys under which it is found
        self._rare: dict[int, list[int]] = {}  # serial -> the pieces, likewise
        self._at: defaultdict[Key, list[int]] = defaultdict(list)  # minute and serial, in order
        self._with: defaultdict[int, list[int]] = defaultdict(list)  # HEARD at most: a list, as most are short
        self._by: defaultdict[tuple[bool, str], list[int]] = defaultdict(list)  # rehearsal, person

    def __len__(self) -> int:
        return len(self._known)

    def get(self, report: str) -> Telling | None:
        """What this report told, if it is remembered."""
        return self._known.get(self._by_report.get(report, -1))

    def put(self, telling: Telling, only_by_person: bool = False) -> None:
        """Remember a report; what it told before is forgotten. `only_by_person`: it is found by who told it alone."""
        self.drop(telling.report)
        while len(self._known) >= MOST:
            self.drop(next(iter(self._known.values())).report)
        self._serial = serial = (self._serial + 1) % (1 << SHIFT)
        self._known[serial], self._by_report[telling.report] = telling, serial
        self._keys[serial] = [] if only_by_person else list(_keys(telling))
        for key in self._keys[serial]:
            insort(self._at[key], _entry(telling.moment, serial))
        self._rare[serial] = [] if only_by_person else self._weights.rare(telling.told, RAREST, HEARD)
        for piece in self._rare[serial]:
            self._with[piece] = [*self._with[piece][1 - HEARD :], serial]
        if telling.person:
            self._by[telling.pool[0], telling.person].append(serial)

    def drop(self, report: str) -> None:
        """Forget a report."""
        serial = self._by_report.pop(report, None)
        if serial is None:
            return
        telling = self._known.pop(serial)
        for key in self._keys.pop(serial):
            entries = self._at[key]
            del entries[bisect_left(entries, _entry(telling.moment, serial))]
            if not entries:
                del self._at[key]
        for piece in self._rare.pop(serial):
            found = self._with[piece]
            if serial in found:
                found.remove(serial)
            if not found:
                del self._with[piece]
        if telling.person:
            own = self._by[telling.pool[0], telling.person]
            own.remove(serial)
            if not own:
                del self._by[telling.pool[0], telling.person]

    def by_same(self, telling: Telling) -> list[Telling]:
        """What the same person told, restricted or not as this is; nothing when nobody knows who it is."""
        own = self._by.get((telling.pool[0], telling.person), ()) if telling.person else ()
        return [each for serial in own if (each := self._known[serial]).pool == telling.pool]

    def like(self, telling: Telling) -> list[Telling]:
        """Reports that may tell of the same: near in place and hour and of its category, or with a rare word of it."""
        found = dict.fromkeys(serial for key in _looked_up(telling) for serial in self._around(key, telling.moment))
        for piece in self._weights.rare(telling.told, RAREST, HEARD):
            found |= dict.fromkeys(self._with.get(piece, ()))
        return [each for serial in found if (each := self._known[serial]).pool == telling.pool]

    def _around(self, key: Key, moment: int) -> Iterator[int]:
        entries = self._at.get(key, ())
        here = bisect_left(entries, _entry(moment, 0))
        for entry in entries[max(0, here - AT_ONE_PLACE) : here + AT_ONE_PLACE]:
            if abs((entry >> SHIFT) - moment) <= WINDOW:
                yield entry & ((1 << SHIFT) - 1)


def _entry(moment: int, serial: int) -> int:
    return (moment << SHIFT) | serial


def _keys(telling: Telling) -> Iterable[Key]:
    """Where a report stands: under each area that holds it and each of its categories, in its commune under any, and
    under the finest place that it names."""
    pool, (_, commune, district, province) = telling.pool, telling.chain
    areas = [*(area for area in (commune, district, province) if area), EVERYWHERE]
    keys = [(pool, area, code) for area in areas for code in telling.categories]
    if commune:
        keys.append((pool, commune, ANY))
    return [*keys, *((pool, f"={_finest(telling)}", code) for code in telling.categories)]


def _looked_up(telling: Telling) -> Iterable[Key]:
    """Where reports stand that may tell of the same: in its area, or of a wider area and no finer one."""
    pool, codes = telling.pool, telling.categories
    _, commune, district, province = telling.chain
    wider = [area for area in (district, province) if area and area != _finest(telling)]
    keys = [(pool, f"={area}", code) for area in [*wider, ""] for code in codes]
    if commune:
        return [(pool, commune, ANY), *keys]
    maybe = [(pool, area, code) for area in sorted(telling.maybe) for code in (*codes, ANY)]
    return [*((pool, district or province or EVERYWHERE, code) for code in codes), *maybe, *keys]


def _finest(telling: Telling) -> str:
    return telling.chain[telling.level] if telling.level < len(LEVELS) else ""
