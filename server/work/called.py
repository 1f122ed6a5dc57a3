"""Whom a note calls by name, as @name. Pure."""

import unicodedata
from collections.abc import Iterable

SIGN = "@"


def called(note: str, names: Iterable[str]) -> list[str]:
    """Those of these accounts that the note calls, in any case of letters, by the longest name that fits."""
    left, found = note.casefold(), list[str]()
    for name in sorted(names, key=lambda name: (-len(name), name)):
        sign = SIGN + name.casefold()
        if any(_ends(left, at + len(sign)) for at in _places(left, sign)):
            found.append(name)
            left = left.replace(sign, " " * len(sign))
    return sorted(found)


def _places(text: str, sign: str) -> Iterable[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def _ends(text: str, at: int) -> bool:
    """Whether no word goes on here."""
    return at >= len(text) or not (text[at].isalnum() or text[at] == "_" or unicodedata.category(text[at])[0] == "M")
