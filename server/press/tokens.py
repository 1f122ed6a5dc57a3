"""Figures as they stand in a text: `{{count category=IN}}` is a question, written in one way only. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST = 300  # characters between the braces
BRACES = re.compile(rf"\{{\{{([^{{}}]{{0,{LONGEST}}})\}}\}}")
STRAY = re.compile(r"\{\{|\}\}")
PART = re.compile(r'[^\s"=]*="[^"]*"|\S+')
STATUSES = ("verified", "corroborated", "unverified", "unconfirmed", "false")
TOLD = ("verified", "corroborated")  # of which more than a count may be said
WHOLLY = {"status", "category"}  # by which everything else may be counted: narrower, one is somebody
BASES = ("saw", "told", "public", "media", "social")
BY = ("category", "sub", "province")  # what a list may be by
WHERE = ("category", "sub", "severity", "status", "province", "basis", "from", "until")  # conditions on incidents
KEYS = (*WHERE, "checkin", "of", "top", "by")  # in the order in which they are written
SHAPES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # name -> what may follow it, which keys it takes
    "count": (("",), WHERE),
    "share": (("",), (*WHERE, "of")),
    "list": (("",), (*WHERE, "top", "by")),
    "word": (("count", "share"), WHERE),
    "stations": (("heard", "expected", "total"), ("province",)),
    "monitors": (("heard", "deployed"), ()),
    "provinces": (("heard", "total"), ()),
    "positive": (("calm", "came"), ("checkin", "province")),
    "reports": (("",), ()),
    "asof": (("",), ()),
}
DEFAULTS = {"status": "verified", "of": "stations-heard", "top": "3", "by": "sub"}

BOX = (  # what stands in the method box, the coverage table and the annex of every statement, in normal form
    *("asof", "reports", "stations heard", "stations expected", "stations total"),
    *("monitors heard", "monitors deployed", "provinces heard"),
    *(f"count status={status}" for status in STATUSES[:3]),
    *(f"list status={status} top=99 by=province" for status in TOLD),
    "list status=verified top=99 by=category",
)


class Wrong(Exception):
    """A token that cannot be read: `key` names the sentence in words.json, `values` fill it."""

    def __init__(self, key: str, /, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Terms:
    """What a country has to ask for: `subs`: sub-code -> category; `hidden`: restricted codes, of which nothing is ever
    counted; `provinces`: any name, in small letters, or code -> code; `checkins`: those of the station; `hours`: at
    which a part of the day begins, and by which alone incidents are counted."""

    categories: frozenset[str]
    subs: Mapping[str, str] = field(repr=False)
    hidden: frozenset[str]
    provinces: Mapping[str, str] = field(repr=False)
    checkins: tuple[str, ...]
    hours: tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A question: its name, what of it, and its conditions in the order of KEYS, defaults written out."""

    name: str
    what: str = ""
    given: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Its normal form, which is the key of its figure."""
        return " ".join([self.name, *filter(None, [self.what]), *(f"{key}={value}" for key, value in self.given)])

    def get(self, key: str) -> str:
        """A condition; "" where there is none."""
        return dict(self.given).get(key, "")


def terms(taxonomy: Any, places: Iterable[Any], checkins: Iterable[Any], hours: Sequence[str]) -> Terms:
    """Of a pack's taxonomy, places, expected check-ins and the hours that part its day."""
    subs = {code: sub.category for code, sub in taxonomy.subs.items()}
    provinces = [place for place in places if place.level == "province"]
    named = {str(name).casefold(): one.code for one in provinces for name in (*one.also, *one.name.values(), one.code)}
    asked = tuple(one.code for one in checkins if not one.safety and one.code not in taxonomy.restricted)
    categories = frozenset(one.code for one in taxonomy.categories)
    return Terms(categories, subs, taxonomy.restricted, named, asked, tuple(hours))


def parse(text: str, known: Terms) -> Token:
    """What stands between the braces. Raises Wrong."""
    if len(text) > LONGEST:
        raise Wrong("long", most=str(LONGEST))
    name, *parts = PART.findall(text) or [""]
    if name not in SHAPES:
        raise Wrong("name", given=name, names=", ".join(SHAPES))
    whats, keys = SHAPES[name]
    what = parts.pop(0) if parts and "=" not in parts[0] else ""
    if what not in whats:
        raise Wrong("what", name=name, given=what, whats=", ".join(filter(None, whats)) or "–")
    given: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or key not in keys:
            raise Wrong("key", name=name, given=part, keys=", ".join(keys) or "–")
        if key in given:
            raise Wrong("twice", given=key)
        given[key] = _value(key, value.strip('"').strip(), known)
    return Token(name, what, _whole(name, what, given, keys, known))


def found(text: str) -> Iterator[tuple[int, int, str]]:
    """Each token in a text: where it begins and ends, braces included, and what stands between them."""
    for match in BRACES.finditer(text):
        yield match.start(), match.end(), match[1]


def read(text: str, known: Terms) -> tuple[dict[str, Token], list[tuple[int, int, Wrong]]]:
    """The tokens of a text by their normal form; and what cannot be read, with where it stands."""
    tokens: dict[str, Token] = {}
    wrong: list[tuple[int, int, Wrong]] = []
    for start, end, inside in found(text):
        try:
            token = parse(inside, known)
            tokens[str(token)] = token
        except Wrong as fault:
            wrong.append((start, end, fault))
    left = BRACES.sub(lambda match: " " * len(match[0]), text)
    wrong += [(stray.start(), stray.end(), Wrong("braces", given=stray[0])) for stray in STRAY.finditer(left)]
    return tokens, wrong


def palette(known: Terms) -> list[Token]:
    """What a desk offers to choose from; each can be narrowed by more conditions."""
    plain = ["asof", "stations heard", "stations expected", "stations total", "monitors heard", "monitors deployed"]
    plain += ["provinces heard", "provinces total", "reports", "positive calm"]
    plain += [f"positive came checkin={code}" for code in known.checkins]
    plain += [f"count status={status}" for status in STATUSES]
    categories = sorted(known.categories)
    plain += [f"{name} category={code}" for name in ("count", "share") for code in categories]
    plain += [f"list by={by}" for by in BY] + ["word count", "word share"]
    return [parse(text, known) for text in plain]


def _value(key: str, value: str, known: Terms) -> str:
    """A condition's value as it is written."""
    among: Mapping[str, Iterable[str]] = {"category": known.categories, "sub": known.subs, "checkin": known.checkins}
    among = {**among, "status": STATUSES, "basis": BASES, "of": ("stations-heard",), "by": BY}
    if key == "province":
        if value.casefold() not in known.provinces:
            raise Wrong("province", given=value)
        value = known.provinces[value.casefold()]
    elif key == "severity":
        if not re.fullmatch("[1-5][+]?", value):
            raise Wrong("severity", given=value)
        value = value.replace("5+", "5")
    elif key == "top":
        if not re.fullmatch("[1-9][0-9]?", value):
            raise Wrong("top", given=value)
    elif key in ("from", "until"):
        if value not in known.hours:
            raise Wrong("hour", key=key, given=value, hours=", ".join(known.hours))
    else:
        value = value.upper() if key in ("category", "sub", "checkin") else value
        if value in known.hidden:
            raise Wrong("hidden", given=value)
        if value not in among[key]:
            raise Wrong("value", key=key, given=value)
    return value


def _whole(
    name: str, what: str, given: dict[str, str], keys: tuple[str, ...], known: Terms
) -> tuple[tuple[str, str], ...]:
    """All conditions, those that are understood without being written too. Raises Wrong where two do not agree."""
    whole = {key: DEFAULTS[key] for key in keys if key in DEFAULTS} | given
    if sub := given.get("sub"):
        whole["category"] = known.subs[sub]
        if given.get("category", whole["category"]) != whole["category"]:
            raise Wrong("apart", sub=sub, category=given["category"])
    if "from" in given and "until" in given and given["from"] >= given["until"]:
        raise Wrong("order")
    if "status" in whole and whole["status"] not in TOLD and (name != "count" or given.keys() - WHOLLY):
        raise Wrong("counts", status=whole["status"])
    if name == "positive" and (what == "came") != ("checkin" in given):
        raise Wrong("checkin", codes=", ".join(known.checkins))
    return tuple((key, whole[key]) for key in KEYS if key in whole)
