"""Our own type as files of letters: the printed pages need no font of the machine's."""

import atexit
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[3] / "node_modules" / "@fontsource"
FAMILIES = {
    "Noto Sans": "noto-sans/files/noto-sans-latin",
    "Noto Sans Khmer": "noto-sans-khmer/files/noto-sans-khmer-khmer",
}
WEIGHTS = (400, 700)


def packed(family: str, weight: int) -> Path:
    """The font as the browser gets it, WOFF2."""
    return FONTS / f"{FAMILIES[family]}-{weight}-normal.woff2"


def runs(text: str) -> list[tuple[str, str]]:
    """The text in runs of one family: the first that has most of its letters, the others for what that lacks."""
    known = {family: covered(family) for family in FAMILIES}
    first = max(known, key=lambda family: sum(char in known[family] for char in text))
    found: list[tuple[str, str]] = []
    for char in text:
        family = next((each for each in (first, *known) if char in known[each]), first)
        if found and found[-1][0] == family:
            found[-1] = (family, found[-1][1] + char)
        else:
            found.append((family, char))
    return found


def beyond(text: str) -> bool:
    """Whether it has letters of another script than the first family's."""
    first, *others = (covered(family) for family in FAMILIES)
    return any(char not in first and any(char in other for other in others) for char in text)


@cache
def covered(family: str) -> frozenset[str]:
    """The letters of a family."""
    with TTFont(packed(family, WEIGHTS[0])) as font:
        return frozenset(map(chr, font.getBestCmap()))


@cache
def plain() -> Mapping[tuple[str, int], str]:
    """Family and weight -> path of a TrueType file: unpacked once, and gone with the process."""
    folder = Path(mkdtemp(prefix="faces-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = {}
    for family in FAMILIES:
        for weight in WEIGHTS:
            path = folder / f"{family}-{weight}.ttf"
            with TTFont(packed(family, weight), recalcTimestamp=False) as font:
                font.flavor = None
                font.save(path)
            made[family, weight] = str(path)
    return made
