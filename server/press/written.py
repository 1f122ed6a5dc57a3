"""Text as a statement keeps it: nothing in it that cannot be seen, and what is checked, signed and printed is one."""

import re
import unicodedata

BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # each a line end for some program
JOINERS = "\u200b-\u200d"  # where a line of Khmer may be broken, and how its letters join
STRAY = re.compile(f"(?<![\u1780-\u17dd{JOINERS}])[{JOINERS}]+(?![\u1780-\u17dd{JOINERS}])")
HIDDEN = (  # letters and marks that nothing is drawn for: fillers, vowels that are only heard, selectors of a form
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0),
    *(*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
)
BLANK = "\u2800\ufffc"  # a letter without dots, and what stands for a picture that was pasted
NOTHING = ("Cc", "Cf", "Cn", "Co")  # controls, signs for programs, and what no letter was ever given to
GONE = dict.fromkeys(HIDDEN)


def clean(text: str) -> str:
    """One way to write each letter (NFC), a newline at each line's end, a space of one kind; what cannot be seen is
    left out but for the signs that Khmer is written with, and half a character is a question mark."""
    text = BREAKS.sub("\n", text.encode(errors="replace").decode()).translate(GONE)
    return unicodedata.normalize("NFC", STRAY.sub("", "".join(map(_seen, text))))


def _seen(char: str) -> str:
    if char == "\n" or " " <= char <= "~" or "\u200b" <= char <= "\u200d":
        return char
    if char.isspace() or char in BLANK or unicodedata.category(char) in ("Zs", "Zl", "Zp"):
        return " "
    return "" if unicodedata.category(char) in NOTHING else char
