"""What a report is about: codes first, then the phrases of the pack, always with a confidence and what decided.

A code decides; words that speak against it lower the confidence and are shown after "≠". Without a code the phrases
are weighed per category; quiet phrases (all is well, a tally, a question or advert) weigh against them. The confidence
is the share of the evidence that the answer has, so it grows with what speaks for it and shrinks with what speaks
against it; it is not calibrated. In doubt a report is restricted.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from server.grammar import Parsed
from server.pack import Pack
from server.phrases import Found, finders

KINDS = {"OKAY": "quiet", "TALLY": "tally", "NOISE": "noise"}  # quiet codes of keywords.json -> kind of report
WEIGHT = {"strong": 2.0, "hint": 0.8, "quiet": 1.2}
HINTED = 3  # severity that mere hints do not exceed
MOST = 4  # words shown as the reason
NEARLY = 0.6  # of the best weight; a more urgent category with that much goes first
LOUDER = 2.5  # a strong phrase outweighs that much of "all is well"
ENOUGH = 0.75  # evidence below which a report stays unsorted: one hint is enough to show what it may be
DOUBT = 1.5  # evidence that stands for all that was not understood
CODED, CONTRADICTED = 0.97, 0.7
# A name and a number after it. Bounded, and begun only where a Latin word begins, so that long runs cost no more.
PAIR = re.compile(r"((?<![A-Za-z])[A-Za-z]{1,20}|[\u1780-\u17d3]{1,12})[\s.:=_(),-]{0,4}(\d{1,6})(?![\d/:\\-]|[.:]\d)")


@dataclass(frozen=True)
class Sorting:
    """What a report was taken for; `because` are the codes and words that decided, as they stand in the message."""

    kind: str
    category: str | None = None
    sub: str | None = None
    second: str | None = None
    severity: int = 0
    confidence: float = 0.0
    because: tuple[str, ...] = ()
    restricted: bool = False


@dataclass
class Evidence:
    """What speaks for one category or quiet kind."""

    weight: float = 0.0
    strong: bool = False
    found: tuple[Found, ...] = ()


class Classifier:
    """Sorts reports by the words and codes of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Reads the pack's phrases once, so that reading a message is quick."""
        self.taxonomy = pack.taxonomy
        self.finders = finders(pack.keywords, pack.languages)
        self.urgent_first = list(pack.keywords["urgent_first"])
        self.sos = str(pack.keywords["sos"])
        self.not_parties = tuple(pack.keywords["not_parties"])
        self.usual = {
            category.code: sorted(sub.severity for sub in category.subs)[(len(category.subs) - 1) // 2]
            for category in pack.taxonomy.categories
        }

    def read(self, text: str, parsed: Parsed) -> Sorting:
        """The sorting of one message; always an answer, never an error, whatever the text."""
        words = parsed.words if parsed.codes or parsed.checkins or parsed.sos else text
        found = [each for finder in self.finders for each in finder.find(words)]
        evidence = self._weighed(found, words)
        restricted = self._restricted(found, parsed)
        best = self._best(evidence)
        if parsed.codes or parsed.sos:
            return self._by_code(parsed, evidence, best, restricted)
        if best in self.usual and (evidence[best].strong or not parsed.checkins):
            return self._by_words(best, parsed, evidence, restricted)
        if parsed.checkins:
            return Sorting("checkin", confidence=CODED, because=parsed.checkins, restricted=restricted)
        if best is None:
            return Sorting("unsorted", restricted=restricted)
        because = tuple(each.words for each in evidence[best].found)
        return Sorting(KINDS[best], None, None, None, 0, _share(evidence, best), because[:MOST], restricted)

    def _weighed(self, found: list[Found], words: str) -> dict[str, Evidence]:
        """The evidence for each category and quiet kind; the same words twice are no better than once."""
        evidence: dict[str, Evidence] = defaultdict(Evidence)
        for each in {(each.code, each.words.lower()): each for each in found if each.list in WEIGHT}.values():
            place = evidence[self.taxonomy.category_of(each.code) or each.code]
            place.weight += WEIGHT[each.list] * (1 + 0.15 * min(each.size - 1, 4))
            place.strong = place.strong or each.list == "strong"
            place.found = (*place.found, each)
        pairs = self._pairs(words)
        if len(pairs) > 2 or (pairs and "TALLY" in evidence):
            evidence["TALLY"].weight += min(len(pairs), 8)
            evidence["TALLY"].found += tuple(Found("TALLY", "quiet", 1, pair) for pair in pairs[:MOST])
        return evidence

    def _pairs(self, words: str) -> list[str]:
        """What looks like a party and its votes: "ABC 243", but not "ward 3" or "at 9"."""
        pairs = [(match[1].lower(), match[0]) for match in PAIR.finditer(words)]
        return [
            pair
            for name, pair in pairs
            if name not in self.not_parties and (name.isascii() or not name.endswith(self.not_parties))
        ]

    def _best(self, evidence: dict[str, Evidence]) -> str | None:
        """What most speaks for; of categories nearly as well spoken for, the most urgent; None if nothing does."""
        heard = {code: each for code, each in evidence.items() if each.weight >= ENOUGH}
        quiet = max((code for code in heard if code in KINDS), key=lambda code: heard[code].weight, default=None)
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

    def _by_code(self, parsed: Parsed, evidence: dict[str, Evidence], best: str | None, restricted: bool) -> Sorting:
        """The most severe code decides; SOS alone takes its category from the words."""
        codes = sorted(parsed.codes, key=lambda code: -self._severity(code, parsed))
        said = list(dict.fromkeys(self.taxonomy.category_of(code) for code in codes))
        if not codes:
            said = [best if best in self.usual and evidence[best].strong else self.sos]
        against = best is not None and best not in said and (evidence[best].strong or best == "OKAY") and bool(codes)
        because = (("SOS",) if parsed.sos else ()) + tuple(codes)
        if against and best:
            because += tuple(f"≠ {each.words}" for each in evidence[best].found[:2])
            said.append(best if best in self.usual else None)
        return Sorting(
            kind="incident",
            category=said[0],
            sub=codes[0] if codes and codes[0] in self.taxonomy.subs else None,
            second=said[1] if len(said) > 1 else None,
            severity=5 if parsed.sos else self._severity(codes[0], parsed),
            confidence=CONTRADICTED if against else CODED,
            because=because,
            restricted=restricted,
        )

    def _by_words(self, best: str, parsed: Parsed, evidence: dict[str, Evidence], restricted: bool) -> Sorting:
        found = sorted(evidence[best].found, key=lambda each: -WEIGHT[each.list] * each.size)
        sub = next((each.code for each in found if each.code in self.taxonomy.subs), None)
        others = [code for code in self.urgent_first if code != best and evidence[code].strong]
        return Sorting(
            kind="incident",
            category=best,
            sub=sub,
            second=max(others, key=lambda code: evidence[code].weight, default=None),
            severity=min(self._severity(sub or best, parsed), 5 if evidence[best].strong else HINTED),
            confidence=_share(evidence, best),
            because=tuple(each.words for each in found[:MOST]) + tuple(f"≠ {code}" for code in parsed.checkins),
            restricted=restricted,
        )

    def _severity(self, code: str, parsed: Parsed) -> int:
        """1 to 5; a bare category has the middle severity of its sub-codes, and "!" adds one."""
        usual = self.taxonomy.subs[code].severity if code in self.taxonomy.subs else self.usual[code]
        return min(5, usual + parsed.urgent)

    def _restricted(self, found: list[Found], parsed: Parsed) -> bool:
        codes = {each.code for each in found if each.list in WEIGHT} | set(parsed.codes)
        return (
            parsed.sos or not codes.isdisjoint(self.taxonomy.restricted) or any(f.list == "restricted" for f in found)
        )


def _as_sure(heard: dict[str, Evidence], code: str, categories: list[str]) -> bool:
    """A mere hint never goes before a strong phrase of another category."""
    return heard[code].strong or not any(heard[other].strong for other in categories)


def _share(evidence: dict[str, Evidence], best: str) -> float:
    """The share that the best has of all evidence and of the doubt, 0 to 0.95."""
    weight = evidence[best].weight
    return round(min(0.95, weight / (sum(each.weight for each in evidence.values()) + DOUBT)), 2)
