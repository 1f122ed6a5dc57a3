"""Questions to the board: one page of the feed, what changed since, who there is. Each within a scope."""

import json
from collections.abc import Collection
from typing import Any

from server import log
from server.asking.conditions import NEVER, SOONEST, every
from server.asking.filters import Filters
from server.board import Board
from server.incidents import UNDECIDED
from server.measures.scopes import OWN, TRUST, within

# A card, with those that say the same of its own side: no open card tells of a restricted one, nor the other way round.
SHOWN = (
    "*, iif(alike, (SELECT count(*) FROM cards AS other WHERE other.alike_of = cards.id"
    " AND other.restricted = cards.restricted), 0) AS alike_here,"
    " (SELECT id FROM cards AS first WHERE first.id = cards.alike_of AND first.restricted = cards.restricted) AS first"
)
MOST = 200  # cards in one answer
MOST_URGENT = 5  # that stand above the others
WAITS = f"ifnull(status, 'new') IN {UNDECIDED} AND stands = ''"  # nobody has decided on it
URGENT = f"severity >= 4 AND stands = '' AND {SOONEST} < '{NEVER}'"

Row = dict[str, Any]


def row_of(board: Board, card: str, scope: str) -> Row | None:
    """One card, or None when it is not there or not in scope."""
    found = board.db.execute(f"SELECT {SHOWN} FROM cards WHERE id = ? AND {within(scope)}", (card,)).fetchone()  # noqa: S608
    return _row(found) if found else None


def rows_of(board: Board, cards: set[str]) -> list[Row]:
    """These cards, in the order of the log, whatever their scope."""
    marks = ",".join("?" * len(cards))
    found = board.db.execute(f"SELECT {SHOWN} FROM cards WHERE id IN ({marks}) ORDER BY changed", tuple(cards))  # noqa: S608
    return [_row(row) for row in found]


def many(board: Board, cards: set[str], scope: str) -> int:
    """How many of these cards are in scope, or once were; of the others a number would tell."""
    once = {"verified": " OR was_verified", "open": " OR was_open"}.get(scope, "")
    once = " OR was_verified" if scope.startswith(OWN) else once
    counted = f"SELECT count(*) FROM cards WHERE id IN (SELECT value FROM json_each(?)) AND (({within(scope)}){once})"  # noqa: S608
    return int(board.db.execute(counted, (json.dumps(sorted(cards)),)).fetchone()[0])


def told(board: Board, incident: str) -> list[Row]:
    """The reports of an incident, whatever their scope: its own, then those that were joined to it."""
    found = board.db.execute(
        f"SELECT {SHOWN} FROM cards WHERE ? IN (id, stands) ORDER BY stands, at, row",  # noqa: S608 - our own words
        (incident,),
    )
    return [_row(row) for row in found]


def dangerous(board: Board, incident: str, codes: Collection[str]) -> bool:
    """Whether a call about an incident may put somebody in danger: it, or anything else that is known of whoever tells
    of it, is restricted, of one of these restricted codes, or was found unsafe to call."""
    rows = told(board, incident)
    ends = [json.dumps(sorted({row[name] for row in rows} - {""})) for name in ("id", "source", "monitor")]
    found = board.db.execute(
        "SELECT one.restricted, one.sub, one.steps || ifnull(head.steps, '') AS steps"
        " FROM cards AS one LEFT JOIN cards AS head ON head.id = one.stands"
        " WHERE one.id IN (SELECT value FROM json_each(?)) OR one.source IN (SELECT value FROM json_each(?))"
        " OR one.monitor IN (SELECT value FROM json_each(?))",
        ends,
    )
    return any(row["restricted"] or row["sub"] in codes or '"unsafe"' in row["steps"] for row in found)


def selection(filters: Filters, scope: str) -> tuple[str, str, list[Any]]:
    """The table, the condition and its values; what the reader asks for leaves out most, and so comes first."""
    table, where, values = every(filters.conditions(), scope)
    return table, f"{where} AND {within(scope)}", values


def page(
    board: Board, filters: Filters, scope: str, before: str = "", limit: int = 50, skip: int = 0
) -> tuple[list[Row], str, int]:
    """Newest first: the rows, the `before` of the next page ("" at the end), how many there are in all; of those behind
    `before`, so many are skipped."""
    table, where, values = selection(filters, scope)
    behind, bound = where, list(values)
    if before:
        at, row, more = (*before.split("~"), "", "")[:3]
        exact = board.db.execute(
            "SELECT at FROM cards WHERE row = ? AND substr(at, 1, 13) = ?", (int(row or 0), at[:13])
        )
        found = exact.fetchone()  # what is told of it may be the full hour alone
        behind = f"{where} AND (at, row) < (?, ?)"
        bound = [*values, found["at"] if found else at, int(row or 0) + int(more or 0)]
    limit = max(1, min(limit, MOST))
    chosen = f"SELECT row FROM {table} WHERE {behind} ORDER BY at DESC, row DESC LIMIT ? OFFSET ?"  # noqa: S608 - ours
    found = board.db.execute(
        f"SELECT {SHOWN} FROM cards WHERE row IN ({chosen}) ORDER BY at DESC, row DESC",  # noqa: S608
        [*bound, limit, max(0, skip)],
    ).fetchall()
    total = len(found)
    if before or skip or total == limit:  # else these are all
        total = board.db.execute(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()[0]  # noqa: S608
    following = f"{found[-1]['at']}~{found[-1]['row']}" if len(found) == limit else ""
    return [_row(row) for row in found], following, total


def above(row: Row) -> str:
    """The `before` of a page that begins with this row."""
    return f"{row['at']}~{row['row']}~1"


def urgent(board: Board, filters: Filters, scope: str) -> tuple[list[Row], int]:
    """Grave incidents whose clock runs: a few, the gravest first, then TRUST, then due; how many."""
    table, where, values = selection(filters, scope)
    found = board.db.execute(
        f"SELECT row, {SOONEST} AS due, count(*) OVER () AS many FROM {table}"  # noqa: S608 - our conditions
        f" WHERE {URGENT} AND {where} ORDER BY severity DESC, {TRUST}, due, row LIMIT ?",
        [*values, MOST_URGENT],
    ).fetchall()
    shown = (board.db.execute(f"SELECT {SHOWN} FROM cards WHERE row = ?", (each["row"],)).fetchone() for each in found)  # noqa: S608
    return [_row(row) for row in shown], found[0]["many"] if found else 0


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
    return rows, log.placed(last), True


def history(board: Board, card: str) -> list[Row]:
    """Every fact about a card, in order: when, by whom, what, and what was said."""
    found = board.db.execute("SELECT * FROM history WHERE card = ? ORDER BY rowid", (card,))
    return [{**dict(row), "why": json.loads(row["why"])} for row in found]


def accounts(board: Board) -> list[Row]:
    """Everybody who can sign in."""
    columns = "name, role, since, organisation, vouched"
    return [dict(row) for row in board.db.execute(f"SELECT {columns} FROM accounts WHERE open ORDER BY name")]  # noqa: S608


def people(board: Board) -> tuple[str, ...]:
    """The names of everybody who can sign in."""
    return tuple(row["name"] for row in board.db.execute("SELECT name FROM accounts WHERE open ORDER BY name"))


def organisations(board: Board) -> tuple[str, ...]:
    """The organisations that have monitors."""
    found = board.db.execute("SELECT DISTINCT organisation FROM monitors ORDER BY organisation")
    return tuple(row["organisation"] for row in found if row["organisation"])


def read(text: str) -> Any:
    """JSON; most of what may be in a card is not, and that is quickly told."""
    return [] if text == "[]" else {} if text == "{}" else json.loads(text)


def _row(found: Any) -> Row:
    row = dict(zip(found.keys(), found, strict=True))  # dict(found) looks each of 76 names up among all
    row["alike"], row["alike_of"] = row.pop("alike_here"), row.pop("first") or ""
    for name in ("place", "detail", "photos", "suggestions"):
        row[name] = read(row[name])
    row["stands_in"] = row["stands"] or None
    return row
