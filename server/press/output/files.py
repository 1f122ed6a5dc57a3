"""A statement as a file of each kind: what it is called, what it is, and its bytes, which are kept a while."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from server.pack import Pack
from server.press.output import office, page, pdf, pictures, plain
from server.press.output.layout import Laid, Standing, lay, stem

KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
}  # ending -> media type
WHOLE = ("html", "pdf", "json")  # have every language in them
SIZES = tuple(pictures.SIZES)


@dataclass(frozen=True)
class Asked:
    """A file to be made: `document` as canonical JSON, one of KINDS, a language ("" for all), for pictures a size."""

    document: str
    standing: Standing
    kind: str
    language: str
    size: str
    pack: Pack = field(compare=False)  # a process has only one


def name(document: Mapping[str, Any], standing: Standing, kind: str, language: str, size: str) -> str:
    """What the file is called; a rehearsal's says so first."""
    parts = [stem(document, standing), *([language] if language else []), *([size] if kind == "png" else [])]
    return f"{'-'.join(parts)}.{kind}"


@lru_cache(maxsize=32)
def made(asked: Asked) -> bytes:
    """The file's bytes: the same for the same document. Slow: PDF takes seconds."""
    if asked.kind == "json":
        return asked.document.encode()
    laid = lay(json.loads(asked.document), asked.pack, asked.standing)
    if asked.language:
        laid = replace(laid, sides=(laid.side(asked.language),))
    return MAKERS[asked.kind](laid, asked)


def _picture(laid: Laid, asked: Asked) -> str:
    return pictures.whole(laid, laid.sides[0], asked.pack)


MAKERS: Mapping[str, Callable[[Laid, Asked], bytes]] = {
    "html": lambda laid, asked: page.html(laid, asked.pack).encode(),
    "pdf": lambda laid, asked: pdf.pdf(laid, asked.pack),
    "docx": lambda laid, asked: office.docx(laid, asked.language, asked.pack),
    "txt": lambda laid, asked: plain.plain(laid, asked.language).encode(),
    "svg": lambda laid, asked: _picture(laid, asked).encode(),
    "png": lambda laid, asked: pictures.png(_picture(laid, asked), asked.size),
}
