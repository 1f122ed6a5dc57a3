"""How names are written: text to plain characters, and words to keys that different spellings share."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

# Joined scripts put no spaces between words, so spaces between their characters (and digits) say nothing.
JOINED_GAP = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f]|[0-9])|(?<=[0-9]) +(?=[^\x00-\x7f])")
VIRAMA = 9  # combining class of the sign that hangs the next letter under this one


class Spelling:
    """The spelling rules of a pack: `letters` and `sounds` are replaced in order, `words` as a whole.

    `signs` are single characters that many people mix up or leave out; they are replaced only where names are compared.
    """

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self.letters = [(self.bare(old), self.bare(new)) for old, new in rules.get("letters", ())]
        self.sounds = [(re.compile(old), new) for old, new in rules.get("sounds", ())]
        self.signs = {ord(old): new for old, new in rules.get("signs", {}).items()}
        self.words: Mapping[str, str] = rules.get("words", {})
        self.sound = lru_cache(20_000)(self._sound)

    def bare(self, text: str) -> str:
        """Lower case without accents, zero-width characters and apostrophes; ASCII digits; other signs are spaces."""
        text = unicodedata.normalize("NFD", text.lower())
        return unicodedata.normalize("NFC", text.translate({ord(char): bare_of(char) for char in set(text)}))

    def plain(self, text: str) -> str:
        """`bare`, single spaces, none within a joined script, and one way to write what looks or reads the same."""
        text = JOINED_GAP.sub("", " ".join(self.bare(text).split()))
        for old, new in self.letters:
            text = text.replace(old, new)
        return text

    def folded(self, text: str) -> str:
        """A plain text as names are compared: without the signs that people mix up or leave out."""
        return text.translate(self.signs)

    def places_in(self, text: str) -> list[int]:
        """For each character of the folded text, and for its end, where it stood in the plain `text`."""
        return [i for i, char in enumerate(text) if self.signs.get(ord(char), char)] + [len(text)]

    def key(self, words: Iterable[str]) -> str:
        """What the words sound like, without spaces: the same for every usual spelling of a name."""
        key = ""
        for sound in map(self.sound, words):
            key += sound[1:] if key and sound and key[-1] == sound[0] and sound[0].isalpha() else sound
        return key

    def together(self, words: Iterable[str]) -> str:
        """The words without spaces, those that the pack knows another form of in that form."""
        return "".join(self.words.get(word, word) for word in words)

    def _sound(self, word: str) -> str:
        word = self.words.get(word, word)
        for old, new in self.sounds:
            word = old.sub(new, word)
        return word


def bare_of(char: str) -> str:
    """What stands for one character of a decomposed text."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Cf" or char in "'’ʼ`´" or "\u0300" <= char <= "\u036f":
        return ""
    return " " if kind[0] in "PSZC" else char


def whole(text: str, start: int, end: int) -> bool:
    """Whether a piece of a joined script cuts no syllable at either end."""
    if start and unicodedata.combining(text[start - 1]) == VIRAMA:
        return False
    return end == len(text) or unicodedata.category(text[end])[0] != "M"


def syllables(text: str) -> int:
    """Letters that stand by themselves in a joined script: a rough count of its syllables, never too low."""
    return sum(
        unicodedata.category(char) == "Lo" and not (i and unicodedata.combining(text[i - 1]) == VIRAMA)
        for i, char in enumerate(text)
    )


def shortened(sound: str) -> set[str]:
    """The sound, and the sound with any one letter left out: two sounds one slip apart share one of these."""
    return {sound, *(sound[:i] + sound[i + 1 :] for i in range(len(sound)))}
