"""What is said of each figure, against how it is known; and what is unverified or false, told as a fact."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from server.country.wording import STATUSES
from server.press.checks import phrases
from server.press.checks.blocked import provinces
from server.press.checks.finding import SPOKEN, Around, Finding, Known, found
from server.press.checks.page import Asked, Page
from server.press.checks.phrases import Phrases
from server.press.checks.speech import country

OF_STATUS = ("count", "share", "list", "word")  # tokens whose basis is a status
DOUBT = ("unverified", "unconfirmed", "false")
STATION = re.compile(r"(?<![a-z0-9])([a-z]{2})[ -]?([0-9]{4})(?![0-9])")


def check(page: Page, around: Around) -> Iterator[Finding]:
    """Verbs by status, incidents that are no longer what a figure says, incidents that are not to be told."""
    verbs = country(around.wording, page.language).verbs.find(page)
    for asked in page.asked:
        basis, cited = of(asked), asked.figure.incidents if asked.figure else ()
        if basis in STATUSES and asked.token.split(" ")[0] in OF_STATUS:
            said = {hit.meaning for hit in verbs.within(page.sentence(asked.at))}
            yield from _worded(page, asked.at, basis, said, around)
            gone = sum(around.statuses.get(incident, basis) != basis for incident in cited)
            if gone:
                yield found(page, "status.cited", "must", asked.at, asked.at + 1, n=gone)
    yield from _told(page, around)


def of(asked: Asked) -> str:
    """By which status a token counts, frozen or not; "" when by none."""
    return next((part.removeprefix("status=") for part in asked.token.split(" ") if part.startswith("status=")), "")


def _worded(page: Page, at: int, basis: str, said: set[str], around: Around) -> Iterator[Finding]:
    """Whether the sentence of a token says how its figure is known."""
    sentence = page.sentence(at)
    beside = {of(one) for one in page.asked_in(sentence.start, sentence.end)}
    words = around.wording.verbs.get(basis, {})
    say = {language: (words.get(language) or ("",))[0] for language in SPOKEN}
    if basis == "verified":
        if said & set(DOUBT) and "verified" not in said and not beside & set(DOUBT):
            yield found(page, "status.doubted", "must", at, at + 1, say=say)
    elif "verified" in said and "verified" not in beside:
        yield found(page, f"status.fact_{basis}", "must", at, at + 1, say=say)
    elif basis not in said:
        level = "must" if basis in DOUBT else "should"
        yield found(page, f"status.{basis}", level, at, at + 1, say=say)


def _told(page: Page, around: Around) -> Iterator[Finding]:
    """What was checked and is false, and what is not verified, told by its station, or by its province and kind."""
    if not around.known:
        return
    stations, kinds, words = _index(around.known, page.language)
    verbs = country(around.wording, page.language).verbs.find(page)
    hits, where = words.find(page), provinces(around, page.language).find(page)
    for sentence in page.sentences:
        said = {hit.meaning for hit in verbs.within(sentence)}
        for match in STATION.finditer(page.text, sentence.start, sentence.end):
            yield from _one(page, stations.get((match[1] + match[2]).upper(), set()), said, match.span(), "must")
        for hit in hits.within(sentence):
            statuses = {
                status for place in where.within(sentence) for status in kinds.get((place.meaning, hit.meaning), ())
            }
            yield from _one(page, statuses, said, (hit.start, hit.end), "should")


def _one(page: Page, statuses: set[str], said: set[str], span: tuple[int, int], level: str) -> Iterator[Finding]:
    if "false" in statuses and not said & {"false", "unconfirmed"}:
        yield found(page, "status.repeated", level, *span)
    elif "unverified" in statuses and "verified" in said:
        yield found(page, "status.as_fact", level, *span)


Index = tuple[dict[str, set[str]], dict[tuple[str, str], set[str]], Phrases[str]]


@lru_cache(4)
def _index(known: tuple[Known, ...], language: str) -> Index:
    """Status by station, by province and word; and the words."""
    stations: dict[str, set[str]] = defaultdict(set)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in known:
        if one.station:
            stations[one.station].add(one.status)
        for word in one.words.get(language, ()):
            kinds[one.province, word].add(one.status)
    return stations, kinds, phrases.meaning({word: (word,) for _, word in kinds})
