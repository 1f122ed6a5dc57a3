"""Reports that a phone sealed and kept until it had signal: opened, kept like any other, and answered to that phone.

POST /sealed takes one envelope (see envelope.py). Each 200 has the same length, and so has each other answer, which
only looks like one: a phone deletes a report when the answer opens with that report's own key, and never otherwise.
"""

import os
from collections.abc import Callable

from ingest import envelope
from ingest.attach import Attach
from ingest.form import FIRST, NAME, ONE_TIME_ID, WORDS, message, too_long
from ingest.gateways import Call
from ingest.intake import Accepted
from ingest.message import Message
from ingest.spool import Full

BUSY, STRANGE = 503, 400
AGAIN = 30  # seconds until a phone should come again


def send(
    call: Call, lock: envelope.Lock | envelope.Shut, keep: Callable[[Message], Accepted], attach: Attach
) -> tuple[bytes, int]:
    """Keep what is in the envelope, its photo too, and the answer. Raises Full while the room is locked."""
    try:
        opened = lock.open(call.body)
    except envelope.Unreadable:
        return nothing(), STRANGE
    fields = opened.fields
    if not ONE_TIME_ID.fullmatch(fields.get("id", "")) or too_long(fields):
        return nothing(), STRANGE
    language = fields.get("lang", "")
    try:
        accepted = keep(message(fields, language if language in WORDS else FIRST))
        became = attach(accepted, opened.photo, NAME)
    except Full:
        return nothing(), BUSY
    return opened.answer(id=fields["id"], reference=accepted.reference, photo=became), 200


def nothing() -> bytes:
    """An answer that opens with no key, as long as those that do."""
    return os.urandom(envelope.ANSWER)
