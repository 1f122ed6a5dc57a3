"""Where the phrases of a pack's keywords stand in a text, longest first, in one pass and whatever the spelling.

Latin script is matched word by word: capitals, apostrophes and skipped words do not matter, variants and prefixes
("intimidat*") stand for one word, and numbers are passed over. Khmer writes no spaces, so it is matched letter by
letter, without zero-width characters and with its look-alike spellings made one. In both, ``a ... b`` is `a` followed
by `b` after a short gap, ``a|b`` is either, and where two phrases want the same letters the longer one gets them: that
is what keeps "death" out of "names of the dead".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from server.reading.letters import KHMER, letters

WORD = re.compile(r"[^\W\d_\u1780-\u17ff]+(?:['’`][^\W\d_]+)*|[.!?;](?=\s|$)")
STOP, STOP_SIGNS = ".", ".!?;។"  # no phrase goes on after the end of a sentence
REMEMBERED = 20_000  # spellings of words that are kept once they were looked up


class Found(NamedTuple):
    """A phrase found: what it stands for (`code`), in which `list`, its length in words, and the words themselves."""

    code: str
    list: str
    size: float
    words: str


@dataclass(frozen=True)
class Phrase:
    """One phrase of the pack: its parts (a gap lies between two), and what it stands for."""

    code: str
    list: str
    size: float


class Use(NamedTuple):
    """What a part is good for: phrases that are it `alone`, and, by the number of the parts before it, what they make
    together: its number, and the phrases that end there."""

    number: int
    alone: list[Phrase]
    later: dict[int, tuple[int, list[Phrase]]]


Piece = tuple[int, int]  # first unit and the one after the last; a unit is a word or a Khmer letter


class Finder:
    """The phrases of one language, ready to be looked for."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        """`words` is one language of keywords.json: spelling, skip, gap, and lists of code -> phrases."""
        self.gap = int(words["gap"])
        phrases = [
            (" ".join(choice), code, name)
            for name, codes in words["lists"].items()
            for code, each in codes.items()
            for phrase in each
            for choice in product(*(word.split("|") for word in phrase.split()))
        ]
        self.known: dict[str, str] = {}
        self._learn_spelling(words, {word for phrase, _, _ in phrases for word in phrase.split() if word[-1] == "*"})
        self.heads: dict[Any, list[int]] = {}  # how a part begins -> lengths
        self.numbers: dict[tuple[Any, ...], int] = {}  # parts in a row -> their number
        self.uses: dict[Any, Use] = {}  # a part, as a tuple of words or a Khmer string -> what it is part of
        for phrase, code, name in phrases:
            self._learn(phrase.replace("*", ""), code, name)
        self.scripts = {type(part) for part in self.uses}  # tuple: words, str: Khmer

    def _learn_spelling(self, words: Mapping[str, Any], stems: set[str]) -> None:
        """Variants and beginnings of words; a beginning in a phrase stands for itself unless it is a known variant."""
        self.spelling: dict[str, str] = {}
        self.prefixes = {stem[:-1]: stem[:-1] for stem in stems}
        for word, variants in words.get("spelling", {}).items():
            for variant in [word, *variants]:
                table = self.prefixes if variant.endswith("*") else self.spelling
                table[variant.removesuffix("*")] = word
        self.spelling |= dict.fromkeys(words.get("skip", ()), "")
        self.lengths: dict[str, list[int]] = defaultdict(list)  # first three letters -> lengths, longest first
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            self.lengths[prefix[:3]].append(len(prefix))

    def _learn(self, phrase: str, code: str, name: str) -> None:
        parts = [self._units(part) for part in phrase.split("...")]
        if not all(parts):
            raise ValueError(f"A phrase of {code} has no words that count: {phrase}")
        size = sum(len(part) for part in parts) / (6 if isinstance(parts[0], str) else 1)
        for place, part in enumerate(parts):
            alone = self.numbers.setdefault((part,), len(self.numbers))
            use = self.uses.setdefault(part, Use(alone, [], {}))
            then = self.numbers.setdefault(tuple(parts[: place + 1]), len(self.numbers))
            ends = [Phrase(code, name, size)] if place + 1 == len(parts) else []
            if place:
                use.later.setdefault(self.numbers[tuple(parts[:place])], (then, []))[1].extend(ends)
            else:
                use.alone.extend(ends)
            lengths = self.heads.setdefault(_head(part, 0), [])
            if len(part) not in lengths:
                lengths.append(len(part))

    def _units(self, part: str) -> Any:
        """A part as it will be met in a text: a tuple of words, or a string of Khmer."""
        if KHMER.search(part):
            return "".join(ch for ch, _ in letters(part))
        return tuple(spelt for word in WORD.findall(part) if (spelt := self.spelt(word)))

    def find(self, text: str) -> list[Found]:
        """The phrases in `text`, longest first, none using a word or letter of another."""
        found: list[Found] = []
        if tuple in self.scripts:
            tokens = WORD.findall(text)
            spelt = [self.spelt(token) for token in tokens]
            spans = (span for span, word in zip(places(text, tokens), spelt, strict=True) if word)
            found += self._found(text, tuple(word for word in spelt if word), spans)
        if str in self.scripts and KHMER.search(text):
            chars = letters(text)
            found += self._found(text, "".join(ch for ch, _ in chars), ((at, at + 1) for _, at in chars))
        return found

    def spelt(self, word: str) -> str:
        """The spelling of a word, from memory where it can be; "" for one that is passed over."""
        if (spelt := self.known.get(word)) is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            spelt = self.known[word] = STOP if word[0] in STOP_SIGNS else self._spelt(word.lower())
        return spelt

    def _spelt(self, word: str) -> str:
        if (known := self.spelling.get(word)) is not None:
            return known
        if "'" in word or "’" in word or "`" in word:
            return self._spelt(word.replace("'", "").replace("’", "").replace("`", ""))
        for length in self.lengths.get(word[:3], ()):
            if (known := self.prefixes.get(word[:length])) is not None:
                return known
        return word

    def _found(self, text: str, units: Any, spans: Iterator[Piece]) -> list[Found]:
        """The phrases among these units, longest first, each unit used once."""
        candidates = self._candidates(units)
        if not candidates:
            return []
        free, where = bytearray(b"\1") * len(units), list(spans)
        found = []
        for phrase, pieces in sorted(candidates, key=lambda candidate: -candidate[0].size):
            if all(0 not in free[start:end] for start, end in pieces):
                for start, end in pieces:
                    free[start:end] = bytes(end - start)
                words = " … ".join(text[where[start][0] : where[end - 1][1]] for start, end in pieces)
                found.append(Found(phrase.code, phrase.list, phrase.size, words))
        return found

    def _candidates(self, units: Any) -> list[tuple[Phrase, list[Piece]]]:
        """Every phrase that could be meant; a half-found one waits in `begun` for its next part."""
        begun: dict[int, list[Piece]] = {}
        candidates = []
        for use, start, end in self._parts(units):
            if use is None:
                begun.clear()
                continue
            candidates += [(phrase, [(start, end)]) for phrase in use.alone]
            for before in begun.keys() & use.later.keys():
                pieces, (then, phrases) = begun[before], use.later[before]
                if 0 <= start - pieces[-1][1] <= self.gap:
                    begun[then] = [*pieces, (start, end)]
                    candidates += [(phrase, begun[then]) for phrase in phrases]
            begun[use.number] = [(start, end)]
        return candidates

    def _parts(self, units: Any) -> Iterator[tuple[Use | None, int, int]]:
        """The parts of phrases that stand there, in order; None where a sentence ends."""
        heads, uses = self.heads, self.uses
        for start, unit in enumerate(units):
            if unit in STOP_SIGNS:
                yield None, start, start
            for length in heads.get(_head(units, start), ()):
                end = start + length
                if end <= len(units) and (use := uses.get(units[start:end])):
                    yield use, start, end


def _head(units: Any, start: int) -> Any:
    """What is looked up first: words differ soon, Khmer letters do not."""
    return units[start : start + 2] if isinstance(units, str) else units[start]


def places(text: str, tokens: Iterable[str]) -> Iterator[Piece]:
    """Where tokens stand that follow each other in a text; quicker than to match them again."""
    end = 0
    for token in tokens:
        start = text.find(token, end)
        end = start + len(token)
        yield start, end
