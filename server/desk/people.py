"""HTTP for administrators: roles and invitations of others, lost telephones; and who is forced, for security leads."""

from typing import Any

from flask import Blueprint, jsonify

from server.desk.deciding import said
from server.guard import me, room
from server.people import others
from server.people.joining import Invited
from server.roles import allow

people_desk = Blueprint("people_desk", __name__, url_prefix="/api/v1")


@people_desk.post("/accounts/<name>/role")
@allow("administrator")
def recast(name: str) -> Any:
    """Put an account into another role: {role}. Its sessions end."""
    return jsonify(cursor=others.recast(room().log, room().access, name, said("role"), me())), 202


@people_desk.delete("/accounts/<name>/factor")
@allow("administrator")
def unsecure(name: str) -> Any:
    """Ask an account for no code any more, since its telephone is lost. Its sessions end."""
    return jsonify(cursor=others.unsecure(room().log, room().access, name, me())), 202


@people_desk.post("/invitations")
@allow("administrator")
def invite() -> Any:
    """A link by which somebody opens their own account: {name, role, organisation}. Shown once."""
    others.by_a_person(me())
    name, role, organisation = (said(field).strip() for field in ("name", "role", "organisation"))
    word, cursor = others.invite(
        room().log, room().access, Invited(name, role, organisation, me().by, "1" if me().duress else "")
    )
    return jsonify(path=f"/join?t={word}", cursor=cursor), 202


@people_desk.get("/forced")
@allow("security_lead")
def forced() -> Any:
    """Who signed in with the pass-phrase that says that they are forced; and whether somebody who was forced changed
    this very account. Whoever says so of themselves sees nobody."""
    silent = me().duress and not me().changed  # or whoever forces an administrator could silence the alarm
    return jsonify(forced=[] if silent else room().board.people.forced(), changed=me().changed)
