"""Names in a script without spaces: found at a place in a text as written, without signs, or misspelt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from server.country.registry import PARENT, Place
from server.gazetteer.spelling import Spelling, syllables, whole

ALMOST = 82  # of 100: how alike a name must be that stands beside "commune", "district" or "province"
FIRST = 2  # letters by which names are filed
LONG = 3  # syllables that make a name no ordinary word


@dataclass(frozen=True)
class Hit:
    """Places that some words name; `sure` unless the words may as well be ordinary ones. `quality` is 0 to 1.

    `loose` are less similar ones, believed only where the rest of the text speaks for them.
    """

    codes: frozenset[str]
    quality: float
    sure: bool
    loose: frozenset[str] = frozenset()


class Unspaced:
    """The index of such names: `joined` is name -> codes. `ordinary`: names that are ordinary words as well."""

    def __init__(
        self, joined: Mapping[str, set[str]], places: Mapping[str, Place], spelling: Spelling, ordinary: Iterable[str]
    ) -> None:
        self.joined, self.places, self.spelling = joined, places, spelling
        self.starts = filed(joined)
        self.worn: dict[str, set[str]] = {}  # the longer names, folded -> codes
        for name, codes in joined.items():
            if syllables(name) >= LONG:
                self.worn.setdefault(spelling.folded(name), set()).update(codes)
        self.worn_starts = filed(self.worn)
        self.ordinary = {form for word in ordinary for form in (word, spelling.folded(word))}
        self.runs = {
            level: [name for name, codes in joined.items() if len(name) > 4 and self._of_level(codes, level)]
            for level in PARENT
        }

    def at(self, text: str, start: int) -> tuple[str, Hit] | None:
        """The longest name that begins here, and cuts no syllable."""
        for name in self.starts.get(text[start : start + FIRST], ()):
            if text.startswith(name, start) and whole(text, start, start + len(name)):
                sure = syllables(name) >= LONG and name not in self.ordinary
                return name, Hit(frozenset(self.joined[name]), 0.9, sure)
        return None

    def worn_at(self, folded: str, start: int) -> tuple[str, Hit] | None:
        """The same in a folded text."""
        for name in self.worn_starts.get(folded[start : start + FIRST], ()):
            if folded.startswith(name, start) and whole(folded, start, start + len(name)):
                return name, Hit(frozenset(self.worn[name]), 0.85, name not in self.ordinary)
        return None

    def almost_at(self, text: str, start: int, level: str) -> tuple[str, Hit] | None:
        """What begins here, by the most similar name of the level."""
        best: tuple[float, str, str] = (0.0, "", "")
        for end in range(start + 5, min(start + 18, len(text)) + 1):
            piece = text[start:end]
            if whole(text, start, end) and (found := self._most_like(piece, level)):
                best = max(best, (found[1], piece, found[0]))
        codes = self._of_level(self.joined.get(best[2], ()), level)
        return (best[1], Hit(codes, best[0] / 150, sure=True)) if codes else None

    def _of_level(self, codes: Iterable[str], level: str) -> frozenset[str]:
        return frozenset(code for code in codes if self.places[code].level == level)

    def _most_like(self, piece: str, level: str) -> tuple[str, float] | None:
        best: tuple[str, float, int] | None = process.extractOne(
            piece, self.runs[level], scorer=fuzz.ratio, score_cutoff=ALMOST
        )
        return best[:2] if best and best[0][:1] == piece[0] else None


def filed(names: Iterable[str]) -> dict[str, list[str]]:
    """Names by the letters they begin with, the longest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        found.setdefault(name[:FIRST], []).append(name)
    return found
