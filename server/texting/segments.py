"""How many SMS a text takes: GSM-7 where its alphabet suffices, else UCS-2, as networks count them; pure."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each
SEPTETS = (160, 153)  # of one SMS alone, and of each part of several
UNITS = (70, 67)  # the same in UCS-2


def is_gsm(text: str) -> bool:
    """Whether GSM-7 can write it all."""
    return all(char in BASIC or char in EXTENDED for char in text)


def count(text: str) -> int:
    """How many SMS (parts) it takes; 1 for nothing. No part ends inside a character of two units."""
    if is_gsm(text):
        return _packed([2 if char in EXTENDED else 1 for char in text], *SEPTETS)
    return _packed([2 if ord(char) > 0xFFFF else 1 for char in text], *UNITS)


def _packed(sizes: list[int], alone: int, each: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:
            parts, used = parts + 1, 0
        used += size
    return parts
