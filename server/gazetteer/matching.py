"""Which place of the pack each shape of a boundary file is: by code, by name, by a name that is alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from server.gazetteer import boundaries
from server.gazetteer.boundaries import Shape
from server.gazetteer.spelling import Spelling
from server.pack import Pack

NEAR = 0.1  # degrees: a shape whose centre is so near to a province may be in it, as the polygons differ
ALIKE = 75  # of 100: how alike a name must be that is taken because it is in the right province
LIKE = 50  # of 100: how alike one must be to be named as a guess
HOW = ("code", "name", "sound", "alike")  # the surest first


@dataclass
class Matches:
    """`found`: code -> shape and how. `lost`: shapes without a place, with the nearest guess. `twice`: two shapes for
    one place, the second not taken. `bare`: places of the level that have no shape."""

    found: dict[str, tuple[Shape, str]] = field(default_factory=dict)
    lost: list[tuple[Shape, str]] = field(default_factory=list)
    twice: list[tuple[str, Shape, Shape]] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)


def match(shapes: Sequence[Shape], level: str, pack: Pack) -> Matches:
    """All shapes with all places of the level. What is sure is matched first; a place is given once."""
    matcher = Matcher(pack, level)
    made, left = Matches(), list(shapes)
    for how in HOW:
        still = []
        for shape in left:
            code = matcher.place_of(shape, how, made.found)
            if code is None:
                still.append(shape)
            elif code in made.found:
                made.twice.append((code, made.found[code][0], shape))
            else:
                made.found[code] = (shape, how)
        left = still
    made.lost = [(shape, matcher.guess(shape)) for shape in left]
    made.bare = sorted(set(matcher.codes) - set(made.found))
    return made


class Matcher:
    """Knows the names of one level as they are written and as they sound, and where the provinces are."""

    def __init__(self, pack: Pack, level: str) -> None:
        self.pack, self.spelling = pack, Spelling(pack.spelling)
        self.codes = [code for code, place in pack.places.items() if place.level == level]
        also = pack.spelling.get("also", {})
        called = {
            code: [*pack.places[code].name.values(), *pack.places[code].also, *also.get(code, ())]
            for code in self.codes
        }
        self.hints = {self.spelling.plain(word) for kind in ("before", "after") for word in pack.spelling.get(kind, ())}
        self.names = {code: {self._joined(name) for name in names} for code, names in called.items()}
        self.sounds = {code: {self._sound(name) for name in names} for code, names in called.items()}
        self.provinces = boundaries.provinces(pack)

    def place_of(self, shape: Shape, how: str, found: Collection[str]) -> str | None:
        """The one place that the shape is by this sign; None when there is none, or several."""
        if how == "code":
            return shape.code if shape.code in self.names else None
        if how == "name":
            named = [code for code in self.codes if self._joined(shape.name) in self.names[code]]
        elif how == "sound":
            named = [code for code in self.codes if self._sound(shape.name) in self.sounds[code]]
        else:
            left = [code for code in self.codes if code not in found and self._near(code, shape)]
            return self._most_like(shape, left, ALIKE)
        here = [code for code in named if self._near(code, shape)]
        return here[0] if len(here) == 1 else None

    def guess(self, shape: Shape) -> str:
        """The place whose name is most like the shape's, near it or else anywhere; "" for none."""
        near = [code for code in self.codes if self._near(code, shape)]
        return self._most_like(shape, near, LIKE) or self._most_like(shape, self.codes, LIKE) or ""

    def _words(self, name: str) -> list[str]:
        """The words of a name without "district" and the like."""
        words = self.spelling.plain(name).split()
        kept = [word for word in words if word not in self.hints]
        for hint in self.hints:  # a script without spaces
            kept = [word.removeprefix(hint) if not word.isascii() else word for word in kept]
        return [word for word in kept if word] or words

    def _joined(self, name: str) -> str:
        return "".join(self._words(name))

    def _sound(self, name: str) -> str:
        return self.spelling.key(map(self.spelling.folded, self._words(name)))

    def _most_like(self, shape: Shape, codes: Sequence[str], least: int) -> str | None:
        """The one of the codes whose name sounds most like the shape's."""
        sound = self._sound(shape.name)
        looks = {code: max(fuzz.ratio(sound, other) for other in self.sounds[code]) for code in codes}
        best = max(looks.values(), default=0)
        fits = [code for code, look in looks.items() if look == best >= least]
        return fits[0] if len(fits) == 1 else None

    def _near(self, code: str, shape: Shape) -> bool:
        """Whether the shape's centre is in the province of the place, or near to it."""
        place = self.pack.places[code]
        while place.parent:
            place = self.pack.places[place.parent]
        return self.provinces.near(shape.centre, place.code, NEAR)
