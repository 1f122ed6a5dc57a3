"""HTTP for desks about the model that sorts reports: how good it is, which one is used, and choosing another."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify

from server.desk.deciding import Answer, said
from server.guard import me, room
from server.model.versions import Models
from server.roles import DESKS, Refused, allow
from server.seal import Forgotten
from server.sections.agreement import LAST

model_desk = Blueprint("model_desk", __name__, url_prefix="/api/v1")


@model_desk.get("/agreement")
@allow(*DESKS)
def agreement() -> Any:
    """How often the reader and people agree."""
    return jsonify(last=LAST, **room().board.agreement.figures())


@model_desk.get("/model")
@allow(*DESKS)
def model() -> Any:
    """Every version of the model, newest first, which one readers use, and who chose it, if anybody did."""
    known, at_hand = models(), {room().first_model, *room().shelf.versions()}
    versions = [{**asdict(one), "at_hand": one.version in at_hand} for one in reversed(known.versions)]
    chosen = {"in_use": known.chosen.version, "learning": known.chosen.learning, "first": known.chosen.first}
    return jsonify(**chosen, versions=versions, choice=_choice(known), by_rules=room().board.agreement.by_rules())


@model_desk.post("/model")
@allow("administrator")
def choose() -> Answer:
    """Have readers use a version: {version, learning, reason}; without `learning`, no newer one is taken after it."""
    if said("learning").lower() not in ("true", "false", ""):
        raise Refused("Say whether it goes on learning: true or false.")
    learning, version = said("learning").lower() == "true", said("version")
    tools = room()
    event = models().choose(
        version, learning, said("reason"), tools.shelf.versions(), lambda why: tools.vault.seal("room", {"reason": why})
    )
    return jsonify(cursor=tools.log.append(event, by=me().by).id), 202


def models() -> Models:
    """All that the board knows of models."""
    return Models(room().first_model, room().board.models.facts())


def _choice(known: Models) -> dict[str, Any] | None:
    if known.choice is None:
        return None
    told = asdict(known.choice)
    try:
        why = room().vault.open("room", told.pop("sealed")).get("reason", "")
    except Forgotten:
        why = ""
    return {**told, "reason": why}
