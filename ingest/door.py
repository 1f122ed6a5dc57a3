"""The public door: every gateway and the form behind one body limit, one shape of error and one set of headers."""

import ipaddress
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import BadRequest, HTTPException

from ingest import form
from ingest.gateways import Call, Forged, decoded, must_match
from ingest.intake import Intake
from ingest.spool import Full
from server.settings import Settings

LONGEST_BODY = 64 * 1024  # bytes
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
logger = logging.getLogger(__name__)


def build(settings: Settings, intake: Intake) -> Flask:
    """The door as a WSGI application. Each view says in `open_to` whom it is open to."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.after_request(_headers)
    app.register_error_handler(Forged, lambda fault: _plain("Refused.\n", 403))
    app.register_error_handler(Full, lambda fault: _problem(503, "down", "Not saved. Please send it again."))
    app.register_error_handler(HTTPException, lambda fault: _problem(fault.code or 500, "http", f"{fault.name}."))
    app.register_error_handler(Exception, _bug)
    for name in settings.gateways:
        gateway = import_module(f"ingest.gateways.{name}")
        view = _gateway_view(gateway, settings, intake)
        _open(app, f"/in/{name}", view, gateway.METHODS, open_to=f"gateway {name}")
    _open(app, "/", lambda: _page(*form.show(_call())), ["GET"], open_to="everyone", name="form")
    _open(app, "/", _form_view(settings, intake), ["POST"], open_to="everyone", name="send")
    _open(app, "/static/<path:name>", lambda name: send_from_directory("static", name), ["GET"], open_to="everyone")
    _open(app, "/health", lambda: _json(_here_only(intake.health)), ["GET"], open_to="this machine")
    return app


def _open(app: Flask, path: str, view: Callable[..., Response], methods: Any, *, open_to: str, name: str = "") -> None:
    """Every route must say whom it is open to; a test lists them."""
    view.open_to = open_to  # type: ignore[attr-defined]
    app.add_url_rule(path, name or path, view, methods=methods, provide_automatic_options=False)
