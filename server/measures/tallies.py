"""How many cards there are of what: a card that changed changes a handful of numbers, so that nothing is recounted.

Triggers keep what a card was before it changed, and numbers are settled for all such cards at once: at the end of each
fold, and when they are asked for. A rolled-back fold takes both back with it, because the database itself has them.
"""

import json
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
COLUMNS = (  # of a card, that any of this depends on, and that may change
    *("kind", "status", "category", "severity", "province", "place", "organisation", "standing", "backed", "copy"),
    *("stands", "restricted", "unread", "crowded", "monitor", "looked", "checked", "source", "gateway", "rehearsal"),
)
ALL = ", ".join((*COLUMNS, "at"))


class Tallies(Section):
    """The numbers. It stands behind all that changes cards; `pack` knows in which district a place lies."""

    TABLES = "tallies.sql"

    def __init__(self, db: sqlite3.Connection, vault: Vault, pack: Pack) -> None:
        super().__init__(db, vault)
        db.create_function("district_of", 1, _district_of(pack), deterministic=True)
        db.execute(f"CREATE TABLE moved (row INTEGER, by INTEGER, {ALL}, PRIMARY KEY (row, by)) WITHOUT ROWID")
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
        old = ", ".join(f"OLD.{name}" for name in (*COLUMNS, "at"))
        for name, when, was in (
            ("more", "INSERT ON cards", f"NEW.row, 0{', NULL' * (len(COLUMNS) + 1)}"),  # it was nothing
            ("less", "DELETE ON cards", f"OLD.row, -1, {old}"),
            ("other", f"UPDATE OF {', '.join(COLUMNS)} ON cards WHEN {differs}", f"OLD.row, -1, {old}"),
        ):
            first = f"NOT EXISTS (SELECT 1 FROM moved WHERE row = {was.partition(',')[0]})"  # noqa: S608
            keep = f"INSERT INTO moved SELECT {was} WHERE {first}"  # noqa: S608 - our own words
            db.execute(f"CREATE TRIGGER counting_{name} AFTER {when} BEGIN {keep}; END")


def settle(db: sqlite3.Connection) -> None:
    """Count what has changed since this was last done."""
    if db.execute("SELECT 1 FROM moved LIMIT 1").fetchone():
        db.execute(f"INSERT INTO moved SELECT row, 1, {ALL} FROM cards WHERE row IN (SELECT row FROM moved)")  # noqa: S608
        db.execute(ADD)
        db.execute("DELETE FROM moved")


def arms_of(table: str, by: str) -> list[str]:
    """Selections, as SQL, of the numbers that each row of a table is counted in, with `by`."""
    side = "iif(restricted, 'restricted', 'open')"
    arms = [(each, side, each.which) for each in ARMS]
    arms += [(each, "'verified'", f"{each.which} AND {SCOPES['verified']}") for each in ARMS if each.verified]
    return [
        f"SELECT '{each.what}' AS what, {where} AS side, CAST({each.one} AS TEXT) AS one,"  # noqa: S608 - our own words
        f" CAST(ifnull({each.other}, '') AS TEXT) AS other, {by} AS by FROM {table} WHERE {which}"
        for each, where, which in arms
    ]


ADD = (
    "INSERT INTO tallies SELECT what, side, one, other, sum(by) FROM"  # noqa: S608 - our own words
    f" ({' UNION ALL '.join(arms_of('(SELECT * FROM moved WHERE by)', 'by'))}) WHERE true"
    " GROUP BY 1, 2, 3, 4 HAVING sum(by) ON CONFLICT DO UPDATE SET n = n + excluded.n"
)


def of(db: sqlite3.Connection, what: str, scope: str) -> dict[tuple[str, str], int]:
    """(`one`, `other`) -> how many, of what is in scope; see scopes.SCOPES."""
    settle(db)
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
    settle(db)
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
