"""What the places that a text names agree on, and which of those that share a name fits all that is known besides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import hypot, inf

from server.country.registry import PARENT
from server.gazetteer.mentions import CLEAR
from server.gazetteer.names import Names
from server.gazetteer.polygons import Point
from server.gazetteer.spots import Mention

DOUBT = 0.7  # what is left of confidence when something speaks against a place
CANDIDATES = 12  # offered at most
HOLDS, SAME_DISTRICT, SAME_PROVINCE = 1.0, 0.7, 0.4  # how much a place of the sender speaks for one that may be meant
ORDER = tuple(PARENT)  # levels, the widest first


@dataclass(frozen=True)
class Located:
    """Where a report is about. `level` is station, commune, district, province or none; `confidence` is 0 to 1.

    `lat` and `lon` are those of the station that was named, or of the sender's point: never the middle of an area.
    `because` holds the words that decided, and GPS, roster or earlier (see places.py) where no words did;
    `candidates` the codes that fit when the words do not decide between them, the likeliest first.
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
class Beside:
    """What is known beside the words.

    `around`: areas in which the sender's point lies, or the province of a station that is not in the registry;
    `chains`: for each place of the sender the area itself and those that it is in, with how much it says (0 to 1)
    and the word for it.
    """

    around: frozenset[str] = frozenset()
    point: Point | None = None
    chains: Sequence[tuple[tuple[str, ...], float, str]] = ()


@dataclass(frozen=True)
class Top:
    """What a mention most likely means: the codes that the rest of the text and the point support most."""

    mention: Mention
    codes: frozenset[str]
    support: float


@dataclass(frozen=True)
class Weighing:
    """Weighs the mentions of one text against each other, and against what is known `beside` them."""

    names: Names
    named: Sequence[Mention]
    beside: Beside

    def decided(self) -> Located:
        """What the mentions agree on best, else the smallest area that holds all they may mean, else candidates."""
        tops = [top for mention in self.named if (top := self._top(mention)).codes]
        most = max((top.support for top in tops), default=0.0)
        best = [top for top in tops if top.support == most]
        codes = frozenset(code for top in best for code in top.codes)
        common = self._common(code for top in best for code in self._widest(top.codes))
        sure = common is not None and self._agree(codes, common)
        if common is None and (plain := self._clear(best)):
            found = replace(self, named=plain).decided()
            return replace(found, confidence=found.confidence * DOUBT, candidates=self._ranked(codes))
        if not sure and (chosen := self._by_sender(codes)):
            return self._told(best, chosen[0], codes, *chosen[1:])
        if common is None:
            return Located(because=self._words(codes), candidates=self._ranked(codes))
        return self._told(best, common, frozenset() if sure else codes, 1.0 if sure else DOUBT)

    def _told(self, best: Sequence[Top], code: str, others: frozenset[str], share: float, word: str = "") -> Located:
        """The place, how sure that is, and what else the words may mean."""
        meant = others or frozenset(code for top in best for code in top.codes)
        because = (*self._words(meant), *([word] if word else []))
        provinces = self.names.of_level(self.beside.around, ORDER[0])
        if provinces and self._province(code) not in provinces:
            share *= DOUBT
        quality = min(top.mention.quality for top in best) + 0.04 * int(max(top.support for top in best))
        return Located(code, confidence=min(0.97, quality) * share, because=because, candidates=self._ranked(others))

    def _by_sender(self, codes: frozenset[str]) -> tuple[str, float, str] | None:
        """Of places that share a name the one that the sender's own places speak for, or the area of several such."""
        spoken = {code: self._spoken(code) for code in codes}
        most = max(spoken.values(), default=(0.0, ""))
        fits = frozenset(code for code, said in spoken.items() if said[0] == most[0])
        common = self._common(self._widest(fits))
        if not most[0] or common is None or fits == codes:
            return None
        return common, DOUBT + (1 - DOUBT) * most[0] / 2, most[1]

    def _spoken(self, code: str) -> tuple[float, str]:
        """How much the sender's places say for a code, and which of them says it."""
        chain = (code, *self.names.areas[code])
        best = (0.0, "")
        for own, weight, word in self.beside.chains:
            shared = next((area for area in chain if area in own), None)
            if shared is not None:
                level = SAME_PROVINCE if self.names.places[shared].level == ORDER[0] else SAME_DISTRICT
                best = max(best, (weight * (HOLDS if shared == code else level), word))
        return best

    def _ranked(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The likeliest first: by text and point, by the sender's places, wide before narrow, near before far."""

        def rank(code: str) -> tuple[float, float, int, float, str]:
            place, point = self.names.places[code], self.beside.point
            support = max(
                (self._support(code, mention) for mention in self.named if code in mention.codes), default=0.0
            )
            away = inf
            if point and place.lat is not None and place.lon is not None:
                away = hypot(place.lat - point[0], place.lon - point[1])
            return -support, -self._spoken(code)[0], ORDER.index(place.level), away, code

        return tuple(sorted(codes, key=rank)[:CANDIDATES])

    def _top(self, mention: Mention) -> Top:
        """Those codes of a mention that the rest speaks for most; a province before all others."""
        support = {code: self._support(code, mention) for code in mention.codes}
        loose = {code: self._support(code, mention) for code in mention.loose}
        support |= {code: value - 0.5 for code, value in loose.items() if value >= 1}
        most = max(support.values(), default=0.0)
        codes = frozenset(code for code, value in support.items() if value == most)
        return Top(mention, self.names.of_level(codes, ORDER[0]) or codes, most)

    def _clear(self, best: Sequence[Top]) -> list[Mention]:
        """The clear names among them, which go before unclear ones that contradict; none when all are clear."""
        plain = [top.mention for top in best if top.mention.quality > CLEAR and self._common(self._widest(top.codes))]
        return plain if len(plain) < len(self.named) else []

    def _widest(self, codes: frozenset[str]) -> frozenset[str]:
        """Who names a district seldom means a far commune of the same name; the other way round is not so sure."""
        return self.names.of_level(codes, "province") or self.names.of_level(codes, "district") or codes

    def _support(self, code: str, mention: Mention) -> float:
        """How many others name the place or an area it is in; each area around the point counts half of the next."""
        chain = {code, *self.names.areas[code]}
        others = sum(not chain.isdisjoint(other.codes) for other in self.named if other.codes != mention.codes)
        around = chain & self.beside.around
        return others + 0.5 * bool(around) + 0.25 * (len(around) > 1)

    def _words(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The words that speak for any of the codes."""
        chains = {area for code in codes for area in (code, *self.names.areas[code])}
        return tuple(dict.fromkeys(mention.words for mention in self.named if not mention.codes.isdisjoint(chains)))

    def _agree(self, codes: Iterable[str], common: str) -> bool:
        """Whether one of the codes is named itself, and all others are in it or hold it."""
        if common not in codes:
            return False
        return common == self._province(common) or all(common in (code, *self.names.areas[code]) for code in codes)

    def _common(self, codes: Iterable[str]) -> str | None:
        """The smallest place that is or holds all of them."""
        return common([(code, *self.names.areas[code]) for code in codes])

    def _province(self, code: str) -> str:
        return (code, *self.names.areas[code])[-1]


def common(chains: Sequence[tuple[str, ...]]) -> str | None:
    """The smallest area that is in all the chains; a chain is a place and the areas it is in, the smallest first."""
    return next((code for chain in chains[:1] for code in chain if all(code in other for other in chains)), None)
