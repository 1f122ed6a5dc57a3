"""The public docket for other people's programs: CSV and JSON of what was made public, and nothing that was sealed."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from server.docket.deadlines import Law
from server.docket.kept import Complaint
from server.docket.told import Told, whole
from server.pack import Pack
from server.tables import Cell, written

COLUMNS = ("id", "kind", "area", "area_name", "summary", "state", "results", "counts", "exercise")
PER_LEVEL = ("filed", "complainant", "due", "late", "ruled", "ruling", "rule_due", "rule_late", "held_late", "disputed")
EXERCISE = "EXERCISE"
Area = Callable[[Complaint], str]


def public(complaints: Sequence[Complaint], law: Law, pack: Pack, now: str, area: Area) -> list[Told]:
    """What may be told to everybody, of those that were made public alone; `area(complaint)`: its code."""
    told = []
    for one in complaints:
        if not one.course.public:
            continue
        found = whole(one, (), law, now, desk=False)
        for stage in found["stages"]:
            del stage["filed_words"], stage["ruled_words"]
        code = area(one)
        named = {name: found[name] for name in ("id", "kind", "summary", "state", "results", "stages", "counts")}
        names = dict(pack.places[code].name) if code else {}
        told.append({**named, "area": code, "area_name": names, "exercise": one.course.rehearsal})
    return told


def as_json(told: Sequence[Told], law: Law, pack: Pack, now: str) -> str:
    """As one JSON document."""
    levels = [
        {"code": each.code, "name": dict(each.name), "file": each.file, "rule": each.rule} for each in law.levels.levels
    ]
    head: Told = {"pack": pack.name, "as_of": now, "levels": levels, "exercise": any(one["exercise"] for one in told)}
    return json.dumps({**head, "complaints": told}, ensure_ascii=False, indent=1)


def as_csv(told: Sequence[Told], law: Law) -> str:
    """As a table: a row for each complaint, columns for each level."""
    levels = [level.code for level in law.levels.levels]
    head = [*COLUMNS, *(f"{level}_{name}" for level in levels for name in PER_LEVEL)]
    return written([head, *(_row(one, levels) for one in told)])


def _row(one: Told, levels: Sequence[str]) -> list[Cell]:
    stages = {stage["level"]: stage for stage in one["stages"]}
    flat = {
        **one,
        "area_name": one["area_name"].get("en", ""),
        "counts": " | ".join(
            ", ".join(f"{each['name']} {each['votes']}" for each in count["lists"]) for count in one["counts"]
        ),
        "exercise": EXERCISE if one["exercise"] else "",
    }
    return [flat[name] for name in COLUMNS] + [
        _cell(stages.get(level, {}).get(name)) for level in levels for name in PER_LEVEL
    ]


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else value
