"""A statement as plain text for messengers: one language, each figure with what it is of, and how many SMS it takes."""

from collections.abc import Iterable

from server.press import words
from server.press.output.layout import Laid
from server.press.output.marked import Block
from server.press.output.tabled import Table
from server.texting import segments


def plain(laid: Laid, language: str) -> str:
    """The whole statement, with its number of SMS in the last line."""
    side = laid.side(language)
    parts = [
        *side.bands,
        " · ".join((side.number, *side.head)),
        side.title.upper() if side.title.isascii() else side.title,
        _joined((side.corrects, side.word("changes", n="").strip(), *side.changes)) if side.changes else side.corrects,
        *_blocks(side.body),
        _table(side.annex, side.beside),
        _table(side.coverage, side.coverage.note),
        _joined((side.word("method") + ":", *(block.text for block in side.method))),
        *(f"{label}: {told}" for label, told in side.close),
        *side.bands,
        _joined((side.code, laid.qr)),
    ]
    text = "\n\n".join(part for part in parts if part)
    n = words.number(segments.count(text), language)
    return f"{text}\n\n{side.word('segments', n=n)}\n"


def _blocks(blocks: Iterable[Block]) -> list[str]:
    """Paragraphs; items that follow each other stand in one."""
    made: list[str] = []
    before = ""
    for block in blocks:
        line = f"{'  ' * (block.level - 1)}{block.mark or ' '} {block.text}" if block.kind == "item" else block.text
        if block.kind == before == "item":
            made[-1] += f"\n{line}"
        else:
            made.append(line)
        before = block.kind
    return made


def _table(table: Table, note: str) -> str:
    """Each row as a line that names its numbers."""
    rows = []
    for first, *others in table.rows:
        told = ", ".join(f"{head.lower()} {n}" for head, n in zip(table.columns[1:], others, strict=True))
        rows.append(f"- {first}: {told if len(others) > 1 else others[0]}")
    return _joined((f"{table.title} ({note})", *rows)) if rows else ""


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)
