"""How alike two texts are, from keyed sketches of them that tell nothing of the words to whoever lacks the key."""

import unicodedata
from functools import lru_cache
from hashlib import blake2b

CONSIDERED = 600  # letters of a text
PIECE = 5  # letters in a row
FEWEST = 20  # pieces; shorter texts are alike without anybody copying
SIZE = 32  # hashes in a sketch, those of the pieces that happen to have the smallest
NEAR = 0.7  # of all pieces that two texts must share
REMEMBERED = 50_000  # pieces whose hashes are kept: most texts are made of the same ones

Sketch = tuple[str, ...]  # hashes as hexadecimal, smallest first


def sketch(words: str, key: bytes) -> Sketch:
    """The sketch of a text: of its letters alone, whatever its capitals, digits and signs; () of a short text."""
    letters = _letters(words)
    pieces = {letters[at : at + PIECE] for at in range(len(letters) - PIECE + 1)}
    if len(pieces) < FEWEST:
        return ()
    return tuple(sorted({_hash(piece, key) for piece in pieces})[:SIZE])


def likeness(one: Sketch, other: Sketch) -> float:
    """About which share of their pieces two texts have in common, 0 to 1."""
    together = sorted({*one, *other})[:SIZE]
    both = set(one) & set(other)
    return sum(each in both for each in together) / len(together) if together else 0.0


@lru_cache(REMEMBERED)
def _hash(piece: str, key: bytes) -> str:
    return blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=4, key=key).hexdigest()


def _letters(words: str) -> str:
    """The letters and marks of a text, composed and small."""
    if words.isascii():
        return "".join(filter(str.isalpha, words[: CONSIDERED * 2].lower()))[:CONSIDERED]
    plain = unicodedata.normalize("NFKC", words[: CONSIDERED * 2]).lower()
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LM")[:CONSIDERED]
