"""Words and phrases found in a page, the longest first, in time that grows with its length alone."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from server.press.checks.page import Page, Sentence, plain

Meaning = TypeVar("Meaning")
LETTER = re.compile("[a-z0-9]")
REST = re.compile("[a-z']{0,20}")  # what may follow a word that ends with `*`
HANGS = "\u17d2"  # the next letter hangs under this one
BELONGS = re.compile("[\u17b4-\u17d3\u17dd]")  # signs that belong to the letter before them
FIRST = 2  # letters by which phrases are filed


class Hit(NamedTuple, Generic[Meaning]):
    """A phrase found: where, and what it means."""

    start: int
    end: int
    meaning: Meaning


class Hits(Generic[Meaning]):
    """Phrases found in a page, in order."""

    def __init__(self, found: list[Hit[Meaning]]) -> None:
        self.all = found
        self._starts = [hit.start for hit in found]

    def within(self, piece: Sentence) -> list[Hit[Meaning]]:
        """Those that begin in a sentence."""
        return self.between(piece.start, piece.end)

    def between(self, start: int, end: int) -> list[Hit[Meaning]]:
        """Those that begin in a piece of the text."""
        return self.all[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


class Phrases(Generic[Meaning]):
    """`words`: phrase -> what it means, None for one that only hides shorter ones in it."""

    def __init__(self, words: Iterable[tuple[str, Meaning | None]]) -> None:
        found: dict[tuple[str, bool], Meaning | None] = {}
        for word, meaning in words:
            found.setdefault((_plain(word.removesuffix("*")), word.endswith("*")), meaning)
        self._filed: dict[str, list[tuple[str, bool, Meaning | None]]] = {}
        for (word, open_), meaning in sorted(found.items(), key=lambda each: (-len(each[0][0]), each[0])):
            self._filed.setdefault(word[:FIRST], []).append((word, open_, meaning))
        starts = "|".join(map(re.escape, sorted(self._filed)))
        self._starts = re.compile(f"(?={starts})" if starts else "(?!)")

    def find(self, page: Page) -> Hits[Meaning]:
        """Those in a page; none stands within another."""
        if self not in page.kept:
            page.kept[self] = Hits(list(self._found(page.text)))
        found: Hits[Meaning] = page.kept[self]
        return found

    def above(self, page: Page, at: int) -> bool:
        """Whether one stands in the heading above a character, or in which it stands."""
        over = bisect_left(page.headings, (at + 1, 0)) - 1
        return over >= 0 and bool(self.find(page).between(*page.headings[over]))

    def at(self, text: str, start: int) -> Hit[Meaning] | None:
        """The one that begins here."""
        hit = self._at(text, start)
        return Hit(start, hit[0], hit[1]) if hit and hit[1] is not None else None

    def _found(self, text: str) -> Iterator[Hit[Meaning]]:
        end = 0
        for match in self._starts.finditer(text):
            start = match.start()
            if start >= end and (hit := self._at(text, start)):
                end = hit[0]
                if hit[1] is not None:
                    yield Hit(start, end, hit[1])

    def _at(self, text: str, start: int) -> tuple[int, Meaning | None] | None:
        for word, open_, meaning in self._filed.get(text[start : start + FIRST], ()):
            if text.startswith(word, start):
                rest = REST.match(text, start + len(word)) if open_ else None
                end = rest.end() if rest else start + len(word)
                if whole(text, start, end):
                    return end, meaning
        return None


def whole(text: str, start: int, end: int) -> bool:
    """Whether a piece cuts no word of letters with spaces, and no syllable of a script without."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (before == HANGS or LETTER.match(text[start]) and LETTER.match(before)):
        return False
    return not (after and (BELONGS.match(after) or LETTER.match(text[end - 1]) and LETTER.match(after)))


def of(words: Iterable[str], unless: Iterable[str] = ()) -> Phrases[bool]:
    """Phrases of one meaning; `unless`: longer ones in which they do not count."""
    return Phrases([*((word, True) for word in words), *((word, None) for word in unless)])


def meaning(groups: Mapping[str, Iterable[str]]) -> Phrases[str]:
    """Phrases that mean the name of their group."""
    return Phrases([(word, name) for name, words in groups.items() for word in words])


def _plain(word: str) -> str:
    """A phrase as texts are read."""
    found = plain(f".{word}")[0]  # else what begins with a dash would begin a list
    return "".join(char for char, _, _ in found)[1:]
