"""All that a program can find in a statement before people answer for it, in the order of the text."""

from bisect import bisect_right
from collections.abc import Iterator

from server.press.checks import alike, amounts, blocked, counts, fixed, letters, page, parties, sources, status
from server.press.checks.finding import Around, Finding
from server.press.checks.speech import KNOWN
from server.press.document import LANGUAGES, Draft

FAMILIES = (letters, counts, amounts, fixed, status, blocked, sources, parties)
PARTS = ("title", "body")


def check(draft: Draft, around: Around) -> list[Finding]:
    """What is found in titles and bodies, the first language first, each thing once."""
    found: dict[str, Finding] = {}
    for finding in _all(draft, around):
        found.setdefault(finding.id, finding)
    order = {language: n for n, language in enumerate(LANGUAGES)}
    return sorted(found.values(), key=lambda one: (order[one.language], PARTS.index(one.part), one.where))


def _all(draft: Draft, around: Around) -> Iterator[Finding]:
    used = [language for language in LANGUAGES if language in draft.texts and language in KNOWN]
    for part in PARTS:
        pages = [page.read(getattr(draft.texts[each], part), each, part, draft.figures, around.terms) for each in used]
        for each in pages:
            yield from _apart([finding for rules in FAMILIES for finding in rules.check(each, around)])
        yield from alike.check(pages)


def _apart(findings: list[Finding]) -> Iterator[Finding]:
    """All but numbers within what could tell who spoke: a phone's number counts nothing."""
    hidden = sorted(one.where for one in findings if one.rule.startswith("source."))
    starts = [start for start, _ in hidden]
    for one in findings:
        before = hidden[: bisect_right(starts, one.where[0])][-1:]
        if not one.rule.startswith("number.") or not before or before[0][1] <= one.where[0]:
            yield one
