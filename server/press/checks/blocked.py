"""Words that take sides, judge, or say more than is known; and those that tell what is restricted."""

import re
from collections.abc import Iterator
from functools import lru_cache

from server.country.wording import Blocked, Wording
from server.press.checks import phrases
from server.press.checks.finding import SPOKEN, Around, Finding, found
from server.press.checks.numbers import counts_in
from server.press.checks.page import Page, Sentence
from server.press.checks.phrases import Hit, Phrases
from server.press.checks.same import Same
from server.press.checks.speech import Country, country
from server.reading.shapes import CAPITALS

PLACES = 3  # provinces that make something widespread
APART, BETWEEN = 30, 3  # characters and words between two that are blocked together
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,3}(?![A-Za-z0-9])")


def check(page: Page, around: Around) -> Iterator[Finding]:
    """Blocked words, labels, and what is restricted."""
    here = country(around.wording, page.language)
    hits = [(group, hit) for group, words in here.blocked for hit in words.find(page).all]
    for group, hit in [*hits, *_pairs(page, here)]:
        if not _allowed(page, hit, group, here, around):
            said = {language: group.instead.get(language, "") for language in SPOKEN}
            yield found(page, f"blocked.{group.needs or 'word'}", group.level, hit.start, hit.end, instead=said)
    yield from _labels(page, here)
    yield from _restricted(page, around, here)


def _pairs(page: Page, here: Country) -> Iterator[tuple[Blocked, Hit[bool]]]:
    """Two words that are blocked together, with little between them in their sentence."""
    for group, first, second in here.pairs:
        for hit in first.find(page).all:
            near = second.find(page).between(hit.end, min(hit.end + APART, page.sentence(hit.start).end))
            if near and len(page.text[hit.end : near[0].start].split()) <= BETWEEN:
                yield group, Hit(hit.start, near[0].end, True)


def provinces(around: Around, language: str) -> Phrases[str]:
    """Names of provinces; made once for each pack."""
    return _provinces(Same(around.places), Same(around.levels), language)


@lru_cache(8)
def _provinces(places: Same, levels: Same, language: str) -> Phrases[str]:
    codes = [code for code, level in levels.held.items() if level == "province"]
    names = {code: places.held[code] for code in codes}
    return phrases.meaning({code: each.get(language, ()) for code, each in names.items()})


def _allowed(page: Page, hit: Hit[bool], group: Blocked, here: Country, around: Around) -> bool:
    """Whether what the word needs stands in its sentence."""
    sentence = page.sentence(hit.start)
    if group.needs == "source":
        return bool(here.sources.find(page).within(sentence))
    return group.needs == "provinces" and _spread(page, sentence, around)


def _spread(page: Page, sentence: Sentence, around: Around) -> bool:
    """Three provinces and a number: named, or in a figure that lists them, or counted."""
    if page.waits(sentence):
        return True
    figures = [asked.figure for asked in page.asked_in(sentence.start, sentence.end) if asked.figure]
    listed = [len(one.items) for one in figures if one.token.startswith("list ") and "by=province" in one.token]
    if max(listed, default=0) >= PLACES or any(one.unit == "provinces" and one.value >= PLACES for one in figures):
        return True
    named = {hit.meaning for hit in provinces(around, page.language).find(page).within(sentence)}
    return len(named) >= PLACES and (bool(counts_in(page, sentence)) or any(one.unit != "moment" for one in figures))


def _labels(page: Page, here: Country) -> Iterator[Finding]:
    """A party's name used as an adjective."""
    for party in here.parties.find(page).all:
        behind = here.after.at(page.text, party.end) or here.after.at(page.text, party.end + 1)
        if behind:
            yield found(page, "blocked.label", "must", party.start, behind.end)
            continue
        before = here.before.find(page).between(party.start - 40, party.start)
        if before and before[-1].end >= party.start - 1:
            yield found(page, "blocked.label", "must", before[-1].start, party.end)


def _restricted(page: Page, around: Around, here: Country) -> Iterator[Finding]:
    """Restricted codes, their names, and other words for what they mean."""
    for match in CODE.finditer(page.cased):
        if match[0] in around.hidden and match[0] not in CAPITALS:
            yield found(page, "restricted.code", "must", *match.span())
    for words in (here.restricted, _hidden(around.wording, Same(around.hidden), page.language)):
        for hit in words.find(page).all:
            yield found(page, "restricted.words", "must", hit.start, hit.end)


@lru_cache(8)
def _hidden(wording: Wording, hidden: Same, language: str) -> Phrases[bool]:
    return phrases.of(each[language] for each in hidden.held.values() if language in each)
