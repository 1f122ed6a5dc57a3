"""The pages of one's own account, and of the link by which it is opened."""

from typing import Any

from flask import Blueprint, render_template, request

from dashboard import spoken
from dashboard.pages import frame
from server.guard import me, room
from server.people import others
from server.roles import ANYONE, ROLES, Refused, allow, before_factor

account = Blueprint("account", __name__)


@account.get("/account")
@allow(*ROLES)
@before_factor
def page() -> str:
    """One's own account."""
    return render_template("account.html", owed=room().access.still(me().key) is None)


@account.get("/join")
@allow(ANYONE)
def join_page() -> Any:
    """The form behind an invitation."""
    word = request.args.get("t", "")
    invited = others.may_join(room().access, word)
    if invited is None:
        return frame(403, "join.title", "join.spent")
    return render_template("join.html", error="", name=invited.name, token=word)


@account.post("/join")
@allow(ANYONE)
def join() -> Any:
    """Open the account of an invitation: {t, passphrase}."""
    word, phrase = request.form.get("t", ""), request.form.get("passphrase", "")
    invited = others.may_join(room().access, word)
    try:
        others.join(room().access, word, phrase)
    except Refused as fault:
        if invited is None:
            return frame(403, "join.title", "join.spent")
        return render_template("join.html", error=spoken.told(fault), name=invited.name, token=word), 422
    return frame(201, "join.title", "join.done")
