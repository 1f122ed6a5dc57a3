"""HTTP for desks: a shift is handed over with a sheet that the board makes, and taken over by whoever signs it."""

import uuid
from typing import Any

from flask import Blueprint, abort, jsonify

from server import events, heard, queries, sums
from server.desk.deciding import Answer, said
from server.guard import me, room
from server.roles import DESKS, Eyes, Refused, allow
from server.work import sheet
from server.work.ladder import LEAD
from server.work.shifts import LONGEST, Row, may_hand_over, may_take_over

shift_desk = Blueprint("shift_desk", __name__, url_prefix="/api/v1")
SEEN_BY = Eyes("analyst")  # as whom the cards of a sheet are seen, whoever writes it


@shift_desk.get("/shifts")
@allow(*DESKS)
def show() -> Any:
    """The shifts that were handed over, newest first."""
    return jsonify(shifts=room().board.shifts.newest())


@shift_desk.get("/shifts/preview")
@allow(*DESKS)
def preview() -> Any:
    """The sheet as it would be now; nothing is recorded."""
    return jsonify(sheet=_made(""))


@shift_desk.get("/shifts/<shift>")
@allow(*DESKS)
def one(shift: str) -> Any:
    """A shift with its sheet, to be read and printed."""
    found = _shift(shift)
    return jsonify({**found, "sheet": _shown(found["sheet"])})


@shift_desk.post("/shifts")
@allow(*DESKS)
def hand_over() -> Answer:
    """End one's shift: {to, words}; `words`: what was promised, and how things are said. What one holds is let go."""
    to, words = said("to").strip(), said("words").strip()
    may_hand_over(me(), to, words)
    if room().board.people.role_of(to) not in DESKS:
        raise Refused("There is nobody of this name who may decide on incidents.")
    shift, made = uuid.uuid4().hex, _made(words)
    event = events.ShiftHandedOver(
        subject=shift, to=to, rehearsal=made["rehearsal"], sheet=room().vault.seal("room", made)
    )
    return jsonify(cursor=room().log.append(event, by=me().by, expect=0).id, shift=shift), 202


@shift_desk.post("/shifts/<shift>/takeover")
@allow(*DESKS)
def take_over(shift: str) -> Answer:
    """Sign the sheet of a shift that one takes over: {note}."""
    found, note = _shift(shift), said("note").strip()
    may_take_over(me(), found)
    if len(note) > LONGEST:
        raise Refused(f"Keep what you write under {LONGEST} characters.")
    sealed = room().vault.seal("room", {"reason": note}) if note else ""
    event = events.ShiftTakenOver(subject=shift, note=sealed)
    return jsonify(cursor=room().log.append(event, by=me().by, expect=found["version"]).id), 202


def _made(words: str) -> dict[str, Any]:
    board, clock = room().board, room().clock()
    whole = sums.totals(board)
    view = heard.today(board.attendance, whole, clock)
    made = sheet.made(board, lambda row: room().see(row, SEEN_BY), view, board.tasks.now(clock))
    own = {"restricted": whole["restricted"]} if me().role == LEAD else {}
    return {**made, "words": words, **own}


def _shown(kept: dict[str, Any]) -> dict[str, Any]:
    """A sheet as whoever asks may see it now; how much is restricted is told to a security lead alone."""

    def told(card: str) -> dict[str, Any] | None:
        row = queries.row_of(room().board, card, "all")
        seen = row and room().see(row, me())
        if row is None or not seen or seen.get("gone"):
            return None
        closed = room().board.treaty.of_card(me(), row).closed
        return {name: seen[name] for name in sheet.KEPT} if closed else {}

    def alerted(alert: str) -> bool:
        return room().board.alerts.get(alert, whole=False) is not None

    own = {name: value for name, value in kept.items() if name != "restricted" or me().role == LEAD}
    return sheet.shown_now(own, told, alerted) if own else {}


def _shift(shift: str) -> Row:
    return room().board.shifts.get(shift) or abort(404)
