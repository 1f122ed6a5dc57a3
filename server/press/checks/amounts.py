"""Amounts in words: half of the stations, hundreds of incidents, fifty percent, every station."""

import re
from collections.abc import Iterator
from typing import Any

from server.press.checks.finding import Around, Finding, found
from server.press.checks.numbers import in_words
from server.press.checks.page import FIGURE, Page
from server.press.checks.phrases import Hit, Hits
from server.press.checks.speech import ALL, MEASURE, OTHER, Speech, begins_with, country, speech

REACH = 32  # characters from an amount to what it is of
PARTED = re.compile("[^a-z' -]")  # what parts two phrases; between words of Khmer nothing is to be seen
FIRM = ("stations", "provinces")  # to say "all" of them is a finding about the country


def check(page: Page, around: Around) -> Iterator[Finding]:
    """Amounts of what the record counts, percentages and denominators in words."""
    known, fixed = speech(page.language), country(around.wording, page.language).fixed.find(page)
    for number in in_words(page):
        if begins_with(page.text[number.end : number.end + REACH], known.percent):
            yield found(page, "number.words", "must", number.start, number.end)
    for hit in known.amounts.find(page).all:
        if _over(hit, known.numbers.find(page)):
            continue
        if begins_with(page.text[hit.end : hit.end + REACH], known.percent):
            yield found(page, "number.words", "must", hit.start, hit.end)
        elif (counted := _counted(page, hit, known)) == OTHER or counted and not _over(hit, fixed):
            yield from _judged(page, hit, counted, known)


def _over(hit: Hit[str], others: Hits[Any]) -> bool:
    """Whether it shares a letter with one of others, which are judged elsewhere."""
    return any(one.end > hit.start for one in others.between(hit.start - REACH, hit.end))


def _judged(page: Page, hit: Hit[str], counted: str, known: Speech) -> Iterator[Finding]:
    if counted == OTHER:
        if hit.meaning != ALL:
            yield found(page, "number.other", "should", hit.start, hit.end)
    elif hit.meaning != ALL:
        yield found(page, "number.words", "must", hit.start, hit.end)
    else:
        firm = counted in FIRM and not known.asking.above(page, hit.start)
        yield found(page, "number.all", "must" if firm else "should", hit.start, hit.end)


def _counted(page: Page, hit: Hit[str], known: Speech) -> str:
    """What an amount is of, "" for nothing that is counted: behind it or, in Khmer, before it."""
    sentence = page.sentence(hit.start)
    units = known.units.find(page)
    if page.language == "km":
        before = units.between(max(sentence.start, hit.start - REACH), hit.start)[-1:]
        if before and page.text[before[0].end : hit.start].strip() in known.light:
            return _named(before[0])
    most = 1 if hit.meaning == ALL else 2
    behind = units.between(hit.end, min(hit.end + REACH, sentence.end))[:1]
    if behind and _joined(page.text[hit.end : behind[0].start], known, most):
        return _named(behind[0])
    sign = page.text.find(FIGURE, hit.end, min(hit.end + REACH, sentence.end))
    whole = hit.meaning != ALL and sign != -1 and _joined(page.text[hit.end : sign], known, most)
    return "stations" if whole else ""


def _named(unit: Hit[str]) -> str:
    return "" if unit.meaning == MEASURE else unit.meaning


def _joined(between: str, known: Speech, most: int) -> bool:
    """Whether an amount and a unit belong together: little stands between them, and nothing that parts two phrases."""
    if between.strip() in known.light:
        return True
    words = [word for word in between.split() if word not in known.light]
    return not PARTED.search(between) and len(words) <= most and not set(words) & known.apart
