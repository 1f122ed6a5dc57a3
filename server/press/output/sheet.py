"""Pages of a PDF: letters shaped by HarfBuzz, lines broken by dictionary, bands and numbers on every page."""

from collections.abc import Sequence
from itertools import groupby

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from server.press import words
from server.press.output import faces
from server.press.output.breaking import lines, pieces
from server.press.output.layout import Laid
from server.press.output.marked import Run

MARGIN, FOOT, BAND, HANG = 16, 18, 7, 4.5  # millimetres
BODY, SMALL = 10.0, 8.2  # points
LEADING = {"km": 1.75}  # of a line's size; Khmer has signs above and below
POINT = 25.4 / 72
Letter = tuple[str, bool]  # a letter and whether it is strong
Widths = dict[tuple[str, bool, str, float], float]  # of words in a type, in millimetres


class Silent(int):
    """A letter that is written as nothing."""

    def __format__(self, spec: str) -> str:
        """Nothing."""
        return ""


class Sheet(FPDF):
    """Pages of one statement; `side` is the language that is being set, `total` how many pages there will be,
    `known` what was measured already."""

    def __init__(self, laid: Laid, total: int, known: Widths) -> None:
        super().__init__("portrait", "mm", "A4")
        self.laid, self.total, self.top, self._known = laid, total, float(MARGIN), known
        self.side = self.begun = laid.sides[0]
        self.set_auto_page_break(False)
        self.set_margins(MARGIN, MARGIN)
        for (family, weight), path in faces.plain().items():
            self.add_font(family, "B" if weight == faces.WEIGHTS[1] else "", path)
        self.set_text_shaping(True, direction="ltr")
        bands = [band for side in laid.sides for band in side.bands]
        self.set_title(" · ".join([*bands[:1], *(side.title for side in laid.sides)]))
        self.set_subject(" / ".join(" · ".join((*side.bands, side.number, *side.head)) for side in laid.sides))
        self.set_keywords(" ".join((*bands, laid.qr)))
        self.set_lang(laid.sides[0].language)
        self.set_creation_date(laid.at)

    def header(self) -> None:
        """The bands that no page is to be without, and which statement it is."""
        self.begun, self.y = self.side, 8
        for band in self.side.bands:
            rows = self.broken([(char, True) for char in band], BODY, self.epw - 4)
            self.set_fill_color(17)
            self.rect(self.l_margin, self.y, self.epw, BAND * len(rows), style="F")
            self.set_text_color(255)
            for row in rows:
                self.row(row, BODY, self.l_margin + 2, BAND)
            self.set_text_color(0)
            self.y += 1
        self.y += 1
        self.row([(char, False) for char in f"{self.side.number} · {self.side.head[1]}"], SMALL, self.l_margin, 5)
        self.y = self.top = max(self.y + 1, MARGIN)

    def footer(self) -> None:
        """Page of pages, and the check code."""
        side = self.begun  # a page ends when the next one begins, which may be of another language
        page, total = (words.number(n, side.language) for n in (self.page, self.total))
        told = (*side.bands[:1], side.code, side.word("page", n=page, of=total))
        self.y = self.h - 12
        self.row([(char, False) for char in " · ".join(part for part in told if part)], SMALL, self.l_margin, 5)

    def room_for(self, high: float) -> None:
        """A new page unless there is so much left of this one, in millimetres."""
        if not self.fits(high):
            self.add_page()

    def fits(self, high: float) -> bool:
        """Whether so much is left of this page, or it has nothing on it yet."""
        return self.y + high <= self.h - FOOT or self.y <= self.top

    def wide(self, letters: Sequence[Letter], size: float) -> float:
        """How wide these letters are, in millimetres."""
        return sum(self._width(family, strong, run, size) for strong, family, run in _runs(letters))

    def broken(self, letters: Sequence[Letter], size: float, wide: float) -> list[list[Letter]]:
        """The letters in lines no wider than that."""
        left, rows = list(letters), list[list[Letter]]()
        text = "".join(char for char, _ in left)
        strong = any(weight for _, weight in left)
        weigh = lambda text: self.wide([(char, strong) for char in text], size) <= wide  # noqa: E731
        for line in lines(text, self.side.language, weigh):
            rows.append(left[: len(line)])
            left = left[len(line) :]
            while left and left[0][0] == " ":
                left.pop(0)
        return rows

    def row(self, letters: Sequence[Letter], size: float, x: float, high: float) -> None:
        """One line, of this height, from x on; the next one stands below it."""
        y = self.y
        self.x = x
        for strong, family, run in _runs(letters):
            self.set_font(family, "B" if strong else "", size)
            for word in pieces(run, self.side.language):
                self._out(f"/Span <</ActualText <FEFF{word.encode('utf-16-be').hex()}>>> BDC")  # as it is copied
                self.cell(self._width(family, strong, word, size), high, word, new_x=XPos.RIGHT, new_y=YPos.TOP)
                self._out("EMC")
        self.y = y + high

    def words(
        self, text: str | Sequence[Run], size: float = BODY, left: float = 0, *, strong: bool = False, mark: str = ""
    ) -> None:
        """A paragraph, from so many millimetres inside the margin on, with a mark before it; it may go on over the
        page."""
        runs = [Run(text, strong)] if isinstance(text, str) else text
        letters = [(char, run.strong) for run in runs for char in run.text]
        high = size * POINT * LEADING.get(self.side.language, 1.4)
        for row in self.broken(letters, size, self.epw - left):
            self.room_for(high)
            top = self.y
            self.row([(char, False) for char in mark], size, self.l_margin + left - HANG, high)
            self.y, mark = top, ""
            self.row(row, size, self.l_margin + left, high)

    def finished(self) -> bytes:
        """The file. Only the first glyph of a syllable stands for its letters; that the others stand for none has to be
        said, or readers that do not know ActualText copy them as whatever their number is."""
        for font in (each for each in self.fonts.values() if isinstance(each, TTFFont)):
            for glyph, _ in font.subset.items():
                if glyph and glyph.unicode == ():
                    glyph.unicode = (Silent(),)
        return bytes(self.output())

    def put_away(self) -> None:
        """Close the files of its type."""
        for font in (each for each in self.fonts.values() if isinstance(each, TTFFont)):
            font.close()

    def _width(self, family: str, strong: bool, run: str, size: float) -> float:
        if (key := (family, strong, run, size)) not in self._known:
            self.set_font(family, "B" if strong else "", size)
            self._known[key] = float(self.get_string_width(run))
        return self._known[key]


def _runs(letters: Sequence[Letter]) -> list[tuple[bool, str, str]]:
    found = []
    for strong, group in groupby(letters, key=lambda letter: letter[1]):
        found += [(strong, family, run) for family, run in faces.runs("".join(char for char, _ in group))]
    return found
