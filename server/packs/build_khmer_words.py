"""Makes the list of Khmer words in a pack's keywords.json from its training text.

`python -m server.packs.build_khmer_words kh-2017`, with the package `khmercut` (0.2.0 was used). It is too slow to cut
every report: here it cuts the training text once, and reports are cut with the words that it found.
"""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from khmercut import tokenize

from server.reading.letters import KHMER, letters

PACKS = Path(__file__).parent
OFTEN = 2  # texts in which a word must stand


def words(texts: list[str]) -> list[str]:
    """The Khmer words of these texts, as letters are compared."""
    counts: Counter[str] = Counter()
    for text in texts:
        found = {"".join(char for char, _ in letters(word)) for word in tokenize(text) if KHMER.search(word)}
        counts.update(word for word in found if len(word) > 1)
    return sorted(word for word, count in counts.items() if count >= OFTEN)


def main() -> None:
    """Writes them into the pack."""
    folder = PACKS / sys.argv[1]
    rows = csv.DictReader((folder / "examples.csv").read_text(encoding="utf-8").splitlines())
    path = folder / "keywords.json"
    keywords = json.loads(path.read_text(encoding="utf-8"))
    keywords["km"]["words"] = words([row["text"] for row in rows if KHMER.search(row["text"])])
    path.write_text(json.dumps(keywords, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
