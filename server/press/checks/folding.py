"""One way to write each letter and digit, whatever it looks like: bold, in a circle, accented, of another script."""

import unicodedata
from functools import cache

from server.press.written import GONE, NOTHING

MARKS = ("Mn", "Me")  # accents, and strokes through a letter
SCRIPTS = ("LATIN", "KHMER")  # that statements are written in
LETTERS = ("Lu", "Ll", "Lt", "Lo")
OVER = "\N{FRACTION SLASH}"
RAISED = ("<super>", "<sub>")


@cache
def folded(char: str) -> str:
    """A character as it is compared, its case kept: none or several for some."""
    if " " <= char <= "~" or "\u1780" <= char <= "\u17ff":
        return char.translate(GONE)
    if unicodedata.category(char) in (*NOTHING, *MARKS) or ord(char) in GONE:
        return ""
    if (digit := unicodedata.digit(char, None)) is not None:
        return str(digit)
    parts = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) not in MARKS]
    whole = "".join(parts).replace(OVER, "/")
    return whole if whole.replace("/", "").isalnum() else char


@cache
def small(char: str) -> str:
    """A character as it is compared, in small letters."""
    return "".join(lower if len(lower) == 1 else each for each in folded(char) for lower in [each.lower()])


def raised(char: str) -> bool:
    """Whether it is small and set high or low: behind a word a note, not a part of it."""
    return not char.isascii() and unicodedata.decomposition(char).startswith(RAISED)


def foreign(char: str) -> bool:
    """Whether it is a letter of a script that no statement is written in."""
    if char.isascii() or "\u1780" <= char <= "\u17ff" or unicodedata.category(char) not in LETTERS:
        return False
    return not unicodedata.name(folded(char)[:1] or char, "").startswith(SCRIPTS)
