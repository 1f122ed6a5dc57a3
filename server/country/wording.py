"""How statements about a country are worded: what is not to be said, and how what is known has to be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.country.packfiles import Files
from server.country.taxonomy import Names

FILE = "wording.json"
LEVELS = ("must", "should")
NEEDS = ("", "provinces", "source")  # what a blocked word may be said with: three provinces and a number, who says so
PAIR = " … "  # between two words that are blocked together
FIXED = ("none", "a_few", "some", "many", "most", "nearly_all")
STATUSES = ("verified", "corroborated", "unverified", "unconfirmed", "false")
EMPTY: dict[str, Any] = {
    **{"random_sample": False, "blocked": {}, "fixed": {}, "verbs": {}, "sources": {}, "parties": {}},
    **{"labels": {"before": {}, "after": {}}, "persons": {"titles": {}, "roles": {}}, "restricted": {}},
    "villages": {"words": {}, "unless": {}},
}

Words = Mapping[str, tuple[str, ...]]  # language -> words, where `*` ends a word that may go on


@dataclass(frozen=True)
class Blocked:
    """Words that are not to be used, at all or without what they need; `pairs`: language -> two that are not to be used
    close to each other, `free … fair`; `unless`: longer ones that are harmless."""

    name: str
    level: str
    needs: str
    words: Words = field(repr=False)
    pairs: Mapping[str, tuple[tuple[str, str], ...]] = field(repr=False)
    unless: Words = field(repr=False)
    instead: Names = field(repr=False)


@dataclass(frozen=True, eq=False)
class Wording:
    """`random`: whether stations were drawn at random; `fixed`: one of FIXED -> words for it; `verbs`: status -> words
    that say it; `sources`: who may have said something; `parties`: short name -> names; `before`, `after`: words that
    make a label of a party's name beside them; `titles`: before a person's name, unless a role of `roles` follows;
    `restricted`: words for what is never told."""

    random: bool
    blocked: tuple[Blocked, ...] = field(repr=False)
    fixed: Mapping[str, Words] = field(repr=False)
    verbs: Mapping[str, Words] = field(repr=False)
    sources: Words = field(repr=False)
    parties: Mapping[str, Words] = field(repr=False)
    before: Words = field(repr=False)
    after: Words = field(repr=False)
    titles: Words = field(repr=False)
    roles: Words = field(repr=False)
    villages: Words = field(repr=False)
    no_villages: Words = field(repr=False)
    restricted: Words = field(repr=False)


def read(files: Files, languages: Sequence[str]) -> Wording:
    """From wording.json, which a pack may do without; what is wrong with it is told to `files`, or raised."""
    there = (files.folder / FILE).exists()
    data = {**EMPTY, **files.json(FILE, EMPTY)} if there else EMPTY
    found = Wording(
        random=data["random_sample"],
        blocked=tuple(_blocked(name, row) for name, row in data["blocked"].items()),
        fixed={name: _words(row) for name, row in data["fixed"].items()},
        verbs={name: _words(row) for name, row in data["verbs"].items()},
        sources=_words(data["sources"]),
        parties={name: _words(row) for name, row in data["parties"].items()},
        before=_words(data["labels"]["before"]),
        after=_words(data["labels"]["after"]),
        titles=_words(data["persons"]["titles"]),
        roles=_words(data["persons"]["roles"]),
        villages=_words(data["villages"]["words"]),
        no_villages=_words(data["villages"]["unless"]),
        restricted=_words(data["restricted"]),
    )
    if there:
        files.wrong += [f"{FILE}: {fault}." for fault in problems(found, languages)]
    return found


def problems(found: Wording, languages: Sequence[str]) -> list[str]:
    """What is wrong in data of the right shape, each without its full stop."""
    names = ("sources", "before", "after", "titles", "roles", "villages", "restricted")
    each: dict[str, Words] = {name: getattr(found, name) for name in names}
    for group, wanted in (("fixed", FIXED), ("verbs", STATUSES), ("parties", None)):
        rows = getattr(found, group)
        each |= {f"{group} {name}": rows.get(name, {}) for name in wanted or rows}
    each |= {f"blocked {one.name}": one.words for one in found.blocked}
    whole = {f"{what} in {lang}": words.get(lang, ()) for what, words in each.items() for lang in languages}
    known = {"fixed": (found.fixed, FIXED), "verbs": (found.verbs, STATUSES)}
    return [
        *(["random_sample is neither true nor false"] if not isinstance(found.random, bool) else []),
        *(f"there are no words for {what}" for what, words in whole.items() if not words),
        *(f"a word of {what} is too short" for what, words in whole.items() if any(len(word) < 2 for word in words)),
        *(f"{name} is none of {group}" for group, (rows, all_) in known.items() for name in rows if name not in all_),
        *(f"{one.name} has the level {one.level}" for one in found.blocked if one.level not in LEVELS),
        *(f"{one.name} needs {one.needs}, which is not known" for one in found.blocked if one.needs not in NEEDS),
        *(
            f"{one.name} does not say in {lang} what to write instead"
            for one in found.blocked
            for lang in languages
            if not one.instead.get(lang)
        ),
    ]


def _blocked(name: str, row: Mapping[str, Any]) -> Blocked:
    both = {language: [word.partition(PAIR) for word in words] for language, words in row["words"].items()}
    return Blocked(
        name,
        row["level"],
        row.get("needs", ""),
        words={language: tuple(one for one, _, other in words if not other) for language, words in both.items()},
        pairs={language: tuple((one, other) for one, _, other in words if other) for language, words in both.items()},
        unless=_words(row.get("unless", {})),
        instead=row["instead"],
    )


def _words(row: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(words) for language, words in row.items()}
