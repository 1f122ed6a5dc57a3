"""Who may see reports that tell of one thing: what hides one of them hides its incident, and that one all of them."""

import sqlite3

SEEN = "SELECT id, restricted, sealed FROM cards WHERE id IN (?, ?)"
# a report that stands in an incident is hidden as that is, or by itself
BOTH = "max((SELECT restricted FROM restrictions WHERE card = cards.id), :hidden)"
SHADE = (
    f"UPDATE cards SET restricted = {BOTH} WHERE stands = :head AND sealed = '' AND restricted != {BOTH}"  # noqa: S608
    " RETURNING id"
)


def restrain(db: sqlite3.Connection, report: str, head: str) -> set[str]:
    """Hide the incident `head` if this report, which stands there, is restricted, and all that stands there as the
    incident is; somebody may decide otherwise afterwards. The cards that are hidden now, or are no more."""
    rows = {row["id"]: row for row in db.execute(SEEN, (report, head))}
    changed, hidden = set(), rows[head]["restricted"]
    if rows[report]["restricted"] and not rows[report]["sealed"] and not hidden:
        db.execute("UPDATE cards SET restricted = 1, decided = 0 WHERE id = ?", (head,))
        db.execute("UPDATE restrictions SET restricted = 1 WHERE card = ?", (head,))
        changed, hidden = {head}, 1
    if not db.execute("SELECT 1 FROM cards WHERE stands = ? LIMIT 1", (head,)).fetchone():
        return changed
    return changed | {row["id"] for row in db.execute(SHADE, {"head": head, "hidden": hidden}).fetchall()}


def give_back(db: sqlite3.Connection, report: str) -> set[str]:
    """A report that stands for itself again, and what stands in it, are seen as what was said of themselves has it.
    The cards that look different."""
    own = "(SELECT restricted FROM restrictions WHERE card = id)"
    found = f"UPDATE cards SET restricted = {own} WHERE id = ? AND sealed = '' AND restricted != {own} RETURNING id"  # noqa: S608
    return {row["id"] for row in db.execute(found, (report,)).fetchall()} | restrain(db, report, report)
