"""HTTP for desks: who is on duty when, at which level, and who is paged. Nobody is ever shown a number."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, jsonify

from ingest import senders
from server import events
from server.desk.deciding import Answer, said
from server.desk.working import moment
from server.guard import me, room
from server.roles import DESKS, Refused, allow
from server.work.duties import Duty, owner_of
from server.work.ladder import LEAD

duty_desk = Blueprint("duty_desk", __name__, url_prefix="/api/v1")
LONGEST = timedelta(hours=24)  # of one duty
YES, NO = ("true", "1", "yes"), ("false", "0", "no", "")


@duty_desk.get("/duties")
@allow(*DESKS)
def show() -> Any:
    """Duties that are not over, who is on duty now, and at which levels nobody can be paged now."""
    known, now = room().board.duties, room().board.tasks.now(room().clock())
    on, levels = known.on(now), room().pack.ladder.levels
    reached = {one.level for one in known.paged(now, levels)}
    became = {"became": room().board.texts.pages()} if me().role == LEAD else {}
    return jsonify(
        clock=now.isoformat(),
        **became,
        levels=list(levels),
        duties=[_told(one) for one in known.planned(now)],
        now=[{"level": one.level, "person": one.person, "pages": one.pages and one.number} for one in on],
        unreached=[level for level in levels if level not in reached],
        texts=room().texts[0],
    )


@duty_desk.post("/duties")
@allow("administrator", LEAD)
def plan() -> Answer:
    """Put somebody on duty: {person, level, starts, ends, pages, number}."""
    person, level, number = said("person").strip(), said("level"), said("number").strip()
    role = room().board.people.role_of(person)
    if role not in DESKS:
        raise Refused("There is nobody of this name who may decide on incidents.")
    if level not in room().pack.ladder.levels:
        raise Refused("Choose a level: " + ", ".join(room().pack.ladder.levels) + ".")
    if level in room().pack.ladder.danger and role != LEAD:
        raise Refused("Only a security lead is told of danger.")
    starts, ends = _hours()
    pages = said("pages").lower()
    if pages not in (*YES, *NO):
        raise Refused("Say whether they are paged: true or false.")
    reached = senders.number(number, room().pack.region) if number else ""
    if (number or pages in YES) and not reached:
        raise Refused("Whoever is paged needs a number that can be called.")
    duty = uuid.uuid4().hex
    sealed = room().vault.seal(owner_of(duty), {"number": reached}) if reached else ""
    hours = {"starts": starts.isoformat(), "ends": ends.isoformat()}
    event = events.DutyPlanned(subject=duty, person=person, level=level, **hours, pages=pages in YES, sealed=sealed)
    return jsonify(cursor=room().log.append(event, by=me().by, expect=0).id, duty=duty), 202


@duty_desk.post("/duties/<duty>/cancellation")
@allow("administrator", LEAD)
def cancel(duty: str) -> Answer:
    """Take somebody off duty; the number is destroyed."""
    known = room().board.duties.get(duty) or abort(404)
    placed = room().log.append(events.DutyCancelled(subject=duty), by=me().by, expect=known.version)
    room().vault.forget(owner_of(duty))
    return jsonify(cursor=placed.id), 202


def _hours() -> tuple[datetime, datetime]:
    starts, ends = moment(said("starts")), moment(said("ends"))
    if starts is None or ends is None or not timedelta(0) < ends - starts <= LONGEST:
        raise Refused("Say when it starts and ends, within 24 hours.")
    return starts, ends


def _told(duty: Duty) -> dict[str, Any]:
    named = {name: getattr(duty, name) for name in ("id", "person", "level", "pages", "number", "by")}
    return {**named, "starts": duty.starts.isoformat(), "ends": duty.ends.isoformat()}
