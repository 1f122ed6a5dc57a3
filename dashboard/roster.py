"""The page Roster: monitors in numbers, whoever has a call-sign, and sources that are blocked; for administrators."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, render_template

from dashboard.imports import progress
from server import sums
from server.desk.deciding import said
from server.guard import me, room
from server.measures.scopes import SCOPES
from server.monitors import blocking, callsigns
from server.monitors.callsigns import Sign
from server.monitors.counts import organisations
from server.monitors.roster import Monitor
from server.roles import allow

roster = Blueprint("roster", __name__)


@roster.get("/roster")
@allow("administrator")
def page() -> str:
    """Who monitors."""
    return render_template("roster.html")


@roster.get("/api/v1/roster")
@allow("administrator")
def show() -> Any:
    """Organisations in numbers, blocked sources, and the import that is running."""
    known = room().board.roster
    rows = known.db.execute("SELECT alias, at, by, reason FROM blocked ORDER BY at DESC").fetchall()
    blocked = [{**_sign_of(row["alias"]), **{name: row[name] for name in ("at", "by", "reason")}} for row in rows]
    return jsonify(
        organisations=[one.told() for one in organisations(known)], blocked=blocked, importing=asdict(progress())
    )


@roster.get("/api/v1/roster/sources/<sign>")
@allow("administrator")
def find(sign: str) -> Any:
    """Whoever has this call-sign."""
    wanted, known = blocking.sign_of(sign), room().board.roster
    found = [_monitor(monitor) for monitor in blocking.monitors(wanted, known)]
    if wanted.of == "source":
        found = [_stranger(alias) for alias in sorted(_heard(wanted, "open")) if wanted.fits(alias)]
    return jsonify(found=found)


@roster.post("/api/v1/roster/blocks")
@allow("administrator")
def block() -> Any:
    """Keep what a source sends, and count it nowhere: {sign, reason}."""
    return _decided(blocking.block)


@roster.post("/api/v1/roster/unblocks")
@allow("administrator")
def unblock() -> Any:
    """Let a source count again: {sign, reason}."""
    return _decided(blocking.unblock)


def _decided(rule: Any) -> Any:
    sign, known = blocking.sign_of(said("sign")), room().board.roster
    found = blocking.aliases(sign, known, _heard(sign, "all"))
    drafts = rule(found, said("reason"), known, room().vault, me().by)
    return jsonify(cursor=room().log.append_all(drafts)[-1].id), 202


def _monitor(monitor: Monitor) -> dict[str, Any]:
    known = room().board.roster
    cards = sums.reports(room().board, "monitor", monitor.id)
    told = {name: getattr(monitor, name) for name in ("organisation", "language", "replies", "no_signal", "rehearsal")}
    blocked = any(known.is_blocked(alias) for alias in monitor.aliases)
    sign, stations = callsigns.of_monitor(monitor.id), () if me().duress else monitor.stations
    return {"source": sign, "known": True, "blocked": blocked, "reports": cards, "stations": stations, **told}


def _stranger(alias: str) -> dict[str, Any]:
    cards = sums.reports(room().board, "source", alias)
    blocked = room().board.roster.is_blocked(alias)
    return {"source": callsigns.of_source(alias), "known": False, "blocked": blocked, "reports": cards}


def _heard(sign: Sign, scope: str) -> Iterable[str]:
    """Aliases that sent anything in scope and could have this call-sign."""
    between = (sign.beginning, sign.beginning + "g")
    heard = f"SELECT DISTINCT source FROM cards WHERE source >= ? AND source < ? AND {SCOPES[scope]}"  # noqa: S608
    rows = room().board.db.execute(heard, between)
    return {row["source"] for row in rows}


def _sign_of(alias: str) -> dict[str, Any]:
    owner = room().board.roster.of_alias(alias)
    sign = callsigns.of_monitor(owner.id) if owner else callsigns.of_source(alias)
    return {"source": sign, "organisation": owner.organisation if owner else None}
