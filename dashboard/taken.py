"""Each file that is taken out of the room carries a mark, which leads to whoever took it; listed to the security lead.

What is public is the same for everybody, and carries none: released statements, their proofs, the docket of complaints.
"""

import secrets
from typing import Any

from flask import Blueprint, jsonify, request

from server import events
from server.guard import me, room
from server.roles import allow

taken = Blueprint("taken", __name__, url_prefix="/api/v1")
MOST = 60  # files that one person takes out in an hour
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # none of which is taken for another when it is read out


def marked() -> str:
    """The mark of the file that whoever asks takes out now; that they do stands on the record first. Raises Down; Busy
    beyond MOST."""
    room().access.spend("taken", me(), MOST)
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    mark = f"T-{drawn[:4]}-{drawn[4:]}"
    room().log.append(events.exports.ExportTaken(subject=mark, what=request.path), by=me().by, expect=0)
    return mark


@taken.get("/exports")
@allow("security_lead")
def exports() -> Any:
    """Who took which file out, newest first: ?mark= for one."""
    return jsonify(exports=room().board.taken.newest(request.args.get("mark", "").strip().upper()))
