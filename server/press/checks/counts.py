"""Numbers typed by hand: each needs a unit, what it is of, and how it is known; percentages need more."""

from collections.abc import Iterator
from decimal import Decimal

from server.press import words
from server.press.checks.finding import Around, Finding, found
from server.press.checks.numbers import Number, counts_in, in_words, unit, written
from server.press.checks.page import Page, Sentence
from server.press.checks.phrases import Hit, Hits
from server.press.checks.speech import MEASURE, OTHER, Country, Speech, country, speech

ALONE = ("incidents", "reports")  # they are no part of a whole
ENOUGH = 30  # below it a percentage says more than is known
BETWEEN, BEHIND = 24, 48  # characters from a percentage to "stations", and from there to "heard from"


def check(page: Page, around: Around) -> Iterator[Finding]:
    """What is wrong with the numbers and percentages of a text."""
    known, here = speech(page.language), country(around.wording, page.language)
    units, numbers = known.units.find(page), written(page)
    for number in numbers:
        if number.kind == "count" and not number.denominator:
            yield from _number(page, number, units, known, here)
    for number in in_words(page):
        counted = unit(number, units.within(page.sentence(number.start)), page.language)
        if counted and counted.meaning not in (OTHER, MEASURE) and _beside(number, counted):
            yield from _number(page, number, units, known, here)
    for number in numbers:
        if number.kind == "percent":
            sentence = page.sentence(number.start)
            yield from _percent(page, number, counts_in(page, sentence))
            if not around.wording.random:
                yield from _of_stations(page, number, units.within(sentence), known)


def _number(page: Page, number: Number, units: Hits[str], known: Speech, here: Country) -> Iterator[Finding]:
    sentence = page.sentence(number.start)
    counted = unit(number, units.within(sentence), page.language)
    kind = counted.meaning if counted else ""
    if kind == MEASURE:
        return
    if not counted:
        yield found(page, "number.unit", "must", number.start, number.end)
    elif kind == OTHER:
        yield found(page, "number.other", "should", number.start, number.end)
    elif number.of is None and kind not in ALONE:
        yield found(page, "number.denominator", "must", number.start, number.end)
    elif not known.basis.find(page).within(sentence) and not here.verbs.find(page).within(sentence):
        yield found(page, "number.basis", "must", number.start, number.end)
    else:
        level = "should" if _proved(page, number, kind, sentence) else "must"
        yield found(page, "number.typed", level, number.start, number.end)


def _proved(page: Page, number: Number, kind: str, sentence: Sentence) -> bool:
    """Whether a figure of the same sentence says the same, or cannot be compared because it is not known yet."""
    figures = [asked.figure for asked in page.asked_in(sentence.start, sentence.end)]
    of = number.of.value if isinstance(number.of, Number) else None
    return any(one is None or (kind, number.value) == (one.unit, one.value) and of in (None, one.of) for one in figures)


def _beside(number: Number, counted: Hit[str]) -> bool:
    """Whether a number in words and a unit stand together: else it is of something else."""
    return max(counted.start - number.end, number.start - counted.end) <= 1


def _percent(page: Page, number: Number, counts: list[Number]) -> Iterator[Finding]:
    """Its denominator, and whether the two numbers agree with it."""
    of, parts = _whole(page, number, counts)
    if of is None and page.waits(page.sentence(number.start)):
        return
    if of is None:
        yield found(page, "percent.denominator", "must", number.start, number.end)
    elif of < ENOUGH:
        yield found(page, "percent.few", "must", number.start, number.end, n=of)
    elif parts:
        right = [part * 100 / of for part in parts]
        most = Decimal("0.5") if number.value == int(number.value) else Decimal("0.06")
        if all(abs(value - number.value) > most for value in right):
            near = round(right[0])
            fix = words.number(near, page.language)
            yield found(page, "percent.wrong", "must", number.start, number.end, fix, right=near)


def _whole(page: Page, number: Number, counts: list[Number]) -> tuple[Decimal | None, list[Decimal]]:
    """What a percentage is of, the smallest where it could be of several; and the parts of it that are named."""
    sentence: Sentence = page.sentence(number.start)
    pairs: list[tuple[Decimal, Decimal | None]] = []
    if isinstance(number.of, Number):
        pairs = [(number.of.value, None)]
    elif number.of and number.of.figure:
        pairs = [(Decimal(number.of.figure.value), None)]
    else:
        pairs = [(one.of.value, one.value) for one in counts if isinstance(one.of, Number)]
        asked = [one.figure for one in page.asked_in(sentence.start, sentence.end) if one.figure]
        pairs += [(Decimal(one.of), Decimal(one.value)) for one in asked if one.of and one.unit != "incidents"]
    if not pairs:
        return None, []
    least = min(pair[0] for pair in pairs)
    same = all(pair[0] == least for pair in pairs)
    return least, [part for _, part in pairs if part is not None] if same else []


def _of_stations(page: Page, number: Number, units: list[Hit[str]], known: Speech) -> Iterator[Finding]:
    """A share of all stations, where nobody drew them at random."""
    for hit in units:
        behind = 0 <= hit.start - number.end <= BETWEEN
        before = page.language == "km" and 0 <= number.start - hit.end <= 1
        heard = known.heard.find(page).between(hit.end, hit.end + BEHIND)
        if hit.meaning == "stations" and (behind or before) and not heard:
            yield found(page, "percent.sample", "must", number.start, number.end)
            return
