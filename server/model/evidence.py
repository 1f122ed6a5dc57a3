"""What the phrases of a pack find in a text, weighed: evidence for each category, and for what is no incident."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from server.pack import Pack
from server.reading.phrases import Finder, Found

QUIET = ("OKAY", "TALLY", "NOISE")  # the codes of keywords.json that stand for no incident
WEIGHT = {"strong": 2.0, "hint": 0.8, "quiet": 1.2}
MOST = 4  # pairs of a name and a number that are shown as the reason
NEARLY = 0.6  # of the best weight; a more urgent category with that much goes first
LOUDER = 2.5  # a strong phrase outweighs that much of "all is well"
ENOUGH = 0.75  # evidence below which nothing is decided: one hint is enough to show what it may be
# A name and a number after it. Bounded, and begun only where a Latin word begins, so that long runs cost no more.
# Words without a number behind them are passed over in one go: they are a match that captures nothing.
PAIR = re.compile(
    r"(?:[A-Za-z]++[\s.:=_(),-]{0,4}+(?!\d))++"
    r"|(((?<![A-Za-z])[A-Za-z]{1,20}+|[\u1780-\u17d3]{1,12})[\s.:=_(),-]{0,4}+\d{1,6}+)(?![/:\\-]|[.:]\d)"
)


@dataclass
class Evidence:
    """What speaks for one category or quiet code."""

    weight: float = 0.0
    strong: bool = False
    found: tuple[Found, ...] = ()


class Heard(NamedTuple):
    """All that was found in a text; `best` is the category or quiet code most spoken for, None if nothing is."""

    found: tuple[Found, ...]
    evidence: Mapping[str, Evidence]
    best: str | None
    pairs: int = 0


class Ear:
    """Listens for the phrases of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Reads the phrases once, so that hearing a message is quick."""
        self.taxonomy = pack.taxonomy
        self.finders = [Finder(pack.keywords[each]) for each in pack.languages if each in pack.keywords]
        self.urgent_first = list(pack.keywords["urgent_first"])
        self.not_parties = frozenset(pack.keywords["not_parties"])
        self.not_after = tuple(self.not_parties)  # Khmer has no spaces before such a word
        self.family = {code: self.taxonomy.category_of(code) or code for code in (*self.taxonomy.subs, *QUIET)}

    def hear(self, words: str) -> Heard:
        """What is found in these words; never raises, whatever they are."""
        found = tuple([each for finder in self.finders for each in finder.find(words)])
        evidence: dict[str, Evidence] = defaultdict(Evidence)
        # the same words twice are no better than once
        for each in {(each.code, each.words.lower()): each for each in found if each.list in WEIGHT}.values():
            place = evidence[self.family.get(each.code, each.code)]
            place.weight += WEIGHT[each.list] * (1 + 0.15 * min(each.size - 1, 4))
            place.strong = place.strong or each.list == "strong"
            place.found += (each,)
        pairs = self._pairs(words)
        if len(pairs) > 2 or (pairs and "TALLY" in evidence):
            evidence["TALLY"].weight += min(len(pairs), 8)
            evidence["TALLY"].found += tuple(Found("TALLY", "quiet", 1, pair) for pair in pairs[:MOST])
        return Heard(found, evidence, self._best(evidence), len(pairs))

    def _pairs(self, words: str) -> list[str]:
        """What looks like a party and its votes: "ABC 243", but not "ward 3" or "at 9"."""
        return [
            pair
            for pair, name in PAIR.findall(words)
            if pair and name.lower() not in self.not_parties and (name.isascii() or not name.endswith(self.not_after))
        ]

    def _best(self, evidence: Mapping[str, Evidence]) -> str | None:
        """What most speaks for; of categories nearly as well spoken for, the most urgent; None if nothing does."""
        heard = {code: each for code, each in evidence.items() if each.weight >= ENOUGH}
        quiet = max((code for code in heard if code in QUIET), key=lambda code: heard[code].weight, default=None)
        categories = [code for code in self.urgent_first if code in heard]
        if not categories:
            return quiet
        most = max(heard[code].weight for code in categories)
        best = next(
            code for code in categories if heard[code].weight >= NEARLY * most and _as_sure(heard, code, categories)
        )
        if quiet is None or heard[best].weight * (LOUDER if heard[best].strong else 1) >= heard[quiet].weight:
            return best
        return quiet


def _as_sure(heard: Mapping[str, Evidence], code: str, categories: list[str]) -> bool:
    """A mere hint never goes before a strong phrase of another category."""
    return heard[code].strong or not any(heard[other].strong for other in categories)
