"""Two people write one text: what both did since the text they began with is put together, line by line. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from server.press.document import Text

FIRST, BETWEEN, LAST = "<<<<<<<", "=======", ">>>>>>>"  # around lines that both changed: theirs, then mine
Texts = Mapping[str, Text]


@dataclass(frozen=True)
class Merged:
    """`texts` have all that both wrote; where `clean` is not so, marks stand around lines that both changed."""

    texts: dict[str, Text]
    clean: bool


def merge(base: Texts, theirs: Texts, mine: Texts) -> Merged:
    """`mine` and `theirs`, which were both made from `base`; each language for itself."""
    empty = Text("", "")
    found, clean = dict[str, Text](), True
    for language in {**theirs, **mine}:
        ours = [texts.get(language, empty) for texts in (base, theirs, mine)]
        title, well = _merged(*(text.title for text in ours))
        body, right = _merged(*(text.body for text in ours))
        found[language], clean = Text(title, body), clean and well and right
    return Merged(found, clean)


def differences(before: Texts, after: Texts) -> dict[str, list[str]]:
    """Language -> the lines that are not the same, with their neighbours, as `diff -u` shows them."""
    empty = Text("", "")
    return {
        language: list(unified_diff(_lines(before.get(language, empty)), _lines(text), lineterm="", n=1))[2:]
        for language, text in after.items()
    }


def _merged(base: str, theirs: str, mine: str) -> tuple[str, bool]:
    if theirs == mine or mine == base:
        return theirs, True
    if theirs == base:
        return mine, True
    merged, clean = list[str](), True
    for was, theirs_now, mine_now in _chunks(base.split("\n"), theirs.split("\n"), mine.split("\n")):
        if theirs_now in (was, mine_now):
            merged += mine_now
        elif mine_now == was:
            merged += theirs_now
        else:
            merged += [FIRST, *theirs_now, BETWEEN, *mine_now, LAST]
            clean = False
    return "\n".join(merged), clean


def _chunks(base: list[str], theirs: list[str], mine: list[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts cut where all of them have the same lines: as `diff3` does (Khanna, Kunal and Pierce, 2007)."""
    z = a = b = 0
    for start, end, there, here in _shared(base, theirs, mine):
        yield base[z:start], theirs[a:there], mine[b:here]
        yield base[start:end], base[start:end], base[start:end]
        z, a, b = end, there + end - start, here + end - start
    yield base[z:], theirs[a:], mine[b:]


def _shared(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that neither has changed: from and to where in `base`, where in `theirs`, where in `mine`."""
    ours, others = (
        SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks() for other in (theirs, mine)
    )
    for one in ours:
        for other in others:
            start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
            if start < end:
                yield start, end, one.b + start - one.a, other.b + start - other.a


def _lines(text: Text) -> list[str]:
    return [text.title, *text.body.split("\n")]
