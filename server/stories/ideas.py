"""What a text speaks of, whatever its language: "soldiers", "fire" and "rice", by the words for them in the packs.

The words are data: ideas.json in the packs and bundles, an idea and the words for it in one language each.
"""

import json
import re
from collections import defaultdict
from functools import lru_cache
from zlib import crc32

from server.pack import Pack
from server.stories.pieces import BUCKETS, Pieces

WORD = re.compile("[a-z]+")
REMEMBERED = 20_000  # words whose ideas are kept once they were looked up


class Ideas:
    """Finds ideas in texts."""

    def __init__(self, pack: Pack) -> None:
        words: defaultdict[str, set[int]] = defaultdict(set)
        for path in (path for folder in pack.folders if (path := folder / "ideas.json").exists()):
            for idea, some in json.loads(path.read_text(encoding="utf-8")).items():
                for word in some if isinstance(some, list) else ():
                    words[word.lower()].add(crc32(idea.encode()) % BUCKETS)
        self._whole = {word: ideas for word, ideas in words.items() if word.isascii() and not word.endswith("*")}
        self._begun = {word[:-1]: ideas for word, ideas in words.items() if word.isascii() and word.endswith("*")}
        self._inside = {word: ideas for word, ideas in words.items() if not word.isascii()}
        self._any = re.compile("|".join(sorted(map(re.escape, self._inside), key=len, reverse=True)) or r"(?!)")
        self._meant = lru_cache(REMEMBERED)(self._of_word)
        self._lengths = sorted({len(word) for word in self._begun})

    def of(self, text: str) -> Pieces:
        """The ideas of a text, as numbers."""
        plain = text.lower().replace("\u200b", "")
        found: set[int] = set()
        for word in set(WORD.findall(plain)):
            found |= self._meant(word)
        for word in set(self._any.findall(plain)):
            found |= self._inside[word]
        return Pieces("I", sorted(found))

    def _of_word(self, word: str) -> frozenset[int]:
        begun = (self._begun.get(word[:length], ()) for length in self._lengths if length <= len(word))
        return frozenset(self._whole.get(word, ())).union(*begun)
