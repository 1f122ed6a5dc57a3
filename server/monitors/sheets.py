"""Tables as office programs save them: from the bytes of a CSV file, in whatever dialect, to rows of cells."""

import csv
import io
import unicodedata
from dataclasses import dataclass

from server.roles import Refused

SEPARATORS = ",;\t"
LONGEST_CELL = 1000  # characters
BENDS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # what turns the reading direction
UNSEEN = dict.fromkeys((*range(32), *range(127, 160)), " ") | dict.fromkeys(BENDS)
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
BOOKS = (b"\xd0\xcf\x11\xe0", b"%PDF")  # how workbooks of old, and printed ones, begin; newer ones are packed
BOOK = "This is a workbook or an archive, not a table. Save it as “CSV UTF-8” and try again."
BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True)
class Sheet:
    """`header`: names of the columns. `rows`: number of the row as a spreadsheet shows it, a cell for each column."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(data: bytes) -> Sheet:
    """The table in a CSV file: UTF-8 or UTF-16, separated by comma, semicolon or tab. Raises Refused."""
    text = _decoded(data)
    numbered = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(row)]
    if not numbered:
        raise Refused("This file is empty.")
    (_, header), *rest = numbered
    if rest and (wide := next((number for number, row in rest if any(row[len(header) :])), None)):
        raise Refused(f"Row {wide} has more cells than the first row has names. Name every column.")
    width = len(header)
    rows = tuple((number, tuple((row + [""] * width)[:width])) for number, row in rest)
    return Sheet(tuple(header), rows)


def plain(text: str) -> str:
    """Words as they are kept: composed, single spaces, no control characters, nothing invisible at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).translate(UNSEEN).strip("\ufeff\u200b\u200e\u200f").split())


def _decoded(data: bytes) -> str:
    if data.startswith((*PACKED, *BOOKS)):
        raise Refused(BOOK)
    coding = BOMS.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(coding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Refused("This file is not in UTF-8. Save it as “CSV UTF-8” and try again.") from None
    if "\0" in text:  # no table has one, and archives that are not packed do
        raise Refused(BOOK)
    return text


def _rows(text: str) -> list[list[str]]:
    first = [_separated(text, separator, 1) for separator in SEPARATORS]
    widths = [max((len(row) for row in rows), default=0) for rows in first]
    return _separated(text, SEPARATORS[widths.index(max(widths))])


def _separated(text: str, separator: str, rows: int | None = None) -> list[list[str]]:
    """The rows of the text; with `rows`, only so many that have something in them, the empty ones before them too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found: list[list[str]] = []
    filled = 0
    try:
        for row in reader:
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise Refused(f"Row {len(found) + 1} has a cell of more than {LONGEST_CELL} characters.")
            found.append([plain(cell) for cell in row])
            filled += any(found[-1])
            if filled == rows:
                break
    except csv.Error:
        raise Refused(f"Row {len(found) + 1} cannot be read as CSV.") from None
    return found
