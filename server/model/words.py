"""A text as the model sees it: words in the pack's spelling, hours, Khmer letters."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.model.evidence import QUIET, Ear, Heard
from server.pack import Pack
from server.reading.letters import has_khmer, letters

REMEMBERED = 20_000  # tokens that are kept once they were looked at
LONGEST = 4_000  # characters that are looked at; a report is shorter
CLOCK = (
    r"\d{1,2}(?:\s?[:.,;]\s?\d\d|\s\d\d)?\s?(?:[ap]\.?\s?m\b|hrs?\b|o'?clock)",  # 9am, 10.30 a.m, 2 o'clock
    r"\d{1,2}:\d\d",
    r"\d{1,2}\.[0-5]\d",  # after "at" or "by" only
)
TOKEN = re.compile(
    r"[^\W\d_\u1780-\u17ff]++(?:['’`][^\W\d_\u1780-\u17ff]++)*+"  # words first: there are most of them
    rf"|(?=\d)(?i:(?<![\d/]){CLOCK[0]}|(?<![\d/:]){CLOCK[1]}(?![\d/:])|(?<=at |by ){CLOCK[2]}(?![\d.])"
    r"|\d+(?:\s?[/-]\s?\d+){2,8}|\d+)"
)
HOUR = re.compile("|".join(CLOCK), re.IGNORECASE)
PARTS = (0, 8, 9, 10, 12, 14, 15, 16)  # the hours at which a part of the day begins
STRONG, PHRASE, BEST = 0.7, 0.5, 1.0  # how much a finding of the rules counts beside its weight
HEAVIEST = 8.0  # evidence beyond which more makes no difference


class Shown(NamedTuple):
    """What a text shows: `raw` words as written, `words` in the pack's spelling, `khmer` letters, `heard` phrases.

    Words that only tell where are left out (`idle` of keywords.json); an hour stands in both lists as "@09".
    `tokens`: all Latin words and numbers in order; `places`: which of them each of `words` is; `cut`: the last of
    `words`, those of `khmer`.
    """

    raw: Sequence[str]
    words: Sequence[str]
    khmer: str
    heard: Mapping[str, float]
    tokens: Sequence[str]
    places: Sequence[int]
    cut: Sequence[str]


class Eye:
    """Looks at texts with the spelling of one pack."""

    def __init__(self, pack: Pack, ear: Ear) -> None:
        """`ear`: whose spelling of words is used."""
        self.latin = next((finder for finder in ear.finders if tuple in finder.scripts), None)
        self.known: dict[str, tuple[str, str]] = {}
        self.idle = frozenset(pack.keywords.get("idle", ()))
        self.khmer = {word for each in pack.languages for word in pack.keywords.get(each, {}).get("words", ())}
        self.sizes = sorted({len(word) for word in self.khmer}, reverse=True)

    def look(self, text: str, heard: Heard) -> Shown:
        """What `text` shows; `heard` is what the ear heard in it."""
        text = text[:LONGEST]
        tokens, known = TOKEN.findall(text), self.known
        both = [known[token] if token in known else self._known(token) for token in tokens]
        raw = [plain for plain, _ in both if plain]
        words = [spelt for _, spelt in both if spelt]
        places = [place for place, (_, spelt) in enumerate(both) if spelt]
        khmer = "".join([ch for ch, _ in letters(text)]) if has_khmer(text) else ""
        cut = self._cut(khmer)
        return Shown(raw, words + cut, khmer, _findings(heard), tokens, places, cut)

    def _cut(self, khmer: str) -> list[str]:
        """The words of Khmer, which writes them without spaces: always the longest that is known."""
        cut, at = [], 0
        while at < len(khmer):
            word = next((khmer[at : at + size] for size in self.sizes if khmer[at : at + size] in self.khmer), "")
            if word:
                cut.append(word)
            at += len(word) or 1
        return cut

    def _known(self, token: str) -> tuple[str, str]:
        """A token in its own and in the pack's spelling; "" for what is left out."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        is_word = token[0].isalpha()
        plain = token.lower() if is_word else _hour(token) if HOUR.fullmatch(token) else ""
        spelt = self.latin.spelt(token) if self.latin and is_word else plain
        found = ("", "") if plain in self.idle else (plain, "" if spelt in self.idle else spelt)
        self.known[token] = found
        return found


def _hour(token: str) -> str:
    """The part of the day: hours that mean the same on polling day are one."""
    hour = int(token[:2] if token[:2].isdigit() else token[0])
    hour += 12 if "p" in token.lower() and hour < 12 else 0
    return f"@{max(first for first in PARTS if first <= hour):02d}"


def _findings(heard: Heard) -> dict[str, float]:
    """What the rules found, as numbers for the model."""
    shown: dict[str, float] = {f"best {heard.best}": BEST, "pairs": min(heard.pairs, HEAVIEST) / 4}
    for code, evidence in heard.evidence.items():
        if evidence.weight:
            shown[f"for {code}"] = min(evidence.weight, HEAVIEST) / 3
        if evidence.strong and code not in QUIET:
            shown[f"strong {code}"] = STRONG
    shown.update((f"phrase {each.list} {each.code}", PHRASE) for each in heard.found)
    return shown
