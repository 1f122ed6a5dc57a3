"""What came of a replay: the file's messages found again on the board, and our categories against the file's labels."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Card = Mapping[str, Any]
LABELS = {
    "quiet": "OKAY",
    "checkin": "OKAY",
    "tally": "TALLY",
    "noise": "NONE",
}  # kind of card -> the file's word for it
UNREAD = ("raw", "crowded")  # the kinds of a card that the reader has not come to
WIDTH = 9  # of a column
EITHER = "|"  # a label PR|LG is right for either


def paired(texts: Sequence[str], cards: Iterable[Card]) -> list[Card | None]:
    """For each text a card of its own that has it, read ones first; None when there are not that many."""
    by_text: dict[str, list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda card: card["kind"] not in UNREAD):
        by_text[str(card["text"])].append(card)
    return [by_text[shown].pop() if by_text[shown := _shown(text)] else None for text in texts]


def ours(card: Card | None) -> str:
    """A card in the words of the file's labels: a category, OKAY, TALLY or NONE; else its kind, or missing."""
    if card is None:
        return "missing"
    kind = str(card["kind"])
    return str(card["category"]) if kind == "incident" else LABELS.get(kind, kind)


def is_right(label: str, our: str) -> bool:
    """Whether our word is one of those in the label."""
    return our in label.split(EITHER)


def read(cards: Iterable[Card | None]) -> int:
    """How many the reader has come to."""
    return sum(card is not None and card["kind"] not in UNREAD for card in cards)


def counts(cards: Sequence[Card | None]) -> str:
    """How many are on the board, and how far they came, as one line."""
    kinds = Counter(card["kind"] for card in cards if card)
    told = {"on the board": kinds.total(), "read": read(cards), "incidents": kinds["incident"]}
    told |= {"unsorted": kinds["unsorted"], "set aside": kinds["set_aside"]}
    return ", ".join(f"{name} {n}" for name, n in told.items())


def confusion(labels: Sequence[str], cards: Sequence[Card | None]) -> str:
    """Each label's row: how many, how many right, and what we called them. Rows without a label are left out."""
    pairs = Counter((label, ours(card)) for label, card in zip(labels, cards, strict=True) if label)
    if not pairs:
        return "The file has no labels to compare with."
    rows = Counter[str]()
    for (label, _), n in pairs.items():
        rows[label] += n
    columns = sorted({our for _, our in pairs}, key=lambda our: (len(our) > 2, our))
    lines = [_line("label", "rows", "right", "share", columns)]
    right = 0
    for label, n in rows.most_common():
        good = sum(pairs[label, our] for our in columns if is_right(label, our))
        right += good
        lines.append(_line(label, n, good, f"{good / n:.2f}", [pairs[label, our] or "." for our in columns]))
    return "\n".join([*lines, f"right: {right} of {rows.total()} ({right / rows.total():.3f})"])


def _line(label: str, n: object, good: object, share: str, cells: Sequence[object]) -> str:
    return f"{label:<8}{n:>6}{good:>7}{share:>7} " + "".join(f"{cell:>{WIDTH}}" for cell in cells)


def _shown(text: str) -> str:
    """A text as the room shows it: bytes that were no UTF-8 (surrogates) are replacement characters."""
    return "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else char for char in text)
