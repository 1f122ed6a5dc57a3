"""Symmetry: whether one party is named more often than the record explains."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from server.press import words
from server.press.checks.finding import SHOWN, SPOKEN, Around, Finding, found
from server.press.checks.page import Page
from server.press.checks.phrases import Hits
from server.press.checks.speech import country

FEWEST = 3  # mentions that are looked at
MORE = 2  # mentions above what the record explains


def check(page: Page, around: Around) -> Iterator[Finding]:
    """For each party that is named too often a finding where it is named first, with a sentence to read the other way
    round."""
    hits = country(around.wording, page.language).parties.find(page)
    named = Counter(hit.meaning for hit in hits.all)
    every, known = sum(named.values()), sum(around.alleged.values())
    for party, n in sorted(named.items()):
        share = around.alleged.get(party, 0) / known if known else 1 / len(around.wording.parties)
        if n >= FEWEST and n - share * every >= MORE:
            first = next(hit for hit in hits.all if hit.meaning == party)
            shown: dict[str, Any] = {
                name: {language: words.number(count, language) for language in SPOKEN}
                for name, count in (
                    ("n", n),
                    ("every", every),
                    ("told", around.alleged.get(party, 0)),
                    ("known", known),
                )
            }
            swapped = _swapped(page, hits, party, around)
            yield found(page, "parties.more", "should", first.start, first.end, party=party, swapped=swapped, **shown)


def _swapped(page: Page, hits: Hits[str], party: str, around: Around) -> str:
    """The first sentence that names a party, with another in its place: the one next in number, or of the list."""
    others = Counter(hit.meaning for hit in hits.all if hit.meaning != party)
    listed = [name for name in around.wording.parties if name != party]
    other = next(iter([*(name for name, _ in others.most_common(1)), *listed]), party)
    name = (around.wording.parties[other].get(page.language) or (other,))[0]
    own = (around.wording.parties[party].get(page.language) or (party,))[0]
    sentence = page.sentence(next(hit.start for hit in hits.all if hit.meaning == party))
    said, at = "", sentence.start
    for hit in hits.within(sentence):
        if hit.meaning in (party, other):
            said += page.written(at, hit.start) if hit.start > at else ""
            said, at = said + (name if hit.meaning == party else own), hit.end
    return (said + (page.written(at, sentence.end) if sentence.end > at else "")).strip()[:SHOWN]
