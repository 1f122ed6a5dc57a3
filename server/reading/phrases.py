"""Where the phrases of a pack's keywords stand in a text, longest first, in one pass and whatever the spelling.

Latin script is matched word by word: capitals, apostrophes and skipped words do not matter, variants and prefixes
("intimidat*") stand for one word, and numbers are passed over. Khmer writes no spaces, so it is matched letter by
letter, without zero-width characters and with its look-alike spellings made one. In both, ``a ... b`` is `a` followed
by `b` after a short gap, ``a|b`` is either, and where two phrases want the same letters the longer one gets them: that
is what keeps "death" out of "names of the dead".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count, product
from typing import Any, NamedTuple

from server.reading.letters import has_khmer, letters

WORD = re.compile(r"([^\W\d_\u1780-\u17ff]++(?:['’`][^\W\d_]++)*+|[.!?;](?=\s|$))")
STOP, STOP_SIGNS = ".", frozenset(".!?;។")  # no phrase goes on after the end of a sentence
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
        self.opens = {number for use in self.uses.values() for number in use.later}  # parts after which others may come
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
        if has_khmer(part):
            return "".join(ch for ch, _ in letters(part))
        return tuple(spelt for word in WORD.findall(part) if (spelt := self.spelt(word)))

    def find(self, text: str) -> list[Found]:
        """The phrases in `text`, longest first, none using a word or letter of another."""
        found: list[Found] = []
        if tuple in self.scripts:
            pieces, known = WORD.split(text), self.known  # words, and what lies between them
            spelt = [known[word] if word in known else self.spelt(word) for word in pieces[1::2]]
            units = tuple(filter(None, spelt))
            if candidates := self._candidates(units, units):
                found += _chosen(candidates, pieces, list(compress(count(1, 2), spelt)))
        if str in self.scripts and has_khmer(text):
            chars = letters(text)
            signs = "".join([ch for ch, _ in chars])
            if candidates := self._candidates(signs, [_head(signs, at) for at in range(len(signs))]):
                found += _chosen(candidates, text, [at for _, at in chars])
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

    def _candidates(self, units: Any, heads: Sequence[Any]) -> list[tuple[Phrase, list[Piece]]]:
        """Every phrase that could be meant; a half-found one waits in `begun` for its next part. `heads`: how a part
        that begins at each unit would begin."""
        uses, many = self.uses, len(units)
        begun: dict[int, list[Piece]] = {}
        candidates = []
        for start, lengths in enumerate(map(self.heads.get, heads)):
            if begun and units[start] in STOP_SIGNS:
                begun.clear()
            for length in lengths or ():
                end = start + length
                if end > many or (use := uses.get(units[start:end])) is None:
                    continue
                for phrase in use.alone:
                    candidates.append((phrase, [(start, end)]))
                for before in begun.keys() & use.later.keys() if use.later else ():
                    pieces, (then, phrases) = begun[before], use.later[before]
                    if 0 <= start - pieces[-1][1] <= self.gap:
                        begun[then] = [*pieces, (start, end)]
                        candidates += [(phrase, begun[then]) for phrase in phrases]
                if use.number in self.opens:
                    begun[use.number] = [(start, end)]
        return candidates


def _chosen(candidates: list[tuple[Phrase, list[Piece]]], text: Sequence[str], where: Sequence[int]) -> list[Found]:
    """The phrases found, longest first, each unit used once. `where`: which piece of the text each unit is."""
    free = bytearray(b"\1") * len(where)
    found = []
    for phrase, pieces in sorted(candidates, key=lambda candidate: -candidate[0].size):
        if any([0 in free[first:after] for first, after in pieces]):
            continue
        for first, after in pieces:
            free[first:after] = bytes(after - first)
        words = " … ".join(["".join(text[where[first] : where[after - 1] + 1]) for first, after in pieces])
        found.append(Found(phrase.code, phrase.list, phrase.size, words))
    return found


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
