"""What every step of a statement needs at the door: the statement, who asks, its live figures, how it is recorded."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import abort, jsonify, request

from server import events
from server.board import Board
from server.desk import presses
from server.desk.deciding import Answer, said
from server.guard import me, room
from server.log import Draft, Stale, place
from server.press import ahead, known, words
from server.press.asked import ask
from server.press.document import Draft as Stated
from server.press.document import Figure, Text
from server.press.kept import Row, owner_of
from server.press.picture import Picture, hour
from server.press.statements import Seat, Statement
from server.press.steps import Close
from server.press.tokens import BOX, Token, Wrong, parse
from server.roles import Refused

PLACE = re.compile("[0-9]{1,16}-[0-9]{1,9}")
TRIES = 5
Counted = dict[str, Figure | Wrong]  # by token


def found(statement: str) -> Row:
    """The statement's row; 404 when there is none."""
    return room().board.statements.row(statement) or abort(404)


def judged(row: Row) -> Statement:
    """As the rules need it."""
    return known.statement(room().board, row, room().pack.statements)


def looked_at(row: Row) -> Statement:
    """The same, if it is what the person had before their eyes: {hash}. Raises Stale, Refused."""
    whole, hash = judged(row), said("hash")
    if not hash:
        raise Refused("Say which text and figures you looked at: their hash.")
    if hash != whole.hash:
        raise Stale(row["version"])
    return whole


def seat(draft: Stated | None = None) -> Seat:
    """Who asks, and what their step is judged by; what the checks find only of a `draft`."""
    person, press = me(), room().press
    findings = press.check(draft) if draft else ()
    return Seat(
        voice=known.voice(room().board.people, person.name),
        role=person.role,
        organisation=room().board.people.organisation_of(person.name),
        program=person.program,
        needed=press.needed,
        now=clock(),
        must=tuple(one.id for one in findings if one.level == "must"),
        should=tuple(one.id for one in findings if one.level == "should"),
    )


def clock() -> str:
    """The wall clock: ISO 8601, UTC, to the second."""
    return room().clock().astimezone(UTC).isoformat(timespec="seconds")


def close(statement: str) -> Close:
    """Seals what is said of a statement under its key."""
    return lambda words: room().vault.seal(owner_of(statement), words)


def asked(texts: Mapping[str, Text]) -> list[Token]:
    """The tokens of these texts and of the method box."""
    terms = room().pack.statements.terms
    tokens = known.asked_in(texts, terms)[0] | {token: parse(token, terms) for token in BOX}
    return [tokens[name] for name in sorted(tokens)]


def live(texts: Mapping[str, Text], rehearsal: bool) -> dict[str, Figure | Wrong]:
    """The figures of these texts and of the method box as they are now, or why one has none."""
    return figures(asked(texts), rehearsal)


def figures(tokens: Sequence[Token], rehearsal: bool) -> dict[str, Figure | Wrong]:
    """The figures of these tokens as they are now, or why one has none; each is counted once for all who look."""
    board, minute = room().board, room().clock().replace(second=0, microsecond=0)
    picture, known = _counted(board, board.cursor, minute, rehearsal)
    known |= ask(picture, [token for token in tokens if str(token) not in known])
    return {str(token): known[str(token)] for token in tokens}


@lru_cache(maxsize=2)
def _counted(board: Board, cursor: str, minute: datetime, rehearsal: bool) -> tuple[Picture, Counted]:
    """What is public at this place on the log and in this minute, and what was counted of it so far."""
    return Picture(board, room().pack, hour(board, room().clock(), rehearsal), rehearsal), {}


def refused(fault: Wrong) -> Refused:
    """A token's fault as a refusal."""
    return Refused(words.sentence(fault, "en"))


def place_said(name: str) -> str:
    """A place on the log that the person names, no further than the picture is. Raises Refused."""
    named = said(name)
    if not PLACE.fullmatch(named) or place(named) > place(room().board.cursor):
        raise Refused("Say up to which fact of the record you looked.")
    return named


def moment_said(name: str) -> str:
    """A moment that the person names as `clock` writes it; "" for none. Raises Refused."""
    text = said(name).strip()
    try:
        at = datetime.fromisoformat(text or "2017-06-04T12:00:00+07:00")
        if at.tzinfo is not None:
            return at.astimezone(UTC).isoformat(timespec="seconds") if text else ""
    except (ValueError, OverflowError):
        pass
    raise Refused("Say the moment with its zone, as 2017-06-04T12:00:00+07:00.")


def body() -> Mapping[str, Any]:
    """The JSON object of the request; empty when it is none."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets in brackets
        sent = None
    return sent if isinstance(sent, dict) else {}


def record(row: Row, facts: Sequence[events.Event]) -> Answer:
    """Put facts about a statement on the log, in order, as long as nobody else was faster. Raises Stale."""
    return _placed([_drafted(row, fact, n) for n, fact in enumerate(facts)])


def answered_for(row: Row, whole: Statement, fact: events.Event) -> Answer:
    """The same for a fact by which somebody answers for what figures say: only if nothing that the record took since
    they were judged can have changed it. Raises Stale."""
    for _ in range(TRIES):
        head = ahead.end(room().log, room().board, whole)
        with suppress(Stale):  # something came in between, of no matter perhaps: look again
            return _placed([replace(_drafted(row, fact, 0), head=head)])
    raise Stale(row["version"])


def _drafted(row: Row, fact: events.Event, n: int) -> Draft:
    return Draft(fact, me().by, once=tuple(presses.keys()) if n == 0 else (), expect=row["version"] + n)


def _placed(drafts: Sequence[Draft]) -> Answer:
    return jsonify(cursor=room().log.append_all(drafts)[-1].id), 202
