"""A statement's Markdown as blocks: headings, paragraphs and items of plain or strong words; nothing else is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.press.written import clean

READ = (
    "heading",
    "list",
    "emphasis",
    "escape",
    "newline",
)  # no HTML, links, images or code: they stay the letters they are


@dataclass(frozen=True)
class Run:
    """Words of one weight."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Block:
    """`kind`: heading, plain or item; `level`: of a heading, or how deep an item lies (1 and more); `mark`: what stands
    before an item."""

    kind: str
    runs: tuple[Run, ...]
    level: int = 0
    mark: str = ""

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(run.text for run in self.runs)


def blocks(markdown: str) -> tuple[Block, ...]:
    """What stands in a text, in order."""
    return tuple(_blocks(_reader().parse(clean(markdown))))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    kind, level, lists, mark = "plain", 0, list[int](), ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            mark = f"{lists[-1]}." if lists[-1] else "–"
            lists[-1] += bool(lists[-1])
        elif token.type == "heading_open":
            kind, level = "heading", int(token.tag[1])
        elif token.type == "inline":
            deep = len(lists) if kind == "plain" else level
            yield Block("item" if lists and kind == "plain" else kind, _runs(token.children or ()), deep, mark)
            kind, mark = "plain", ""


def _runs(tokens: Sequence[Token]) -> tuple[Run, ...]:
    found, strong = list[Run](), 0
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            strong += 1 if token.type == "strong_open" else -1
        text = " " if token.type in ("softbreak", "hardbreak") else token.content
        if text and token.type in ("text", "text_special", "softbreak", "hardbreak"):
            if found and found[-1].strong == bool(strong):
                found[-1] = Run(found[-1].text + text, bool(strong))
            else:
                found.append(Run(text, bool(strong)))
    return tuple(found)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False}).enable([*READ])
