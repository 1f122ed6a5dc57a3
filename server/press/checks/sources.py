"""What could tell who spoke to us: numbers of phones, call-signs, names, and places where few monitors are."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from server.monitors import callsigns
from server.press.checks import phrases
from server.press.checks.finding import Around, Finding, found
from server.press.checks.numbers import DATE, counts_in
from server.press.checks.page import Page
from server.press.checks.phrases import Phrases
from server.press.checks.same import Same
from server.press.checks.speech import MEASURE, OTHER, Country, Speech, begins_with, country, speech
from server.press.checks.status import STATION

PHONE = re.compile(r"[+(]{0,2}[0-9](?:[ .()/-]{0,2}[0-9]){7,}")
YEARS = re.compile(r"(?<![0-9])(?:19|20|25)[0-9]{2}(?![0-9])")
SHORTEST = 8  # digits of a phone's number
SIGN = re.compile(r"(?<![a-z0-9])[sm]-?[a-z2-7]{3}(?:-?[a-z2-7]{3}){1,3}(?![a-z0-9-])")
NAMES = re.compile(r"[A-Z][\w'’-]{1,30}(?: [A-Z][\w'’-]{1,30}){0,3}")
PIECES = re.compile(r"[\u1780-\u17d3\u17dd\u200b]{2,20}(?: [\u1780-\u17d3\u17dd\u200b]{2,20}){0,2}")
CAPITALS = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")  # words of a name
NEAR = 20  # characters behind a name in which commune or the like may stand
SAID = ("verified", "corroborated", "unverified")
SILENT = (OTHER, MEASURE, "provinces")  # units that tell nothing of what was seen


def check(page: Page, around: Around) -> Iterator[Finding]:
    """Whatever points at a person."""
    here = country(around.wording, page.language)
    yield from _phones(page)
    yield from _signs(page, around)
    yield from _monitors(page, around)
    for match in STATION.finditer(page.text):
        code = (match[1] + match[2]).upper()
        if match[1].upper() in around.prefixes and code not in around.peopled:
            yield found(page, "source.station", "must", *match.span())
    yield from _places(page, around, here)
    yield from _persons(page, here)
    yield from _villages(page, here)


def _phones(page: Page) -> Iterator[Finding]:
    for match in PHONE.finditer(page.text):
        left = YEARS.sub("", DATE.sub("", match[0]))
        if sum(char.isdigit() for char in left) >= SHORTEST:
            yield found(page, "source.phone", "must", *match.span())


def _signs(page: Page, around: Around) -> Iterator[Finding]:
    for match in SIGN.finditer(page.text):
        spelt = "-" in match[0] and callsigns.read(match[0]) is not None
        if spelt or around.person(match[0]):
            yield found(page, "source.call_sign", "must", *match.span())


def _monitors(page: Page, around: Around) -> Iterator[Finding]:
    """Names of monitors, as far as they stand between spaces: runs of up to three words."""
    for match in (*NAMES.finditer(page.cased), *PIECES.finditer(page.raw)):
        words = list(re.finditer(r"[^ ]+", match[0]))
        spans = [(a.start(), b.end()) for n, a in enumerate(words) for b in words[n : n + 3]]
        for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
            name = match[0][start:end]
            if around.person(name) and not SIGN.fullmatch(name.lower()):
                ends = match.start() + start, match.start() + end
                first, last = ends if match.re is NAMES else map(page.at, ends)
                yield found(page, "source.monitor", "must", first, last)
                break


def _places(page: Page, around: Around, here: Country) -> Iterator[Finding]:
    """Places with few monitors, wherever they stand: who was there to see it is known to whoever reads. Under a heading
    that asks for something they may be meant otherwise, as long as nothing there tells of what happened."""
    seen: set[int] = set()
    known = speech(page.language)
    for start, end, sure in _named(page, around):
        if start not in seen:
            seen.add(start)
            asks = known.asking.above(page, start) and not _tells(page, start, known, here)
            yield found(page, "source.place", "must" if sure and not asks else "should", start, end)


def _tells(page: Page, at: int, known: Speech, here: Country) -> bool:
    """Whether the paragraph of a character has a figure, a number, or words for what was seen and where."""
    block = page.block(at)
    if any(asked.figure and asked.figure.incidents for asked in page.asked_in(block.start, block.end)):
        return True
    units = [hit for hit in known.units.find(page).within(block) if hit.meaning not in SILENT]
    said = [hit for hit in here.verbs.find(page).within(block) if hit.meaning in SAID]
    return bool(units or said or counts_in(page, block))


def _named(page: Page, around: Around) -> Iterator[tuple[int, int, bool]]:
    """Provinces by their names, smaller places by names beside a word like commune; only those with few monitors. Not
    sure are names of smaller places that stand alone: of several words, each with a capital."""
    for level, names in _names(Same(around.places), Same(around.levels), page.language).items():
        words = tuple(word.casefold() for word in around.beside.get(level, ()))
        beside = _words(words)
        behind = [names.at(page.text, hit.end + gap) for hit in beside.find(page).all for gap in (0, 1)]
        hits = [(hit, True) for hit in behind if hit]
        if level == "province":
            hits += [(hit, True) for hit in names.find(page).all if not _ordinary(page, hit.start, around)]
        elif page.language != "km":
            every = names.find(page).all
            hits += [(hit, True) for hit in every if begins_with(page.text[hit.end : hit.end + NEAR], words)]
            hits += [(hit, False) for hit in every if CAPITALS.fullmatch(page.cased[hit.start : hit.end])]
        for hit, sure in hits:
            if not around.peopled & set(hit.meaning.split()):
                yield hit.start, hit.end, sure


def _ordinary(page: Page, at: int, around: Around) -> bool:
    """Whether a name may be no name: it is an ordinary word as well, or has no capital where names have one."""
    if page.language == "km":
        return _words(around.ordinary).at(page.text, at) is not None
    return not _capital(page, at)


@lru_cache(16)
def _words(words: tuple[str, ...]) -> Phrases[bool]:
    return phrases.of(words)


@lru_cache(8)
def _names(places: Same, levels: Same, language: str) -> Mapping[str, Phrases[str]]:
    """Level -> names of places -> their codes, space-separated."""
    found: dict[str, dict[str, list[str]]] = {}
    for code, names in places.held.items():
        at = found.setdefault(str(levels.held.get(code, "")), {})
        for name in names.get(language, ()):
            at.setdefault(name.casefold(), []).append(code)
    return {
        level: Phrases([(name, " ".join(codes)) for name, codes in named.items()]) for level, named in found.items()
    }


def _persons(page: Page, here: Country) -> Iterator[Finding]:
    """Somebody's name behind Mr or the like; whoever is called by a role is none."""
    for hit in here.titles.find(page).all:
        if page.language == "km":
            if "\u1780" <= page.text[hit.end : hit.end + 1] <= "\u17b3":
                yield found(page, "source.person", "must", hit.start, hit.end)
        elif _capital(page, hit.start) and _capital(page, hit.end + 1) and not here.roles.at(page.text, hit.end + 1):
            end = hit.end + 1
            while end < len(page.text) and (page.text[end].isalpha() or page.text[end] in "'-"):
                end += 1
            yield found(page, "source.person", "must", hit.start, end)


def _villages(page: Page, here: Country) -> Iterator[Finding]:
    """A village by its name; in a script without capitals it may be any village, and is only asked about."""
    for hit in here.villages.find(page).all:
        if page.language == "km":
            if "\u1780" <= page.text[hit.end : hit.end + 1] <= "\u17b3":
                yield found(page, "source.village", "should", hit.start, hit.end)
        elif _capital(page, hit.end + 1):
            yield found(page, "source.village", "must", hit.start, hit.end + 2)
        else:
            start = page.text.rfind(" ", max(0, hit.start - 40), max(0, hit.start - 1)) + 1
            if start > page.sentence(hit.start).start + 1 and hit.start and _capital(page, start):
                yield found(page, "source.village", "must", start, hit.end)


def _capital(page: Page, at: int) -> bool:
    return page.cased[at : at + 1].isupper()
