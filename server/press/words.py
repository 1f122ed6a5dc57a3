"""Figures in words: digits of the language, units, denominators, and the fixed words that stand for a number. Pure."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from server.press.document import Figure
from server.press.tokens import BRACES, Terms, Wrong, parse

WORDS: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
FEW = 5  # up to here a number is "a few", whatever it is of
SHARES = ((10, "some"), (50, "many"), (95, "most"))  # beyond: nearly all; up to so many of a hundred
Names = Callable[[str, str], str]  # code, language -> how a place, category or sub-code is called


def number(n: int, language: str) -> str:
    """A whole number in the digits of the language, with its thousands set apart."""
    words = WORDS[language]
    plain = f"{n:,}".replace(",", words["thousands"])
    return plain.translate({ord(str(digit)): char for digit, char in enumerate(words["digits"])})


def fixed(value: int, of: int | None) -> str:
    """Which of the fixed words stands for a number: none, a_few, some, many, most, nearly_all."""
    if value <= FEW:
        return "a_few" if value else "none"
    if not of:
        return "some"
    return next((word for percent, word in SHARES if value * 100 <= percent * of), "nearly_all")


def shown(figure: Figure, language: str, names: Names, zone: tzinfo = UTC) -> str:
    """A figure as it stands in a text: `12 of 412 stations heard from`."""
    words = WORDS[language]
    if figure.unit == "moment":
        return _moment(figure.value, language, zone)
    if figure.token.startswith("list "):
        each = [(names(one.name, language), number(one.value, language)) for one in figure.items]
        lines = [words["item"].format(name=name, n=n) for name, n in each]
        return str(words["join"].join(lines) or words["none"])
    said = {"n": number(figure.value, language), "unit": unit(figure.unit, figure.value, language)}
    whole = figure.of is not None and figure.unit != "incidents"  # incidents are set beside stations, not among them
    said |= {"of": number(figure.of or 0, language), "of_unit": unit(figure.of_unit, figure.of or 0, language)}
    if figure.token.startswith("word "):
        said["unit"] = unit(figure.unit, FEW, language)
        said["word"] = words[f"word.{fixed(figure.value, figure.of if whole else None)}"]
        return str(words["word.of" if whole else "word"].format(**said))
    return str(words["of" if whole else "plain"].format(**said))


def unit(name: str, n: int, language: str) -> str:
    """What is counted, as it stands beside a number."""
    forms = WORDS[language].get(f"unit.{name}", {"one": "", "many": ""})
    return str(forms["one" if n == 1 else "many"])


def basis(figure: Figure, language: str) -> str:
    """How a figure is known."""
    return str(WORDS[language].get(f"basis.{figure.basis}", ""))


def sentence(fault: Wrong, language: str) -> str:
    """What is wrong with a token."""
    return str(WORDS[language][f"wrong.{fault.key}"].format(**fault.values))


def put_in(
    text: str, figures: Mapping[str, Figure], known: Terms, language: str, names: Names, zone: tzinfo = UTC
) -> str:
    """A text with its figures in place of the tokens; a token without a figure stays as it is."""

    def put(match: Any) -> str:
        try:
            figure = figures.get(str(parse(match[1], known)))
        except Wrong:
            figure = None
        return str(match[0]) if figure is None else shown(figure, language, names, zone)

    return BRACES.sub(put, text)


def _moment(seconds: int, language: str, zone: tzinfo) -> str:
    words, at = WORDS[language], datetime.fromtimestamp(seconds, zone)
    digits = {ord(str(digit)): char for digit, char in enumerate(words["digits"])}
    named = {"clock": f"{at:%H:%M}", "day": str(at.day), "month": words["months"][at.month - 1], "year": str(at.year)}
    return str(words["moment"].format(**named)).translate(digits)
