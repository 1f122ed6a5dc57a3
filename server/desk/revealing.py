"""HTTP for desks: a source's number, to call back, for a reason; that it was shown stands on the log first."""

from flask import Blueprint, jsonify

from server import events
from server.casework import UNSAFE
from server.desk.cases import may_call
from server.desk.deciding import Answer, closed, found, incident, said
from server.guard import me, room
from server.incidents import reasoned, standing
from server.queries import Row, history
from server.roles import Refused, allow
from server.seal import Forgotten, owner_of

revealing_desk = Blueprint("revealing", __name__, url_prefix="/api/v1")
MOST = 20  # numbers that one person is shown in an hour
GONE = "The number of this source is not known here, or not any more."


@revealing_desk.post("/incidents/<card>/number")
@allow("analyst", "verification_lead", "security_lead")
def number(card: str) -> Answer:
    """The number to call about a report of an incident: {report, reason, passphrase}. A monitor's on file, else that of
    the message. The pass-phrase is asked again, and it is counted, and on the log, before the number is told."""
    standing(incident(card))
    row = found(said("report") or card)
    if card not in (row["id"], row["stands"]):
        raise Refused("This report does not stand in this incident.")
    if not may_call(found(card)):
        raise Refused(UNSAFE)
    if "monitors" in room().board.treaty.of_card(me(), row).closed:
        raise Refused("The organisation whose monitor this is does not tell others whose report is whose.")
    reason = closed(card)(reasoned(said("reason")))
    tools, source = room(), row["source"]
    forced = tools.access.prove(me(), said("passphrase"))
    tools.access.spend("revealed", me(), MOST)
    of, told = ("roster", on_file(row)) if row["monitor"] else ("message", sent_by(row))
    if forced or not told or not source:
        raise Refused(GONE)
    event = events.SourceRevealed(subject=source, incident=card, report=row["id"], reason=reason)
    placed = tools.log.append(event, by=me().by)
    answer = jsonify(number=told, of=of, cursor=placed.id)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200


def on_file(row: Row) -> str:
    """The first number that the roster has of the monitor whose report it is; "" when there is none."""
    return next(iter(room().board.roster.phones(row["monitor"])), "")


def sent_by(row: Row) -> str:
    """The number that a report came from, by what its reading keeps under the source's key; "" when there is none."""
    read = [each["fact"] for each in history(room().board, row["id"]) if each["wire"] == events.ReportRead.wire]
    raw = room().log.at(read[-1]) if read else None
    if raw is None:
        return ""
    event = raw.fact().event
    try:
        words = room().vault.open(owner_of(row["source"], row["id"]), getattr(event, "words", ""))
    except Forgotten:
        return ""
    return str(words.get("sender") or "")
