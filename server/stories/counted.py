"""What a card counts for, with all that was joined into it: reports, independent sources, photos, open suggestions."""

import json
import sqlite3
from typing import Any

from server.corroborate import Voice, counts_not, independent, witnesses
from server.incidents import MAY_BE, UNDECIDED

MOST = 12  # suggestions on one card
# whoever may not see a report must not learn of it from a number; the words of these questions are all our own
ALL = "(cards.id = :card OR (cards.stands = :card AND :card != ''))"
VOICES = (
    "SELECT cards.id, iif(monitor != '', monitor, iif(claims != '', claims, source)) AS person, organisation, gateway,"  # noqa: S608
    " EXISTS (SELECT 1 FROM photos WHERE card = cards.id) AS documentary,"
    " (copy OR alike_of != '' OR ifnull(joined.how, '') = 'same message') AS copy"
    f" FROM cards LEFT JOIN joined ON report = cards.id WHERE {ALL} AND standing != 'blocked'"
    " AND cards.restricted <= :restricted"
)
REPORTS = (
    "SELECT count(*) AS reports, sum(cards.id != :card AND standing != 'blocked' AND NOT copy) AS backed"  # noqa: S608
    f" FROM cards WHERE {ALL} AND cards.restricted <= :restricted"
)
PHOTOS = (
    "SELECT json_group_object(name, kept) FROM photos JOIN cards ON cards.id = photos.card"  # noqa: S608
    f" WHERE {ALL} AND cards.restricted <= :restricted"
)
OPEN = (  # what may be joined into this card, or where it may be joined itself, as long as nobody has decided
    'SELECT suggested.report, into_.id AS "into", how, likely, text, suggested.place, minutes, suggested.category'  # noqa: S608
    " FROM suggested JOIN cards AS told ON told.id = suggested.report JOIN cards AS named ON named.id = incident"
    " JOIN cards AS into_ ON into_.id = iif(named.stands = '', named.id, named.stands)"
    " WHERE {which} AND told.id != into_.id AND +told.stands = ''"  # +: nearly all stand so, and no index finds fewer
    f" AND ifnull(told.status, 'new') IN {UNDECIDED} AND into_.status IN {MAY_BE}"
    " AND told.restricted = into_.restricted"
    " AND told.rehearsal = into_.rehearsal AND 'blocked' NOT IN (told.standing, into_.standing)"
    " AND NOT EXISTS (SELECT 1 FROM apart WHERE apart.report = told.id AND apart.incident IN (named.id, into_.id))"
)
HERE = "(named.id = :card OR (named.stands = :card AND :card != ''))"


def of(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """The columns of a card that depend on others; see joined.sql."""
    values = {"card": row["id"], "restricted": row["restricted"]}
    _, said, known = _voices(db, values)
    counted = db.execute(REPORTS, values).fetchone()
    return {
        "reports": counted["reports"],
        "backed": counted["backed"],
        "sources": independent(said, known),
        "photos": db.execute(PHOTOS, values).fetchone()[0],
        "suggestions": json.dumps(_open(db, values)),
    }


def sources(db: sqlite3.Connection, card: str, restricted: int) -> dict[str, str]:
    """Which reports of an incident are independent sources: report -> "", or why it is none besides those."""
    reports, said, known = _voices(db, {"card": card, "restricted": restricted})
    chosen = witnesses(said, known)
    beside = [said[at] for at in chosen]
    return {report: "" if at in chosen else counts_not(said[at], beside, known) for at, report in enumerate(reports)}


def _voices(db: sqlite3.Connection, values: dict[str, Any]) -> tuple[list[str], list[Voice], dict[str, str]]:
    """The reports of a card, what each counts for, and the organisations of their persons."""
    found = db.execute(VOICES, values).fetchall()
    known = {voice["person"]: voice["organisation"] for voice in found if voice["organisation"]}
    said = [Voice(each["person"], each["gateway"], bool(each["documentary"]), bool(each["copy"])) for each in found]
    return [each["id"] for each in found], said, known


def _open(db: sqlite3.Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The open suggestions, either way, the likeliest first; one for each report."""
    found = [
        {**dict(each), "category": bool(each["category"])}
        for which in ("told.id = :card", HERE)
        for each in db.execute(OPEN.format(which=which), values)
    ]
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for each in sorted(found, key=lambda one: (-one["likely"], one["report"], one["into"])):
        best.setdefault((each["report"], each["into"]), each)
    return list(best.values())[:MOST]
