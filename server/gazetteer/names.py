"""All names of a pack's places, to be asked which places some words name: as written, by sound, or misspelt."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from server.country.registry import PARENT, Place
from server.gazetteer.spelling import Spelling, shortened
from server.gazetteer.unspaced import ALMOST, Hit, Unspaced

SURE = 5  # letters that make a name no ordinary word
RESEMBLES = 66  # of 100: what sounds alike must also look alike this much
WITHIN = 75  # of 100: the same for a word right beside the district that it would be in
LOOSE = 70  # of 100: the same when its district or province is named as well
LIKE = 15  # of 100: how much less than the name as it stands in the pack another may look like the words
HEAD = 4  # sounds by which most words are seen to begin no name
VOWELS = str.maketrans("", "", "aeiou")
LEVELS = tuple(PARENT)  # the widest first


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
        self.spoken: dict[str, set[str]] = {code: set() for code in places}  # code -> sounds, word by word
        joined: dict[str, set[str]] = {}  # names in a script without spaces -> codes
        for code in places:
            for name in self._called(code, spelling.get("also", {})):
                self._add(plain(name), code, joined)
        self.unspaced = Unspaced(joined, places, self.spelling, self.ordinary)
        self._inside: dict[frozenset[str], dict[str, set[str]]] = {}
        self._file()

    def _called(self, code: str, also: Mapping[str, Sequence[str]]) -> set[str]:
        """All names of a place; a town that has the name of its province in one language has its other names, too."""
        chain = [self.places[each] for each in (code, *self.areas[code])]
        own = set(chain[0].name.values())
        like = (each for each in chain if not own.isdisjoint(each.name.values()))
        return {name for each in like for name in (*each.name.values(), *each.also, *also.get(each.code, ()))}

    def _add(self, name: str, code: str, joined: dict[str, set[str]]) -> None:
        """A name, and what is left of it without a number at its end: people leave that out."""
        for form in {name, name.rstrip("0123456789 ")} - {""}:
            if form.isascii():
                self.split.add(form)
                self.spoken[code].add(" ".join(map(self.spelling.sound, form.split())))
                self.forms[code].add(self.spelling.together(form.split()))
                self.exact.setdefault(form.replace(" ", ""), set()).add(code)
                self.alike.setdefault(self.spelling.key(form.split()), set()).add(code)
            else:
                joined.setdefault(form, set()).add(code)

    def _file(self) -> None:
        """What makes looking up quick."""
        self.first = {name.split()[0] for name in self.split}
        self.slips: dict[str, list[str]] = {}  # a sound with a letter left out -> sounds
        for sound in self.alike:
            for short in shortened(sound) if len(sound) >= 6 else ():
                self.slips.setdefault(short, []).append(sound)
        self.heads = {sound[:n] for sound in self.alike for n in range(1, HEAD + 1)}
        self.bones: dict[str, set[str]] = {}  # a sound without vowels -> sounds
        for sound in self.alike:
            self.bones.setdefault(sound.translate(VOWELS), set()).add(sound)
        self.sounds = {
            level: [sound for sound, codes in self.alike.items() if self.of_level(codes, level)] for level in PARENT
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
        alike = self._as_wide(codes, self.alike.get(self.spelling.key(words), ()), words)
        enough = SURE if together.isalpha() else 4  # few ordinary words end in a digit
        return Hit(frozenset(codes) | alike, 0.9, len(together) >= enough and not self.ordinary.issuperset(words))

    def sounding(self, words: Sequence[str], level: str = "") -> frozenset[str]:
        """Places (of the level) whose name sounds the same and looks much the same."""
        codes = self.alike.get(self.spelling.key(words), set())
        return self._resembling(words, self.of_level(codes, level) if level else codes)

    def begins(self, word: str) -> bool:
        """Whether a name may begin with a word, by its sound: most words of most texts do not."""
        return self.spelling.sound(word)[:HEAD] in self.heads

    def heard(self, words: Sequence[str]) -> Hit | None:
        """Words by their sound; an ordinary one among them only when they are several, and long enough together."""
        if not all(map(self.strange, words)) and not self._long(words):
            return None
        codes = self.sounding(words)
        if codes:  # a town and its commune
            above = {area for code in codes for area in self.areas[code]} & self.alike[self.spelling.key(words)]
            codes |= self._resembling(words, above)
        return Hit(codes, 0.85, len("".join(words)) >= 6 and self._known(words, codes)) if codes else None

    def misspelt(self, words: Sequence[str]) -> Hit | None:
        """Strange words by their sound with one slip of the pen, when they are long enough for that."""
        key = self.spelling.key(words)
        sure = len(key) >= 7
        if len("".join(words)) < 7 or len(key) < 6:
            return None
        near = {other for short in shortened(key) for other in self.slips.get(short, ()) if other[0] == key[0]}
        found = {code for other in near if OSA.distance(key, other) == 1 for code in self.alike[other]}
        bones = key.translate(VOWELS)
        if not found and len(bones) >= 5:
            found = {code for other in self.bones.get(bones, ()) for code in self.alike[other]}
        if not found:
            return None
        codes = self._resembling(words, found)
        if not sure:
            codes = self.of_level(codes, LEVELS[0])
        return Hit(codes, 0.7, self._known(words, codes), frozenset(found) - codes) if codes else None

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

    def _as_wide(self, codes: Collection[str], alike: Collection[str], words: Sequence[str]) -> frozenset[str]:
        """Others that sound alike, as nobody spells by the list: wider ones only if they sound so word by word."""
        widest = min(LEVELS.index(self.places[code].level) for code in codes)
        above = {area for code in codes for area in self.areas[code]}
        sounds = " ".join(map(self.spelling.sound, words))
        fits = (
            code
            for code in self._resembling(words, alike, LIKE)
            if code in above or LEVELS.index(self.places[code].level) >= widest or sounds in self.spoken[code]
        )
        return frozenset(fits)

    def _long(self, words: Sequence[str]) -> bool:
        """Whether words, one of them strange, are long enough together to be a name and no ordinary words."""
        return len(words) > 1 and len("".join(words)) >= 6 and any(map(self.strange, words))

    def within(self, words: Sequence[str], areas: Iterable[str]) -> Hit | None:
        """Strange words by the most similar of the names in these areas."""
        key, held = self.spelling.key(words), self._held(frozenset(areas))
        best = process.extract(key, list(held), scorer=fuzz.ratio, score_cutoff=WITHIN, limit=3)
        if len(key) < 4 or not best or best[0][0][0] != key[0]:
            return None
        return Hit(frozenset(held[best[0][0]]), best[0][1] / 150, sure=True)

    def _held(self, areas: frozenset[str]) -> dict[str, set[str]]:
        """Sound -> codes, of the places in these areas."""
        if areas not in self._inside:
            found: dict[str, set[str]] = {}
            for sound, codes in self.alike.items():
                if held := {code for code in codes if not areas.isdisjoint(self.areas[code])}:
                    found[sound] = held
            self._inside[areas] = found
        return self._inside[areas]

    def _resembling(self, words: Sequence[str], codes: Collection[str], below: int = 3) -> frozenset[str]:
        """Those of the codes that look most like the words (or so much less), if they look like them at all."""
        if not codes:
            return frozenset()
        together = self.spelling.together(words)
        looks = {code: max(fuzz.ratio(together, form) for form in self.forms[code]) for code in codes}
        best = max(looks.values(), default=0)
        return frozenset(code for code, look in looks.items() if look >= max(RESEMBLES, best - below))

    def _known(self, words: Sequence[str], codes: Iterable[str]) -> bool:
        """Whether a name is known widely or has several words: one word that sounds like a commune says little."""
        return len(words) > 1 or any(self.places[code].level != "commune" for code in codes)


def areas_of(code: str, places: Mapping[str, Place]) -> Iterator[str]:
    """The areas that a place is in, the smallest first."""
    while code := places[code].parent:
        yield code
