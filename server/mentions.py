"""The names of places that a text mentions, in any usual spelling; what may be an ordinary word needs a reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from server.registry import PARENT, Place
from server.spelling import Spelling, syllables, whole

WORD = re.compile(r"[a-z0-9]+")
JOINED = re.compile(r"[^\x00-\x7f][^\x00-\x20\x21-\x2f\x3a-\x7f]*")  # a stretch of a script without spaces
LONGEST = 6  # words of a name
Span = Sequence[re.Match[str]]  # words that follow each other
SURE = {True: 5, False: 6}  # letters that make a name of one word, of more words, no ordinary word
ALMOST = 82  # of 100: how alike a name must be that stands beside "commune", "district" or "province"


@dataclass(frozen=True)
class Mention:
    """A piece of a plain text that names one of `codes`; `sure` unless it may as well be an ordinary word."""

    start: int
    end: int
    words: str
    codes: frozenset[str]
    quality: float
    sure: bool


class Names:
    """All names of a pack, ready to be looked for. `spelling` is described in the pack's own pack.json."""

    def __init__(self, places: Mapping[str, Place], spelling: Mapping[str, Any]) -> None:
        self.places = places
        self.areas = {code: tuple(areas_of(code, places)) for code in places}  # code -> parent, ..., province
        self.spelling = Spelling(spelling)
        plain = self.spelling.plain
        self.before = {plain(word): level for word, level in spelling.get("before", {}).items()}
        self.after = {plain(word): level for word, level in spelling.get("after", {}).items()}
        self.near = set(map(plain, spelling.get("near", ())))
        self.ordinary = set(map(plain, spelling.get("ordinary", ())))
        self.exact: dict[str, set[str]] = {}  # words run together -> codes
        self.split: set[str] = set()  # names with their own spaces
        self.alike: dict[str, set[str]] = {}  # key -> codes
        self.joined: dict[str, set[str]] = {}  # names in a script without spaces -> codes
        for place in places.values():
            for name in {*place.name.values(), *place.also, *spelling.get("also", {}).get(place.code, ())}:
                self._add(plain(name), place.code)
        self.slips = slips_of(self.alike)
        self.starts: dict[str, list[str]] = {}
        for name in sorted(self.joined, key=lambda name: (-len(name), name)):
            self.starts.setdefault(name[:2], []).append(name)
        self.keys_of = {
            level: [key for key, codes in self.alike.items() if any(places[code].level == level for code in codes)]
            for level in PARENT
        }

    def _add(self, name: str, code: str) -> None:
        """A name, and what is left of it without a number at its end: people leave that out."""
        for form in {name, name.rstrip("0123456789 ")} - {""}:
            if form.isascii():
                self.exact.setdefault(form.replace(" ", ""), set()).add(code)
                self.alike.setdefault(self.spelling.key(form.split()), set()).add(code)
                self.split.add(form)
            else:
                self.joined.setdefault(form, set()).add(code)

    def mentions(self, text: str) -> list[Mention]:
        """What `text` (plain) names, in order; what may be an ordinary word only when something beside it says more."""
        found = sorted([*self._spaced(text), *self._run_together(text), *self._almost(text)], key=lambda one: one.start)
        kept: list[Mention] = []
        free = 0  # from here on, a word such as "district" has not yet spoken for a name
        for mention in found:
            if kept and mention.start < kept[-1].end:
                continue
            level, free = self._level(text, mention, free)
            if level is not None and level not in PARENT:
                continue  # the name of something smaller than any place of the pack
            codes = frozenset(code for code in mention.codes if self.places[code].level == level)
            sure = mention.sure or bool(codes) or self._near(text, mention)
            kept.append(replace(mention, codes=codes or mention.codes, sure=sure))
        return [one for i, one in enumerate(kept) if one.sure or self._beside(text, one, kept[max(i - 1, 0) : i + 2])]

    def _spaced(self, text: str) -> Iterator[Mention]:
        """Names among words with spaces: the longest sure one at each place, else one misspelt, else any."""
        words = list(WORD.finditer(text))
        i = 0
        while i < len(words):
            spans = [words[i : i + n] for n in range(min(LONGEST, len(words) - i), 0, -1)]
            whole = [found for span in spans for found in (self._as_written(span) or self._as_heard(span),) if found]
            found = next((one for one in whole if one.sure), None)
            found = found or next(filter(None, map(self._misspelt, spans)), None) or next(iter(whole), None)
            if found:
                yield found
            i += sum(1 for word in words[i : i + LONGEST] if found and word.end() <= found.end) or 1

    def _as_written(self, span: Span) -> Mention | None:
        """The span letter for letter, whatever its spaces; sure when it is long and no ordinary word."""
        words = [word.group() for word in span]
        written, together = " ".join(words), "".join(words)
        codes = self.exact.get(together)
        if not codes or (written not in self.split and not self.ordinary.isdisjoint(words)):
            return None
        enough = SURE[len(words) == 1] if together.isalpha() else 4  # few ordinary words end in a digit
        return mention_of(span, codes, 0.9, len(together) >= enough and not self.ordinary.issuperset(words))

    def _as_heard(self, span: Span) -> Mention | None:
        """The span by its sound; no ordinary words in it."""
        words = [word.group() for word in span]
        codes = self.alike.get(self.spelling.key(words)) if self._strange(words) else None
        return mention_of(span, codes, 0.85, sum(map(len, words)) >= 6 and self._large(span, codes)) if codes else None

    def _misspelt(self, span: Span) -> Mention | None:
        """The span by its sound with one slip of the pen, when it is long enough for that."""
        words = [word.group() for word in span]
        if sum(map(len, words)) < 7 or not self._strange(words):
            return None
        key = self.spelling.key(words)
        near = {other for short in shortened(key) for other in self.slips.get(short, ()) if other[0] == key[0]}
        codes = {code for other in near if OSA.distance(key, other) == 1 for code in self.alike[other]}
        return mention_of(span, codes, 0.7, len(key) >= 7 and self._large(span, codes)) if codes else None

    def _large(self, span: Span, codes: Iterable[str]) -> bool:
        """Whether a name is known widely or has several words: one word that sounds like a commune says little."""
        return len(span) > 1 or any(self.places[code].level != "commune" for code in codes)

    def _strange(self, words: Iterable[str]) -> bool:
        return not any(word in self.ordinary or word in self.before or word in self.after for word in words)

    def _run_together(self, text: str) -> Iterator[Mention]:
        """Names in a script without spaces: the longest at each place, no syllable cut."""
        for run in JOINED.finditer(text):
            i = run.start()
            while i < run.end():
                fits = (name for name in self.starts.get(text[i : i + 2], ()) if text.startswith(name, i))
                name = next((name for name in fits if whole(text, i, i + len(name))), None)
                if name:
                    sure = syllables(name) >= 3 and name not in self.ordinary
                    yield Mention(i, i + len(name), name, frozenset(self.joined[name]), 0.9, sure)
                i += len(name) if name else 1

    def _almost(self, text: str) -> Iterator[Mention]:
        """Words that stand beside "district" or the like, and are almost the name of one."""
        words = list(WORD.finditer(text))
        for i, word in enumerate(words):
            for hints, sides in (
                (self.before, [words[i + 1 : i + 1 + n] for n in (3, 2, 1)]),
                (self.after, [words[max(i - n, 0) : i] for n in (3, 2, 1)]),
            ):
                if level := hints.get(word.group()):
                    yield from filter(None, (self._most_like(side, level) for side in sides))

    def _most_like(self, span: Span, level: str) -> Mention | None:
        words = [word.group() for word in span]
        key = self.spelling.key(words)
        if len(key) < 4 or level not in PARENT or not self._strange(words):
            return None
        best = process.extractOne(key, self.keys_of[level], scorer=fuzz.ratio, score_cutoff=ALMOST)
        if best is None or best[0][0] != key[0]:
            return None
        codes = frozenset(code for code in self.alike[best[0]] if self.places[code].level == level)
        return mention_of(span, codes, best[1] / 150, sure=True)

    def _level(self, text: str, mention: Mention, free: int) -> tuple[str | None, int]:
        """The level that a word just before or after the mention asks for, and where the next may look from."""
        prior = text[free : mention.start].rstrip()
        for word, level in self.before.items():
            if prior.endswith(word) and (not word.isascii() or not prior[: -len(word)][-1:].isalnum()):
                return level, mention.end
        if (after := WORD.match(text, mention.end + 1)) and (level := self.after.get(after.group())):
            return level, after.end()
        return None, mention.end

    def _near(self, text: str, mention: Mention) -> bool:
        """Whether a word such as "in" goes before the name of a province or district."""
        prior = text[: mention.start].split()[-1:]
        return bool(self.near.intersection(prior)) and any(
            self.places[code].level != "commune" for code in mention.codes
        )

    def _beside(self, text: str, mention: Mention, others: Iterable[Mention]) -> bool:
        """Whether the place that the mention is in, or one in it, is named right beside it."""

        def joined(other: Mention) -> bool:
            gap = text[min(mention.end, other.end) : max(mention.start, other.start)].split()
            return other.sure and all(word in self.before or word in self.after for word in gap)

        return any(
            a in self.areas[b] or b in self.areas[a]
            for other in others
            if joined(other)
            for a in mention.codes
            for b in other.codes
        )


def mention_of(span: Span, codes: Iterable[str], quality: float, sure: bool) -> Mention:
    words = " ".join(word.group() for word in span)
    return Mention(span[0].start(), span[-1].end(), words, frozenset(codes), quality, sure)


def areas_of(code: str, places: Mapping[str, Place]) -> Iterator[str]:
    """The areas that a place is in, the smallest first."""
    while code := places[code].parent:
        yield code


def shortened(key: str) -> set[str]:
    """The key, and the key with any one letter left out."""
    return {key, *(key[:i] + key[i + 1 :] for i in range(len(key)))}


def slips_of(keys: Iterable[str]) -> dict[str, list[str]]:
    """Key with a letter left out -> keys: two keys one slip apart share an entry."""
    slips: dict[str, list[str]] = {}
    for key in keys:
        for short in shortened(key) if len(key) >= 6 else ():
            slips.setdefault(short, []).append(key)
    return slips
