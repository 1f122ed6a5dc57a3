"""What the record took and the board has not: whether that can have changed what somebody is about to answer for."""

import json

from server.board import Board
from server.log import Log, Raw, Stale
from server.press.statements import Statement

MOST = 1000  # facts that the board may be behind
OURS = (
    "SELECT id FROM cards WHERE id IN (SELECT value FROM json_each(?1)) OR stands IN (SELECT value FROM json_each(?1))"
)
OF_NO_MATTER = frozenset(
    (
        *("report.received", "report.read", "report.likened", "report.photographed", "report.set_aside"),
        *("report.sorted", "report.suggested", "report.translated", "incident.opened", "incident.noted"),
        *("gateway.signalled", "receipt.received", "text.asked", "text.failed", "text.sent"),
        *("alert.raised", "alert.ended", "alert.acknowledged", "alert.snoozed", "alert.taken"),
        *("work.assigned", "work.taken", "work.let_go", "work.due", "work.escalated", "complaint.reminded"),
        *("duty.planned", "duty.cancelled", "shift.handed_over", "shift.taken_over", "key.used", "source.revealed"),
        *("account.invited", "account.rephrased", "account.secured", "account.unsecured", "account.recovered"),
        *("account.forced", "account.doubted"),
    )
)  # what comes by itself or moves work about, however much of it, and says nothing of an incident but what it is about


def end(log: Log, board: Board, whole: Statement) -> str:
    """Where the log ends. Raises Stale when anything behind the picture by which a statement was judged may concern it:
    whatever people decided, and all that is about an incident in its figures. Raises Down."""
    raws = log.read(whole.upto, MOST)
    cited = json.dumps(sorted({each for figure in whole.draft.figures.values() for each in figure.incidents}))
    ours = {row["id"] for row in board.db.execute(OURS, (cited,))} if raws else set()
    if len(raws) == MOST or any(_concerns(raw, ours) for raw in raws):
        raise Stale(whole.version)
    return raws[-1].id if raws else whole.upto


def _concerns(raw: Raw, ours: set[str]) -> bool:
    return raw.fields["wire"] not in OF_NO_MATTER or raw.fields["about"].partition(":")[2] in ours
