"""What each piece of a coded message could be, by its shape: a code, a station, a number, a clock or a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from server import registry

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
SLIPS = str.maketrans("OoIil", "00111")  # only ever applied to the digits of a station code
EDGES = "()[]{}\"'.:?!"  # stripped before a token is judged
LONGEST = 16  # characters; no coded token is longer, so a longer one is a word without a look

# Two letters that are in capitals in any English text, and two letters that are a word when everything is in capitals.
CAPITALS = frozenset(["ID", "AC", "AM", "PM", "NB", "OK", "TV", "CD", "DJ"])
ORDINARY = CAPITALS | frozenset(
    [
        "AD",
        "AG",
        "AL",
        "AS",
        "AT",
        "BA",
        "BC",
        "BE",
        "BY",
        "DA",
        "DE",
        "DO",
        "GO",
        "HE",
        "IF",
        "IN",
        "IS",
        "IT",
        "LA",
        "ME",
        "MR",
        "MY",
        "NA",
        "ND",
        "NO",
        "OF",
        "OH",
        "ON",
        "OR",
        "PU",
        "SO",
        "TO",
        "UP",
        "US",
        "VE",
        "WE",
    ]
)

# A token: no spaces or separators inside, and it does not cross the border between Khmer and other scripts.
TOKEN = re.compile(r"[^\s,;|\u1780-\u17ff]+|[\u1780-\u17ff]+")
STATION = re.compile(r"(?:([A-Za-z]{2})[-:./!]?)??([A-Za-z]{2})[-.]?([0-9OoIil]{4})(?:[-./]?([0-9OoIil]))?")
NEARLY_STATION = re.compile(r"[A-Za-z]{2}-?[0-9]{2,6}(?:-[0-9A-Za-z])?")
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.hH]([0-5][0-9])(?:[hH](?:[rR][sS]?)?)?)? ?(?:([aApP])\.?[mM])?")
CLOCK_OF_FOUR = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])[hH](?:[rR][sS]?)?")
CLOCK_IN_WORDS = re.compile(r"(?<![0-9:./-])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:/-]) ?(?:([aApP])\.?[mM])?")


@dataclass(frozen=True)
class StationCode:
    """A station as written: ``code`` ("KD0123"), the ``check`` digit if given, and whether that is ``right``."""

    code: str
    check: str | None
    right: bool | None


class Token(NamedTuple):
    """One piece of the text and its kind: code, sos, station, number, clock, mark ("!"), unknown or word."""

    start: int
    end: int
    text: str
    kind: str = "word"
    value: str | StationCode | None = None
    small: bool = False  # a code without its capitals


def tokens(plain: str, known: frozenset[str]) -> list[Token]:
    """The tokens of a text that has Latin digits and no zero-width characters; `known` are the codes that exist."""
    joined: list[Token] = []
    for match in TOKEN.finditer(plain):
        for token in _guess(match, known):
            both = _both(joined[-1], token, known) if joined else None
            if both is not None:
                joined.pop()
            joined.append(both or token)
    return joined


def clock_in_words(plain: str) -> str | None:
    """The first clock with a colon ("10:40", "2:05 pm") anywhere in a text, as "HH:MM"."""
    return _clock(CLOCK_IN_WORDS.search(plain))


def _guess(match: re.Match[str], known: frozenset[str]) -> Iterator[Token]:
    """What one token could be, judged by itself; a code glued to its station gives two."""
    start, end, text = match.start(), match.end(), match.group()
    bare = text.strip(EDGES) if len(text) <= LONGEST else text
    if not bare:
        yield Token(start, end, text, "word" if text.strip("!") else "mark")
    elif bare.upper() in ("SOS", "S.O.S"):
        yield Token(start, end, text, "sos", small=not bare.isupper())
    elif len(bare) > LONGEST or not bare.isascii() or (bare.isalpha() and len(bare) != 2):
        yield Token(start, end, text)
    elif bare.isalpha():
        yield _two_letters(Token(start, end, text), bare, known)
    elif bare.isdecimal():
        yield Token(start, end, text, "number" if len(bare) <= 4 else "word", bare)
    else:
        yield from _with_digits(Token(start, end, text), bare, known)


def _with_digits(token: Token, bare: str, known: frozenset[str]) -> Iterator[Token]:
    """Letters, digits and signs together: a clock, a station with or without a code glued before it, or a word."""
    clock = _clock(CLOCK.fullmatch(bare) or CLOCK_OF_FOUR.fullmatch(bare))
    found = None if clock else STATION.fullmatch(bare)
    if clock:
        yield token._replace(kind="clock", value=clock)
    elif found and _is_station(found, known):
        if found[1]:
            yield Token(token.start, token.start, found[1], "code", found[1].upper(), found[1].islower())
        yield token._replace(kind="station", value=_station(found[2], found[3], found[4]))
    else:
        yield token._replace(kind="unknown") if NEARLY_STATION.fullmatch(bare) else token


def _two_letters(token: Token, bare: str, known: frozenset[str]) -> Token:
    """A code, an unknown code, or a word; "Xb" and "xb" are codes in small letters, "in" is a word."""
    small = not bare.isupper()
    if bare.upper() in known and not (small and bare.upper() in ORDINARY):
        return token._replace(kind="code", value=bare.upper(), small=small)
    return token if small or bare in ORDINARY else token._replace(kind="unknown")


def _is_station(found: re.Match[str], known: frozenset[str]) -> bool:
    """Whether the shape may be a station: "at0830" and "ABOIL1" are not, and a code glued before it must exist."""
    glued, letters, digits, check = found.groups()
    if (glued and glued.upper() not in known) or sum(ch.isdigit() for ch in digits) < 2:
        return False
    return letters.upper() not in ORDINARY or (check is not None and _station(letters, digits, check).right is True)


def _station(letters: str, digits: str, check: str | None) -> StationCode:
    code = letters.upper() + digits.translate(SLIPS)
    check = check.translate(SLIPS) if check else None
    return StationCode(code, check, None if check is None else registry.check_digit(code) == check)


def _clock(found: re.Match[str] | None) -> str | None:
    """A match of hour, minutes and half of the day as "HH:MM"; None when it is only a number."""
    if found is None:
        return None
    hour, minutes, half = int(found[1]), found[2], found[3] if found.re.groups > 2 else None
    if minutes is None and half is None:
        return None
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return f"{hour:02d}:{minutes or '00'}"


def _both(last: Token, token: Token, known: frozenset[str]) -> Token | None:
    """What a space has parted, as one: "KD 0123-7", "KD0123 7", "10:40 PM", "2 pm"; None when they stay two."""
    if token.start - last.end != 1 or len(last.text) + len(token.text) > LONGEST:
        return None
    whole = Token(last.start, token.end, f"{last.text} {token.text}")
    if last.kind in ("number", "clock") and token.text.upper().strip(EDGES) in ("AM", "PM", "A.M", "P.M"):
        clock = _clock(CLOCK.fullmatch(whole.text.strip(EDGES)))
        return whole._replace(kind="clock", value=clock) if clock else None
    found = STATION.fullmatch(whole.text.replace(" ", ""))
    if not found or found[1] or not found[4] or " " in (whole.text[1], whole.text[3]) or last.kind == "clock":
        return None
    station = _station(found[2], found[3], found[4])
    sure = last.kind == "unknown" and "-" in token.text  # "KK 0123-4" can only be meant as a station
    return whole._replace(kind="station", value=station) if station.right or (sure and len(last.text) == 2) else None
