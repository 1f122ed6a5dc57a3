"""Numbers that somebody typed: each with its value, what kind it is, what it is of, and what it counts."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from server.press.checks.page import FIGURE, Asked, Page, Sentence
from server.press.checks.phrases import Hit
from server.press.checks.speech import Speech, begins_with, ends_with, lettered, speech

RUN = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
PIECE = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
DATE = re.compile(r"[0-9]{1,2}([/.-])[0-9]{1,2}\1(?:[0-9]{2}){1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
YEAR = re.compile("(?:19|20|25)[0-9]{2}")
COMMAS, COMMAS_OR_STOPS = re.compile(r",(?=[0-9]{3}(?![0-9]))"), re.compile(r"[.,](?=[0-9]{3}(?![0-9]))")
NEAR, AFTER, BEFORE = 40, 32, 14  # characters around a number that are looked at: in all, for its unit


@dataclass(frozen=True)
class Number:
    """`kind`: count, percent, or "" for a date, an hour, a code, a number that only names something; `of`: the number
    that it is of, or the token; `denominator`: that it is what another one is of; `word`: that it stands in words."""

    start: int
    end: int
    value: Decimal
    kind: str
    of: "Number | Asked | None" = None
    denominator: bool = False
    word: bool = False


def written(page: Page) -> list[Number]:
    """All numbers in digits, in order: what each of them is, and which of them are of which."""
    if "numbers" in page.kept:
        kept: list[Number] = page.kept["numbers"]
        return kept
    known = speech(page.language)
    single = [number for run in RUN.finditer(page.text) for number in _pieces(page, run, known)]
    signs = {asked.at: asked for asked in page.asked}
    found: list[Number] = []
    of_next = False
    for number, after in zip(single, [*single, None][1:], strict=True):
        of = _of(page, number, after, signs, known) if number.kind else None
        found.append(replace(number, of=of, denominator=of_next))
        of_next = isinstance(of, Number)
    page.kept["numbers"] = found
    return found


def counts_in(page: Page, sentence: Sentence) -> list[Number]:
    """The counts in digits of a sentence, without what they are of."""
    numbers = written(page)
    first = bisect_left(numbers, sentence.start, key=lambda one: one.start)
    last = bisect_left(numbers, sentence.end, key=lambda one: one.start)
    return [one for one in numbers[first:last] if one.kind == "count" and not one.denominator]


def in_words(page: Page) -> list[Number]:
    """Numbers in words, from two to ten."""
    hits = speech(page.language).numbers.find(page).all
    return [Number(hit.start, hit.end, Decimal(hit.meaning), "count", word=True) for hit in hits]


def unit(number: Number, units: list[Hit[str]], language: str) -> Hit[str] | None:
    """What a number counts: of these units of its sentence the nearest, behind it or, in Khmer, before it as well."""
    last = number.of.end if isinstance(number.of, Number) else number.end
    behind = [hit for hit in units if 0 <= hit.start - last <= AFTER or number.end <= hit.start < last]
    before = [hit for hit in units if 0 <= number.start - hit.end <= (BEFORE if language == "km" else 2)]
    near = [(hit.start - number.end, hit) for hit in behind[:1]] + [
        (number.start - hit.end, hit) for hit in before[-1:]
    ]
    return min(near, key=lambda each: each[0])[1] if near else None


def value_of(text: str, known: Speech) -> Decimal:
    """A number as it is written in a language."""
    whole = (COMMAS_OR_STOPS if known.dotted else COMMAS).sub("", text).replace(",", ".")
    first, _, rest = whole.partition(".")
    return Decimal(f"{first}.{rest.replace('.', '')}" if rest else first)


def _pieces(page: Page, run: re.Match[str], known: Speech) -> Iterator[Number]:
    """A run of digits as numbers: a date and an hour are one, 12/412 is two."""
    text = run[0]
    if DATE.fullmatch(text):
        for piece in re.finditer("[0-9]+", text):
            yield Number(run.start() + piece.start(), run.start() + piece.end(), Decimal(piece[0]), "")
    else:
        for piece in PIECE.finditer(text):
            start, end = run.start() + piece.start(), run.start() + piece.end()
            kind = "" if CLOCK.match(text) else _kind(page, start, end, known)
            yield Number(start, end, value_of(piece[0], known), kind)


def _kind(page: Page, start: int, end: int, known: Speech) -> str:
    text = page.text
    before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if begins_with(after, known.percent):
        return "percent"
    if lettered(text, start - 1) or lettered(text, end) or before.endswith(("#", "_")):
        return ""  # a code, or 2nd
    if before.endswith("-") and before[-2:-1].isalpha():
        return ""
    if any(first <= start < last for first, last in page.links):
        return ""
    dated = ends_with(before, (*known.months, *known.days)) or begins_with(after, known.months)
    timed = ends_with(before, known.before_clock) or begins_with(after, known.after_clock)
    if dated or timed or ends_with(before, known.references):
        return ""
    if YEAR.fullmatch(text[start:end]) and not _counts(after, known):
        return ""
    return "" if ends_with(before, known.years) and end - start == 4 else "count"


def _counts(after: str, known: Speech) -> bool:
    hit = known.units.at(after.lstrip(" "), 0)
    return hit is not None


def _of(page: Page, one: Number, after: Number | None, signs: dict[int, Asked], known: Speech) -> Number | Asked | None:
    """What comes behind "of"."""
    text, start = page.text, one.end
    if one.kind == "percent":
        start += next((len(sign) for sign in known.percent if text.startswith(sign, start)), 0)
    sign = text.find(FIGURE, start, start + NEAR)
    if sign != -1 and text[start:sign].strip() in known.of:
        return signs[sign]
    if after is None or after.start - start > NEAR:
        return None
    between = text[start : after.start].strip()
    return after if between in known.of or between == "/" and after.kind else None
