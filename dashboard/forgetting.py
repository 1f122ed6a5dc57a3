"""The page of what is destroyed and kept: the day for all, what waits for two persons, numbers that were shown."""

from flask import Blueprint, render_template

from server.desk.forgetting import MAY
from server.guard import me
from server.roles import ROLES, allow
from server.work.ladder import LEAD

forgetting_page = Blueprint("forgetting_page", __name__)


@forgetting_page.get("/forgetting")
@allow(*ROLES)
def page() -> str:
    """The screen fetches what whoever asks may see."""
    return render_template("forgetting.html", may=me().role in MAY, leads=me().role == LEAD)
