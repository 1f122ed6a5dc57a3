"""A draft as a line with its length and its checksum, and back: damage costs no other line."""

import json
import logging
from hashlib import sha256

from server import events
from server.log import Draft

LENGTH, SUM = slice(0, 8), slice(9, 73)  # where a record has its length and its SHA-256, both in hexadecimal
START = 74  # where its draft begins
logger = logging.getLogger(__name__)


def line_of(draft: Draft) -> bytes:
    """`length sum draft` and a line end."""
    event = draft.event
    said = [event.wire, event.v, event.subject, events.encode(event)]
    text = json.dumps([*said, draft.by, draft.cause, draft.once, draft.expect]).encode()
    return b"%08x %s %s\n" % (len(text), sha256(text).hexdigest().encode(), text)


def drafts_of(line: bytes) -> tuple[list[Draft], bytes]:
    """The drafts of a line (a damaged line end glues records together), and the damaged rest."""
    found = []
    while line:
        try:
            end = START + int(line[LENGTH], 16)
            text = line[START:end]
            if line[SUM] != sha256(text).hexdigest().encode():
                break
            *event, by, cause, once, expect = json.loads(text)
            found.append(Draft(events.decode(*event), by, cause, tuple(once), expect))
        except (ValueError, events.Unknown):
            break
        line = line[end + 1 :]
    if line and not line.endswith(b"\n"):
        logger.warning("The spool's last record is incomplete: nobody was told that it is safe, so it is dropped.")
        return found, b""
    return found, line
