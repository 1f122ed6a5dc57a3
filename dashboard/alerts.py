"""Alerts for desks: what looks unusual, how sure that is, in words that a person understands, and what it rests on."""

from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard import views
from dashboard.words import words_for
from server import queries
from server.alerts.shown import Row
from server.guard import me, room
from server.pack import check_digit
from server.roles import allow
from server.work.answered import ACKNOWLEDGED

alerts = Blueprint("alerts", __name__)
STATES = ("", "open", "past")
OFTEN = 1_000_000  # quiet days, beyond which a number tells nobody more
WORDS = {"-": "_", " ": "_"}  # of a statistic's name, as a key of the words


@alerts.get("/api/v1/alerts")
@allow(*views.DESKS)
def show() -> Any:
    """Alerts that go on, then those that are over: ?state=open|past&lang=."""
    state, asked = request.args.get("state", ""), request.args.get("lang", "") or request.cookies.get("lang", "")
    if state not in STATES:
        abort(400)
    language = asked if asked in room().pack.languages else room().pack.languages[0]
    rows = room().board.alerts.rows(whole=views.WHOLE[me().role] == "all", state=state)
    return jsonify(alerts=[_told(row, words_for(language)) for row in rows])


def _told(row: Row, words: dict[str, str]) -> dict[str, Any]:
    evidence, near = row["evidence"], not room().board.treaty.shut(me(), ("place",))
    named = {name: row[name] for name in ("id", "kind", "statistic", "since", "until", "found", "expected", "chance")}
    flags = {name: bool(row[name]) for name in ("restricted", "rehearsal")}
    return {
        **named,
        **flags,
        "category": row["category"] or None,
        "ended": row["ended"] or None,
        "grown": row["times"] - 1,
        "area": _area(evidence.get("area") or row["province"]),
        "around": [_area(part) for part in evidence.get("parts", ()) if part != evidence.get("area")],
        "gateway": evidence.get("mark") if row["statistic"] in ("gap", "one gateway") else None,
        **_words(row, words),
        **_answered(row["id"]),
        "reports": _reports(evidence.get("reports", ())),
        "stations": [f"{code}-{check_digit(code)}" for code in evidence.get("stations", ()) if near],
    }


def _answered(alert: str) -> dict[str, Any]:
    """What people made of it. An incident that whoever asks may not open is not named, nor is that there is one."""
    known = room().board.answered.of(alert, room().board.tasks.now(room().clock()))
    incident = next(iter(_reports([known["incident"]])), None)
    state = ACKNOWLEDGED if known["incident"] and not incident else known["state"]
    told = {name: known[name] or None for name in ("by", "note")} | {"quiet_until": known["until"] or None}
    return {"state": state, **told, "answered": known["at"] or None, "incident": incident}


def _words(row: Row, words: dict[str, str]) -> dict[str, str]:
    """The statistic's name, what it means in a sentence, and how rare this is, in one language."""
    key = row["statistic"].translate(str.maketrans(WORDS))
    days = min(OFTEN, round(1 / max(row["chance"], 1 / OFTEN)))
    rare = words["alerts.rarer" if days == OFTEN else "alerts.once"].format(n=f"{days:,}")
    return {"name": words[f"alerts.name.{key}"], "explained": words[f"alerts.why.{key}"], "rare": rare}


def _area(code: str) -> dict[str, Any] | None:
    """A place with its whole name; None for the whole country."""
    place = room().pack.places.get(code)
    if place is None:
        return None
    name = {language: room().gazetteer.path(code, language) for language in room().pack.languages}
    return {"code": code, "level": place.level, "name": name}


def _reports(ids: list[str]) -> list[str]:
    """Those that whoever asks may open; what became restricted since is not among them."""
    rows = queries.rows_of(room().board, set(ids))
    seen = [room().see(row, me()) for row in rows]
    may = {card["id"] for card in seen if card is not None and not card.get("gone")}
    return [each for each in ids if each in may]
