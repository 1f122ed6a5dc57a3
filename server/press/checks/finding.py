"""What a check says: which rule, where, a sentence and a way to put it right, in every language of a statement."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from server.country.wording import Wording
from server.press.checks.page import Page
from server.press.tokens import Terms

WORDS: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
SPOKEN = tuple(language for language in WORDS if language != "_note")
SHOWN = 160  # characters of a text that a sentence repeats


@dataclass(frozen=True)
class Finding:
    """`id`: the same as long as text and figures are; `where`: beginning and end in the title or body (`part`) of the
    text in `language`; `sentence` and `fix`: language -> words; `fix_text`: what may stand there instead, None where
    only a person can say."""

    id: str
    rule: str
    level: str  # must: nothing is released with it; should: accepted with a reason
    language: str
    part: str
    where: tuple[int, int]
    sentence: Mapping[str, str]
    fix: Mapping[str, str]
    fix_text: str | None = None


@dataclass(frozen=True, eq=False)
class Known:
    """An incident that is not to be told as a fact: `status` false or unverified; its station and province ("" for
    none), and what it is called in each language: category, sub-code."""

    status: str
    station: str
    province: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Around:
    """What the checks judge a draft by: the country, and the record as it is now.

    `statuses`: of each incident that a figure counts, "" for one of which nothing may be said any more; `peopled`:
    codes of places and stations with enough monitors to be named; `places`: code -> language -> names; `levels`: code
    -> level; `beside`: level -> words that stand before or after a name of that level; `ordinary`: names of places that
    are ordinary words, too; `person`: whether some words are
    a monitor's name or call-sign; `prefixes`: how the codes of stations begin; `alleged`: party -> verified incidents
    of which it is said to benefit; `hidden`: restricted code -> language -> its name.
    """

    wording: Wording
    terms: Terms
    statuses: Mapping[str, str] = field(default_factory=dict)
    peopled: frozenset[str] = frozenset()
    places: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, repr=False)
    levels: Mapping[str, str] = field(default_factory=dict, repr=False)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    ordinary: tuple[str, ...] = field(default=(), repr=False)
    person: Callable[[str], bool] = lambda words: False
    prefixes: frozenset[str] = frozenset()
    alleged: Mapping[str, int] = field(default_factory=dict)
    hidden: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    known: tuple[Known, ...] = ()


def found(
    page: Page, rule: str, level: str, start: int, end: int, fix_text: str | None = None, **values: Any
) -> Finding:
    """A finding about a piece of a page. `rule`: family and case, as words.json has them: `number.unit`; `values` fill
    its words, and so does `text`, the piece itself."""
    where = page.where(start, end)
    text = page.raw[where[0] : where[1]]
    known = {"text": text[:SHOWN], **values}
    told = {
        part: {language: _filled(WORDS[language][f"{rule}{suffix}"], language, known) for language in SPOKEN}
        for part, suffix in (("sentence", ""), ("fix", ".fix"))
    }
    name = "\0".join([rule, page.language, page.part, str(where[0]), text, str(fix_text)])
    id = f"{rule}-{page.language}-{sha256(name.encode(errors='replace')).hexdigest()[:12]}"
    return Finding(id, rule, level, page.language, page.part, where, told["sentence"], told["fix"], fix_text)


def _filled(words: str, language: str, values: Mapping[str, Any]) -> str:
    """Words with their values; a value that differs between languages is a mapping."""
    chosen = {name: value.get(language, "") if isinstance(value, Mapping) else value for name, value in values.items()}
    return words.format(**chosen)
