"""Where a line of a language may end: between words, by the dictionary of ICU where a script sets no spaces."""

import unicodedata
from collections.abc import Callable, Iterator

from icu4py.breakers import CharacterBreaker, LineBreaker

VIRAMA = 9  # joins the next letter to the one before


def pieces(text: str, language: str) -> list[str]:
    """The text in pieces between which a line may end; no piece begins in the middle of a syllable."""
    return _whole(LineBreaker(text, language))


def letters(text: str, language: str) -> list[str]:
    """The text by letters with all that hangs on them: for a piece that is longer than any line."""
    return _whole(CharacterBreaker(text, language))


def lines(text: str, language: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """The text in lines that fit, without the spaces at their ends; at least one, and none without an end."""
    line = ""
    for piece in (part for each in pieces(text, language) for part in _fitting(each, language, fits)):
        if line and not fits((line + piece).rstrip()):
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def _fitting(piece: str, language: str, fits: Callable[[str], bool]) -> list[str]:
    return [piece] if fits(piece.rstrip()) else letters(piece, language)


def _whole(found: LineBreaker | CharacterBreaker) -> list[str]:
    made: list[str] = []
    for piece in found:
        if made and (_hangs(piece[0]) or unicodedata.combining(made[-1][-1]) == VIRAMA):
            made[-1] += piece
        else:
            made.append(piece)
    return made


def _hangs(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc")
