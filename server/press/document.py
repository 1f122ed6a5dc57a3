"""What a statement is made of: its texts in each language, the figures in them, the hashes that bind both. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
LANGUAGES = ("km", "en")  # of every statement; the first is the one that the country reads


@dataclass(frozen=True)
class Text:
    """A statement in one language: Markdown, with figures as tokens: `{{count category=IN}}`."""

    title: str
    body: str


@dataclass(frozen=True)
class Item:
    """A line of a figure that is a list: which code or place, and how many."""

    name: str
    value: int


@dataclass(frozen=True)
class Figure:
    """A number and all that it must be read with. `unit` and `of_unit` say what was counted, `basis` how it is known:
    names that `press/words.json` has in every language. `value` of a share is the counted part, never a percentage."""

    token: str  # the question, as tokens.py writes it
    value: int
    unit: str
    of: int | None = None  # the denominator; None where there is none
    of_unit: str = ""
    basis: str = ""
    items: tuple[Item, ...] = ()
    incidents: tuple[str, ...] = ()  # ids of the incidents counted, sorted
    stations: tuple[str, ...] = ()  # codes of the stations counted, sorted; never shown
    upto: str = ""  # the last fact that it takes in; "" while it is live
    facts: int = 0  # how many facts the log held up to there


@dataclass(frozen=True)
class Draft:
    """A statement as it stands, for whoever checks or prints it."""

    id: str
    kind: str
    texts: Mapping[str, Text]  # by language
    figures: Mapping[str, Figure]  # by token
    as_of: str = ""  # the moment that its figures are of, ISO 8601, UTC; "" when none is frozen
    number: int | None = None  # once it is released
    corrects: int | None = None  # the number of the one that it corrects
    rehearsal: bool = False
    signed: tuple[str, ...] = field(default=())  # organisations
    frame: str = ""  # hash of what is printed beside every text of its kind: method box, contact, when the next comes


def canonical(value: Any) -> str:
    """JSON that has one way to be written: what hashes and signatures are over."""
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """SHA-256 of its canonical JSON, as 64 hexadecimal digits."""
    return sha256(canonical(value).encode()).hexdigest()


def text_hash(texts: Mapping[str, Text]) -> str:
    """Of titles and texts, in all languages."""
    return digest({language: asdict(text) for language, text in texts.items()})


def bound_hash(cases: Iterable[str], stations: Iterable[str]) -> str:
    """Of what a frozen figure counted, each by its pseudonym (`server/pseudonyms.py`): an outsider can check."""
    return digest({"cases": sorted(cases), "stations": sorted(stations)})


def whole_hash(draft: Draft) -> str:
    """Of text, figures and what is printed beside them: what is checked and signed. Another text, or another number, is
    another hash."""
    figures = {token: asdict(figure) for token, figure in draft.figures.items()}
    bound = {"kind": draft.kind, "frame": draft.frame, "corrects": draft.corrects}
    return digest({"texts": text_hash(draft.texts), "figures": figures, **bound})
