"""The printed SMS guide for monitors: one page in one language, made from the pack."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.country.registry import example
from server.pack import Pack

HERE = Path(__file__).parent
STYLE = HERE / "templates" / "guide.css"
FONTS = HERE.parent / "node_modules" / "@fontsource"
FACES = {
    "Noto Sans": "noto-sans/files/noto-sans-latin",
    "Noto Sans Khmer": "noto-sans-khmer/files/noto-sans-khmer-khmer",
}
FACE = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff2;base64,{}); }}'
SIGNAL = "SOS"  # stands apart: it is the one code with which nobody looks for a station first


def page(pack: Pack, language: str, *, alone: bool = False) -> str:
    """The guide as HTML. `alone`: with its style and type in it, so that it prints from a file as from the room."""
    found = _templates().get_template("guide.html")
    style = Markup(_style()) if alone else ""  # noqa: S704 - our own files
    return found.render(words=_words()[language], language=language, style=style, **_told(pack, language))


def languages(pack: Pack) -> tuple[str, ...]:
    """The languages of the pack that there is a guide in."""
    return tuple(language for language in pack.languages if language in _words())


def _told(pack: Pack, language: str) -> dict[str, Any]:
    """What the pack says of codes, check-ins and stations."""
    due = {checkin.code: checkin.due.strftime("%H:%M") for checkin in pack.schedule.checkins}
    known = pack.taxonomy
    return {
        "title": pack.title[language],
        "station": example(pack.stations, pack.prefixes),
        "code": known.categories[0].subs[0].code,
        "checkins": [
            (code, due.get(code, ""), name[language]) for code, name in known.checkins.items() if code != SIGNAL
        ],
        "families": [
            (family.code, family.name[language], [(sub.code, sub.name[language]) for sub in family.subs])
            for family in known.categories
        ],
    }


def faces() -> str:
    """Our own type as style rules with the letters in them, for a page that stands in a file."""
    return "\n".join(
        FACE.format(name, weight, _font(file, weight)) for name, file in FACES.items() for weight in (400, 700)
    )


def _style() -> str:
    return f"{faces()}\n{STYLE.read_text(encoding='utf-8')}"


def _font(file: str, weight: int) -> str:
    return base64.b64encode((FONTS / f"{file}-{weight}-normal.woff2").read_bytes()).decode()


@cache
def _words() -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "words").glob("*.json"))}


@cache
def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    made.filters["codes"] = _marked
    return made


def _marked(sentence: str) -> Markup:
    """A sentence in which `this` is a code."""
    pieces = re.split(r"`([^`]+)`", sentence)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )
