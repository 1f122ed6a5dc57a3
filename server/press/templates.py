"""What a statement begins with, in every language of a pack: texts with figures, method box, contact; read, checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.country.packfiles import Files
from server.country.schedule import Schedule
from server.country.taxonomy import Names, Taxonomy
from server.press import tokens
from server.press.tokens import Terms

FILE = "statements.json"
KINDS = ("flash", "opening", "mid_day", "closing", "preliminary", "thematic", "correction")
EMPTY: dict[str, Any] = {"method": {}, "contact": {}, "templates": {}}


@dataclass(frozen=True)
class Template:
    """One kind of statement: its name, title and text (Markdown with figures), and when the next one is to come."""

    name: Names
    title: Names
    body: Names
    next: Names


@dataclass(frozen=True)
class Templates:
    """`kinds`: one of KINDS -> its template; `method`: the method box, with figures; `terms`: what can be asked for."""

    kinds: Mapping[str, Template] = field(repr=False)
    method: Names = field(repr=False)
    contact: Names = field(repr=False)
    terms: Terms = field(repr=False)


def read(
    files: Files,
    languages: Sequence[str],
    taxonomy: Taxonomy,
    schedule: Schedule,
    places: Iterable[Any],
    hours: Sequence[str],
) -> Templates:
    """From statements.json, which a pack may do without; what is wrong with it is told to `files`, or raised."""
    known = tokens.terms(taxonomy, places, schedule.checkins, hours)
    if not (files.folder / FILE).exists():
        return Templates({}, {}, {}, known)
    data = {**EMPTY, **files.json(FILE, EMPTY)}
    kinds = {
        kind: Template(row["name"], row["title"], _joined(row["body"]), row["next"])
        for kind, row in data["templates"].items()
    }
    found = Templates(kinds, _joined(data["method"]), data["contact"], known)
    files.wrong += [f"{FILE}: {fault}." for fault in problems(found, languages)]
    return found


def problems(found: Templates, languages: Sequence[str]) -> list[str]:
    """What is wrong in data of the right shape, each without its full stop."""
    boxed = {token for words in found.method.values() for token in tokens.read(words, found.terms)[0]}
    texts: dict[str, Names] = {"method": found.method, "contact": found.contact}
    for kind, template in found.kinds.items():
        texts |= {f"{kind} {part}": getattr(template, part) for part in ("name", "title", "body", "next")}
    return [
        *(f"{kind} is missing" for kind in KINDS if kind not in found.kinds),
        *(f"{kind} is none of {', '.join(KINDS)}" for kind in found.kinds if kind not in KINDS),
        *(f"{what} is missing in {lang}" for what, words in texts.items() for lang in languages if not words.get(lang)),
        *(f"method has {token}, which not every statement has" for token in sorted(boxed - set(tokens.BOX))),
        *(f"{what} {fault}" for what, words in texts.items() for fault in _misread(words, languages, found.terms)),
    ]


def _misread(words: Names, languages: Sequence[str], known: Terms) -> list[str]:
    read = {language: tokens.read(words.get(language, ""), known) for language in languages}
    wrong = [
        f"in {language} has a figure that cannot be read ({fault.key}: {', '.join(fault.values.values())})"
        for language, (_, faults) in read.items()
        for _, _, fault in faults
    ]
    asked = {frozenset(found) for found, _ in read.values()}
    return wrong + (["does not have the same figures in every language"] if len(asked) > 1 else [])


def _joined(lines: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {language: "\n".join(each) for language, each in lines.items()}
