"""Letters of another script, which may look like ours, and digits that grow together with a figure in print."""

import re
from collections.abc import Iterator

from server.press.checks.finding import Around, Finding, found
from server.press.checks.folding import foreign
from server.press.checks.page import FIGURE, Page

TOUCHING = re.compile(rf"(?:[0-9][.,:/-]?|{FIGURE}|(?<![^ \n(])-)(?={FIGURE})|{FIGURE}(?=[.,:/-]?[0-9])")
WORD = re.compile(r"[^\W\d_]+")


def check(page: Page, _: Around) -> Iterator[Finding]:
    """Words with letters of no script of ours, mixed or whole; figures without a space before or behind them."""
    for word in WORD.finditer(page.raw):
        strange = [foreign(char) for char in word[0]]
        start, end = page.at(word.start()), page.at(word.end())
        if any(strange) and start < end:
            rule, level = ("letters.other", "should") if all(strange) else ("letters.mixed", "must")
            yield found(page, rule, level, start, end)
    for match in TOUCHING.finditer(page.text):
        yield found(page, "number.joined", "must", match.start(), match.end() + 1)
