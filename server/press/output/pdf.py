"""A statement as PDF: all languages, with tables, pictures and bookmarks; the same bytes for the same document."""

import io
from collections.abc import Sequence

from server.press.output import qr, raster
from server.press.output.layout import Laid, Side
from server.press.output.marked import Block
from server.press.output.pictures import Drawn
from server.press.output.sheet import BODY, POINT, SMALL, Sheet, Widths
from server.press.output.tabled import Table

SIZES = {1: 14.0, 2: 12.0}  # of headings, in points; deeper ones as the body
INDENT, GAP = 5, 2  # millimetres
LEADING = 1.6  # of a table's lines
SHARES = {2: (0.78, 0.22), 3: (0.38, 0.34, 0.28), 5: (0.32, 0.17, 0.17, 0.17, 0.17)}  # columns -> of the width
CODE = 26  # millimetres: the QR code


def pdf(laid: Laid, drawn: Drawn) -> bytes:
    """All languages of it, one after the other, each with pages of its own."""
    known: Widths = {}
    first = _set(laid, drawn, 0, known)
    sheet = _set(laid, drawn, first.page, known)
    made = sheet.finished()
    for each in (first, sheet):
        each.put_away()
    return made


def _set(laid: Laid, drawn: Drawn, total: int, known: Widths) -> Sheet:
    sheet = Sheet(laid, total, known)
    for side in laid.sides:
        sheet.side = side
        sheet.add_page()
        sheet.start_section(side.title)
        _side(sheet, side, drawn[side.language])
    return sheet


def _side(sheet: Sheet, side: Side, both: Sequence[str]) -> None:
    sheet.words(side.title, 17, strong=True)
    sheet.words(" · ".join(side.head), SMALL)
    if side.corrects:
        sheet.y += GAP
        sheet.words(side.corrects, 12, strong=True)
        for change in side.changes:
            sheet.words(change, SMALL, INDENT)
    for block in side.body:
        _block(sheet, block)
    _heading(sheet, side.word("method"))
    _boxed(sheet, side)
    for label, told in side.close:
        sheet.y += GAP / 2
        sheet.words(f"{label}: {told}", BODY)
    _proof(sheet, side)
    for svg, title in zip(both, (side.annex.title, side.word("map")), strict=True):
        _picture(sheet, svg, title)
    for table in (side.coverage, side.annex, side.figures):
        _table(sheet, table)


def _block(sheet: Sheet, block: Block) -> None:
    if block.kind == "heading":
        _heading(sheet, block.text, SIZES.get(block.level, BODY))
    elif block.kind == "item":
        sheet.words(block.runs, BODY, INDENT * block.level, mark=block.mark)
    else:
        sheet.y += GAP
        sheet.words(block.runs, BODY)


def _heading(sheet: Sheet, text: str, size: float = 12) -> None:
    sheet.y += 2 * GAP
    sheet.room_for(24)
    sheet.start_section(text, level=1)
    sheet.words(text, size, strong=True)


def _boxed(sheet: Sheet, side: Side) -> None:
    """The method, with a line beside it on each of its pages."""
    for block in side.method:
        top, page = sheet.y, sheet.page
        sheet.words(block.runs, SMALL, INDENT)
        top = top if sheet.page == page else sheet.top
        sheet.line(sheet.l_margin + GAP, top, sheet.l_margin + GAP, sheet.y)


def _proof(sheet: Sheet, side: Side) -> None:
    """The check code, as words and for telephones."""
    if not side.code:
        return
    sheet.y += GAP
    sheet.room_for(CODE + GAP)
    top = sheet.y
    image = io.BytesIO(raster.png(qr.svg(sheet.laid.qr), "small"))
    sheet.image(image, sheet.l_margin, top, CODE, CODE, alt_text=sheet.laid.qr)
    sheet.y = top + CODE / 3
    sheet.words(side.code, BODY, CODE + GAP, strong=True)
    sheet.words(side.word("code.how"), SMALL, CODE + GAP)
    sheet.y = max(sheet.y, top + CODE + GAP)


def _picture(sheet: Sheet, svg: str, title: str) -> None:
    wide, high = (float(part) for part in svg.split('viewBox="0 0 ', 1)[1].split('"')[0].split())
    across = sheet.epw * 0.85
    sheet.y += 2 * GAP
    sheet.room_for(across * high / wide)
    sheet.image(io.BytesIO(raster.png(svg)), sheet.l_margin, sheet.y, across, across * high / wide, alt_text=title)
    sheet.y += across * high / wide


def _table(sheet: Sheet, table: Table) -> None:
    _heading(sheet, table.title)
    if table.note:
        sheet.words(table.note, SMALL)
    if not table.rows:
        sheet.words(sheet.side.word("none"), BODY)
        return
    _row(sheet, table, table.columns, head=True)
    for cells in table.rows:
        if _row(sheet, table, cells):
            continue
        sheet.add_page()
        _row(sheet, table, table.columns, head=True)
        _row(sheet, table, cells, must=True)


def _row(sheet: Sheet, table: Table, cells: tuple[str, ...], *, head: bool = False, must: bool = False) -> bool:
    """One row with a line below it, unless the page has no room for it, and it need not be on it."""
    shares, high = SHARES[len(cells)], SMALL * POINT * LEADING
    letters = [[(char, head) for char in cell] for cell in cells]
    rows = [sheet.broken(each, SMALL, sheet.epw * share - GAP) for each, share in zip(letters, shares, strict=True)]
    deep = max(len(lines) for lines in rows) * high
    if not must and not sheet.fits(deep):
        return False
    top, x = sheet.y, sheet.l_margin
    for turn, (lines, share) in enumerate(zip(rows, shares, strict=True)):
        sheet.y = top
        for line in lines:
            shift = sheet.epw * share - GAP - sheet.wide(line, SMALL) if turn and table.counts else 0
            sheet.row(line, SMALL, x + shift, high)
        x += sheet.epw * share
    sheet.y = top + deep
    sheet.set_draw_color(0 if head else 190)
    sheet.line(sheet.l_margin, sheet.y, sheet.l_margin + sheet.epw, sheet.y)
    sheet.set_draw_color(0)
    return True
