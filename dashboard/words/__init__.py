"""What the screens say, in each language: one JSON file a language, the same keys in all."""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def words_for(language: str) -> dict[str, str]:
    """All texts of a language by their key. Raises FileNotFoundError for one that we do not speak."""
    return json.loads((FOLDER / f"{language}.json").read_text())


def languages() -> list[str]:
    """The languages that the screens speak."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))
