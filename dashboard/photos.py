"""The photos of reports, for desks: shown to whoever may see the card, and only as it was when it was recorded."""

from hashlib import sha256

from flask import Blueprint, Response, abort

from dashboard import views
from server import queries
from server.guard import me, room
from server.photos import report_of
from server.roles import OBSERVER, Refused, allow
from server.seal import Forgotten

photos = Blueprint("photos", __name__, url_prefix="/api/v1")


@photos.get("/photos/<photo>")
@allow(*views.DESKS, OBSERVER)
def photo(photo: str) -> Response:
    """One photo, as a JPEG."""
    row = queries.row_of(room().board, report_of(photo), views.opens(me()))
    if row is None or photo not in row["photos"] or "photos" in room().board.treaty.of_card(me(), row).closed:
        abort(404)
    try:
        picture = room().look(photo)
    except FileNotFoundError:
        abort(404)
    except Forgotten:
        picture = b""
    if sha256(picture).hexdigest() != row["photos"][photo]:
        raise Refused("This photo is not the one that was recorded.")
    answer = Response(picture, mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
