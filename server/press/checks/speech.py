"""What the checks know of each language of a statement, and of the words of its country, ready to be looked for."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from server.country.wording import Wording, Words
from server.press.checks import phrases
from server.press.checks.phrases import LETTER, Phrases

KNOWN: Mapping[str, Any] = json.loads(Path(__file__).with_name("language.json").read_text("utf-8"))
OTHER, MEASURE = "other", "measure"  # units that the record does not count, and those of time and length
SOME, ALL = "some", "all"  # amounts in words: of any size, or the whole
PERCENT = "%"


class Speech:
    """One language. `units`: what is counted -> its name in language.json, OTHER or MEASURE."""

    def __init__(self, language: str) -> None:
        known = KNOWN[language]
        units = {**known["counted"], OTHER: known["other"], MEASURE: known["measures"]}
        hidden: list[tuple[str, str | None]] = [(word, None) for word in known["counted_unless"]]
        named: list[tuple[str, str | None]] = [(word, unit) for unit, words in units.items() for word in words]
        self.units = Phrases([*hidden, *named])
        self.numbers = Phrases(_numbers(known))
        some, whole, longer = known["amounts"], known["all"], known["amounts_unless"]
        self.amounts = Phrases([*((word, None) for word in longer), *_meaning(SOME, some), *_meaning(ALL, whole)])
        self.light, self.apart = frozenset(["", *known["of"], *known["light"]]), frozenset(known["apart"])
        self.asking = phrases.of(known["asking"])
        self.basis, self.heard = phrases.of(known["basis"]), phrases.of(known["heard"])
        self.of, self.percent = frozenset(known["of"]), (PERCENT, *known["percent"])
        self.months, self.years = tuple(known["months"]), tuple(known["year"])
        self.references = tuple(known["references"])
        self.before_clock, self.after_clock = tuple(known["before_clock"]), tuple(known["after_clock"])
        self.days = tuple(known["day"])
        self.dotted = language == "km"  # whether thousands may be set apart by a full stop, as in French


def _numbers(known: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """Numbers in words and what they are; None for words that are none. Tens go with ones: twenty-one, twenty one."""
    tens: Mapping[str, int] = known["tens"]
    few = known["ones"] | {word: n for word, n in known["numbers"].items() if n < min(tens.values())}
    beyond = {f"{ten}{gap}{one}": n + m for ten, n in tens.items() for one, m in few.items() for gap in known["gaps"]}
    every = known["numbers"] | tens | beyond
    some = known["ones"] | every
    large = {f"{one} {scale}": n * m for one, n in some.items() for scale, m in known["scales"].items()}
    yield from ((word, None) for word in known["numbers_unless"])
    yield from (every | large).items()


def _meaning(name: str, words: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    return ((word, name) for word in words)


class Country:
    """What a country's wording has in one language, ready to be looked for."""

    def __init__(self, wording: Wording, language: str) -> None:
        def of(words: Words, unless: Words | None = None) -> Phrases[bool]:
            return phrases.of(words.get(language, ()), (unless or {}).get(language, ()))

        def among(groups: Mapping[str, Words]) -> Phrases[str]:
            return phrases.meaning({name: words.get(language, ()) for name, words in groups.items()})

        self.blocked = [(one, of(one.words, one.unless)) for one in wording.blocked]
        self.pairs = [
            (one, phrases.of([first], one.unless.get(language, ())), phrases.of([second]))
            for one in wording.blocked
            for first, second in one.pairs.get(language, ())
        ]
        self.fixed, self.verbs, self.parties = among(wording.fixed), among(wording.verbs), among(wording.parties)
        self.sources, self.restricted = of(wording.sources), of(wording.restricted)
        self.before, self.after = of(wording.before), of(wording.after)
        self.titles = of(wording.titles, wording.roles)
        self.roles = of(wording.roles)
        self.villages = of(wording.villages, wording.no_villages)


@lru_cache(8)
def speech(language: str) -> Speech:
    """A language."""
    return Speech(language)


@lru_cache(8)
def country(wording: Wording, language: str) -> Country:
    """A country's words in a language; made once for each."""
    return Country(wording, language)


def ends_with(text: str, words: Iterable[str]) -> bool:
    """Whether a text ends with one of these as a whole word, spaces aside."""
    bare = text.rstrip(" ")
    return any(bare.endswith(word) and phrases.whole(bare, len(bare) - len(word), len(bare)) for word in words)


def begins_with(text: str, words: Iterable[str]) -> bool:
    """Whether a text begins with one of these as a whole word, spaces aside."""
    bare = text.lstrip(" ")
    return any(bare.startswith(word) and phrases.whole(bare, 0, len(word)) for word in words)


def lettered(text: str, at: int) -> bool:
    """Whether a letter or digit of a script with spaces stands there."""
    return 0 <= at < len(text) and LETTER.match(text[at]) is not None
