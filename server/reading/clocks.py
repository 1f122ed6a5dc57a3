"""The clock as people write it: "10:40", "1040h", "2.05 pm", "7h"."""

import re

CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.hH]([0-5][0-9])(?:[hH](?:[rR][sS]?)?)?)? ?(?:([aApP])\.?[mM])?")
OF_FOUR = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])[hH](?:[rR][sS]?)?")
WITH_SLIPS = re.compile(r"[0-9OoIil]{1,2}[:.][0-9OoIil]{2}")  # O for 0, l for 1
IN_WORDS = re.compile(r"(?<![0-9:./-])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:/-]) ?(?:([aApP])\.?[mM])?")


def clock_of(text: str) -> str | None:
    """A text that is a clock and nothing else, as "HH:MM"; None for any other, and for a mere number."""
    return _told(CLOCK.fullmatch(text) or OF_FOUR.fullmatch(text))


def clock_in_words(plain: str) -> str | None:
    """The first clock with a colon ("10:40", "2:05 pm") anywhere in a text, as "HH:MM"."""
    return _told(IN_WORDS.search(plain))


def _told(found: re.Match[str] | None) -> str | None:
    """A match of hour, minutes and half of the day as "HH:MM"; None when it is only a number."""
    if found is None:
        return None
    hour, minutes, half = int(found[1]), found[2], found[3] if found.re.groups > 2 else None
    if minutes is None and half is None:
        return None
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return f"{hour:02d}:{minutes or '00'}"
