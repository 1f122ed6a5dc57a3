"""What each piece of a coded message could be, by its shape: a code, a station, a number, a clock or a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from server.country import registry
from server.reading.clocks import WITH_SLIPS, clock_of

ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
WIDE = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}  # letters and digits as wide as Chinese ones
PLAIN = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789") | DASHES | WIDE  # one for one, so that places in the text stay
SLIPS = str.maketrans("OoIil", "00111")  # only ever applied to the digits of a station code or a clock
EDGES = "()[]{}\"'.:?!"  # stripped before a token is judged
SIGNS = "-#@*/+&=_."  # by themselves they only part coded tokens
MOST_DIGITS = 3  # of a count; four may be a clock or a part of a station code, and nothing is guessed
SHORTEST_PHONE = 7  # digits
LONGEST = 32  # characters; no coded token is longer, so a longer one is a word without a look

# Two letters that are in capitals in any English text, and two letters that are a word when everything is in capitals.
SHOUTED = "ID AC AM PM NB OK TV CD DJ FW RE"
WORDS = "AD AG AL AS AT BA BC BE BY DA DE DO GO HE IF IN IS IT LA ME MR MY NA ND NO OF OH ON OR PU SO TO UP US VE WE"
CAPITALS = frozenset(SHOUTED.split())
ORDINARY = CAPITALS | frozenset(WORDS.split())

# A token: no spaces or separators inside, and it does not cross the border between Khmer and other scripts.
TOKEN = re.compile(r"[^\s,;|\u1780-\u17ff]+|[\u1780-\u17ff]+")
# A word at first sight, as most tokens are: no code, no SOS, and no station ends so, slips or not.
WORD = re.compile(r"[\"'(]*(?![Ss][Oo][Ss]\b)[A-Za-z]{2,}[a-hjkmnp-z][\"').:?!]*")
STATION = re.compile(r"(?:([A-Za-z]{2})[-:./!]?)??([A-Za-z]{2})[-.]?([0-9OoIil]{4})(?:[-./]?([0-9OoIil]))?")
STATION_ENDS = frozenset("0123456789OoIil")
NEARLY_STATION = re.compile(r"[A-Za-z]{2}-?[0-9]{1,6}(?:-[0-9A-Za-z])?")
NEARLY_NUMBER = re.compile(r"(?=\D*[0-9])[0-9OoIil:.-]{2,}")
SOS = re.compile(r"(S\.?[O0]\.?S)(?:[^A-Za-z0-9]+(.*)|([A-Za-z]{2}[0-9OoIil]{0,3}[0-9].*))?", re.IGNORECASE)
LIST = re.compile(r"[^#@*/+&=()_]+")


@dataclass(frozen=True)
class StationCode:
    """A station as written: ``code`` ("KD0123"), the ``check`` digit if given, and whether that is ``right``."""

    code: str
    check: str | None
    right: bool | None


@dataclass(frozen=True)
class Known:
    """What exists: `codes` of the taxonomy, and the two letters with which stations begin (`prefixes`)."""

    codes: frozenset[str]
    prefixes: frozenset[str]


class Token(NamedTuple):
    """One piece of the text and its kind: code, sos, station, number, clock, mark ("!"), unknown or word."""

    start: int
    end: int
    text: str
    kind: str = "word"
    value: str | StationCode | None = None
    small: bool = False  # a code without its capitals


def tokens(plain: str, known: Known) -> list[Token]:
    """The tokens of a text that went through PLAIN and has no zero-width characters."""
    joined: list[Token] = []
    for match in TOKEN.finditer(plain):
        found = Token(match.start(), match.end(), match.group())
        for token in (found,) if WORD.fullmatch(found.text) else _guess(found, known):
            parted = len(joined) > 1 and joined[-1].text == "-"  # "KD0123 - 7"
            check = token._replace(start=joined[-1].start, text=f"- {token.text}") if parted else token
            both = _both(joined[-2 if parted else -1], check, known) if joined else None
            if both is not None:
                del joined[-2 if parted else -1 :]
            joined.append(both or token)
    return joined


def _guess(token: Token, known: Known) -> Iterator[Token]:
    """What one token could be, judged by itself; what is glued together gives several."""
    bare = token.text.strip(EDGES) if len(token.text) <= LONGEST else token.text
    if not bare.strip(SIGNS):
        yield token._replace(kind="mark" if not token.text.strip("!" + SIGNS) else "word")
    elif len(bare) > LONGEST or not bare.isascii():
        yield token
    elif sos := SOS.fullmatch(bare):
        yield from _sos(token, sos, known)
    elif bare.isalpha():
        yield _letters(token, bare, known)
    elif bare.isdecimal():
        kind = "number" if len(bare) <= MOST_DIGITS else "unknown" if len(bare) < SHORTEST_PHONE else "word"
        yield token._replace(kind=kind, value=bare)
    else:
        yield from _with_digits(token, bare, known)


def _sos(token: Token, found: re.Match[str], known: Known) -> Iterator[Token]:
    """SOS, and what is glued to it."""
    rest = found[2] or found[3] or ""
    end = token.start + token.text.index(found[1]) + len(found[1])
    yield Token(token.start, end if rest else token.end, token.text, "sos", small=not found[1].isupper())
    if rest:
        yield from _guess(Token(token.end - len(token.text) + token.text.rindex(rest), token.end, rest), known)


def _with_digits(token: Token, bare: str, known: Known) -> Iterator[Token]:
    """Letters, digits and signs together: a clock, a station, one glued to a code, several in a list, or a word."""
    slipped = WITH_SLIPS.fullmatch(bare) and any(char.isdigit() for char in bare)
    clock = clock_of(bare.translate(SLIPS) if slipped else bare)
    found = None if clock else STATION.fullmatch(bare)
    behind = STATION.fullmatch(bare[:-2]) if bare[-2:].upper() in known.codes else None
    if clock:
        yield token._replace(kind="clock", value=clock)
    elif found and _is_station(found, known):
        if found[1]:
            yield Token(token.start, token.start, found[1], "code", found[1].upper(), found[1].islower())
        yield token._replace(kind="station", value=_station(found[2], found[3], found[4]))
    elif behind and behind[4] and not behind[1] and _is_station(behind, known):  # "KD0123-7XB"
        yield token._replace(kind="station", value=_station(behind[2], behind[3], behind[4]))
        yield Token(token.end, token.end, bare[-2:], "code", bare[-2:].upper(), bare[-2:].islower())
    else:
        yield from _listed(token, bare, known)


def _listed(token: Token, bare: str, known: Known) -> Iterator[Token]:
    """What signs hold together: each piece by itself when all of them are coded, else a word."""
    begin = token.start + token.text.index(bare)
    found = [Token(begin + each.start(), begin + each.end(), each.group()) for each in LIST.finditer(bare)]
    pieces = [piece for each in found if len(found) > 1 for piece in _guess(each, known)]
    if any(piece.kind in ("code", "station") for piece in pieces) and all(piece.kind != "word" for piece in pieces):
        yield from pieces
    elif NEARLY_STATION.fullmatch(bare) or NEARLY_NUMBER.fullmatch(bare):
        yield token._replace(kind="unknown")
    else:
        yield token


def _letters(token: Token, bare: str, known: Known) -> Token:
    """A code, what looks like one, or a word; "Xb" and "xb" are codes in small letters, "in" is a word."""
    small = not bare.isupper()
    if len(bare) == 4 and not small and known.codes.issuperset((bare[:2], bare[2:])):
        return token._replace(kind="unknown")  # "XBPF": two codes, or somebody's word
    if len(bare) != 2:
        return token
    if bare.upper() in known.codes and not (small and bare.upper() in ORDINARY):
        return token._replace(kind="code", value=bare.upper(), small=small)
    return token if small or bare in ORDINARY else token._replace(kind="unknown")


def _is_station(found: re.Match[str], known: Known) -> bool:
    """Whether the shape may be a station: "at0830" and "ABOIL1" are not, and a code glued before it must exist."""
    glued, letters, digits, check = found.groups()
    if (glued and glued.upper() not in known.codes) or sum(ch.isdigit() for ch in digits) < 2:
        return False
    return letters.upper() not in ORDINARY or (check is not None and _station(letters, digits, check).right is True)


def _station(letters: str, digits: str, check: str | None) -> StationCode:
    code = letters.upper() + digits.translate(SLIPS)
    check = check.translate(SLIPS) if check else None
    return StationCode(code, check, None if check is None else registry.check_digit(code) == check)


def _both(last: Token, token: Token, known: Known) -> Token | None:
    """What a space has parted, as one: "KD 0123-7", "KD0123 7", "10:40 PM", "2 pm"; None when they stay two."""
    if token.start - last.end != 1 or len(last.text) + len(token.text) > LONGEST:
        return None
    if last.kind not in ("number", "clock") and token.text[-1] not in STATION_ENDS:
        return None
    whole = Token(last.start, token.end, f"{last.text} {token.text}")
    if last.kind in ("number", "clock") and token.text.upper().strip(EDGES) in ("AM", "PM", "A.M", "P.M"):
        clock = clock_of(whole.text.strip(EDGES))
        return whole._replace(kind="clock", value=clock) if clock else None
    found = STATION.fullmatch(whole.text.replace(" ", ""))
    if not found or found[1] or " " in (whole.text[1], whole.text[3]) or last.kind == "clock":
        return None
    station = _station(found[2], found[3], found[4])
    sure = len(last.text) == 2 and ("-" in token.text or last.text.upper() in known.prefixes)  # "KK 0123", "KK 0123-4"
    if found[4] is None and not (sure and last.text.upper() in known.prefixes):
        return None
    return whole._replace(kind="station", value=station) if station.right or sure else None
