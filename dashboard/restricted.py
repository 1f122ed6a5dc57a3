"""The page Restricted reports: what only the security lead sees, with what may be decided about it."""

from flask import Blueprint, render_template

from dashboard.views import LEAD
from server.roles import allow

restricted = Blueprint("restricted", __name__)


@restricted.get("/restricted")
@allow(LEAD)
def page() -> str:
    """The list and the card that is open; the screen fetches both."""
    return render_template("restricted.html")
