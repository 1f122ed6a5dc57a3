"""Places as query words name them: a code, a station, a name in any language and spelling; and what lies in them."""

from collections.abc import Callable
from functools import lru_cache

from server.asking.said import Wrong
from server.places import Gazetteer

NOWHERE = "none"
LEVELS = ("province", "district", "commune", "station")  # the widest first


def places(said: str, gazetteer: Gazetteer, finest: str, untold: Callable[[str], bool]) -> tuple[str, ...]:
    """The codes of the places that somebody means: several, when several have the name; none finer than `finest`, and
    none that is `untold`. Raises Wrong."""
    if said.lower() == NOWHERE:
        return ("",)
    pack, code = gazetteer.pack, said.upper().partition("-")[0]
    known = pack.stations.keys() if code in pack.stations else pack.places.keys()
    found = (code,) if code in known else _named(said, gazetteer)
    open_ = (each for each in found if not untold(each))
    told = tuple(each for each in open_ if LEVELS.index(level(each, gazetteer)) <= LEVELS.index(finest))
    if found and not told:
        raise Wrong("finer", value=said, finest=finest)
    if not told:
        near = gazetteer.search(said, 1)
        raise Wrong("place", value=said, near=next((_name(each.code, said, gazetteer) for each in near), NOWHERE))
    return told


def within(codes: tuple[str, ...], gazetteer: Gazetteer) -> tuple[str, ...]:
    """These places with all that lies in them; of a province, and of nowhere, just the code: each card has its own."""
    return tuple(dict.fromkeys(each for code in codes for each in _below(code, gazetteer)))


def level(code: str, gazetteer: Gazetteer) -> str:
    """The level of a place or station."""
    return gazetteer.pack.places[code].level if code in gazetteer.pack.places else LEVELS[-1]


def _named(said: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """As it is written, else as it sounds."""
    spelling = gazetteer.names.spelling
    plain = spelling.plain(said)
    if not plain:
        return ()
    sound = spelling.key(plain.split())
    written = [place.code for form, _, place in gazetteer.forms if form == plain]
    heard = [place.code for _, key, place in gazetteer.forms if key == sound]
    return tuple(dict.fromkeys(written or heard))


def _name(code: str, said: str, gazetteer: Gazetteer) -> str:
    """The name of a place in the script that somebody writes."""
    names = gazetteer.pack.places[code].name.values()
    return next((name for name in names if name.isascii() == said.isascii()), code)


@lru_cache(maxsize=256)
def _below(code: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    pack = gazetteer.pack
    if code not in pack.places or not pack.places[code].parent:
        return (code,)
    areas = {each for each in pack.places if code in (each, *gazetteer.names.areas[each])}
    return (*sorted(areas), *(each.code for each in pack.stations.values() if each.commune in areas))
