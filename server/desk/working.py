"""HTTP for desks: who deals with which incident, by the rules, onto the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from flask import Blueprint, jsonify

from server import events, queries
from server.desk import presses
from server.desk.deciding import Answer, closed, expected, found, record, said
from server.guard import me, room
from server.incidents import LONGEST_REASON
from server.log import Stale
from server.queries import Row
from server.roles import DESKS, Refused, allow
from server.work import urgent
from server.work.hours import stamp
from server.work.ladder import LEAD
from server.work.tasks import HOLD

working_desk = Blueprint("working_desk", __name__, url_prefix="/api/v1")
working_desk.before_request(presses.answered)
BATCH = 10  # incidents that somebody takes at once
TRIES = 12  # times that more are looked at: others may have been faster
MOST = 200  # cards in one list


@working_desk.post("/incidents/<card>/assignment")
@allow(*DESKS)
def assign(card: str) -> Answer:
    """Say who is to deal with an incident: {to, expect}; without `to`, nobody any more."""
    row, to = _open(card), said("to").strip()
    role = room().board.people.role_of(to) if to else None
    if to and role not in DESKS:
        raise Refused("There is nobody of this name who may decide on incidents.")
    if to and row["restricted"] and role != LEAD:
        raise Refused("This is for security leads alone.")
    return _record(row, events.WorkAssigned(subject=card, to=to))


@working_desk.post("/incidents/<card>/hold")
@allow(*DESKS)
def hold(card: str) -> Answer:
    """Take an incident for ten minutes, or for ten more: {expect}."""
    row, now = _open(card), _now()
    _person()
    if row["holder"] not in ("", me().name) and row["held_until"] > stamp(now):
        raise Refused(f"{row['holder']} has it.")
    return _record(row, events.WorkTaken(subject=card, until=stamp(now + HOLD), batch=""))


@working_desk.post("/incidents/<card>/release-hold")
@allow(*DESKS)
def let_go(card: str) -> Answer:
    """Give an incident back that one holds: {expect}."""
    row = found(card)
    if row["holder"] != me().name:
        raise Refused("You do not hold this.")
    return _record(row, events.WorkLetGo(subject=card))


@working_desk.post("/incidents/<card>/due")
@allow(*DESKS)
def due(card: str) -> Answer:
    """Say when something is to be done about an incident: {at, note, expect}; without `at`, nothing any more."""
    row, note = found(card), said("note").strip()
    if len(note) > LONGEST_REASON:
        raise Refused(f"Keep it under {LONGEST_REASON} characters.")
    event = events.WorkDue(subject=card, at=stamp(moment(said("at"))), note=closed(card)(note) if note else "")
    return _record(row, event)


@working_desk.get("/work")
@allow(*DESKS)
def work() -> Any:
    """What is mine: assigned to me, held by me, notes that call me, and what is due on any of these."""
    tasks, now = room().board.tasks, _now()
    lists = {**tasks.of(me().name), "held": tasks.held(me().name, now)}
    rows = {row["id"]: row for row in queries.rows_of(room().board, {card for ids in lists.values() for card in ids})}
    seen = {card: shown for card, row in rows.items() if (shown := room().see(row, me())) and "gone" not in shown}
    mine = {name: [seen[card] for card in ids if card in seen][-MOST:] for name, ids in lists.items()}
    due = sorted((shown for shown in seen.values() if shown["due"]), key=lambda shown: shown["due"])[:MOST]
    return jsonify(clock=now.isoformat(), cursor=room().board.cursor, **mine, due=due)


def take_batch(where: str = "1", values: Sequence[Any] = ()) -> tuple[list[str], str, str]:
    """The most urgent open incidents that nobody has, which are now held by whoever asks; what they share; the place
    reached on the log; no more than make ten with what they hold. `where` (with `values` for its question marks)
    narrows them. Raises Refused for a program, and when they hold ten."""
    _person()
    taken, passed, batch, cursor = list[str](), set[str](), token_hex(8), room().board.cursor
    most = BATCH - len(room().board.tasks.held(me().name, _now()))
    if most <= 0:
        raise Refused(f"You hold {BATCH} already: deal with these, or give some back.")
    for _ in range(TRIES):
        known = urgent.to_take(room().board, me().name, _now(), most + len(passed), where, values)
        fresh = [(card, version) for card, version in known if card not in passed]
        if not fresh or len(taken) == most:
            break
        for card, version in fresh[: most - len(taken)]:
            passed.add(card)
            if placed := _take(card, version, batch):
                taken.append(card)
                cursor = placed
    return taken, batch, cursor


def leave() -> None:
    """End the session; whoever leaves holds nothing any more."""
    room().access.sessions.end(me().key)
    for card in room().board.tasks.held(me().name, _now()):
        room().log.append(events.WorkLetGo(subject=card), by=me().by)


def moment(text: str) -> datetime | None:
    """A moment that somebody gave (ISO 8601, with its zone); None for none. Raises Refused."""
    if not text.strip():
        return None
    try:
        at: datetime | None = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or abs(at - _now()) > timedelta(days=366):
        raise Refused("Say when, as a moment with its zone, within a year.")
    return at


def _open(card: str) -> Row:
    row = found(card)
    if row["number"] is None or row["stands"] or row["kind"] != "incident":
        raise Refused("This is no incident that somebody could deal with by itself.")
    return row


def _person() -> None:
    if me().program:
        raise Refused("A program cannot take work: a person must.")


def _record(row: Row, event: events.Event) -> Answer:
    """Its own version is asked for, and not the incident's: taking work up changes nothing under anybody's hands."""
    return record(row["id"], event, expected(row["work_version"]))


def _take(card: str, version: int, batch: str) -> str:
    """The place on the log; "" when somebody was faster."""
    event = events.WorkTaken(subject=card, until=stamp(_now() + HOLD), batch=batch)
    try:
        return room().log.append(event, by=me().by, expect=version).id
    except Stale:
        return ""


def _now() -> datetime:
    return room().board.tasks.now(room().clock())
