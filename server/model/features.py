"""From what texts show to rows of numbers: weighed words and pairs of words, pieces of words, findings of the rules."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from server.model.words import Shown

PIECES = (3, 5)  # letters in a piece of a Latin word
KHMER_PIECES = (2, 4)  # letters in a piece of Khmer, which writes no spaces
LOUD = (2.0, 2.0, 0.5)  # how much words, pieces and findings count beside each other; measured in docs/quality.md
RARE = 2  # a piece of a word must stand in that many texts of the training
REMEMBERED = 20_000  # words whose pieces are kept once they were cut


def pairs(words: Sequence[str]) -> list[str]:
    """Words next to each other, and with one word between them."""
    near = [f"{one} {two}" for one, two in zip(words, words[1:], strict=False)]
    return near + [f"{one} … {two}" for one, two in zip(words, words[2:], strict=False)]


def cut(text: str, sizes: tuple[int, int]) -> list[str]:
    """All pieces of a word, or of Khmer, of these sizes."""
    return [text[at : at + size] for size in range(sizes[0], sizes[1] + 1) for at in range(len(text) - size + 1)]


def pieces(word: str) -> list[str]:
    """The pieces of a Latin word with its edges marked; none of an hour."""
    return [] if word[0] == "@" else cut(f"_{word}_", PIECES)


class Features:
    """The columns of the rows: `names` in order; `whole` words and pairs come first, then pieces, then findings."""

    def __init__(self, whole: Sequence[str], parts: Sequence[str], findings: Sequence[str], rarity: Any) -> None:
        self.whole = {name: column for column, name in enumerate(whole)}
        # two strings that are known already are looked up quicker than a third made of them
        self.near = {(pair[0], pair[-1]): column for pair, column in _pairs(self.whole, 2)}
        self.apart = {(pair[0], pair[-1]): column for pair, column in _pairs(self.whole, 3)}
        self.parts = {name: column for column, name in enumerate(parts, len(whole))}
        self.findings = {name: column for column, name in enumerate(findings, len(whole) + len(parts))}
        self.rarity = np.asarray(rarity, dtype=np.float32)  # of whole and parts: rare ones say more
        self.size = len(whole) + len(parts) + len(findings)
        self.cuts: dict[str, bytes] = {}  # word -> columns of its pieces

    @classmethod
    def learnt(cls, texts: Sequence[Shown]) -> "Features":
        """The columns that these texts need."""
        whole = _counted({*text.words, *pairs(text.words)} for text in texts)
        parts = _counted(set(chain(cut(text.khmer, KHMER_PIECES), *map(pieces, set(text.raw)))) for text in texts)
        parts = {name: count for name, count in parts.items() if count >= RARE}
        findings = sorted({name for text in texts for name in text.heard})
        counts = np.array([*whole.values(), *parts.values()], dtype=np.float64)
        return cls(list(whole), list(parts), findings, np.log((1 + len(texts)) / (1 + counts)) + 1)

    def rows(self, texts: Sequence[Shown]) -> csr_matrix:
        """A row for each text. Words and pieces have a fixed length each, so that long texts are no louder."""
        columns: list[bytes] = []  # of words, pieces and findings of each text
        values: list[float] = []
        for text in texts:
            heard = [(self.findings[name], value) for name, value in text.heard.items() if name in self.findings]
            columns += self._words(text), self._pieces(text), _packed([column for column, _ in heard])
            values += [value for _, value in heard]
        at = np.frombuffer(bytearray().join(columns), dtype=np.int32)
        ends = np.cumsum([0, *map(len, columns)], dtype=np.int32) // at.itemsize
        data = self.rarity[np.minimum(at, len(self.rarity) - 1)]
        data[at >= len(self.rarity)] = values
        data *= np.repeat(self._loud(data, ends), np.diff(ends))
        return csr_matrix((data, at, ends[::3].copy()), shape=(len(texts), self.size))

    def _loud(self, data: Any, ends: Any) -> Any:
        """What each stretch of words, pieces or findings is multiplied by."""
        sums = np.concatenate([[0.0], np.cumsum(np.square(data, dtype=np.float64))])
        lengths = np.sqrt(np.maximum(np.diff(sums[ends]), 1e-12))
        lengths[2::3] = 1.0  # findings are as loud as they are many
        return (np.tile(LOUD, len(lengths) // 3) / lengths).astype(np.float32)

    def _words(self, text: Shown) -> bytes:
        """The columns of words and pairs."""
        return _packed([column for found in self.columns(text.words) for column in found if column is not None])

    def columns(self, words: Sequence[str]) -> Iterator[Iterator[int | None]]:
        """The columns of words, of neighbours, and of those with one word between them; None where there is none."""
        yield map(self.whole.get, words)
        yield map(self.near.get, zip(words, words[1:], strict=False))
        yield map(self.apart.get, zip(words, words[2:], strict=False))

    def _pieces(self, text: Shown) -> bytes:
        """The columns of pieces of words, and of Khmer."""
        cuts = self.cuts
        columns = b"".join([cuts[word] if word in cuts else self._cut(word) for word in text.raw])
        return columns + self._known(cut(text.khmer, KHMER_PIECES)) if text.khmer else columns

    def _cut(self, word: str) -> bytes:
        if len(self.cuts) >= REMEMBERED:
            self.cuts.clear()
        self.cuts[word] = self._known(pieces(word))
        return self.cuts[word]

    def _known(self, names: Iterable[str]) -> bytes:
        return _packed([column for name in names if (column := self.parts.get(name)) is not None])


def _packed(columns: Sequence[int]) -> bytes:
    """Numbers of columns as an array of numpy holds them: thousands are put together sooner than turned into one."""
    return array("i", columns).tobytes()


def _pairs(whole: Mapping[str, int], parts: int) -> Iterator[tuple[list[str], int]]:
    """Names of that many parts, which no space is in, and their columns."""
    return ((pair, column) for name, column in whole.items() if len(pair := name.split(" ")) == parts)


def _counted(texts: Iterable[set[str]]) -> dict[str, int]:
    """In how many texts each name stands; in the order of the names, so that it is always the same."""
    counts: Counter[str] = Counter()
    for names in texts:
        counts.update(names)
    return dict(sorted(counts.items()))
