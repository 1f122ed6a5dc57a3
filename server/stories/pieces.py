"""What two texts have in common: their letters in short pieces, of which the rare ones weigh most."""

import re
import unicodedata
from array import array
from collections.abc import Iterable
from hashlib import blake2b
from math import log2
from zlib import crc32

CONSIDERED = 600  # characters of a text
PIECE = 4  # letters in a row; a script without spaces between words needs no knowledge of words then
SHORTEST = 3  # letters of a word that says anything
BUCKETS = 1 << 18  # pieces are counted in so many, so that no flood of strange words takes memory
CODED = re.compile(r"\b[A-Za-z]{2}\s?-?\d{4}(?:-\d)?\b")  # a station, which is a place and no word
ENDS = " .!,;:…។"  # signs at either end of a message that say nothing

Pieces = array  # of unsigned numbers, each once


def pieces(text: str) -> Pieces:
    """The pieces of a text as numbers: of its letters alone, whatever its capitals, digits and signs."""
    plain = CODED.sub(" ", unicodedata.normalize("NFKC", text[:CONSIDERED]).replace("\u200b", "")).lower()
    found = (piece for run in _runs(plain) for piece in _cut(run))
    return array("I", dict.fromkeys(crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS for piece in found))


def identity(text: str) -> str:
    """The same for two texts that say exactly the same: all but capitals, spaces, the script of digits and final signs
    is told apart, so that another number, a "not" or a question is another text."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    kept = "".join(_digit(char) for char in plain if unicodedata.category(char) not in ("Cf", "Cc"))
    return blake2b(kept.strip(ENDS).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def is_latin(text: str) -> bool:
    """Whether most of its letters are ASCII ones: texts of two scripts share no pieces, and that says nothing."""
    letters = [char for char in text[:CONSIDERED] if char.isalpha()]
    return 2 * sum(char.isascii() for char in letters) >= len(letters)


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

    def likeness(self, one: frozenset[int], other: Pieces) -> float:
        """How alike two texts are, 0 to 1: what they share, of what they say."""
        weights = self._weights
        both = sum(weights[piece] for piece in other if piece in one)
        if not both:
            return 0.0
        return float(both / (sum(weights[piece] for piece in one) * sum(weights[piece] for piece in other)) ** 0.5)


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


def _cut(run: str) -> Iterable[str]:
    if len(run) < SHORTEST:
        return ()
    whole = f"_{run}_" if run.isascii() else run
    return (whole[at : at + PIECE] for at in range(max(1, len(whole) - PIECE + 1)))


def _digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdecimal() else char
