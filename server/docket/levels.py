"""Through which levels a complaint goes and how many days each step may take; read from the pack, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.country.packfiles import Files
from server.country.taxonomy import Names, twice

FILE = "docket.json"
RESULTS, RULING = "results", "ruling"  # what a clock for filing begins with
EMPTY: dict[str, Any] = {"warn": 0, "levels": []}


@dataclass(frozen=True)
class Level:
    """A commission that rules on complaints. Days, 0 where the law sets none: `file` after `begins` (RESULTS, or the
    RULING of the level before) to file with it, `rule` after filing for its ruling."""

    code: str
    name: Names
    short: Names
    begins: str
    file: int
    rule: int


@dataclass(frozen=True)
class Levels:
    """The levels, the first one first; `warn`: how many hours before a deadline people are reminded."""

    levels: tuple[Level, ...]
    warn: int

    def place(self, code: str) -> int:
        """Which one this is, from 0; -1 for none of them."""
        return next((n for n, level in enumerate(self.levels) if level.code == code), -1)


def read(files: Files, languages: Sequence[str]) -> Levels:
    """From docket.json, which a pack may do without; what is wrong with it is told to `files`, or raised."""
    if not (files.folder / FILE).exists():
        return Levels((), 0)
    data = {**EMPTY, **files.json(FILE, EMPTY)}
    found = Levels(tuple(_level(row) for row in data["levels"]), int(data["warn"]))
    files.wrong += [f"{FILE}: {fault}." for fault in problems(found, languages)]
    return found


def _level(row: Mapping[str, Any]) -> Level:
    days = {name: int(row.get(name, 0)) for name in ("file", "rule")}
    return Level(str(row["code"]), row["name"], row["short"], str(row.get("begins", RULING)), **days)


def problems(found: Levels, languages: Sequence[str]) -> list[str]:
    """What is wrong in data of the right shape, each without its full stop."""
    return [
        *([] if found.levels else ["there is no level"]),
        *([] if found.warn > 0 else ["people are to be reminded at least an hour before"]),
        *(f"the level {code} stands there twice" for code in twice([level.code for level in found.levels])),
        *(fault for n, level in enumerate(found.levels) for fault in _faults(n, level, languages)),
    ]


def _faults(n: int, level: Level, languages: Sequence[str]) -> list[str]:
    named = {"name": level.name, "short": level.short}
    return [
        *([] if level.code.isalpha() else [f"the level {level.code or 'without a code'} needs a code of letters"]),
        *([] if level.begins in (RESULTS, RULING) else [f"{level.code} begins with neither {RESULTS} nor {RULING}"]),
        *([f"{level.code} has a time before which nothing rules"] if n == 0 and level.begins == RULING else []),
        *([f"{level.code} has fewer than 0 days"] if min(level.file, level.rule) < 0 else []),
        *(
            f"{level.code} has no {what} in {lang}"
            for what, names in named.items()
            for lang in languages
            if not names.get(lang)
        ),
    ]
