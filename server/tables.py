"""Tables for office programs: CSV in which nothing is a formula, however a program parts a line."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@")  # how a cell begins that an office program may run
BREAKS = re.compile("\r\n|[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # each ends a line, or a cell, for some program
PARTS = re.compile("([,;|])")  # by which one or the other program parts a line, even within quotes
QUOTES = "\"'"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by which office programs see that it is UTF-8


def written(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV, each on one line, the first with the names of the columns."""
    file = io.StringIO()
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return BOM + file.getvalue()


def harmless(cell: Cell) -> Cell:
    """A cell that an office program shows and does not run; people have given themselves their names."""
    if isinstance(cell, str):
        return "".join(map(_shown, PARTS.split(BREAKS.sub(" ", cell))))
    return "" if cell is None else cell


def _shown(piece: str) -> str:
    """What could be taken for a cell of its own, behind an apostrophe if it begins a formula; programs leave out what
    is not seen, and quotes."""
    seen = (char for char in piece if char.isprintable() and not char.isspace() and char not in QUOTES)
    return f"'{piece}" if normalize("NFKC", next(seen, "")).startswith(FORMULA) else piece
