"""The public door: every gateway and the form behind one body limit, one shape of error and one set of headers."""

import ipaddress
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, RequestEntityTooLarge

from ingest.attach import Attachments
from ingest.envelope import Lock, Shut
from ingest.front import Front
from ingest.gateways import Call, Forged, decoded
from ingest.held import Held
from ingest.hook import LONGEST_BODY, Hook, gateway_file, keeper
from ingest.intake import Accepted, Intake
from ingest.message import Message
from ingest.pile import Standing
from ingest.quarantine import Quarantine
from ingest.signals import Signals
from ingest.spool import Full
from server.photos import Photos
from server.proxies import behind
from server.seal import Sealer
from server.settings import Settings

HOOKS = "hooks"  # among the application's extensions: the gateways' addresses, for whoever answers there without Flask
YEAR = 31536000  # seconds
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")  # a proxy on this machine is not this machine
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
logger = logging.getLogger(__name__)


def build(settings: Settings, intake: Intake, signals: Signals, quarantine: Quarantine) -> Flask:
    """The door as a WSGI application. Every view says in `open_to` who may come in."""
    keys = settings.data_dir / "keys"
    attachments = Attachments(intake, Sealer(keys), Photos(settings.data_dir))
    return _built(settings, intake, signals, quarantine, attachments, Lock(keys))


def build_locked(settings: Settings, held: Held, quarantine: Quarantine) -> Flask:
    """The same door of a room that is locked: what comes waits, sealed."""
    return _built(settings, held, held, quarantine, held, Shut(settings.data_dir / "keys"))


def _built(
    settings: Settings,
    intake: Intake | Held,
    signals: Signals | Held,
    quarantine: Quarantine,
    attachments: Attachments | Held,
    lock: Lock | Shut,
) -> Flask:
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.url_map.merge_slashes = False  # an address is right or it is not: nobody is sent on to another
    app.wsgi_app = behind(app.wsgi_app, settings.proxies)  # type: ignore[method-assign, assignment]
    app.after_request(_with_headers)
    if settings.public_base_url.startswith("https://"):
        app.after_request(_bound_to_tls)
    app.register_error_handler(Forged, lambda fault: Response("Refused.\n", 403, mimetype="text/plain"))
    app.register_error_handler(Full, lambda fault: _problem(503, "down", "Not saved. Please send it again."))
    app.register_error_handler(HTTPException, lambda fault: _problem(fault.code or 500, "http", f"{fault.name}."))
    app.register_error_handler(Exception, _bug)
    hooks = [Hook(gateway_file(name), settings, intake, signals, quarantine) for name in settings.gateways]
    app.extensions[HOOKS] = {hook.path: hook for hook in hooks}
    for hook in hooks:
        _open(app, hook.path, hook.methods, _gateway(hook), open_to=f"gateway {hook.name}")
    front = Front(lock, settings.pack, attachments, _call, lambda call: _counted(keeper(call, settings, intake)))
    for method, path, page in front.routes():
        _open(app, path, [method], page, open_to="everyone")
    _open(app, "/health", ["GET"], _health(intake, Standing(settings.data_dir)), open_to="this machine")
    return app


def _open(app: Flask, path: str, methods: Sequence[str], view: Callable[..., Any], *, open_to: str) -> None:
    """Add a route. No route without a word on who may come in: a test lists them all."""
    view.open_to = open_to  # type: ignore[attr-defined]
    app.add_url_rule(path, f"{methods[0]} {path}", view, methods=methods, provide_automatic_options=False)


def _gateway(hook: Hook) -> Callable[[], Response]:
    def receive() -> Response:
        answer = hook.take(_call(hook.longest))
        return Response(answer.text, 200, mimetype=answer.media)

    return receive


def _health(intake: Intake | Held, held: Standing) -> Callable[[], Response]:
    def health() -> Response:
        caller = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - nobody's address
        if not caller.is_loopback or any(name in request.headers for name in FORWARDED):
            raise NotFound
        return jsonify({**intake.health(), "held": held.look()})

    return health


def _call(longest: int = LONGEST_BODY) -> Call:
    """The request at hand, read whole; of `longest` bytes at most."""
    request.max_content_length = longest + 1  # a body in chunks is cut there: one byte more shows it
    if "Transfer-Encoding" in request.headers:
        request.environ["wsgi.input_terminated"] = True  # the server knows where chunks end; else they are not read
    try:
        body = request.get_data(parse_form_data=False)
    except (ValueError, OSError):  # chunks that are none, or the caller left
        raise BadRequest from None
    if len(body) > longest:
        raise RequestEntityTooLarge
    headers = {name.lower(): decoded(value.encode("latin-1", "replace")) for name, value in request.headers}
    return Call(request.method, request.path, request.query_string, headers, body)


def _counted(keep: Callable[[Message], Accepted]) -> Callable[[Message], Accepted]:
    """Keeps what came from a browser, and counts it by its address; not by that of a proxy on this machine."""
    address = request.remote_addr or ""
    if not address or ipaddress.ip_address(address).is_loopback:
        return keep
    return lambda message: keep(replace(message, address=address))


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if not response.cache_control.immutable:
        response.headers["Cache-Control"] = "no-store"
    return response


def _bound_to_tls(response: Response) -> Response:
    """Browsers that were here by TLS never come without again. Not for a name of Tor, which has none."""
    if not request.host.endswith(".onion"):
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    return response


def _problem(status: int, code: str, message: str, ref: str = "") -> Response:
    """An error as the caller reads it: a sentence and a reference to our log, never what went wrong inside."""
    ref = ref or secrets.token_hex(4)
    if "application/json" in request.headers.get("Accept", ""):
        answer = jsonify(error={"code": code, "message": message, "ref": ref})
    else:
        answer = Response(f"{message} ({ref})\n", mimetype="text/plain")
    answer.status_code = status
    return answer


def _bug(fault: Exception) -> Response:
    ref = secrets.token_hex(4)
    logger.error("The public door failed (reference %s).", ref, exc_info=fault)
    return _problem(500, "bug", "Something went wrong here. Please send it again.", ref)
