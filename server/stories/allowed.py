"""Whether the board joins a report where somebody says it stands: nobody hides what somebody else decided."""

import sqlite3

from server.incidents import MAY_BE, UNDECIDED

READER = "reader"  # joins by itself; a person's decision that came first stands


def may(db: sqlite3.Connection, report: str, head: str, by: str) -> bool:
    """Whether a report can be joined to the incident `head`, which stands for itself. The reader hides nothing."""
    rows = {row["id"]: row for row in db.execute("SELECT * FROM cards WHERE id IN (?, ?)", (report, head))}
    if len(rows) < 2 or rows[report]["stands"] or rows[head]["number"] is None:
        return False
    if rows[report]["status"] not in (None, *UNDECIDED) or rows[report]["awaiting"]:
        return False
    alike = all(rows[report][name] == rows[head][name] for name in ("restricted", "rehearsal"))
    blocked = "blocked" in (rows[report]["standing"], rows[head]["standing"])
    return by != READER or (alike and rows[head]["status"] in MAY_BE and not blocked)
