"""The words of the frame around a statement, in each language."""

import json
from functools import cache
from pathlib import Path
from typing import Any


def said(language: str, key: str, **values: Any) -> str:
    """A word of the frame, with its values put in. Raises KeyError."""
    return spoken()[language][key].format(**values)


@cache
def spoken() -> dict[str, dict[str, str]]:
    """Language -> key -> word."""
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
    return {language: words for language, words in found.items() if language != "_note"}
