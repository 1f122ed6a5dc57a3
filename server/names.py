"""All names of a pack's places, to be asked which places some words name: as written, by sound, or misspelt."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from server.registry import PARENT, Place
from server.spelling import Spelling, syllables, whole

SURE = 5  # letters that make a name no ordinary word
RESEMBLES = 66  # of 100: what sounds alike must also look alike this much
ALMOST = 82  # of 100: how alike a name must sound that stands beside "commune", "district" or "province"
LOOSE = 70  # of 100: the same when its district or province is named as well
FIRST = 2  # letters by which names in a script without spaces are filed


@dataclass(frozen=True)
class Hit:
    """Places that some words name; `sure` unless the words may as well be ordinary ones. `quality` is 0 to 1.

    `loose` are less similar ones, believed only where the rest of the text speaks for them.
    """

    codes: frozenset[str]
    quality: float
    sure: bool
    loose: frozenset[str] = frozenset()


class Names:
    """The index. `spelling` is described by the note in the pack's pack.json."""

    def __init__(self, places: Mapping[str, Place], spelling: Mapping[str, Any]) -> None:
        self.places = places
        self.areas = {code: tuple(areas_of(code, places)) for code in places}  # code -> parent, ..., province
        self.spelling = Spelling(spelling)
        plain = self.spelling.plain
        self.before = {plain(word): level for word, level in spelling.get("before", {}).items()}
        self.after = {plain(word): level for word, level in spelling.get("after", {}).items()}
        self.near = {plain(word) for word in spelling.get("near", ())}
        self.ordinary = {plain(word) for line in spelling.get("ordinary", ()) for word in line.split()}
        self.exact: dict[str, set[str]] = {}  # words run together -> codes
        self.split: set[str] = set()  # names with their own spaces
        self.alike: dict[str, set[str]] = {}  # sound -> codes
        self.forms: dict[str, set[str]] = {code: set() for code in places}  # code -> names, words run together
        self.joined: dict[str, set[str]] = {}  # names in a script without spaces -> codes
        for place in places.values():
            for name in {*place.name.values(), *place.also, *spelling.get("also", {}).get(place.code, ())}:
                self._add(plain(name), place.code)
        self._file()

    def _add(self, name: str, code: str) -> None:
        """A name, and what is left of it without a number at its end: people leave that out."""
        for form in {name, name.rstrip("0123456789 ")} - {""}:
            if form.isascii():
                self.split.add(form)
                self.forms[code].add(self.spelling.together(form.split()))
                self.exact.setdefault(form.replace(" ", ""), set()).add(code)
                self.alike.setdefault(self.spelling.key(form.split()), set()).add(code)
            else:
                self.joined.setdefault(form, set()).add(code)

    def _file(self) -> None:
        """What makes looking up quick."""
        self.first = {name.split()[0] for name in self.split}
        self.slips: dict[str, list[str]] = {}  # a sound with a letter left out -> sounds
        for sound in self.alike:
            for short in shortened(sound) if len(sound) >= 6 else ():
                self.slips.setdefault(short, []).append(sound)
        self.starts: dict[str, list[str]] = {}
        for name in sorted(self.joined, key=lambda name: (-len(name), name)):
            self.starts.setdefault(name[:FIRST], []).append(name)
        self.sounds = {
            level: [sound for sound, codes in self.alike.items() if self.of_level(codes, level)] for level in PARENT
        }
        self.runs = {
            level: [name for name, codes in self.joined.items() if len(name) > 4 and self.of_level(codes, level)]
            for level in PARENT
        }

    def of_level(self, codes: Iterable[str], level: str) -> frozenset[str]:
        """Those of the codes that are of the level."""
        return frozenset(code for code in codes if self.places[code].level == level)

    def strange(self, word: str) -> bool:
        """Whether a word is none that people use for other things than names."""
        return not (word in self.ordinary or word in self.before or word in self.after)

    def written(self, words: Sequence[str]) -> Hit | None:
        """The words letter for letter; wherever the spaces are, unless an ordinary word is among them."""
        together = "".join(words)
        codes = self.exact.get(together)
        if not codes or not (" ".join(words) in self.split or all(map(self.strange, words))):
            return None
        above = {area for code in codes for area in self.areas[code]} & self.sounding(words)  # a town and its commune
        enough = SURE if together.isalpha() else 4  # few ordinary words end in a digit
        return Hit(frozenset(codes | above), 0.9, len(together) >= enough and not self.ordinary.issuperset(words))

    def sounding(self, words: Sequence[str], level: str = "") -> frozenset[str]:
        """Places (of the level) whose name sounds the same and looks much the same."""
        codes = self.alike.get(self.spelling.key(words), set())
        return self._resembling(words, self.of_level(codes, level) if level else codes)

    def heard(self, words: Sequence[str]) -> Hit | None:
        """Strange words by their sound."""
        codes = self.sounding(words)
        return Hit(codes, 0.85, len("".join(words)) >= 6 and self._known(words, codes)) if codes else None

    def misspelt(self, words: Sequence[str]) -> Hit | None:
        """Strange words by their sound with one slip of the pen, when they are long enough for that."""
        key = self.spelling.key(words)
        sure = len(key) >= 7
        if len("".join(words)) < 7 or not (sure or len(words) == 1):
            return None
        near = {other for short in shortened(key) for other in self.slips.get(short, ()) if other[0] == key[0]}
        found = {code for other in near if OSA.distance(key, other) == 1 for code in self.alike[other]}
        codes = self._resembling(words, found)
        return Hit(codes, 0.7, sure and self._known(words, codes), frozenset(found) - codes) if codes else None

    def almost(self, words: Sequence[str], level: str) -> Hit | None:
        """Strange words beside a word for the level, by the most similar sounds there are at that level."""
        key = self.spelling.key(words)
        best = process.extract(key, self.sounds[level], scorer=fuzz.ratio, score_cutoff=LOOSE, limit=8)
        near = {sound for sound, _, _ in best if sound[0] == key[0]}
        found = self.of_level({code for sound in near for code in self.alike[sound]}, level)
        if len(key) < 4 or not found:
            return None
        codes = self._resembling(words, found) if best[0][1] >= ALMOST else frozenset[str]()
        return Hit(codes, best[0][1] / 150, sure=True, loose=found - codes)

    def at(self, text: str, start: int) -> tuple[str, Hit] | None:
        """The longest name that begins here in a script without spaces, and cuts no syllable."""
        for name in self.starts.get(text[start : start + FIRST], ()):
            if text.startswith(name, start) and whole(text, start, start + len(name)):
                sure = syllables(name) >= 3 and name not in self.ordinary
                return name, Hit(frozenset(self.joined[name]), 0.9, sure)
        return None

    def almost_at(self, text: str, start: int, level: str) -> tuple[str, Hit] | None:
        """What begins here in a script without spaces, by the most similar name of the level."""
        best: tuple[float, str, str] = (0.0, "", "")
        for end in range(start + 5, min(start + 18, len(text)) + 1):
            piece = text[start:end]
            if whole(text, start, end) and (found := self._most_like(piece, level)):
                best = max(best, (found[1], piece, found[0]))
        codes = self.of_level(self.joined.get(best[2], ()), level)
        return (best[1], Hit(codes, best[0] / 150, sure=True)) if codes else None

    def _most_like(self, piece: str, level: str) -> tuple[str, float] | None:
        best: tuple[str, float, int] | None = process.extractOne(
            piece, self.runs[level], scorer=fuzz.ratio, score_cutoff=ALMOST
        )
        return best[:2] if best and best[0][:1] == piece[0] else None

    def _resembling(self, words: Sequence[str], codes: Iterable[str]) -> frozenset[str]:
        """Those of the codes that look most like the words, if they look like them at all."""
        together = self.spelling.together(words)
        looks = {code: max(fuzz.ratio(together, form) for form in self.forms[code]) for code in codes}
        best = max(looks.values(), default=0)
        return frozenset(code for code, look in looks.items() if look >= max(RESEMBLES, best - 3))

    def _known(self, words: Sequence[str], codes: Iterable[str]) -> bool:
        """Whether a name is known widely or has several words: one word that sounds like a commune says little."""
        return len(words) > 1 or any(self.places[code].level != "commune" for code in codes)


def areas_of(code: str, places: Mapping[str, Place]) -> Iterator[str]:
    """The areas that a place is in, the smallest first."""
    while code := places[code].parent:
        yield code


def shortened(sound: str) -> set[str]:
    """The sound, and the sound with any one letter left out: two sounds one slip apart share one of these."""
    return {sound, *(sound[:i] + sound[i + 1 :] for i in range(len(sound)))}
