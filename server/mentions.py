"""The places that a text names, in order; what may be an ordinary word counts only when the words beside it say so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.names import Hit, Names
from server.registry import PARENT

WORD = re.compile(r"[a-z0-9]+")
JOINED = re.compile(r"[^\x00-\x7f][^\x00-\x2f\x3a-\x7f]*")  # a stretch of a script without spaces, and digits in it
LONGEST = 6  # words of a name
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


def mentions(names: Names, text: str) -> list[Mention]:
    """What `text` (plain, see Spelling) names."""
    found = [*spaced(names, text), *run_together(names, text), *almost(names, text)]
    kept: list[Mention] = []
    free = 0  # from here on, a word such as "district" has not yet spoken for a name
    for mention in sorted(found, key=lambda one: (one.start, not one.sure, -one.end)):
        if kept and mention.start < kept[-1].end:
            continue
        level, free = level_of(names, text, mention, free)
        if level is not None and level not in PARENT:
            continue  # the name of something smaller than any place of the pack
        codes = at_level(names, mention, level) if level else frozenset[str]()
        sure = mention.sure or bool(codes) or goes_before(names, text, mention)
        kept.append(replace(mention, codes=codes or mention.codes, sure=sure))
    return [one for i, one in enumerate(kept) if one.sure or beside(names, text, one, kept[max(i - 1, 0) : i + 2])]


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
    spans = [words[:n] for n in range(len(words), 0, -1)]
    exact: list[Mention] = []
    for span in spans:
        said = [word.group() for word in span]
        if hit := names.written(said) or (names.heard(said) if len(span) <= strange else None):
            if hit.sure:
                return mention_of(span, hit)
            exact.append(mention_of(span, hit))
    for span in spans:
        if len(span) <= strange and (hit := names.misspelt([word.group() for word in span])):
            return mention_of(span, hit)
    return exact[0] if exact else None


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
            found = names.at(text, i)
            if not found and guesses and (level := level_before(names, text, i)) in PARENT:
                guesses -= 1
                found = names.almost_at(text[: run.end()], i, level)
            if found:
                name, hit = found
                yield Mention(i, i + len(name), name, hit.codes, hit.quality, hit.sure)
            i += len(found[0]) if found else 1


def almost(names: Names, text: str) -> Iterator[Mention]:
    """Words that stand beside "district" or the like, and are almost the name of one."""
    words = list(WORD.finditer(text))
    for i, word in enumerate(words):
        after = [words[i + 1 : i + 1 + n] for n in (4, 3, 2, 1)]
        before = [words[max(i - n, 0) : i] for n in (4, 3, 2, 1)]
        for hints, spans in ((names.before, after), (names.after, before)):
            level = hints.get(word.group())
            for span in spans if level in PARENT else ():
                said = [word.group() for word in span]
                if said and all(map(names.strange, said)) and (hit := names.almost(said, str(level))):
                    yield mention_of(span, hit)


def level_of(names: Names, text: str, mention: Mention, free: int) -> tuple[str | None, int]:
    """The level that a word just before or after the mention asks for, and where the next may look from."""
    if level := level_before(names, text, mention.start, free):
        return level, mention.end
    if (after := WORD.match(text, mention.end + 1)) and (level := str(names.after.get(after.group(), ""))):
        return level, after.end()
    return None, mention.end


def at_level(names: Names, mention: Mention, level: str) -> frozenset[str]:
    """What the mention names at that level, if need be by its sound."""
    return names.of_level(mention.codes, level) or names.sounding(mention.words.split(), level)


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


def goes_before(names: Names, text: str, mention: Mention) -> bool:
    """Whether a word such as "in" goes before the name of a province or district."""
    prior = text[: mention.start].split()[-1:]
    return bool(names.near.intersection(prior)) and len(names.of_level(mention.codes, "commune")) < len(mention.codes)


def beside(names: Names, text: str, mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether the place that the mention is in, or one in it, is surely named right beside it."""

    def touches(other: Mention) -> bool:
        gap = text[min(mention.end, other.end) : max(mention.start, other.start)].split()
        return other.sure and all(word in names.before or word in names.after for word in gap)

    return any(
        a in names.areas[b] or b in names.areas[a]
        for other in others
        if touches(other)
        for a in mention.codes
        for b in other.codes
    )
