"""A text of a statement as the checks read it: one way to write everything, and where each character stands."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from server.press.checks.folding import folded, raised, small
from server.press.document import Figure
from server.press.statements import GAP
from server.press.tokens import BRACES, Terms, Wrong, parse
from server.press.written import BLANK
from server.reading.letters import LOOK_ALIKE
from server.reading.shapes import PLAIN

FIGURE = "\ufffc"  # stands for a token, one character for each
DROPPED = "*_`~"  # what only makes words bold
SIGNS = str.maketrans("’‘ʼ“”«»", '\'\'\'""""') | PLAIN | str.maketrans(BLANK, "  ")
MARK = re.compile(r"[ \t]{0,9}(?:#{1,6}|[-+*>|]|[0-9]{1,3}[.)])(?=[ \t]|$)[ \t]*")  # begins a block
JOINED = re.compile(r"[\u1780-\u17d3]")  # letters and signs of a script without spaces
ENDS = re.compile(r"[។៕]|[.!?](?=[\s\"')]|$)")
SHORT = re.compile(r"(?:^|[^a-z])(?:mrs?|ms|dr|no|hon|st|art|vs)\.$")  # a full stop behind these ends nothing
LONGEST = 1000  # characters that are looked at together
LINK = re.compile(r"https?://[^\s)]{1,2000}")


@dataclass(frozen=True)
class Asked:
    """A token in a text: where its sign stands there, its normal form ("" when it cannot be read), its figure."""

    at: int
    token: str
    figure: Figure | None


@dataclass(frozen=True)
class Sentence:
    """A piece of a page: from `start` to `end` of its text; `block`: which paragraph, item or heading it is of."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, eq=False)
class Page:
    """`raw` as it was written, `text` as it is compared: small letters without accents, ASCII digits, single spaces,
    none in Khmer, blocks parted by line ends. `places` and `ends`: where each character of `text` begins and ends in
    `raw`; `kept`: what was found in it already, by what was looked for."""

    language: str
    part: str  # title or body
    raw: str = field(repr=False)
    text: str = field(repr=False)
    places: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)
    asked: tuple[Asked, ...] = field(repr=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def where(self, start: int, end: int) -> tuple[int, int]:
        """A piece of the text, in the raw one."""
        return self.places[start], self.ends[max(start, end - 1)]

    def at(self, place: int) -> int:
        """The first character of the text that stands at or behind a place in the raw one."""
        return bisect_left(self.places, place)

    def written(self, start: int, end: int) -> str:
        """A piece of the text as it was written."""
        first, last = self.where(start, end)
        return self.raw[first:last]

    @cached_property
    def cased(self) -> str:
        """The text with its capitals, character by character."""
        both = zip(self.text, self.places, strict=True)
        return "".join(char.upper() if char.upper() in folded(self.raw[at]) else char for char, at in both)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All of them, in order, none longer than LONGEST: so no check takes longer than the text is long."""
        found, at = list[Sentence](), 0
        for block, line in enumerate(self.text.split("\n")):
            ends = [
                end.end() for end in ENDS.finditer(line) if not SHORT.search(line[max(0, end.end() - 6) : end.end()])
            ]
            start = 0
            for end in [*ends, len(line)]:
                for cut in [*range(start + LONGEST, end, LONGEST), end]:
                    found.append(Sentence(at + start, at + cut, block))
                    start = cut
            at += len(line) + 1
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentence(self, at: int) -> Sentence:
        """The sentence in which a character stands."""
        return self.sentences[max(0, bisect_right(self._starts, at) - 1)]

    def waits(self, piece: Sentence) -> bool:
        """Whether a token in a sentence has no figure yet: nothing is said of numbers that are not there."""
        return any(asked.figure is None for asked in self.asked_in(piece.start, piece.end))

    def block(self, at: int) -> Sentence:
        """The paragraph, item or heading in which a character stands, no further than LONGEST from it."""
        first, last = max(0, at - LONGEST), min(len(self.text), at + LONGEST)
        start, end = self.text.rfind("\n", first, at), self.text.find("\n", at, last)
        return Sentence(first if start < 0 else start + 1, last if end < 0 else end, self.sentence(at).block)

    @cached_property
    def headings(self) -> list[tuple[int, int]]:
        """Where headings stand, in order."""
        found, at = list[tuple[int, int]](), 0
        for line in self.text.split("\n"):
            place = self.places[at] if line else 0
            if "#" in self.raw[self.raw.rfind("\n", 0, place) + 1 : place]:
                found.append((at, at + len(line)))
            at += len(line) + 1
        return found

    @cached_property
    def links(self) -> list[tuple[int, int]]:
        """Where addresses of pages stand: their numbers count nothing."""
        return [match.span() for match in LINK.finditer(self.text)]

    @cached_property
    def _asked_at(self) -> list[int]:
        return [asked.at for asked in self.asked]

    def asked_in(self, start: int, end: int) -> tuple[Asked, ...]:
        """The tokens in a piece."""
        return self.asked[bisect_right(self._asked_at, start - 1) : bisect_right(self._asked_at, end - 1)]


def read(raw: str, language: str, part: str, figures: Mapping[str, Figure], known: Terms) -> Page:
    """A title or a body."""
    chars, braces = plain(raw)
    text = "".join(char for char, _, _ in chars)
    signs = [at for at, char in enumerate(text) if char == FIGURE]
    asked = []
    for at, inside in zip(signs, braces, strict=True):
        token = _normal(inside, known)
        asked.append(Asked(at, token, figures.get(token)))
    return Page(language, part, raw, text, [c[1] for c in chars], [c[2] for c in chars], tuple(asked))


def plain(raw: str) -> tuple[list[tuple[str, int, int]], list[str]]:
    """The characters of a text as it is compared, each with its beginning and end in `raw`; what its braces hold."""
    even = raw.translate(SIGNS)
    for seen, meant in LOOK_ALIKE:
        even = even.replace(seen, meant)
    even = GAP.sub(lambda gap: " " * len(gap[0]), even)
    tokens = {match.start(): match for match in BRACES.finditer(raw)}
    found, at = list[tuple[str, int, int]](), 0
    new, heading = True, False  # whether nothing stands on this line yet, whether it is a heading
    gap: tuple[str, int] | None = None
    while at < len(even):
        if new and (mark := MARK.match(even, at)):
            gap, at, new, heading = ("\n", at), mark.end(), False, "#" in mark[0]
            continue
        char, end = even[at], at + 1
        if at in tokens:
            char, end = FIGURE, tokens[at].end()
        if char.isspace():
            ends = char == "\n" and (new or heading) or gap is not None and gap[0] == "\n"
            new, heading = new or char == "\n", heading and char != "\n"
            gap = ("\n" if ends else " ", at)
        elif char not in DROPPED and (parts := _folded(char, found, gap)):
            _part(found, gap, parts[0])
            found += [(part, at, end) for part in parts]
            gap, new = None, False
        at = end
    return found, [match[1] for match in tokens.values()]


def _folded(char: str, found: list[tuple[str, int, int]], gap: tuple[str, int] | None) -> str:
    """A character in small letters; a raised one behind a letter or digit is no part of that word or number."""
    return char if raised(char) and not gap and found and found[-1][0].isalnum() else small(char)


def _part(found: list[tuple[str, int, int]], gap: tuple[str, int] | None, after: str) -> None:
    """Keep a gap as one space or line end; none at the beginning, and none between letters of a joined script."""
    if gap and found:
        sign, at = gap
        if sign == "\n" or not (JOINED.match(after) and JOINED.match(found[-1][0])):
            found.append((sign, at, at + 1))


def _normal(inside: str, known: Terms) -> str:
    try:
        return str(parse(inside, known))
    except Wrong:
        return ""
