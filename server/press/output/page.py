"""A statement as one HTML page that prints on A4: its type, pictures and style are in it, and no script is."""

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.guide import faces
from server.press.output import qr
from server.press.output.layout import Laid
from server.press.output.marked import Block
from server.press.output.pictures import Drawn

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
POLICY = "default-src 'none'; style-src 'sha256-{hash}'; font-src data:; base-uri 'none'; form-action 'none'"


def html(laid: Laid, drawn: Drawn) -> str:
    """All languages of it, one after the other."""
    pictures = {each: [Markup(one) for one in both] for each, both in drawn.items()}  # noqa: S704 - our own
    code = Markup(qr.svg(laid.qr)) if laid.qr else ""  # noqa: S704 - our own writer escapes
    shown = {"sides": laid.sides, "qr": code, "pictures": pictures, "words": _words, "policy": policy()}
    style = Markup(_style())  # noqa: S704 - our own files
    return _templates().get_template("statement.html").render(style=style, **shown)


def policy() -> str:
    """What the page may load: its own style, and the type that is in it."""
    return POLICY.format(hash=base64.b64encode(sha256(_style().encode()).digest()).decode())


def _words(block: Block) -> Markup:
    return Markup("").join(
        Markup("<strong>{}</strong>").format(run.text) if run.strong else Markup("{}").format(run.text)
        for run in block.runs
    )


@cache
def _style() -> str:
    return f"{faces()}\n{(TEMPLATES / 'statement.css').read_text(encoding='utf-8')}"


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
