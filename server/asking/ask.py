"""From what somebody typed to the conditions that a card must fulfil, with what goes without saying."""

from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import process

from server.asking import where
from server.asking.around import Around
from server.asking.conditions import WORDS, Condition
from server.asking.said import Said, Wrong, said
from server.asking.table import TABLE
from server.asking.values import SHOWN

BARE = {"unsorted": ("show", ("unsorted",))}  # words that mean something without a value
NAMES_ONE = {"#", "alike", "alert"}  # whoever asks for these cards means them, of whatever kind
LIKE_ENOUGH = 60  # of 100: a word that may have been meant


@dataclass(frozen=True)
class Asked:
    """A query that was understood: its words for people, and all its conditions."""

    words: tuple[dict[str, Any], ...]
    conditions: tuple[Condition, ...]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"words": list(self.words), "conditions": [each.told() for each in self.conditions]}


def ask(text: str, around: Around) -> Asked:
    """What a query asks for. Raises Wrong when it cannot be understood, or is not for this role."""
    words = [_bare(each) for each in said(text)]
    conditions = [_read(each, around) for each in words]
    return Asked(
        tuple(_told(word, found, around) for word, found in zip(words, conditions, strict=True)),
        (*_unsaid(words, conditions), *(each for each in conditions if each.field != "kind" or each.values)),
    )


def _bare(word: Said) -> Said:
    if word.key or word.text.removeprefix("-") not in BARE:
        return word
    key, values = BARE[word.text.removeprefix("-")]
    return replace(word, key=key, values=values)


def _read(word: Said, around: Around) -> Condition:
    found = TABLE.get(word.key)
    if found is None:
        near = process.extractOne(word.key, [key for key in TABLE if key.isalpha()], score_cutoff=LIKE_ENOUGH)
        raise Wrong("word", key=word.key, near=near[0] if near else "cat")
    if found.desk and not around.desk:
        raise Wrong("role", value=word.text)
    if not word.values or not all(word.values):
        raise Wrong("empty", value=word.text)
    condition = found.read(word, around)
    return replace(condition, negated=condition.negated != word.negated)


def _unsaid(words: list[Said], conditions: list[Condition]) -> list[Condition]:
    """What is not shown unless it is asked for: other kinds, copies, what stands elsewhere, blocked sources."""
    asked = {word.key for word in words if not word.negated}
    none = any(each.field == "status" and "dismissed" in each.values and not each.negated for each in conditions)
    searched = any(each.field == WORDS and not each.negated for each in conditions)
    parts = []
    if not (asked & {"show", *NAMES_ONE} or none):
        parts.append(Condition("kind", SHOWN["attention"]))
    if not (asked & NAMES_ONE or any(word.key == "show" and "all" in word.values for word in words)):
        parts.append(Condition("copy", ("no",)))
    if not (asked & NAMES_ONE or searched):
        parts.append(Condition("joined", ("no",)))
    if "by" not in asked:
        parts.append(Condition("counts", ("yes",)))
    return parts


def _told(word: Said, condition: Condition, around: Around) -> dict[str, Any]:
    """A word as a chip shows it: with the names of the places that it means, in every language."""
    names: list[dict[str, str]] = []
    if condition.field == "place":
        languages, judged = around.gazetteer.pack.languages, (around.gazetteer, around.finest, around.untold)
        codes = [code for value in word.values for code in where.places(value, *judged)]
        names = [{lang: around.gazetteer.path(code, lang) for lang in languages} for code in codes if code]
    return {"text": word.text, "key": word.key, "values": list(word.values), "not": word.negated, "names": names}
