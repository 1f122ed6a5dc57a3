"""The page from which the room is locked: one press ends every session, screen and key; reports still come in."""

from typing import Any

from flask import Blueprint, render_template, request

from server.guard import me, room
from server.roles import Refused, allow

locking = Blueprint("locking", __name__)


@locking.get("/lock")
@allow("security_lead", "administrator")
def ask() -> Any:
    """What locking does and does not, and the button."""
    return render_template("lock.html", file_stays=room().file_stays())


@locking.post("/lock")
@allow("security_lead", "administrator")
def lock() -> Any:
    """Lock the room: {sure: "yes"}. It ends, with this very process, before anybody can count on an answer."""
    if request.form.get("sure") != "yes":
        raise Refused("Say that you are sure.")
    room().lock(me().by)
    return "", 202
