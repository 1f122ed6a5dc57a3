"""What every step of a statement needs at the door: the statement, who asks, its live figures, how it is recorded."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import abort, jsonify, request

from server import events
from server.desk import presses
from server.desk.deciding import Answer, said
from server.guard import me, room
from server.log import Draft, Stale, place
from server.press import known, words
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
        name=person.name,
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


def picture(rehearsal: bool) -> Picture:
    """What is public just now."""
    board, now = room().board, room().clock()
    return Picture(board, room().pack, hour(board, now, rehearsal), rehearsal)


def asked(texts: Mapping[str, Text]) -> list[Token]:
    """The tokens of these texts and of the method box."""
    terms = room().pack.statements.terms
    tokens = known.asked_in(texts, terms)[0] | {token: parse(token, terms) for token in BOX}
    return [tokens[name] for name in sorted(tokens)]


def live(texts: Mapping[str, Text], rehearsal: bool) -> dict[str, Figure | Wrong]:
    """The figures of these texts and of the method box as they are now, or why one has none."""
    return ask(picture(rehearsal), asked(texts))


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


def record(row: Row, facts: Sequence[events.Event], once: Sequence[str] = ()) -> Answer:
    """Put facts about a statement on the log, in order, as long as nobody else was faster. Raises Stale."""
    keys = [(*once, *presses.keys()) if n == 0 else () for n in range(len(facts))]
    drafts = [Draft(fact, me().by, once=keys[n], expect=row["version"] + n) for n, fact in enumerate(facts)]
    placed = room().log.append_all(drafts)
    if once and not placed[0].fresh:
        raise Stale(placed[0].version)
    return jsonify(cursor=placed[-1].id), 202
