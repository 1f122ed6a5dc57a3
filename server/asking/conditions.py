"""Conditions on cards, each on one thing: as SQL for the board, as JSON for a screen that judges live cards.

Both name it by a key of FIELDS; `static/fits.js` has the same of a card as a screen knows it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NEVER = "~"  # behind every moment
# when the next of an incident's clocks runs out
SOONEST = (
    f"min(iif(look_due != '' AND look_met = '', look_due, '{NEVER}'),"
    f" iif(NOT restricted AND call_due != '' AND call_met = '', call_due, '{NEVER}'))"
)
# of what nobody has read yet: the member of the monitor whose number was typed, who may still prove that it is theirs
CLAIMED = (
    "iif(kind IN ('raw', 'crowded'),"
    " ifnull((SELECT monitors.organisation FROM monitors WHERE monitors.id = claims), ''), '')"
)
# field -> what it is on the board: any of these expressions has one of the values. A question mark is the room's hour.
FIELDS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "category": ("category", "sub", "second"),
    "sub": ("sub",),
    "severity": ("severity",),
    "status": ("ifnull(status, '')",),
    "place": ("province", "area"),
    "at": ("at",),
    "organisation": ("organisation",),
    "claimed": (CLAIMED,),  # only the board can say
    "channel": ("channel",),
    "by": ("standing",),
    "photo": ("iif(pictured, 'yes', 'no')",),
    "basis": ("basis",),
    "awaiting": ("awaiting",),
    "proposer": ("proposed_by",),
    "assigned": ("assigned",),
    "held": ("iif(held_until > ?, holder, '')",),
    "clock": (f"iif({SOONEST} < ?, 'overdue', iif({SOONEST} = '{NEVER}', 'none', 'running'))",),
    "number": ("number",),
    "alike": ("id", "alike_of"),
    "among": ("id",),
    "joined": ("iif(stands = '', 'no', 'yes')",),
    "copy": ("iif(copy, 'yes', 'no')",),
    "counts": ("iif(standing != 'blocked' OR backed, 'yes', 'no')",),
}
WORDS = "words"  # the field of what is searched for in the text; only the board can
NOT_TOLD = ("second",)  # what readers of verified incidents are not told, and so cannot ask for either
SHORTEST = 3  # characters that are in the index of words as they stand
BEGUN = (  # any of the terms of the index that lie between two
    "(SELECT ifnull(group_concat('\"' || replace(term, '\"', '\"\"') || '\"', ' OR '), '\"\"')"
    " FROM word_terms WHERE term >= ? AND term < ?)"
)
LAST = "\U0010ffff"  # behind every character
IDS = {"number", "alike", "among"}  # fields that few cards have in common: these are looked up, others looked through


@dataclass(frozen=True)
class Condition:
    """A field has one of `values`, or lies between `least` and `most`; `negated`: it does not."""

    field: str
    values: tuple[str | int, ...] = ()
    least: str | int | None = None
    most: str | int | None = None
    negated: bool = False
    hour: str = ""  # the room's, as cards have moments

    def told(self) -> dict[str, Any]:
        """As JSON, without what is not set; `any` of no values is fulfilled by nothing."""
        bounds = {name: value for name in ("least", "most") if (value := getattr(self, name)) is not None}
        given = {} if bounds and not self.values else {"any": list(self.values)}
        return {"field": self.field, **given, **bounds, "not": self.negated}


def sql(condition: Condition, scope: str) -> tuple[str, list[Any]]:
    """The condition on a row of cards, and the values that are bound in it."""
    if condition.field == WORDS:
        parts = [_found(str(value)) for value in condition.values]
    else:
        told = scope in ("open", "all", "restricted")
        columns = [one for one in FIELDS[condition.field] if told or one not in NOT_TOLD]
        parts = [_within(column, condition) for column in columns]
    where = " OR ".join(part for part, _ in parts)
    values = [value for _, bound in parts for value in bound]
    return f"NOT ifnull({where}, 0)" if condition.negated else f"({where})", values


def _within(column: str, condition: Condition) -> tuple[str, list[Any]]:
    values = condition.values
    several = json.dumps(values) if len(values) > 1 else None
    one = values[0] if len(values) == 1 else None
    bounds = (
        (" IN (SELECT value FROM json_each(?))", several),
        (" = ?", one),
        (" >= ?", condition.least),
        (" <= ?", condition.most),
    )
    parts = [(column + sign, bound) for sign, bound in bounds if bound is not None]
    hours = [condition.hour] * column.count("?")
    return " AND ".join(part for part, _ in parts) or "0", [each for _, bound in parts for each in (*hours, bound)]


def _found(words: str) -> tuple[str, list[Any]]:
    """A text holds these words, whatever signs are in them; fewer characters than the index has begin some of it."""
    if len(words) >= SHORTEST:
        return "row IN (SELECT rowid FROM words WHERE words MATCH ?)", ['"' + words.replace('"', '""') + '"']
    begun = words.lower()
    return f"row IN (SELECT rowid FROM words WHERE words MATCH {BEGUN})", [begun, begun + LAST]  # noqa: S608


def every(conditions: Sequence[Condition], scope: str) -> tuple[str, str, list[Any]]:
    """The table to look in, what a row fulfils that fulfils all of them, and the values that are bound in it."""
    parts = [sql(condition, scope) for condition in conditions]
    asked = {condition.field for condition in conditions if not condition.negated}
    index = "cards_of_kind" if "kind" in asked else "cards_asked"
    table = "cards" if asked & IDS else f"cards INDEXED BY {index}"
    return table, " AND ".join(part for part, _ in parts) or "1", [each for _, bound in parts for each in bound]
