"""The operator's page: how processes, queues, gateways, spool, disk and power are, and every alarm there is."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify, render_template

from dashboard.live import Live
from server.drawer import Drawer
from server.guard import room, someone
from server.log import Down
from server.measures.channels import signals
from server.roles import allow
from server.vitals import looking

operations = Blueprint("operations", __name__)
MAY = ("administrator", "security_lead")
Row = dict[str, Any]


@operations.get("/operations")
@allow(*MAY)
def page() -> str:
    """The screen fetches what there is to see, every few seconds."""
    return render_template("operations.html")


@operations.get("/api/v1/operations")
@allow(*MAY)
def told() -> Any:
    """The picture that the warden took last, with its alarms; `watched` is false when nobody looks. How many messages
    came is not told: less what is on the feed, that is how many are restricted."""
    picture = looking.picture(Drawer(room().log)) or {}
    return jsonify({"watched": bool(picture), **{name: told for name, told in picture.items() if name != "counts"}})


def health() -> Row:
    """What `/health` tells those of MAY besides: each process with its lag, and the alarms."""
    person = someone()
    if person is None or person.role not in MAY:
        return {}
    try:
        picture = looking.picture(Drawer(room().log))
    except Down:
        return {}
    if picture is None:
        return {"watched": False}
    processes = [{key: each[key] for key in ("name", "state", "lag")} for each in picture["processes"]]
    return {"watched": True, "processes": processes, "queues": picture["queues"], "alarms": picture["alarms"]}


def alarms() -> int:
    """How many alarms there are, for whoever may look at them; 0 for all others, and while nobody can say."""
    found = health()
    return len(found.get("alarms", ()))


def vitals(live: Live) -> Row:
    """What a room's process says of itself with each beat."""
    balance = live.room.reckoning.balance
    missing = balance.missing if balance.known(live.clock()) else None
    return {"missing": missing, "phones": phones(signals(live.room.board.db))}


def phones(said: Iterable[Row]) -> list[Row]:
    """The newest word of each phone about its power, and about its battery; `said`: newest first."""
    newest: dict[tuple[str, str, str], Row] = {}
    for row in said:
        newest.setdefault((row["gateway"], row["device"], row["what"].partition("_")[0]), row)
    return [{key: row[key] for key in ("gateway", "what", "battery", "at")} for row in newest.values()]
