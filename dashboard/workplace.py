"""Pages for whoever works: one incident under its own address, and what is mine, whose duty it is, the shifts."""

from flask import Blueprint, abort, render_template

from dashboard import views
from server import queries
from server.guard import me, room
from server.roles import allow

workplace = Blueprint("workplace", __name__)


@workplace.get("/incidents/<card>")
@allow(*views.DESKS)
def incident_page(card: str) -> str:
    """Everything about one incident, to work on and to print; of a report that is none, what was sent."""
    row = queries.row_of(room().board, card, views.WHOLE[me().role])
    if row is None:
        abort(404)
    return render_template("incident.html", card=row["id"])


@workplace.get("/work")
@allow(*views.DESKS)
def work_page() -> str:
    """My work, the duty roster, and handing over a shift."""
    return render_template("work.html", levels=room().pack.ladder.levels)
