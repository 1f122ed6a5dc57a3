"""HTTP for desks: what a person makes of an alert: acknowledge it, let it be quiet for a while, open an incident."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort

from server import events, incidents
from server.alerts.shown import Row
from server.desk.deciding import Answer, closed, code, found, said
from server.desk.working import moment
from server.guard import me, room
from server.incidents import LONGEST_REASON
from server.log import Draft
from server.roles import DESKS, Refused, allow
from server.work.hours import stamp
from server.work.ladder import LEAD

alert_desk = Blueprint("alert_desk", __name__, url_prefix="/api/v1")
LONGEST = timedelta(hours=4)  # that an alert is quiet


@alert_desk.post("/alerts/<alert>/acknowledgement")
@allow(*DESKS)
def acknowledge(alert: str) -> Answer:
    """Say that one deals with an alert: {note}."""
    _alert(alert)
    note = said("note").strip()
    if len(note) > LONGEST_REASON:
        raise Refused(f"Keep it under {LONGEST_REASON} characters.")
    sealed = room().vault.seal("room", {"reason": note}) if note else ""
    return _recorded(Draft(events.AlertAcknowledged(subject=alert, note=sealed), by=me().by))


@alert_desk.post("/alerts/<alert>/snooze")
@allow(*DESKS)
def snooze(alert: str) -> Answer:
    """Let an alert be quiet until then, unless it grows: {until}."""
    row, until, now = _alert(alert), moment(said("until")), room().board.tasks.now(room().clock())
    if row["ended"]:
        raise Refused("This alert is over.")
    if until is None or not now < until <= now + LONGEST:
        raise Refused("Say until when, within four hours from now.")
    return _recorded(Draft(events.AlertSnoozed(subject=alert, until=stamp(until)), by=me().by))


@alert_desk.post("/alerts/<alert>/incident")
@allow(*DESKS)
def take(alert: str) -> Answer:
    """Say which incident deals with an alert: {incident}; or open one of its reports as one: {report, code, reason}."""
    row = _alert(alert)
    if named := said("incident"):
        if found(named)["number"] is None:
            raise Refused("This report is not an incident yet: open one from it first.")
        return _recorded(Draft(events.AlertTaken(subject=alert, incident=named), by=me().by))
    report = said("report")
    if report not in row["evidence"].get("reports", ()):
        raise Refused("Name an incident, or one of the reports that the alert rests on.")
    taken = events.AlertTaken(subject=alert, incident=report)
    return _recorded(*_opened(report), Draft(taken, by=me().by))


def _opened(report: str) -> list[Draft]:
    """The fact that makes an incident of a report; none when it is one."""
    row = found(report)
    if row["number"] is not None:
        return []
    seal: Callable[[str], str] = closed(report)
    opened = incidents.open_from(report, code(row), row["province"], bool(row["rehearsal"]), said("reason"), seal)
    return [Draft(opened, by=me().by, once=(f"opened:{report}",))]


def _alert(alert: str) -> Row:
    """The alert, if this person is told of it."""
    return room().board.alerts.get(alert, whole=me().role == LEAD) or abort(404)


def _recorded(*drafts: Draft) -> Answer:
    return {"cursor": room().log.append_all(drafts)[-1].id}, 202
