"""All that the page of one incident shows, for desks: its reports, steps, history, what speaks for and against it."""

from typing import Any

from flask import Blueprint, abort, jsonify, request

from dashboard import views
from dashboard.history import fact
from dashboard.words import words_for
from server import events, queries, verification
from server.desk.cases import case, may_call, who
from server.guard import me, room
from server.queries import Row
from server.roles import allow
from server.stories import beside, counted

incident = Blueprint("incident", __name__, url_prefix="/api/v1")
STEP, REPLY = events.IncidentChecked.wire, events.IncidentAnswered.wire
DESCRIBED, PROPOSED = events.IncidentDescribed.wire, events.IncidentProposed.wire
TRANSLATED = events.ReportTranslated.wire
Told = dict[str, Any]


@incident.get("/incidents/<card>")
@allow(*views.DESKS)
def page(card: str) -> Any:
    """One incident: card, reports, steps, history, description, replies, sources, contrary, similar, script, guards;
    ?lang= for the script and the guards."""
    board = room().board
    row = queries.row_of(board, card, views.WHOLE[me().role])
    if row is None or row["number"] is None:
        abort(404)
    past, language = history(row), _language()
    return jsonify(
        card=room().see(row, me()),
        reports=reports(row),
        history=past,
        steps=[_step(one) for one in past if one["what"] == STEP],
        replies=[one for one in past if one["what"] == REPLY],
        description=next((_described(one, row) for one in reversed(past) if one["what"] == DESCRIBED), None),
        proposal=next((one for one in reversed(past) if one["what"] == PROPOSED), None) if row["awaiting"] else None,
        sources={"independent": row["sources"], "reports": counted.sources(board.db, card, row["restricted"])},
        contrary=cards(beside.contrary(board, row, room().pack)),
        similar=cards(beside.similar(board, row, room().pack)),
        script=room().pack.callback.lines(row["category"], language) if may_call(row) else [],
        may_call=may_call(row),
        guards=guards(row, language),
    )


def history(row: Row) -> list[Told]:
    """Every fact about the incident; who is said to benefit only once there is a verdict, for everybody alike."""
    facts, party = queries.history(room().board, row["id"]), room().board.verifying.benefits(row["id"])
    closed = room().board.treaty.of_card(me(), row).closed
    told = []
    for one in facts:
        shown = fact(one, room().gazetteer, me(), closed)
        if one["fact"] in party and (not one["restricted"] or me().role == views.LEAD):
            shown["benefits"] = party[one["fact"]]
        told.append(shown)
    return told


def reports(row: Row) -> list[Told]:
    """The reports of the incident, its own first, each with its translations."""
    found = []
    for each in queries.told(room().board, row["id"]):
        seen = room().see(each, me())
        if seen and not seen.get("gone"):
            facts = queries.history(room().board, each["id"])
            closed = room().board.treaty.of_card(me(), each).closed
            told = [fact(one, room().gazetteer, me(), closed) for one in facts if one["wire"] == TRANSLATED]
            found.append({**seen, "translations": [one for one in told if one.get("words")]})
    return found


def cards(rows: list[Row]) -> list[Told]:
    """Other cards, as this person may see them."""
    seen = [room().see(each, me()) for each in rows]
    return [each for each in seen if each and not each.get("gone")]


def guards(row: Row, language: str) -> dict[str, list[str]]:
    """What each verdict still needs, in sentences; nothing of what stands elsewhere or is none any more."""
    if row["stands"] or row["status"] == "dismissed":
        return {}
    words = words_for(language)
    found = verification.guards(case(row["id"]), who())
    return {verdict: [words[f"guard.{key}"] for key in keys] for verdict, keys in found.items()}


def _step(one: Told) -> Told:
    return {name: one.get(name) for name in ("step", "outcome", "by", "at")} | {"note": one["why"]}


def _described(one: Told, row: Row) -> Told:
    """The description that stands; `benefits_hidden`: somebody is said to benefit, and there is no verdict yet."""
    clear = {name: row[name] or None for name in ("basis", "affected", "goes_on")}
    words = {name: one.get(name) for name in ("how_known", "asked", "benefits")}
    hidden = not words["benefits"] and bool(room().board.verifying.benefits_kept(row["id"]))
    return {**clear, **words, "benefits_hidden": hidden, "by": one["by"], "at": one["at"]}


def _language() -> str:
    asked = request.args.get("lang", "") or request.cookies.get("lang", "")
    return asked if asked in room().pack.languages else room().pack.languages[0]
