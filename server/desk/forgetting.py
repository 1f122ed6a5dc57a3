"""HTTP for desks: somebody is forgotten, or destroying stops, when two persons agree; and which numbers were shown."""

import re
import uuid
from collections import Counter
from typing import Any

from flask import Blueprint, abort, jsonify

from server import events
from server.desk.cases import who
from server.desk.deciding import Answer, found, said
from server.guard import me, room
from server.incidents import reasoned
from server.log import Draft
from server.monitors import callsigns
from server.monitors.roll import PROVEN
from server.queries import history
from server.roles import ROLES, Refused, allow
from server.seal import ALONE
from server.sources.agreed import FORGET, HOLD, MISSING, WHAT, unconfirmed

forgetting_desk = Blueprint("forgetting", __name__, url_prefix="/api/v1")
MAY = ("security_lead", "administrator")
KEEPING = ("none", "program", "same", "void")  # all that counts where nothing is lost
NUMBER = re.compile(r"#?R?#?(-?\d{1,7})", re.ASCII)
REFERENCE = re.compile(r"\d{4}-?\d{4}", re.ASCII)


@forgetting_desk.get("/acts")
@allow(*MAY)
def show() -> Any:
    """What was asked for, newest first; `misses`: what whoever asks lacks to confirm it."""
    rows = room().board.acts.newest()
    for row in rows:
        row["whom"] = _whose(row.pop("source"), row.pop("monitor"), row["reports"])
        row["alone"] = len(row.pop("reports").split())
        row["misses"] = misses(row["id"], row["what"]) if row["state"] == "waits" else []
    return jsonify(acts=rows)


@forgetting_desk.get("/hold")
@allow(*ROLES)
def hold() -> Any:
    """When everything is destroyed, whether that is announced, and why it was stopped, if it was."""
    acts, schedule, now = room().board.acts, room().schedule, room().clock()
    on = schedule.earliest(acts.notice, now)
    return jsonify(
        hold=acts.hold(),
        destroyed_on=on.isoformat() if on else None,
        announced=schedule.announced(acts.notice, now) is not None,
        days=schedule.days,
    )


@forgetting_desk.post("/acts")
@allow(*MAY)
def ask() -> Answer:
    """Ask for what a second person has to confirm: {what, report, monitor, reason}; whom to forget by one report."""
    what, reason = said("what"), reasoned(said("reason"))
    if what not in WHAT:
        raise Refused("Say what you ask for: " + ", ".join(WHAT) + ".")
    if me().program:
        raise Refused(MISSING["program"])
    if what != FORGET and (what == HOLD) == room().board.acts.notice.held:
        raise Refused("That is so already.")
    whom = _whom() if what == FORGET else {"source": "", "monitor": "", "reports": "", "channels": ""}
    act, sealed = str(uuid.uuid4()), room().vault.seal("room", {"reason": reason})
    event = events.acts.ActAsked(subject=act, what=what, **whom, reason=sealed)
    return jsonify(cursor=room().log.append(event, by=me().by, expect=0).id, act=act), 202


@forgetting_desk.post("/acts/<act>/confirmation")
@allow(*MAY)
def confirm(act: str) -> Answer:
    """Agree as the second person. The lookout forgets whoever is to be forgotten, and the act is done then."""
    what = _act(act)["what"]
    if found := misses(act, what):
        raise Refused(MISSING[found[0]])
    return settled(events.acts.ActConfirmed(subject=act, what=what))


@forgetting_desk.post("/acts/<act>/decline")
@allow(*MAY)
def decline(act: str) -> Answer:
    """Do not agree, or take it back: {reason}."""
    _act(act)
    if me().program or room().board.acts.waiting(act) is None:
        raise Refused(MISSING["none"])
    sealed = room().vault.seal("room", {"reason": reasoned(said("reason"))})
    return settled(events.acts.ActDeclined(subject=act, reason=sealed))


@forgetting_desk.get("/reveals")
@allow("security_lead")
def reveals() -> Any:
    """Which numbers were shown to whom, for which incident and why, newest first; the numbers themselves are not."""
    rows = room().board.acts.reveals()
    return jsonify(reveals=[{**row, "source": _sign(row["source"], "")} for row in rows])


def misses(act: str, what: str) -> list[str]:
    """What whoever asks lacks to confirm this, as keys of MISSING. Somebody who is forced is told the same as somebody
    whose account is too new: what they agree to here cannot be undone. To keep everything takes any two accounts."""
    acts, people = room().board.acts, room().board.people
    if what != FORGET and (what == HOLD) == acts.notice.held:  # another one that asked for the same was first
        return ["none"]
    if what == HOLD:
        return [key for key in unconfirmed(acts.waiting(act), who(), organisations=1) if key in KEEPING]
    found = unconfirmed(acts.waiting(act), who(), people.organisations(MAY))
    return found + (["young"] if me().duress and "young" not in found else [])


def settled(event: events.Event) -> Answer:
    """On the log, if this is the first that somebody says of it: the board may not know yet that another was first."""
    draft = Draft(event, me().by, once=(f"act:{event.subject}",))
    placed = room().log.append_all([draft])[0]
    first = None if placed.fresh else room().log.at(placed.id)
    if first and (first.fields["wire"], first.fields["by"]) != (event.wire, me().by):
        raise Refused(MISSING["none"])
    return jsonify(cursor=placed.id), 202


def _sign(source: str, monitor: str) -> str:
    """The call-sign by which desks know somebody; "" for nobody."""
    monitor = monitor or room().board.roster.whose(source)
    return callsigns.of_monitor(monitor) if monitor else callsigns.of_source(source) if source else ""


def _whose(source: str, monitor: str, reports: str) -> str:
    """The call-sign of whom an act is about; of a report with a typed number that of the number."""
    if source or monitor or not reports:
        return _sign(source, monitor)
    row = room().board.db.execute("SELECT source FROM cards WHERE id = ?", (reports.split()[0],)).fetchone()
    return callsigns.of_source(row["source"]) if row else ""


def _whom() -> dict[str, str]:
    """Whom the request names, and what would go. A number that somebody typed names nobody: such a report goes alone,
    as one without a number does, or with the monitor whose PIN came with it."""
    monitor = said("monitor")
    if monitor:
        if not room().board.roster.state(monitor)[2]:
            raise Refused("There is no such monitor.")
        return _going(monitor=monitor)
    row = found(_named(said("report").strip()))
    if row["monitor"]:
        return _going(monitor=row["monitor"])
    if row["source"] and row["channel"] in PROVEN:
        return _going(source=row["source"])
    read = [each["fact"] for each in history(room().board, row["id"]) if each["wire"] == events.ReportRead.wire]
    raw = room().log.at(read[-1]) if read else None
    if raw and row["source"] and not getattr(raw.fact().event, "words", "").startswith(ALONE):
        raise Refused("This report was read by an earlier version: its words have no key of their own to be destroyed.")
    return _going(report=row["id"])


def _named(said: str) -> str:
    """The report that is named by its id, by the reference that its sender was told, or by an incident's number."""
    db = room().board.db
    if number := NUMBER.fullmatch(said):
        first = db.execute("SELECT id FROM cards WHERE number = ?", (int(number[1]),)).fetchone()
        return first["id"] if first else ""
    if REFERENCE.fullmatch(said):
        wanted = said if "-" in said else f"{said[:4]}-{said[4:]}"
        ids = [row["id"] for row in db.execute("SELECT id FROM cards") if events.reference(row["id"]) == wanted]
        if len(ids) > 1:
            raise Refused("Several reports have this reference: open the one you mean, and ask for it by its number.")
        return ids[0] if ids else ""
    return said


def _going(source: str = "", monitor: str = "", report: str = "") -> dict[str, str]:
    name, value = next((pair for pair in (("monitor", monitor), ("source", source)) if pair[1]), ("id", report))
    rows = room().board.db.execute(f"SELECT id, channel FROM cards WHERE {name} = ?", (value,)).fetchall()  # noqa: S608 - ours
    typed = [row["id"] for row in rows if row["channel"] not in PROVEN]
    going = [row for row in rows if not source or row["channel"] in PROVEN]
    counts = Counter(row["channel"] for row in going)
    return {
        "source": source,
        "monitor": monitor,
        "reports": "" if source else " ".join(typed),
        "channels": " ".join(f"{channel}={n}" for channel, n in sorted(counts.items())),
    }


def _act(act: str) -> Any:
    row = room().board.acts.act(act)
    if row is None:
        abort(404)
    return row
