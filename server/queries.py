"""Questions to the board: one page of the feed, what changed since, what lies on the map. Each within a scope."""

import json
from dataclasses import dataclass
from typing import Any

from server import log
from server.board import Board
from server.sections.cards import searchable

LIVES = "(standing != 'blocked' OR backed)"  # what a blocked source sent counts nowhere, unless others tell of it, too
SCOPES = {
    "all": "kind != 'part'",
    "open": "kind != 'part' AND NOT restricted",
    "restricted": "kind != 'part' AND restricted",
    "verified": f"NOT restricted AND status = 'verified' AND {LIVES} AND stands = ''",
}  # scope -> which cards are in it; who gets which scope is decided in dashboard/views
TOLD = f"{LIVES} AND NOT copy"  # reports that count: what a blocked source sent, or copied, is kept and does not
COUNTED = f"{TOLD} AND stands = ''"  # what was joined into another incident counts there
# A card, with those that say the same of its own side: no open card tells of a restricted one, nor the other way round.
SHOWN = (
    "*, iif(alike, (SELECT count(*) FROM cards AS other WHERE other.alike_of = cards.id"
    " AND other.restricted = cards.restricted), 0) AS alike_here,"
    " (SELECT id FROM cards AS first WHERE first.id = cards.alike_of AND first.restricted = cards.restricted) AS first"
)
MOST = 200  # cards in one answer
MOST_POINTS = 5000  # on one map, the newest
NOWHERE = "none"  # the place of a card without a place
WAITING, WAITS = "waiting", "ifnull(status, 'new') = 'new' AND stands = ''"  # the status of what nobody has decided on
SHORTEST_TRIGRAM = 3  # characters; shorter searches read every row

Row = dict[str, Any]


@dataclass(frozen=True)
class Filters:
    """What a reader of the feed asks for; empty means any."""

    q: str = ""
    kind: tuple[str, ...] = ()  # any of these kinds of card
    category: str = ""  # family or sub-code
    status: str = ""  # an incident's, or WAITING
    severity: int = 0  # at least
    place: str = ""  # a province's code, or NOWHERE
    source: str = ""  # known, unknown or blocked; "" for all but blocked ones
    alike: str = ""  # the id of a card: that one, and those that say the same
    number: int = 0  # an incident's
    among: tuple[str, ...] | None = None  # ids of cards: none but these


def row_of(board: Board, card: str, scope: str) -> Row | None:
    """One card, or None when it is not there or not in scope."""
    found = board.db.execute(f"SELECT {SHOWN} FROM cards WHERE id = ? AND {SCOPES[scope]}", (card,)).fetchone()  # noqa: S608
    return _row(found) if found else None


def rows_of(board: Board, cards: set[str]) -> list[Row]:
    """These cards, in the order of the log, whatever their scope."""
    marks = ",".join("?" * len(cards))
    found = board.db.execute(f"SELECT {SHOWN} FROM cards WHERE id IN ({marks}) ORDER BY changed", tuple(cards))  # noqa: S608
    return [_row(row) for row in found]


def told(board: Board, incident: str) -> list[Row]:
    """The reports of an incident, whatever their scope: its own, then those that were joined to it."""
    found = board.db.execute(
        f"SELECT {SHOWN} FROM cards WHERE ? IN (id, stands) ORDER BY stands, at, row",  # noqa: S608 - our own words
        (incident,),
    )
    return [_row(row) for row in found]


def page(board: Board, filters: Filters, scope: str, before: str = "", limit: int = 50) -> tuple[list[Row], str, int]:
    """Newest first: the rows, the `before` of the next page ("" at the end), how many there are in all."""
    where, values = _where(filters, scope)
    total = board.db.execute(f"SELECT count(*) FROM cards WHERE {where}", values).fetchone()[0]  # noqa: S608
    if before:
        at, _, row = before.partition("~")
        where, values = f"{where} AND (at, row) < (?, ?)", [*values, at, int(row or 0)]
    limit = max(1, min(limit, MOST))
    found = board.db.execute(
        f"SELECT {SHOWN} FROM cards WHERE {where} ORDER BY at DESC, row DESC LIMIT ?",  # noqa: S608 - our conditions
        [*values, limit],
    ).fetchall()
    following = f"{found[-1]['at']}~{found[-1]['row']}" if len(found) == limit else ""
    return [_row(row) for row in found], following, total


def changes(board: Board, after: str, limit: int = MOST) -> tuple[list[Row], str, bool]:
    """Every card with a fact behind `after`, oldest change first; the place reached; whether there is more."""
    since = log.place(after)
    found = board.db.execute(
        f"SELECT {SHOWN} FROM cards WHERE changed > ? ORDER BY changed LIMIT ?",  # noqa: S608 - our own words
        (since, limit + 1),
    )
    rows = [_row(row) for row in found]
    if len(rows) <= limit:
        return rows, board.cursor, False
    last = rows[limit - 1]["changed"]
    # one fact about a source changes all its cards: they go together, or the next page would begin behind some of them
    together = board.db.execute(f"SELECT {SHOWN} FROM cards WHERE changed = ? ORDER BY row", (last,))  # noqa: S608
    rows = [row for row in rows if row["changed"] < last] + [_row(row) for row in together]
    return rows, f"{last // 1_000_000}-{last % 1_000_000}", True


def on_map(board: Board, filters: Filters, scope: str) -> tuple[dict[str, dict[str, int]], list[Row], int]:
    """Incidents that the filter leaves: how many in each province (and verified), their points, how many nowhere."""
    where, values = _where(filters, scope)
    incidents = f"kind = 'incident' AND {COUNTED} AND {where}"
    counted = board.db.execute(
        "SELECT province, count(*) AS incidents, sum(status = 'verified') AS verified"  # noqa: S608 - our conditions
        f" FROM cards WHERE {incidents} GROUP BY province",
        values,
    )
    by_province = {row["province"]: {"incidents": row["incidents"], "verified": row["verified"]} for row in counted}
    nowhere = by_province.pop("", {"incidents": 0})["incidents"]
    found = board.db.execute(
        f"SELECT id, number, lat, lon, category, severity, status FROM cards WHERE {incidents}"  # noqa: S608
        " AND lat IS NOT NULL ORDER BY row DESC LIMIT ?",
        [*values, MOST_POINTS],
    )
    return by_province, [dict(row) for row in found], nowhere


def history(board: Board, card: str) -> list[Row]:
    """Every fact about a card, in order: when, by whom, what, and what was said."""
    found = board.db.execute("SELECT * FROM history WHERE card = ? ORDER BY rowid", (card,))
    return [{**dict(row), "why": json.loads(row["why"])} for row in found]


def accounts(board: Board) -> list[Row]:
    """Everybody who can sign in."""
    return [dict(row) for row in board.db.execute("SELECT name, role, since FROM accounts WHERE open ORDER BY name")]


def _where(filters: Filters, scope: str) -> tuple[str, list[Any]]:
    parts, values = [SCOPES[scope]], []
    told = "category, sub" if scope == "verified" else "category, sub, second"  # not by what its reader is not told
    for condition, value in (
        (f"? IN ({told})", filters.category),
        ("status = ?", "" if filters.status == WAITING else filters.status),
        ("severity >= ?", filters.severity),
        ("number = ?", filters.number),
        ("standing = ?", filters.source),
        ("? IN (id, alike_of)", filters.alike),
        ("province = ?", "" if filters.place == NOWHERE else filters.place),
    ):
        if value:
            parts.append(condition)
            values.append(value)
    parts += _left_out(filters)
    if filters.status == WAITING:
        parts.append(WAITS)
    if filters.place == NOWHERE:
        parts.append("province = ''")
    for column, listed in (("id", filters.among), ("kind", filters.kind or None)):
        if listed is not None:
            parts.append(f"{column} IN ({','.join('?' * len(listed))})")
            values += listed
    if q := searchable(filters.q).strip():
        found, value = _found(q)
        parts.append(f"row IN (SELECT rowid FROM words WHERE {found})")  # noqa: S608 - our conditions
        values.append(value)
    return " AND ".join(parts), values


def _found(q: str) -> tuple[str, str]:
    """The condition that words fulfil which were searched for, and its value."""
    if len(q) < SHORTEST_TRIGRAM:
        return "instr(lower(text), lower(?))", q
    return "words MATCH ?", '"' + q.replace('"', '""') + '"'


def _left_out(filters: Filters) -> list[str]:
    """What is not shown unless it is asked for: blocked sources, copies, for which the first of them stands, and what
    was joined into another incident, which is found by its words all the same."""
    parts = [] if filters.source else [LIVES]
    if not (filters.q or filters.alike or filters.among):
        parts.append("stands = ''")
    return parts if filters.alike or not filters.kind else [*parts, "NOT copy"]


def _row(found: Any) -> Row:
    row = dict(found)
    row["alike"], row["alike_of"] = row.pop("alike_here"), row.pop("first") or ""
    row["place"], row["detail"] = json.loads(row["place"]), json.loads(row["detail"])
    row["photos"], row["suggestions"] = json.loads(row["photos"]), json.loads(row["suggestions"])
    row["stands_in"] = row["stands"] or None
    return row
