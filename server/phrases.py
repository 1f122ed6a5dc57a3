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

from server.shapes import ZERO_WIDTH

WORD = re.compile(r"[^\W\d_\u1780-\u17ff]+(?:['’`][^\W\d_]+)*|[.!?;](?=\s|$)")
STOP, STOPPED, STOP_SIGNS = ".", -1, ".!?;។"  # no phrase goes on after the end of a sentence
KHMER = re.compile(r"[\u1780-\u17ff]")
# Look-alike spellings; each keeps its length, so that places in the text stay true (U+200B is dropped later).
LOOK_ALIKE = (("្ដ", "្ត"), ("ឲ", "ឱ"), ("អោយ", "ឱ្យ"), ("េា", "ោ\u200b"), ("េី", "ើ\u200b"), ("ឪ", "ឱ"))


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
        self._learn_spelling(words, {word for phrase, _, _ in phrases for word in phrase.split() if word[-1] == "*"})
        self.parts: dict[Any, int] = {}  # a part, as a tuple of words or a Khmer string -> its number
        self.heads: dict[Any, list[int]] = {}  # how a part begins -> lengths
        self.uses: dict[int, list[tuple[int, int]]] = defaultdict(list)  # part -> (phrase, how many parts come before)
        self.phrases: list[tuple[Phrase, int]] = []  # and the number of parts
        for phrase, code, name in phrases:
            self._learn(phrase.replace("*", ""), code, name)
        self.scripts = {type(part) for part in self.parts}  # tuple: words, str: Khmer

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
        self.phrases.append((Phrase(code, name, size), len(parts)))
        for place, part in enumerate(parts):
            number = self.parts.setdefault(part, len(self.parts))
            self.uses[number].append((len(self.phrases) - 1, place))
            lengths = self.heads.setdefault(part[: _head(part)], [])
            if len(part) not in lengths:
                lengths.append(len(part))

    def _units(self, part: str) -> Any:
        """A part as it will be met in a text: a tuple of words, or a string of Khmer."""
        if KHMER.search(part):
            return "".join(ch for ch, _ in letters(part))
        return tuple(word for word, _, _ in self._words(part))

    def find(self, text: str) -> list[Found]:
        """The phrases in `text`, longest first, none using a word or letter of another."""
        found: list[Found] = []
        if self.scripts & {tuple}:
            words = self._words(text)
            spans = [(start, end) for _, start, end in words]
            found += self._found(text, tuple(word for word, _, _ in words), spans)
        if self.scripts & {str} and KHMER.search(text):
            chars = letters(text)
            found += self._found(text, "".join(ch for ch, _ in chars), [(place, place + 1) for _, place in chars])
        return found

    def _words(self, text: str) -> list[tuple[str, int, int]]:
        """The words that count, in the spelling of the pack, and where they stand."""
        words = []
        for match in WORD.finditer(text):
            word = STOP if match.group()[0] in STOP_SIGNS else self._spelt(match.group().lower())
            if word:
                words.append((word, match.start(), match.end()))
        return words

    def _spelt(self, word: str) -> str:
        if (known := self.spelling.get(word)) is not None:
            return known
        if "'" in word or "’" in word or "`" in word:
            return self._spelt(word.replace("'", "").replace("’", "").replace("`", ""))
        for length in self.lengths.get(word[:3], ()):
            if (known := self.prefixes.get(word[:length])) is not None:
                return known
        return word

    def _found(self, text: str, units: Any, spans: list[Piece]) -> list[Found]:
        """The phrases among these units, longest first, each unit used once."""
        free = bytearray(b"\1") * len(units)
        found = []
        for phrase, pieces in sorted(self._candidates(units), key=lambda candidate: -candidate[0].size):
            if all(0 not in free[start:end] for start, end in pieces):
                for start, end in pieces:
                    free[start:end] = bytes(end - start)
                words = " … ".join(text[spans[start][0] : spans[end - 1][1]] for start, end in pieces)
                found.append(Found(phrase.code, phrase.list, phrase.size, words))
        return found

    def _candidates(self, units: Any) -> Iterator[tuple[Phrase, list[Piece]]]:
        """Every phrase that could be meant; a half-found one waits in `begun` for its next part."""
        begun: dict[tuple[int, int], list[Piece]] = {}
        for part, start, end in self._parts(units):
            if part == STOPPED:
                begun.clear()
                continue
            for number, place in self.uses[part]:
                before = begun.get((number, place), []) if place else []
                if place and not (before and 0 <= start - before[-1][1] <= self.gap):
                    continue
                phrase, parts = self.phrases[number]
                if place + 1 == parts:
                    yield phrase, [*before, (start, end)]
                else:
                    begun[number, place + 1] = [*before, (start, end)]

    def _parts(self, units: Any) -> Iterator[tuple[int, int, int]]:
        head = _head(units)
        for start, unit in enumerate(units):
            if unit in STOP_SIGNS:
                yield STOPPED, start, start
            for length in self.heads.get(units[start : start + head], ()):
                number = self.parts.get(units[start : start + length])
                if number is not None and start + length <= len(units):
                    yield number, start, start + length


def _head(units: Any) -> int:
    """How many units are looked up first: words differ soon, Khmer letters do not."""
    return 2 if isinstance(units, str) else 1


def letters(text: str) -> list[tuple[str, int]]:
    """The characters of a text without spaces and zero-width ones, look-alikes made one, and where each stands."""
    for seen, meant in LOOK_ALIKE:
        text = text.replace(seen, meant)
    return [(ch, place) for place, ch in enumerate(text) if not ch.isspace() and ord(ch) not in ZERO_WIDTH]


def finders(keywords: Mapping[str, Any], languages: Iterable[str]) -> list[Finder]:
    """One finder for each language of the pack that has words."""
    return [Finder(keywords[language]) for language in languages if language in keywords]
