"""What two texts have in common: their letters in short pieces, of which the rare ones weigh most."""

import re
import unicodedata
from array import array
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from math import log2
from typing import NamedTuple
from zlib import crc32

CONSIDERED = 600  # characters of a text
PIECE = 4  # letters in a row; a script without spaces between words needs no knowledge of words then
SHORTEST = 3  # letters of a word that says anything
BUCKETS = 1 << 18  # pieces are counted in so many, so that no flood of strange words takes memory
CODED = re.compile(r"\b[A-Za-z]{2}\s?-?\d{4}(?:-\d)?\b")  # a station, which is a place and no word
ENDS = " .!,;:…។"  # signs at either end of a message that say nothing

LETTERS = re.compile("[a-z]+")
REMEMBERED = 20_000  # runs of letters whose numbers are kept: people use the same words

Pieces = array  # of unsigned numbers, each once


def pieces(text: str) -> Pieces:
    """The pieces of a text as numbers: of its letters alone, whatever its capitals, digits and signs."""
    plain = CODED.sub(" ", unicodedata.normalize("NFKC", text[:CONSIDERED]).replace("\u200b", "")).lower()
    runs = LETTERS.findall(plain) if plain.isascii() else _runs(plain)
    return array("I", dict.fromkeys(chain.from_iterable(map(_numbers, runs))))


def identity(text: str) -> str:
    """The same for two texts that say exactly the same: all but capitals, spaces, the script of digits and final signs
    is told apart, so that another number, a "not" or a question is another text."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if plain.isascii() and plain.isprintable():  # as most are: there is nothing to leave out
        return blake2b(plain.strip(ENDS).encode(), digest_size=12).hexdigest()
    kept = "".join(_digit(char) for char in plain if unicodedata.category(char) not in ("Cf", "Cc"))
    return blake2b(kept.strip(ENDS).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def is_latin(text: str) -> bool:
    """Whether most of its letters are ASCII ones: texts of two scripts share no pieces, and that says nothing."""
    if text.isascii():
        return True
    letters = [char for char in text[:CONSIDERED] if char.isalpha()]
    return 2 * sum(char.isascii() for char in letters) >= len(letters)


class Own(NamedTuple):
    """What one text says, and how much that is."""

    said: frozenset[int]
    weight: float


class Weights:
    """How much each piece says: the oftener it was heard, the less. Counted in a table of a fixed size."""

    def __init__(self) -> None:
        self._heard = array("I", bytes(4 * BUCKETS))
        self._weights = array("f", [1.0]) * BUCKETS

    def hear(self, told: Iterable[int]) -> None:
        """Count the pieces of one more text."""
        for piece in told:
            self._heard[piece] += 1
            self._weights[piece] = 1 / (1 + log2(1 + self._heard[piece]))

    def rare(self, told: Pieces, most: int, heard: int) -> list[int]:
        """The rarest pieces of a text, `most` of them, each heard at most `heard` times."""
        counted = sorted((self._heard[piece], piece) for piece in told)
        return [piece for times, piece in counted[:most] if times <= heard]

    def own(self, told: Pieces) -> Own:
        """The pieces of a text that is compared with several others, as long as nothing more is heard."""
        said = frozenset(told)
        return Own(said, sum(map(self._weights.__getitem__, said)))

    def likeness(self, one: Own, other: Pieces) -> float:
        """How alike two texts are, 0 to 1: what they share, of what they say."""
        weight = self._weights.__getitem__
        both = sum(map(weight, filter(one.said.__contains__, other)))
        return float(both / (one.weight * sum(map(weight, other))) ** 0.5) if both else 0.0


def _runs(plain: str) -> Iterable[str]:
    """Letters in a row; vowel signs and the like belong to them."""
    run: list[str] = []
    for char in plain:
        if char.isalpha() or unicodedata.category(char)[0] == "M":
            run.append(char)
        elif run:
            yield "".join(run)
            run = []
    if run:
        yield "".join(run)


@lru_cache(REMEMBERED)
def _numbers(run: str) -> tuple[int, ...]:
    return tuple(crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS for piece in _cut(run))


def _cut(run: str) -> Iterable[str]:
    if len(run) < SHORTEST:
        return ()
    whole = f"_{run}_" if run.isascii() else run
    return (whole[at : at + PIECE] for at in range(max(1, len(whole) - PIECE + 1)))


def _digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdecimal() else char
