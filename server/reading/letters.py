"""Khmer as it is compared: without spaces and zero-width characters, look-alike spellings made one."""

import re

from server.reading.shapes import ZERO_WIDTH

KHMER = re.compile(r"[\u1780-\u17ff]")
# Look-alike spellings; each keeps its length, so that places in the text stay true (U+200B is dropped later).
LOOK_ALIKE = (("្ដ", "្ត"), ("ឲ", "ឱ"), ("អោយ", "ឱ្យ"), ("េា", "ោ\u200b"), ("េី", "ើ\u200b"), ("ឪ", "ឱ"))


def has_khmer(text: str) -> bool:
    """Whether any Khmer stands in a text; quick where most texts are plain."""
    return not text.isascii() and KHMER.search(text) is not None


def letters(text: str) -> list[tuple[str, int]]:
    """The characters of a text without spaces and zero-width ones, look-alikes made one, and where each stands."""
    for seen, meant in LOOK_ALIKE:
        text = text.replace(seen, meant)
    return [(ch, place) for place, ch in enumerate(text) if not ch.isspace() and ord(ch) not in ZERO_WIDTH]
