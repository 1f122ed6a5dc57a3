"""Tokens answered from a picture of the board: each one's number, denominator, basis, and what it counts; see picture.

A figure names no incident of which nothing is verified yet: `unverified` is a count, and nobody is to look behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from server.measures.scopes import FEWEST
from server.press.document import Figure, Item
from server.press.phases import phase
from server.press.picture import Incident, Picture
from server.press.tokens import Token, Wrong

UNNAMED = "unverified"
FINER = {
    "sub",
    "severity",
    "province",
    "basis",
    "from",
    "until",
}  # what is told of no incident without a named province


def ask(picture: Picture, tokens: Iterable[Token]) -> dict[str, Figure | Wrong]:
    """Each token's live figure by its normal form, or why it has none."""
    found: dict[str, Figure | Wrong] = {}
    for token in tokens:
        try:
            found[str(token)] = figure(picture, token)
        except Wrong as fault:
            found[str(token)] = fault
    return found


def figure(picture: Picture, token: Token) -> Figure:
    """Its live figure. Raises Wrong where too few monitors stand behind a province."""
    if (province := token.get("province")) and province not in picture.told:
        raise Wrong("thin", least=str(FEWEST))
    return MADE[token.what if token.name == "word" else token.name](picture, token)


def _count(picture: Picture, token: Token) -> Figure:
    """Incidents; beside them, not as their whole, the stations heard from."""
    heard = picture.heard(token.get("province"))
    if token.given == (("status", UNNAMED),):
        return Figure(str(token), picture.many(UNNAMED), "incidents", heard, "stations_heard", UNNAMED)
    found = _matching(picture, token)
    known: dict[str, Any] = {"basis": token.get("status"), "incidents": _cited(token, found)}
    return Figure(str(token), len(found), "incidents", heard, "stations_heard", **known)


def _share(picture: Picture, token: Token) -> Figure:
    """Stations heard from with at least one such incident, of those heard from."""
    province, found = token.get("province"), _matching(picture, token)
    there = {one.station for one in found} & picture.stations("heard", province)
    cited = _cited(token, [one for one in found if one.station in there])
    known: dict[str, Any] = {"basis": token.get("status"), "incidents": cited, "stations": tuple(sorted(there))}
    return Figure(str(token), len(there), "stations", picture.heard(province), "stations_heard", **known)


def _list(picture: Picture, token: Token) -> Figure:
    """The categories, codes or provinces with most of these incidents; of equal ones the first by code."""
    by = token.get("by")
    found = _told(_matching(picture, token), by)
    counted = Counter(str(getattr(one, by)) for one in found)
    top = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[: int(token.get("top"))]
    names = {name for name, _ in top}
    cited = _cited(token, [one for one in found if getattr(one, by) in names])
    known: dict[str, Any] = {"basis": token.get("status"), "incidents": cited}
    known["items"] = tuple(Item(*each) for each in top)
    return Figure(str(token), len(cited), "incidents", picture.heard(), "stations_heard", **known)


def _stations(picture: Picture, token: Token) -> Figure:
    province = token.get("province")
    if token.what == "total":
        prefixes = picture.pack.prefixes
        n = sum(province in ("", prefixes.get(code[:2], "")) for code in picture.pack.stations)
        return Figure(str(token), n, "stations", basis="pack")
    counts = picture.reach.expected if token.what == "expected" else picture.reach.heard
    within = sorted(picture.told & {province} if province else picture.told)
    items = tuple(Item(each, counts[each]) for each in within if counts.get(each))
    expected = picture.expected(province)
    if token.what == "expected":
        return Figure(str(token), expected, "stations_covered", basis="roster", items=items)
    known: dict[str, Any] = {"basis": "heard", "items": items}
    known["stations"] = tuple(sorted(picture.stations("heard", province)))
    return Figure(str(token), picture.heard(province), "stations", expected, "stations_expected", **known)


def _monitors(picture: Picture, token: Token) -> Figure:
    heard, deployed = picture.monitors
    if token.what == "deployed":
        return Figure(str(token), deployed, "monitors", basis="roster")
    return Figure(str(token), heard, "monitors", deployed, "monitors_deployed", "heard")


def _provinces(picture: Picture, token: Token) -> Figure:
    every = sum(place.level == "province" for place in picture.pack.places.values())
    if token.what == "total":
        return Figure(str(token), every, "provinces", basis="pack")
    heard = sum(picture.heard(province) > 0 for province in picture.told)
    return Figure(str(token), heard, "provinces", every, "provinces_all", "heard")


def _positive(picture: Picture, token: Token) -> Figure:
    """Stations that told of no problem, or sent a check-in, of those heard from."""
    province = token.get("province")
    there = picture.stations(token.get("checkin") or "calm", province)
    known: dict[str, Any] = {"basis": "checkins", "stations": tuple(sorted(there))}
    return Figure(str(token), len(there), "stations", picture.heard(province), "stations_heard", **known)


def _reports(picture: Picture, token: Token) -> Figure:
    return Figure(str(token), picture.reports, "reports", basis="received")


def _asof(picture: Picture, token: Token) -> Figure:
    return Figure(str(token), int(picture.now.timestamp()), "moment", basis="clock")


MADE: dict[str, Callable[[Picture, Token], Figure]] = {
    **{"count": _count, "share": _share, "list": _list, "stations": _stations, "monitors": _monitors},
    **{"provinces": _provinces, "positive": _positive, "reports": _reports, "asof": _asof},
}


def _matching(picture: Picture, token: Token) -> list[Incident]:
    """The incidents that fulfil every condition."""
    kept, category = picture.incidents(token.get("status")), token.get("category")
    found = kept.get(category, []) if category else [one for each in kept.values() for one in each]
    for key, value in token.given:
        found = _told(found, key)
        if key in ("from", "until"):
            found = [one for one in found if (_phase(picture, one) < value) == (key == "until")]
        elif key == "severity":
            grave = int(value[0])
            found = [one for one in found if one.severity == grave or value[1:] and one.severity > grave]
        elif key in ("sub", "province", "basis"):
            found = [one for one in found if getattr(one, key) == value]
    return found


def _told(found: list[Incident], asked: str) -> list[Incident]:
    """Those of which this may be told."""
    return [one for one in found if one.province] if asked in FINER else found


def _phase(picture: Picture, one: Incident) -> str:
    pack = picture.pack
    return phase(datetime.fromisoformat(one.at), pack.day, pack.zone, pack.statements.terms.hours)


def _cited(token: Token, found: Iterable[Incident]) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in found)) if token.get("status") != UNNAMED else ()
