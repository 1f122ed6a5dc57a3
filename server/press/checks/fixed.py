"""Fixed words for numbers (no, a few, some, many, most, nearly all) against the number that they stand with."""

import re
from collections.abc import Iterator

from server.press import words
from server.press.checks.finding import SPOKEN, Around, Finding, found
from server.press.checks.numbers import Number, counts_in
from server.press.checks.page import FIGURE, Page, Sentence
from server.press.checks.phrases import Hit
from server.press.checks.speech import MEASURE, OTHER, Speech, country, speech

DIGITS = re.compile(rf"[0-9.,{FIGURE}]+")
REACH = 24  # characters from a fixed word to what it is of
LOUD = ("many", "most", "nearly_all")  # without a number they mislead most
Counted = tuple[int, int | None]  # value and denominator


def check(page: Page, around: Around) -> Iterator[Finding]:
    """Fixed words beside something that the record counts."""
    known = speech(page.language)
    for hit in country(around.wording, page.language).fixed.find(page).all:
        sentence = page.sentence(hit.start)
        units = known.units.find(page).between(hit.start - REACH, hit.end + REACH)
        counted = [one for one in units if one.meaning not in (OTHER, MEASURE)]
        span = _span(page, hit, counted, sentence, known)
        if span is not None and not page.waits(sentence):
            yield from _judged(page, hit, _counted(page, hit, span, sentence))


def _span(page: Page, hit: Hit[str], units: list[Hit[str]], sentence: Sentence, known: Speech) -> int | None:
    """Where what the word is of ends: "most of the 412 stations", "most of {{stations heard}}"; None for no such."""
    for unit in units:
        behind, before = unit.start - hit.end, hit.start - unit.end
        if 0 <= behind <= REACH and _joins(page.text[hit.end : unit.start], known):
            return unit.end
        if 0 <= before <= 1 and page.language == "km":
            return hit.end
    sign = page.text.find(FIGURE, hit.end, min(hit.end + REACH, sentence.end))
    if sign != -1 and _joins(page.text[hit.end : sign], known) and page.text[hit.end : sign].strip():
        return sign + 1
    return None


def _joins(between: str, known: Speech) -> bool:
    bare = " ".join(DIGITS.sub(" ", between).split())
    return not bare or bare in known.of


def _counted(page: Page, hit: Hit[str], span: int, sentence: Sentence) -> Counted | None:
    """The number nearest to the word, and what it is of."""
    near: list[tuple[int, Counted]] = []
    whole = None
    for number in counts_in(page, sentence):
        if hit.end <= number.start < span and number.of is None:
            whole = int(number.value)
        else:
            of = int(number.of.value) if isinstance(number.of, Number) else None
            near.append((abs(number.start - hit.start), (int(number.value), of)))
    for asked in page.asked_in(sentence.start, sentence.end):
        figure = asked.figure
        if figure and figure.unit != "moment":
            if hit.end <= asked.at < span:
                whole = figure.value
            else:
                of = figure.of if figure.unit != "incidents" else None  # they are set beside stations, not among them
                near.append((abs(asked.at - hit.start), (figure.value, of)))
    if not near:
        return None
    value, of = min(near, key=lambda each: each[0])[1]
    return value, of if of is not None else whole


def _judged(page: Page, hit: Hit[str], counted: Counted | None) -> Iterator[Finding]:
    if counted is None:
        yield found(page, "fixed.bare", "must" if hit.meaning in LOUD else "should", hit.start, hit.end)
        return
    value, of = counted
    right = words.fixed(value, of)
    sure = of is not None or value <= words.FEW or hit.meaning in ("none", "a_few")
    if right == hit.meaning:
        return
    if sure:
        fix = str(words.WORDS[page.language][f"word.{right}"])
        said = {language: words.WORDS[language][f"word.{right}"] for language in SPOKEN}
        n = {language: _of(value, of, language) for language in SPOKEN}
        yield found(page, "fixed.wrong", "must", hit.start, hit.end, fix, n=n, right=said)
    else:
        yield found(page, "fixed.whole", "should", hit.start, hit.end)


def _of(value: int, of: int | None, language: str) -> str:
    n = words.number(value, language)
    if of is None:
        return n
    return f"{n} / {words.number(of, language)}"
