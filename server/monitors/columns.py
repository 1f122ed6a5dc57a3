"""Which column of somebody's table holds what of a roster: by the columns' names, or as the operator says."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.roles import Refused

WORDS: Mapping[str, Any] = json.loads(Path(__file__).with_name("columns.json").read_text(encoding="utf-8"))
FIELDS: tuple[str, ...] = tuple(WORDS["columns"])
SEVERAL = ("phone", "station")  # fields that may have more than one column
NEEDED = ("reference", "phone")
IGNORED = ""  # the field of a column that is not to be used


@dataclass(frozen=True)
class Columns:
    """`fields`: field of the roster -> the columns that hold it, by their place. `unused`: names of the others."""

    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    unused: tuple[str, ...]

    def cells(self, row: Sequence[str], field: str) -> list[tuple[str, str]]:
        """What a row has for a field: name of the column and cell, without empty cells."""
        return [(self.header[at], row[at]) for at in self.fields.get(field, ()) if row[at]]

    def cell(self, row: Sequence[str], field: str) -> str:
        """The same for a field of one column; "" when there is nothing."""
        return next((cell for _, cell in self.cells(row, field)), "")


def match(header: Sequence[str], said: Mapping[str, str]) -> Columns:
    """The columns by their names; `said` (name of a column -> field, or IGNORED) goes before. Raises Refused."""
    if strange := [name for name in said if name not in header]:
        raise Refused(f"There is no column {strange[0]} in this file.")
    if strange := [field for field in said.values() if field not in (*FIELDS, IGNORED)]:
        raise Refused(f"{strange[0]} is no field of the roster: there are {', '.join(FIELDS)}.")
    spoken_for = set(said.values())
    fields: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        by_name = field_of(name)
        field = said.get(name, IGNORED if by_name in spoken_for else by_name)
        if field != IGNORED:
            fields.setdefault(field, []).append(at)
    for field, places in fields.items():
        if len(places) > 1 and field not in SEVERAL:
            named = " and ".join(header[at] for at in places)
            raise Refused(f"The columns {named} both look like the {field}. Say which one is.")
    if missing := [field for field in NEEDED if field not in fields]:
        raise Refused(f"No column looks like the {' or the '.join(missing)}. Say which one is.")
    used = {at for places in fields.values() for at in places}
    unused = tuple(name for at, name in enumerate(header) if at not in used and name)
    return Columns(tuple(header), {field: tuple(places) for field, places in fields.items()}, unused)


def field_of(name: str) -> str:
    """The field that a column of this name holds; IGNORED when it is none of ours."""
    return NAMES.get(folded(name), IGNORED)


def folded(name: str) -> str:
    """A name as it is compared: small letters of any script without spaces, digits and signs."""
    composed = unicodedata.normalize("NFC", name.casefold())
    return "".join(char for char in composed if unicodedata.category(char)[0] in "LM")


def meaning(words: Mapping[str, Sequence[str]], typed: str) -> str | None:
    """The key of `words` that a cell means; None when it is none of them."""
    plain = unicodedata.normalize("NFC", typed.casefold())
    return next((key for key, known in words.items() if plain in known), None)


NAMES = {folded(name): field for field, names in WORDS["columns"].items() for name in names}
