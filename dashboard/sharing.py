"""The page on which members of the coalition say what they let each other see of their reports; plain forms."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.coalition.terms import CLASSES, LEVELS
from server.desk import coalition
from server.desk.coalition import MAY
from server.guard import me, room
from server.roles import allow
from server.work.ladder import LEAD

sharing = Blueprint("sharing", __name__)
LATELY = 50  # files that are listed


@sharing.get("/sharing")
@allow(*MAY)
def page() -> str:
    """What stands, what waits for a second person, and the form to ask for something else; and, for the security lead,
    what was taken out lately."""
    treaty = room().board.treaty
    waits = [one for one in treaty.newest() if one["state"] == "waits"]
    known = {"organisations": treaty.organisations(), "classes": CLASSES, "levels": LEVELS}
    taken = room().board.taken.newest()[:LATELY] if me().role == LEAD else None
    return render_template("sharing.html", stands=treaty.stands(), waits=waits, taken=taken, **known)


@sharing.post("/sharing")
@allow(*MAY)
def ask() -> Any:
    """Ask for something else; see coalition.ask."""
    coalition.ask()
    return redirect("/sharing", 303)


@sharing.post("/sharing/<sharing>")
@allow(*MAY)
def answer(sharing: str) -> Any:
    """Agree to what somebody asked for, or not: {answer: yes or no, reason}."""
    if request.form.get("answer") == "yes":
        coalition.agree(sharing)
    else:
        coalition.decline(sharing)
    return redirect("/sharing", 303)
