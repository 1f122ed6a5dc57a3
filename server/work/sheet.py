"""The sheet with which a shift is handed over, made from the board. Nothing on it tells of what is restricted."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from server import coverage, heard, queries
from server.board import Board
from server.country.schedule import Schedule
from server.heard import View
from server.measures import channels
from server.work import urgent
from server.work.hours import stamp

GRAVE = 4  # severity from which on every open incident is on the sheet
MOST = 100  # cards in one list
MOST_SIGNALS = 10
LISTS = ("open", "overdue", "held", "assigned", "due")  # of cards
CARD = (
    *("id", "number", "status", "category", "sub", "severity", "rehearsal", "at", "place"),
    *("assigned", "held", "due", "clocks", "escalated"),
)
KEPT = ("at", "place", "clocks")  # of a card, what a member may keep from others later
ALERT = ("id", "kind", "statistic", "category", "province", "since", "until", "found", "expected")
TEXTS = ("asked", "sent", "delivered", "failed")

Card = dict[str, Any]


def made(board: Board, see: Callable[[queries.Row], Card | None], view: View, now: datetime) -> dict[str, Any]:
    """The sheet of this hour of the room. `see`: a card as everybody at a desk may see it; `view`: the attendance."""
    ids = {
        "open": urgent.grave(board, GRAVE),
        "overdue": urgent.overdue(board, now),
        "held": _ids(board, "holder != '' AND held_until > ?", "held_until", stamp(now)),
        "assigned": _ids(board, "assigned != ''", "assigned"),
        "due": _ids(board, "due != ''", "due"),
    }
    shown = _cards(board, see, {card for cards in ids.values() for card in cards[:MOST]})
    alerts = board.alerts.rows(whole=False, state="open")
    return {
        "clock": now.isoformat(),
        "rehearsal": board.tasks.hours.simulated,
        "cards": list(shown.values()),
        **{name: [card for card in ids[name][:MOST] if card in shown] for name in LISTS},
        "totals": {name: len(cards) for name, cards in ids.items()},
        "silent": silent(view, view.attendance.schedule),
        "gateways": [
            {name: row[name] for name in ("gateway", "messages", "last", *TEXTS)} for row in channels.gateways(board.db)
        ],
        "signals": channels.signals(board.db)[:MOST_SIGNALS],
        "alerts": [{name: row[name] for name in ALERT} for row in alerts if row["rehearsal"] == view.rehearsal],
        "on_duty": [{"level": one.level, "person": one.person} for one in board.duties.on(now)],
    }


def silent(view: View, schedule: Schedule) -> list[dict[str, Any]]:
    """Provinces of which so little is heard that somebody should ask why: how many stations, how many are excused."""
    rows = []
    for row in heard.areas(view, "province"):
        states = {state: row[state] for state in coverage.STATES}
        if coverage.silent_place(states, schedule):
            excused = sum(states[state] for state in coverage.EXCUSED)
            rows.append({"province": row["area"], "expected": row["expected"], "heard": excused})
    return rows


def shown_now(
    sheet: dict[str, Any], now: Callable[[str], Card | None], alerted: Callable[[str], bool]
) -> dict[str, Any]:
    """An earlier sheet without the cards and alerts that whoever looks may not, or no longer, see. `now`: what of a
    card is told otherwise now, None when they do not see it."""
    alerts = [alert for alert in sheet.get("alerts", ()) if alerted(alert["id"])]
    told = ((card, now(card["id"])) for card in sheet.get("cards", ()))
    cards = [card | newer for card, newer in told if newer is not None]
    left = {card["id"] for card in cards}
    lists = {name: [card for card in sheet.get(name, ()) if card in left] for name in LISTS}
    return {
        **sheet,
        "alerts": alerts,
        "cards": cards,
        **lists,
        "totals": {name: len(cards) for name, cards in lists.items()},
    }


def _ids(board: Board, where: str, order: str, *values: str) -> list[str]:
    found = board.db.execute(
        f"SELECT id FROM cards WHERE {urgent.OPEN} AND {where} ORDER BY {order}, row",  # noqa: S608 - our own words
        values,
    )
    return [row["id"] for row in found]


def _cards(board: Board, see: Callable[[queries.Row], Card | None], ids: Iterable[str]) -> dict[str, Card]:
    seen = {row["id"]: see(row) for row in queries.rows_of(board, set(ids))}
    return {id_: {name: card[name] for name in CARD} for id_, card in seen.items() if card and not card.get("gone")}
