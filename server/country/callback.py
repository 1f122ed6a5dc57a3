"""What is said when a source is called back: safety first, what to ask about each category, read back, thanks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.country.packfiles import Files
from server.country.taxonomy import Names, Taxonomy

FILE = "callback.json"
BEFORE, AFTER = ("greeting", "safety", "seen", "when", "how_many", "who_else"), ("read_back", "thanks")


@dataclass(frozen=True)
class Script:
    """`fixed`: part of the call -> words; `asked`: category -> what is asked besides. Both in every language."""

    fixed: Mapping[str, Names] = field(repr=False)
    asked: Mapping[str, tuple[Names, ...]] = field(repr=False)

    def lines(self, category: str, language: str) -> list[dict[str, str]]:
        """The call from beginning to end, in one language: {"part", "words"} each; none when the pack has no script."""
        if not self.fixed:
            return []
        said = [(part, self.fixed[part]) for part in BEFORE]
        said += [("about", words) for words in self.asked.get(category, ())]
        said += [(part, self.fixed[part]) for part in AFTER]
        return [{"part": part, "words": words[language]} for part, words in said]


def read(files: Files, languages: Sequence[str], taxonomy: Taxonomy) -> Script:
    """From callback.json, which a pack may do without; what is wrong with it is told to `files`, or raised."""
    if not (files.folder / FILE).exists():
        return Script({}, {})
    data = files.json(FILE, {"asked": {}, **{part: {} for part in BEFORE + AFTER}})
    found = Script(
        {part: data[part] for part in BEFORE + AFTER},
        {category: tuple(each) for category, each in data["asked"].items()},
    )
    files.wrong += problems(found, languages, taxonomy)
    return found


def problems(script: Script, languages: Sequence[str], taxonomy: Taxonomy) -> list[str]:
    """A sentence for each wrong thing in data of the right shape."""
    known = {category.code for category in taxonomy.categories}
    each: list[tuple[str, Mapping[str, Any]]] = list(script.fixed.items())
    each += [(category, words) for category, asked in script.asked.items() for words in asked]
    return [
        *(f"{FILE} has words for {code}, which is no category." for code in sorted(script.asked.keys() - known)),
        *(f"{FILE} has nothing to ask about {code}." for code in sorted(known - script.asked.keys())),
        *(f"{FILE}: {part} is missing in {lang}." for part, words in each for lang in languages if not words.get(lang)),
    ]
