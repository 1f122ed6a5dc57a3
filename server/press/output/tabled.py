"""The tables of a statement, in words of a language: coverage, counts by category, figures and what they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.pack import Pack
from server.press import public, words
from server.press.document import Figure, Item
from server.press.output.worded import said
from server.press.written import clean

LISTED = {*public.COVERED.values(), public.ANNEX, "asof"}  # figures that tables and head show already
COLUMNS = ("heard", "expected", "verified", "corroborated")


@dataclass(frozen=True)
class Table:
    """`rows` are words, the first of each what the row is of; `counts`: whether the others are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    counts: bool = True


def shown(figure: Mapping[str, Any], pack: Pack, language: str) -> str:
    """A figure of the document in words."""
    return words.shown(_figure(figure), language, public.named(pack), pack.zone)


def _figure(told: Mapping[str, Any]) -> Figure:
    items = tuple(Item(**item) for item in told["items"])
    named = {name: told[name] for name in ("token", "value", "unit", "of", "of_unit", "basis")}
    return Figure(**named, items=items)


def coverage(document: Mapping[str, Any], pack: Pack, language: str) -> Table:
    """Each province: stations heard from and expected, incidents."""
    name = public.named(pack)
    rows = tuple(
        (name(row["province"], language), *(words.number(row[column], language) for column in COLUMNS))
        for row in document["coverage"]
    )
    heads = (said(language, "province"), *(said(language, column) for column in COLUMNS))
    return Table(said(language, "coverage"), heads, rows, said(language, "coverage.note"))


def annex(document: Mapping[str, Any], pack: Pack, language: str) -> Table:
    """Verified incidents of each category."""
    name = public.named(pack)
    rows = tuple((name(row["category"], language), words.number(row["n"], language)) for row in document["annex"])
    return Table(said(language, "annex"), (said(language, "category"), said(language, "n")), rows)


def figures(document: Mapping[str, Any], pack: Pack, language: str) -> Table:
    """Each figure in the text, how it is known, and its question."""
    told = [each for each in document["figures"] if each["token"] not in LISTED]
    rows = tuple((shown(e, pack, language), words.basis(_figure(e), language), clean(e["token"])) for e in told)
    heads = tuple(said(language, column) for column in ("figure", "basis", "token"))
    return Table(said(language, "figures"), heads, rows, counts=False)
