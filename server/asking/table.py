"""The table of query words: which there are, which values each takes, and the condition that it means."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rapidfuzz import process

from server.asking import when, where
from server.asking.around import Around
from server.asking.conditions import WORDS, Condition
from server.asking.said import Said, Wrong
from server.asking.values import (
    ANY,
    BASES,
    CHANNELS,
    CLOCKS,
    ME,
    NONE,
    PROPOSED,
    SHOWN,
    STANDINGS,
    STATUSES,
    YES,
    Read,
    itself,
    one_of,
)

SEVERITY = re.compile(r"(>=|<=|>|<|=)?([0-9])")
LONGEST_NUMBER = 9  # digits


@dataclass(frozen=True)
class Word:
    """A query word: how its values are read, which there are (none: they are names, times or numbers), and whether
    only desks may use it."""

    read: Read
    values: tuple[str, ...] = ()
    desk: bool = True


def _category(said: Said, around: Around) -> Condition:
    """Codes of families or of what happened, or the name of a family in any language."""
    return Condition("category", tuple(_code(value, said.key, around) for value in said.values))


def _sub(said: Said, around: Around) -> Condition:
    codes = tuple(value.upper() for value in said.values)
    subs = around.gazetteer.pack.taxonomy.subs
    for code in codes:
        if code not in subs:
            near = next((each for each in subs if each[:1] == code[:1]), next(iter(subs)))
            raise Wrong("code", key=said.key, value=code, near=near)
    return Condition("sub", codes)


def _code(value: str, key: str, around: Around) -> str:
    taxonomy = around.gazetteer.pack.taxonomy
    if taxonomy.category_of(value.upper()):
        return value.upper()
    named = {name.lower(): each.code for each in taxonomy.categories for name in each.name.values()}
    hits = [code for name, code in named.items() if value.lower() in name]
    if len(set(hits)) != 1:
        near = hits[0] if hits else named[process.extractOne(value.lower(), list(named))[0]]
        raise Wrong("code", key=key, value=value, near=near)
    return hits[0]


def _severity(said: Said, around: Around) -> Condition:
    read = [SEVERITY.fullmatch(value) for value in said.values]
    if not all(read) or (len(read) > 1 and any(each and each[1] for each in read)):
        raise Wrong("severity", value=",".join(said.values))
    signs = [(each[1] or "=", int(each[2])) for each in read if each]
    sign, n = signs[0]
    if sign == "=":
        return Condition("severity", tuple(number for _, number in signs))
    if sign.startswith(">"):
        return Condition("severity", least=n + (sign == ">"))
    return Condition("severity", most=n - (sign == "<"))


def _place(said: Said, around: Around) -> Condition:
    judged = around.gazetteer, around.finest, around.untold
    codes = tuple(code for value in said.values for code in where.places(value, *judged))
    return Condition("place", where.within(codes, around.gazetteer))


def _since(said: Said, around: Around) -> Condition:
    return Condition("at", least=_moment(said, around))


def _until(said: Said, around: Around) -> Condition:
    return Condition("at", most=_moment(said, around))


def _moment(said: Said, around: Around) -> str:
    if len(said.values) != 1:
        raise Wrong("one", key=said.key)
    return when.moment(said.values[0], said.key, around.now, around.gazetteer.pack.zone)


def _named(field: str, which: Callable[[Around], tuple[str, ...]], **others: str) -> Read:
    """Names of those that there are, in whatever case; `others`: words for what is no name -> its value."""

    def read(said: Said, around: Around) -> Condition:
        known = {name.lower(): name for name in which(around)} | others
        for value in said.values:
            if value.lower() not in known:
                near = process.extractOne(value.lower(), list(known))
                raise Wrong("name", key=said.key, value=value, near=known[near[0]] if near else "")
        return Condition(field, tuple(known[value.lower()] for value in said.values))

    return read


def _awaiting(said: Said, around: Around) -> Condition:
    """A verdict that waits for a second person: any, one that I can confirm, or one of these."""
    value = said.values[0].lower()
    if len(said.values) == 1 and value == ME:
        return Condition("proposer", ("", around.me), negated=True)
    return one_of("awaiting", {**itself(*PROPOSED), ANY: PROPOSED})(said, around)


def _person(field: str) -> Read:
    """Whoever has an account; me; nobody."""

    def read(said: Said, around: Around) -> Condition:
        named = _named(field, lambda around: around.people, **{ME: around.me, NONE: ""})(said, around)
        return replace(named, hour=when.stamp(around.now))

    return read


def _clock(said: Said, around: Around) -> Condition:
    return replace(one_of("clock", CLOCKS)(said, around), hour=when.stamp(around.now))


def _number(said: Said, around: Around) -> Condition:
    if any(len(value) > LONGEST_NUMBER for value in said.values):
        raise Wrong("number", value=said.values[0])
    return Condition("number", tuple(int(value) for value in said.values))


def _alert(said: Said, around: Around) -> Condition:
    return Condition("among", tuple(card for value in said.values for card in around.alert(value)))


def _alike(said: Said, around: Around) -> Condition:
    return Condition("alike", said.values)


def _free(said: Said, around: Around) -> Condition:
    return Condition(WORDS, said.values)


TABLE: dict[str, Word] = {
    "show": Word(one_of("kind", SHOWN), tuple(SHOWN), desk=False),
    "cat": Word(_category, desk=False),
    "sub": Word(_sub, desk=False),
    "sev": Word(_severity, desk=False),
    "status": Word(one_of("status", STATUSES), tuple(STATUSES), desk=False),
    "place": Word(_place, desk=False),
    "since": Word(_since, desk=False),
    "until": Word(_until, desk=False),
    "from": Word(_since, desk=False),
    "org": Word(_named("organisation", lambda around: around.organisations, **{NONE: ""})),
    "via": Word(one_of("channel", itself(*CHANNELS)), CHANNELS),
    "by": Word(one_of("by", itself(*STANDINGS)), STANDINGS),
    "basis": Word(one_of("basis", {**itself(*BASES), NONE: ("",)}), (*BASES, NONE)),
    "awaiting": Word(_awaiting, (ME, ANY, *PROPOSED)),
    "assigned": Word(_person("assigned"), (ME, NONE)),
    "held": Word(_person("held"), (ME, NONE)),
    "clock": Word(_clock, tuple(CLOCKS)),
    "photo": Word(one_of("photo", itself(*YES)), YES),
    "alike": Word(_alike),
    "alert": Word(_alert),
    "#": Word(_number, desk=False),
    "": Word(_free),
}
