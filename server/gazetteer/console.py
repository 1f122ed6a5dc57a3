"""Commands about the country pack: boundaries of the user's own."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from server import pack as packs
from server import settings
from server.country.registry import PARENT
from server.gazetteer import boundaries, matching
from server.gazetteer.matching import Matches
from server.pack import Pack
from server.roles import Refused

MOST_SHOWN = 200  # sentences about wrong features


def add_to(nouns: argparse._SubParsersAction) -> None:
    """Add the commands to those of `python -m server`."""
    verbs = nouns.add_parser("pack", help="the country pack").add_subparsers(required=True, metavar="verb")
    take = verbs.add_parser("boundaries", help="take the polygons of a GeoJSON file for the places of one level")
    take.add_argument("file")
    take.add_argument("--level", required=True, choices=tuple(PARENT))
    take.add_argument("--name-field", required=True, help="the property that holds the name")
    take.add_argument("--code-field", default="", help="the property that holds the pack's code, if there is one")
    take.add_argument("--attribution", default="", help="whom to thank for the file; shown below the map")
    take.set_defaults(run=take_boundaries)


def take_boundaries(asked: argparse.Namespace) -> None:
    """Match every shape, say what became of it, and keep those that have a place."""
    given = settings.read(settings.environment())
    pack = packs.load(given.pack)
    shapes, wrong = boundaries.read(_text(asked.file), asked.name_field, asked.code_field)
    if wrong:
        print("\n".join(wrong[:MOST_SHOWN]))
        more = f" {len(wrong) - MOST_SHOWN} more are not shown." if len(wrong) > MOST_SHOWN else ""
        raise Refused(f"Nothing was taken from the file; faults in it: {len(wrong)}.{more}")
    made = matching.match(shapes, asked.level, pack)
    print("\n".join(told(made, pack, len(shapes))))
    if not made.found:
        raise Refused(f"No shape is a {asked.level} of {pack.name}: nothing was kept.")
    found = {code: shape for code, (shape, _) in made.found.items()}
    path = boundaries.keep(found, asked.level, pack, given.data_dir, asked.attribution)
    print(f"Kept {len(found)} in {path}. Reader and room take them at their next start.")


def told(made: Matches, pack: Pack, count: int) -> Iterator[str]:
    """What became of every shape, a line each, but for those whose name is the pack's."""
    by = {how: sum(1 for _, other in made.found.values() if other == how) for how in matching.HOW}
    yield f"{count} shapes in the file, {len(made.found) + len(made.bare)} places in the pack."
    yield f"Matched: {by['code']} by code, {by['name']} by name, {by['sound']} by sound, {by['alike']} by likeness."
    for how, says in (("sound", "By sound"), ("alike", "By likeness, look at each")):
        same = [f"  {shape.name} → {_named(code, pack)}" for code, (shape, other) in made.found.items() if other == how]
        yield from [f"{says}:", *same] if same else []
    if made.lost:
        yield f"Without a place: {len(made.lost)}."
    for shape, guess in made.lost:
        nearest = f"nearest: {_named(guess, pack)}" if guess else "no place is like it"
        yield f"  {shape.name} (feature {shape.row}): {nearest}"
    if made.twice:
        yield f"Not taken, because another shape has the place already: {len(made.twice)}."
    for code, first, second in made.twice:
        rows = f"features {first.row} and {second.row}"
        yield f"  {second.name}: {_named(code, pack)} is {first.name} ({rows})"
    if made.bare:
        yield f"Places of the pack without a shape: {len(made.bare)}."
        yield from (f"  {_named(code, pack)}" for code in made.bare)


def _named(code: str, pack: Pack) -> str:
    """A place's code, name, and the areas that it is in."""
    language, place = pack.languages[0], pack.places[code]
    names = [place.name[language]]
    while place.parent:
        place = pack.places[place.parent]
        names.append(place.name[language])
    return f"{code} {', '.join(names)}"


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Refused("This file cannot be read.") from None
