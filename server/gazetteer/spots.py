"""Pieces of a text that may name a place: among words with spaces, in a script without, and beside "district"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.country.registry import PARENT
from server.gazetteer.names import Names
from server.gazetteer.unspaced import Hit

WORD = re.compile(r"[a-z0-9]+")
JOINED = re.compile(r"[^\x00-\x7f][^\x00-\x2f\x3a-\x7f]*")  # a stretch of a script without spaces, and digits in it
LONGEST = 6  # words of a name
REMEMBERED = 20_000  # stretches of words that are kept once they were looked up: people name the same places
Span = Sequence[re.Match[str]]  # words that follow each other


@dataclass(frozen=True)
class Mention:
    """A piece of a plain text that names one of the places `codes`; see Hit for the rest."""

    start: int
    end: int
    words: str
    codes: frozenset[str]
    quality: float
    sure: bool
    loose: frozenset[str] = frozenset()


def spaced(names: Names, text: str) -> Iterator[Mention]:
    """Names among words with spaces: the longest sure one at each place, else one misspelt, else any."""
    words = list(WORD.finditer(text))
    strange = [names.strange(word.group()) for word in words]
    i = 0
    while i < len(words):
        found = None
        if strange[i] or words[i].group() in names.first:
            ahead = strange[i : i + LONGEST]
            found = longest_of(names, words[i : i + LONGEST], (*ahead, False).index(False))
        if found:
            yield found
        i += sum(1 for word in words[i : i + LONGEST] if found and word.end() <= found.end) or 1


def longest_of(names: Names, words: Span, strange: int) -> Mention | None:
    """The best name that begins the words, of which the first few are strange."""
    found = _longest(names, tuple(word.group() for word in words), strange)
    return mention_of(words[: found[0]], found[1]) if found else None


@lru_cache(REMEMBERED)
def _longest(names: Names, words: tuple[str, ...], strange: int) -> tuple[int, Hit] | None:
    """How many of the words are the best name that begins them, and which."""
    exact: list[tuple[int, Hit]] = []
    begun = names.begins(words[0])
    for n in range(len(words), 0, -1):
        if hit := names.written(words[:n]) or (names.heard(words[:n]) if begun else None):
            if hit.sure:
                return n, hit
            exact.append((n, hit))
    for n in range(min(len(words), strange), 0, -1):
        if hit := names.misspelt(words[:n]):
            return n, hit
    return exact[0] if exact else None


@lru_cache(REMEMBERED)
def _almost(names: Names, words: tuple[str, ...], level: str) -> Hit | None:
    return names.almost(words, level)


def holds_name(names: Names, span: Span) -> bool:
    """Whether words behind the first are surely a name by themselves: then the span is no misspelt one."""
    said = [word.group() for word in span]
    pieces = (said[i:j] for i in range(1, len(said)) for j in range(i + 1, len(said) + 1) if j - i > 1)
    return any((hit := names.written(piece) or names.heard(piece)) and hit.sure for piece in pieces)


def mention_of(span: Span, hit: Hit) -> Mention:
    """The hit, at the place of its words."""
    words = " ".join(word.group() for word in span)
    return Mention(span[0].start(), span[-1].end(), words, hit.codes, hit.quality, hit.sure, hit.loose)


def run_together(names: Names, text: str) -> Iterator[Mention]:
    """Names in a script without spaces: the longest at each place, else one misspelt after "district" or the like."""
    guesses = 3  # enough for commune, district and province; each costs as much as a whole message
    for run in JOINED.finditer(text):
        i = run.start()
        while i < run.end():
            found = names.unspaced.at(text, i)
            if not found and guesses and (level := level_before(names, text, i)) in PARENT:
                guesses -= 1
                found = names.unspaced.almost_at(text[: run.end()], i, level)
            if found:
                name, hit = found
                yield Mention(i, i + len(name), name, hit.codes, hit.quality, hit.sure)
            i += len(found[0]) if found else 1


def worn(names: Names, text: str) -> Iterator[Mention]:
    """Names in a script without spaces that are right but for signs that people mix up or leave out."""
    folded, back = names.spelling.folded(text), names.spelling.places_in(text)
    for run in JOINED.finditer(folded):
        i = run.start()
        while i < run.end():
            if found := names.unspaced.worn_at(folded, i):
                start, end, hit = back[i], back[i + len(found[0])], found[1]
                yield Mention(start, end, text[start:end], hit.codes, hit.quality, hit.sure)
            i += len(found[0]) if found else 1


def almost(names: Names, text: str) -> Iterator[Mention]:
    """Words that stand beside "district" or the like, and are almost the name of one."""
    words = list(WORD.finditer(text))
    for i, word in enumerate(words):
        after = [words[i + 1 : i + 1 + n] for n in (4, 3, 2, 1)]
        before = [words[max(i - n, 0) : i] for n in (4, 3, 2, 1)]
        for hints, spans in ((names.before, after), (names.after, before)):
            level = hints.get(word.group())
            if hints is names.before and word.group() in names.after and unknown_name(names, text[: word.start()]):
                continue  # it speaks for the name before it
            for span in spans if level in PARENT else ():
                said = tuple(word.group() for word in span)
                hit = _almost(names, said, str(level)) if said and all(map(names.strange, said)) else None
                if hit and not holds_name(names, span):
                    yield mention_of(span, hit)


def level_before(names: Names, text: str, start: int, free: int = 0) -> str:
    """The level that the word before asks for, "" when it asks for none."""
    prior = text[max(free, start - 40) : start].rstrip()
    for word, level in names.before.items():
        if prior.endswith(word):
            rest = prior[: -len(word)]
            cut = word.isascii() and rest[-1:].isalnum()
            taken = word in names.after and unknown_name(names, rest)
            return "" if cut or taken else str(level)
    return ""


def unknown_name(names: Names, text: str) -> bool:
    """Whether a text ends in a word that is no ordinary one: "district" after it speaks for that word."""
    words = text.split()[-1:]
    return bool(words) and words[0].isascii() and words[0].isalpha() and names.strange(words[0])
