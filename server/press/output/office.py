"""A statement as a Word document in one language, with its styles, tables and pictures; complex scripts have theirs."""

import io
import zipfile
from datetime import UTC

from docx import Document
from docx.document import Document as Made
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from server.press.output import faces, qr, raster
from server.press.output.layout import Laid, Side
from server.press.output.marked import Block, Run
from server.press.output.pictures import Drawn
from server.press.output.tabled import Table

STYLES = {"Normal": 10.5, "Title": 18.0, "Heading 1": 14.0, "Heading 2": 12.0, "Heading 3": 11.0}  # points
FACES = {"w:ascii": "Noto Sans", "w:hAnsi": "Noto Sans", "w:cs": "Noto Sans Khmer"}
STAMP = (1980, 1, 1, 0, 0, 0)  # of each part of the file, as ZIP begins: the same bytes for the same document


def docx(laid: Laid, language: str, drawn: Drawn) -> bytes:
    """The statement in this language."""
    side, made = laid.side(language), Document()
    _frame(made, laid, side)
    _plain(made, side.title, "Title")
    _plain(made, " · ".join((side.number, *side.head)))
    if side.corrects:
        _plain(made, side.corrects, "Heading 1")
        for change in side.changes:
            _plain(made, change, "List Bullet")
    for block in side.body:
        _block(made, block)
    _plain(made, side.word("method"), "Heading 2")
    for block in side.method:
        _words(made.add_paragraph(style="Intense Quote"), block.runs)
    for label, told in side.close:
        _plain(made, f"{label}: {told}")
    if side.code:
        _picture(made, raster.png(qr.svg(laid.qr), "small"), 26, laid.qr)
        _plain(made, f"{side.code}. {side.word('code.how')}")
    for svg, title in zip(drawn[language], (side.annex.title, side.word("map")), strict=True):
        _picture(made, raster.png(svg), 150, title)
    for table in (side.coverage, side.annex, side.figures):
        _table(made, table, side)
    return _packed(made)


def _frame(made: Made, laid: Laid, side: Side) -> None:
    """Page, styles, what stands on every page, and what the file says of itself."""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(18)
    for name, size in STYLES.items():
        _style(made.styles[name], size, side.language)
    for paragraph in (section.header.paragraphs[0], section.footer.paragraphs[0]):
        told = (*side.bands, side.number, side.head[1], side.code)
        _words(paragraph, (Run(" · ".join(part for part in told if part), bool(side.bands)),))
    about = made.core_properties
    about.title = " · ".join((*side.bands, side.title))[:255]
    about.subject, about.language, about.author = side.number, side.language, ""
    about.keywords, about.comments = laid.qr, ""
    about.created = about.modified = laid.at.astimezone(UTC).replace(tzinfo=None)


def _style(style: object, size: float, language: str) -> None:
    """Type and size for Latin and complex scripts alike, and the language of both."""
    style.font.size = Pt(size)  # type: ignore[attr-defined]
    properties = style.element.get_or_add_rPr()  # type: ignore[attr-defined]
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, face in FACES.items():
        fonts.set(qn(name), face)
    for old in [each for each in properties if each.tag in (qn("w:szCs"), qn("w:lang"))]:
        properties.remove(old)
    complex_size, spoken = OxmlElement("w:szCs"), OxmlElement("w:lang")
    complex_size.set(qn("w:val"), str(round(size * 2)))
    spoken.set(qn("w:val"), language)
    spoken.set(qn("w:bidi"), language)
    properties.find(qn("w:sz")).addnext(complex_size)
    properties.append(spoken)


def _block(made: Made, block: Block) -> None:
    if block.kind == "heading":
        _words(made.add_paragraph(style=f"Heading {min(block.level, 3)}"), block.runs)
    elif block.kind == "item":
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.left_indent = Mm(6 * block.level)
        paragraph.paragraph_format.first_line_indent = Mm(-5)
        _words(paragraph, (Run(f"{block.mark or ' '} "), *block.runs))
    else:
        _words(made.add_paragraph(), block.runs)


def _plain(made: Made, text: str, style: str = "Normal") -> None:
    _words(made.add_paragraph(style=style), (Run(text),))


def _words(paragraph: Paragraph, runs: tuple[Run, ...]) -> None:
    """Runs of words; those with letters beyond Latin are marked as complex script, or Word takes the wrong type."""
    for run in runs:
        made = paragraph.add_run(run.text)
        made.bold = True if run.strong else None
        if faces.beyond(run.text):
            made.font.complex_script = True
            made.font.cs_bold = True if run.strong else None


def _table(made: Made, table: Table, side: Side) -> None:
    _plain(made, table.title, "Heading 2")
    _plain(made, table.note or side.beside)
    grid = made.add_table(rows=0, cols=len(table.columns), style="Table Grid")
    for turn, cells in enumerate((table.columns, *table.rows)):
        row = grid.add_row()
        if not turn:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # again on the next page
        for column, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            _words(cell.paragraphs[0], (Run(words, not turn),))
            if column and table.counts:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _picture(made: Made, image: bytes, across: float, title: str) -> None:
    shape = made.add_picture(io.BytesIO(image), width=Mm(across))
    shape._inline.docPr.set("descr", title)  # read aloud instead of it


def _packed(made: Made) -> bytes:
    """The file with the hour of no clock in it."""
    raw, out = io.BytesIO(), io.BytesIO()
    made.save(raw)
    with zipfile.ZipFile(raw) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(zipfile.ZipInfo(part.filename, STAMP), before.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()
