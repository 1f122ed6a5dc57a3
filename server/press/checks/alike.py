"""Whether all languages of a statement have the same figures and the same numbers, paragraph by paragraph."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from server.press.checks.finding import SPOKEN, WORDS, Finding, found
from server.press.checks.numbers import in_words, written
from server.press.checks.page import Page

Spot = tuple[int, int]  # where it stands
Said = dict[int, dict[str, list[Spot]]]  # paragraph -> figure or number, written in one way -> where


def check(pages: Sequence[Page]) -> Iterator[Finding]:
    """What stands in one language and not in the first one, or the other way round."""
    for other in pages[1:]:
        first = pages[0]
        blocks = first.text.count("\n") == other.text.count("\n")
        if not blocks and first.text and other.text:
            yield found(other, "alike.blocks", "should", 0, 1)
        both = _said(first, blocks), _said(other, blocks)
        yield from _more(first, both[0], both[1], other.language)
        yield from _more(other, both[1], both[0], first.language)


def _more(page: Page, here: Said, there: Said, other: str) -> Iterator[Finding]:
    """What a text has more often than the other."""
    named = {language: WORDS[language][f"language.{other}"] for language in SPOKEN}
    for block, said in here.items():
        for key, spots in said.items():
            have = len(there.get(block, {}).get(key, ()))
            for start, end in spots[have:]:
                rule = "alike.figure" if key.startswith("{{") else "alike.number"
                yield found(page, rule, "must", start, end, other=named)


def _said(page: Page, blocks: bool) -> Said:
    """Figures and numbers of each paragraph, or of all of it as one."""
    said: Said = defaultdict(lambda: defaultdict(list))
    numbers = [*written(page), *in_words(page)]
    spots = [(one.start, one.end, f"{one.value.normalize():f}{'%' * (one.kind == 'percent')}") for one in numbers]
    spots += [(asked.at, asked.at + 1, f"{{{{{asked.token}}}}}") for asked in page.asked if asked.token]
    for start, end, key in sorted(spots):
        said[page.sentence(start).block if blocks else 0][key].append((start, end))
    return said
