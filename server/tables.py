"""Tables for office programs: CSV in which nothing is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that an office program may run
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by which office programs see that it is UTF-8


def written(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV, the first with the names of the columns."""
    file = io.StringIO()
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return BOM + file.getvalue()


def harmless(cell: Cell) -> Cell:
    """A cell that an office program shows and does not run; people have given themselves their names."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
