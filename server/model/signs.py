"""Signs of danger: who a text speaks of and what may have been done to them, by the words for it in the packs.

The words are data: danger.json in the packs and bundles, a sign and its words, where * is any ending. Words of "passed
over" are taken out first: they look like a sign and are none ("no threats", "the rules were followed").
"""

import json
import re
from collections.abc import Iterable

from server.pack import Pack
from server.reading.letters import letters

FILE = "danger.json"
PASSED_OVER = "passed over"
OWN = ("me", "we", "observer")  # signs that it is somebody of ours
TOGETHER = (  # signs that say more in one text than each by itself; "own": any of OWN
    *(("own", sign) for sign in ("held", "taken off", "signed", "threat", "followed", "home", "missing")),
    ("own", "phone"),
    ("own", "notes"),
    ("own", "notes", "seized"),
    ("own", "held", "power"),
    ("notes", "seized"),
    ("signed", "forced"),
    ("signed", "stop"),
    ("we", "office", "power"),
    ("we", "office", "ordered"),
    ("woman", "body"),
)


class Signs:
    """Finds the signs of one pack in texts."""

    def __init__(self, pack: Pack) -> None:
        words: dict[str, list[str]] = {}
        for path in (path for folder in pack.folders if (path := folder / FILE).exists()):
            for sign, some in json.loads(path.read_text(encoding="utf-8")).items():
                words.setdefault(sign, []).extend(some if isinstance(some, list) else ())
        self._latin = {sign: _any(word for word in some if word.isascii()) for sign, some in words.items()}
        self._other = {sign: _inside(word for word in some if not word.isascii()) for sign, some in words.items()}
        self._known = [sign for sign in words if words[sign] and sign != PASSED_OVER]

    def of(self, text: str) -> set[str]:
        """The signs in a text, and those that stand there together, as "one+other"."""
        latin, other = text.lower().replace("’", "'"), "".join(ch for ch, _ in letters(text))
        if PASSED_OVER in self._latin:
            latin, other = self._latin[PASSED_OVER].sub(" . ", latin), self._other[PASSED_OVER].sub(" ", other)
        alone = {sign for sign in self._known if self._latin[sign].search(latin) or self._other[sign].search(other)}
        seen = alone if alone.isdisjoint(OWN) else alone | {"own"}
        return alone | {"+".join(each) for each in TOGETHER if seen.issuperset(each)}


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Any of these words, whole, or begun where * stands."""
    every = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<![a-z'])(?:{every})(?![a-z'])" if every else r"(?!)")


def _inside(words: Iterable[str]) -> re.Pattern[str]:
    """Any of these words in letters that are written without spaces."""
    return re.compile("|".join(re.escape("".join(ch for ch, _ in letters(word))) for word in words) or r"(?!)")
