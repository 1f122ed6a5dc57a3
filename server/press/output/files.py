"""A statement as a file of each kind: what it is called, what it is, and its bytes, which are kept a while."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from server.pack import Pack
from server.press.output import page, pictures, plain, printing
from server.press.output.layout import Laid, Standing, lay, stem
from server.press.output.pictures import Drawn

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


@lru_cache(maxsize=16)
def made(asked: Asked) -> bytes:
    """The file's bytes: the same for the same document. Slow where `printing` makes it. Raises Busy, Refused."""
    if asked.kind == "json":
        return asked.document.encode()
    if asked.kind in WRITERS:
        return WRITERS[asked.kind](*_laid(asked)).encode()
    with printing.turn():
        return _printed(asked)


@lru_cache(maxsize=1)
def _printed(asked: Asked) -> bytes:
    """Asked for by who had waited for their turn: the one before them may have wanted the same."""
    laid, drawn = _laid(asked)
    return printing.printed(printing.Job(asked.kind, laid, drawn, asked.size))


def _laid(asked: Asked) -> tuple[Laid, Drawn]:
    laid = lay(json.loads(asked.document), asked.pack, asked.standing)
    if asked.language:
        laid = replace(laid, sides=(laid.side(asked.language),))
    return laid, pictures.drawn(laid, asked.pack)


WRITERS: Mapping[str, Callable[[Laid, Drawn], str]] = {
    "html": page.html,
    "txt": lambda laid, _: plain.plain(laid, laid.sides[0].language),
    "svg": lambda laid, drawn: pictures.whole(laid, laid.sides[0], drawn),
}
