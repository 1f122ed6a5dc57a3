"""Call-signs: how desks speak of somebody without a name, from a keyed id and the same each time."""

import base64
import re
from dataclasses import dataclass

SHORT, LONG = 6, 12  # letters: thirty bits, which two of many thousands may share, and sixty, which they do not
SPOKEN = str.maketrans("018", "OIB")  # letters that are read as digits; neither digit is ever in a call-sign
PATTERN = re.compile(r"([SM])((?:[A-Z2-7]{3}){2,4})")


@dataclass(frozen=True)
class Sign:
    """A call-sign that somebody typed. `of` is "monitor" or "source"; `beginning`: how their id begins, hexadecimal."""

    of: str
    letters: str
    beginning: str

    def fits(self, identity: str) -> bool:
        """Whether this is the call-sign of the monitor or source with this id."""
        return _letters(identity).startswith(self.letters)


def of_monitor(identity: str, letters: int = SHORT) -> str:
    """`M-4KQ-7MD`: a monitor's, whichever of their phones they use."""
    return _spelt("M", identity, letters)


def of_source(alias: str, letters: int = SHORT) -> str:
    """`S-4KQ-7MD`: that of a source who is on no roster."""
    return _spelt("S", alias, letters)


def read(typed: str) -> Sign | None:
    """The call-sign that was typed, however it is spelt; None when it is none."""
    plain = re.sub(r"[\s-]+", "", typed.upper()).translate(SPOKEN)
    found = PATTERN.fullmatch(plain) if plain.isascii() else None
    if found is None:
        return None
    letters = found[2]
    sure = len(letters) * 5 // 4  # whole hexadecimal digits that so many letters tell
    known = base64.b32decode(letters + "A" * (-len(letters) % 8)).hex()[:sure]
    return Sign("monitor" if found[1] == "M" else "source", letters, known)


def _spelt(kind: str, identity: str, letters: int) -> str:
    all_of_it = _letters(identity)[:letters]
    return "-".join([kind, *(all_of_it[at : at + 3] for at in range(0, letters, 3))])


def _letters(identity: str) -> str:
    return base64.b32encode(bytes.fromhex(identity)).decode()
