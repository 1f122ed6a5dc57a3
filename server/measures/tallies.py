"""How many cards there are of what: each change of a card changes a handful of numbers, so that nothing is recounted.

A rolled-back fold takes its numbers back with it, because they are kept by the database itself.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from server.measures.scopes import COUNTED, SCOPES, TOLD
from server.pack import Pack
from server.seal import Vault
from server.sections.section import Section

BUCKET = "substr(at, 1, 15)"  # ten minutes: `2017-06-04T03:4`, UTC
INCIDENT = f"kind = 'incident' AND {COUNTED}"
CARD = SCOPES["all"]
REPORT = f"{CARD} AND {TOLD}"
TERM = (  # what became of a report: each is one of these; see accounted.py
    "CASE WHEN kind = 'raw' OR kind = 'crowded' THEN 'unread' WHEN kind = 'part' OR stands != '' THEN 'joined'"
    f" WHEN kind = 'set_aside' THEN 'set_aside' WHEN NOT ({TOLD}) THEN 'spam' ELSE 'shown' END"
)
STEP = "iif(looked IS NULL, '', 'looked') || iif(checked IS NULL, '', ' checked')"


class Arm(NamedTuple):
    """One thing that is counted: cards that fulfil `which`, by `one` and `other`; `verified`: those among them, too."""

    what: str
    one: str
    other: str
    which: str
    verified: bool = False


ARMS = (
    Arm("crossing", "province", "category", INCIDENT, verified=True),
    Arm("district", "district_of(place)", "category", INCIDENT, verified=True),
    Arm("severity", "severity", "''", INCIDENT, verified=True),
    Arm("flow", STEP, "status", INCIDENT, verified=True),
    Arm("opened", BUCKET, "category", INCIDENT, verified=True),
    Arm("decided", "organisation", "status", INCIDENT),
    Arm("report", BUCKET, "category", f"{CARD} AND {COUNTED}", verified=True),
    Arm("organisation", "organisation", "''", REPORT),
    Arm("kind", "iif(stands = '', kind, 'joined')", "''", REPORT),
    Arm("not_understood", "''", "''", f"{REPORT} AND unread"),
    Arm("gateway", "gateway", BUCKET, "1"),
    Arm("blocked", "''", "''", f"{CARD} AND standing = 'blocked'"),
    Arm("crowded", "''", "''", f"{CARD} AND crowded"),
    Arm("copies", "''", "''", f"{CARD} AND copy"),
    Arm("known", "monitor", "''", f"{CARD} AND standing = 'known' AND monitor != ''"),
    Arm("unknown", "source", "''", f"{CARD} AND standing = 'unknown' AND source != ''"),
    Arm("rehearsal", "rehearsal", "''", "1"),
    Arm("term", TERM, "''", "1"),
)
COLUMNS = (  # of a card, that any of this depends on
    *("kind", "status", "category", "severity", "province", "place", "organisation", "standing", "backed", "copy"),
    *("stands", "restricted", "unread", "crowded", "monitor", "looked", "checked", "source", "gateway", "rehearsal"),
)
NAMES = re.compile(rf"'[^']*'|\b({'|'.join((*COLUMNS, 'at'))})\b")
ADD = (
    "INSERT INTO tallies SELECT what, side, one, other, sum(by) FROM ({arms}) GROUP BY 1, 2, 3, 4 HAVING sum(by)"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n;"
)


class Tallies(Section):
    """The numbers. It stands behind all that changes cards; `pack` knows in which district a place lies."""

    TABLES = "tallies.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, pack: Pack) -> None:
        super().__init__(db, vault)
        db.create_function("district_of", 1, _district_of(pack), deterministic=True)
        named = ", ".join(COLUMNS)
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
        for name, when, arms in (
            ("more", "INSERT ON cards", arms_of("NEW", 1)),
            ("less", "DELETE ON cards", arms_of("OLD", -1)),
            ("other", f"UPDATE OF {named} ON cards WHEN {differs}", [*arms_of("OLD", -1), *arms_of("NEW", 1)]),
        ):
            added = ADD.format(arms=" UNION ALL ".join(arms))
            db.execute(f"CREATE TRIGGER counting_{name} AFTER {when} BEGIN {added} END")


def arms_of(row: str, by: int) -> list[str]:
    """Selections, as SQL, of the numbers that a card is counted in, each with `by`; `row`: OLD, NEW, or its table."""
    side = "iif(restricted, 'restricted', 'open')"
    arms = [(each, side, each.which) for each in ARMS]
    arms += [(each, "'verified'", f"{each.which} AND {SCOPES['verified']}") for each in ARMS if each.verified]
    return [
        _of_row(row, f"SELECT '{each.what}' AS what, {where} AS side, CAST({each.one} AS TEXT) AS one,")
        + _of_row(row, f" CAST(ifnull({each.other}, '') AS TEXT) AS other, {by} AS by WHERE {which}")
        for each, where, which in arms
    ]


def _of_row(row: str, sql: str) -> str:
    """An expression about a card's columns as one about this row's; what stands in quotes stays."""
    return NAMES.sub(lambda found: f"{row}.{found[1]}" if found[1] else found[0], sql)


def of(db: sqlite3.Connection, what: str, scope: str) -> dict[tuple[str, str], int]:
    """(`one`, `other`) -> how many, of what is in scope; see scopes.SCOPES."""
    found: dict[tuple[str, str], int] = {}
    for side in ("open", "restricted") if scope == "all" else (scope,):
        rows = db.execute("SELECT one, other, n FROM tallies WHERE what = ? AND side = ? AND n", (what, side))
        for one, other, n in rows:
            found[one, other] = found.get((one, other), 0) + n
    return found


def total(db: sqlite3.Connection, what: str, scope: str) -> int:
    """How many there are of this in scope, all together."""
    return sum(of(db, what, scope).values())


def different(db: sqlite3.Connection, what: str) -> int:
    """How many different ones there are of this among what is open."""
    counted = "SELECT count(*) FROM tallies WHERE what = ? AND side = 'open' AND n"
    return int(db.execute(counted, (what,)).fetchone()[0])


def _district_of(pack: Pack) -> Callable[[str], str]:
    """What says in which district a card's place lies: its code, "" when that is not known so finely."""

    @cache
    def district(code: str) -> str:
        area = pack.places.get(pack.stations[code].commune if code in pack.stations else code)
        while area and area.level != "district":
            area = pack.places.get(area.parent)
        return area.code if area else ""

    return lambda place: district(json.loads(place).get("code") or "")
