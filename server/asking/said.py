"""Cuts what was typed into query words: `cat:IN,BX`, `#2041`, `R-3`, free words, "words in quotes", `-` before any."""

import re
from dataclasses import dataclass

from server.roles import Refused
from server.sections.cards import searchable

LONGEST = 600  # characters of a query
MOST = 40  # words in it, and values in a word
NUMBER = re.compile(r"#(\d+)|#?[Rr](-\d+)")  # of an incident; those with a letter are the security lead's
QUOTES = str.maketrans("“”„«»", '"""""')  # as phones and word processors write them


class Wrong(Refused):
    """A query that cannot be understood: `name` of what is wrong, and the `values` that its sentence needs."""

    def __init__(self, name: str, **values: str) -> None:
        super().__init__(name)
        self.name, self.values = name, values


@dataclass(frozen=True)
class Said:
    """One word as it was typed (`text`): its `key` ("" for free words), its values, whether it leaves out (`-`)."""

    text: str
    key: str
    values: tuple[str, ...]
    negated: bool = False


def said(text: str) -> list[Said]:
    """The words of a query, in order. Raises Wrong."""
    if len(text) > LONGEST:
        raise Wrong("long", most=str(LONGEST))
    pieces = _split(searchable(text.translate(QUOTES)), "")
    if len(pieces) > MOST:
        raise Wrong("many", most=str(MOST))
    return [_read(piece) for piece in pieces]


def _split(text: str, at: str) -> list[str]:
    """The pieces between spaces, or between signs `at`, outside quotes; none is empty. Raises Wrong."""
    pieces, begun, quoted = [], 0, False
    for i, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and (char == at if at else char.isspace()):
            pieces.append(text[begun:i])
            begun = i + 1
    if quoted:
        raise Wrong("quote")
    return [piece for piece in [*pieces, text[begun:]] if piece]


def _read(piece: str) -> Said:
    negated = piece.startswith("-") and len(piece) > 1
    word = piece[1:] if negated else piece
    key, colon, rest = word.partition(":")
    if number := NUMBER.fullmatch(word):
        return Said(piece, "#", (number[1] or number[2],), negated)
    if not (colon and key.isascii() and key.isalpha()):
        return Said(piece, "", (word.replace('"', "").strip(),), negated)
    values = [value.replace('"', "").strip() for value in _split(rest, ",")]
    if len(values) > MOST:
        raise Wrong("many", most=str(MOST))
    return Said(piece, key.lower(), tuple(value for value in values if value), negated)
