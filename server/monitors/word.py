"""A monitor's own word for when they are forced: found in what they send, and taken out before anybody reads it."""

import re
from collections.abc import Mapping
from typing import Any

FORCED, SILENT = "forced", "silent"  # in a report's words: its sender said so; it is not answered for what else it says


def plain_pin(typed: str) -> str:
    """A PIN as it is compared: without spaces, digits of any script as 0 to 9, capitals as small letters."""
    return "".join(char for char in _digits(typed) if not char.isspace()).lower()


def without(word: str, text: str) -> str | None:
    """The text without this word, which stands alone in it, in whatever capitals and digits; None when it does not."""
    alone = re.compile(rf"\s*(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)
    left, last = "", 0
    for found in alone.finditer(_digits(text)):
        left, last = left + text[last : found.start()], found.end()
    return (left + text[last:]).strip() if last else None


def freed(body: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a monitor sent, of whom this is `kept`: without their word and with FORCED where it stood in the text or in
    place of their PIN, which it then stands for."""
    word, typed = str(kept.get("word") or ""), plain_pin(str(body.get("pin") or ""))
    left = without(word, str(body["text"])) if word else None
    if not word or (left is None and typed != word):
        return body
    pin = {"pin": kept.get("pin", "")} if typed == word else {}
    return {**body, **pin, "text": body["text"] if left is None else left, FORCED: True}


def _digits(typed: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else char for char in typed)
