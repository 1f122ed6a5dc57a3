"""The form's routes: the page, the two ways to send, and what a phone keeps of it. The door opens them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from ingest import form, offline, sealed, shelf, stations
from ingest.attach import Attachments
from ingest.darkroom import MOST_BYTES
from ingest.envelope import Lock, Shut
from ingest.gateways import Call
from ingest.held import Held
from ingest.intake import Accepted
from ingest.message import Message
from ingest.spool import Full

SHORT = 64 * 1024  # bytes: a request up to this length holds no photo, and waits for no other
LONGEST = MOST_BYTES + SHORT  # of a request with a photo
PATIENCE = 20.0  # seconds for which a browser's photo waits for its turn; what a phone keeps comes again
Route = tuple[str, str, Callable[..., Any]]  # method, path, view
Keeper = Callable[[Call], Callable[[Message], Accepted]]


class Front:
    """The form's side of the door. `read(longest)` is the request at hand; `keeper`, how its messages are kept."""

    def __init__(
        self,
        lock: Lock | Shut,
        pack: str,
        attachments: Attachments | Held,
        read: Callable[[int], Call],
        keeper: Keeper,
    ) -> None:
        self._lock, self._attachments, self._read, self._keeper = lock, attachments, read, keeper
        self._pack, self._page = pack, form.Page(self._lock.public, pack)

    def routes(self) -> Iterator[Route]:
        """Every route, open to everyone."""
        page, pack = self._page, self._pack
        words, script, data = "text/html", "text/javascript", "application/json"
        yield "GET", "/", lambda: form.show(self._read(SHORT), page)
        yield "GET", "/away", lambda: Response(form.away(), mimetype=words)
        yield "GET", "/sw.js", lambda: Response(offline.worker(page), mimetype=script)
        yield "GET", "/manifest.json", lambda: Response(offline.manifest(request.args.get("lang", "")), mimetype=data)
        yield "GET", "/stations.json", lambda: Response(stations.provinces(pack), mimetype=data)
        yield (
            "GET",
            "/stations/<code>.json",
            lambda code: Response(_there(stations.province(pack, code)), mimetype=data),
        )
        yield "GET", "/static/<path:name>", _file
        yield "POST", "/", lambda: self._plain()
        yield "POST", "/sealed", lambda: self._sealed()

    def _plain(self) -> Response:
        try:
            with self._place(PATIENCE):
                call = self._read(LONGEST)
                page, status = form.send(call, self._page, self._keeper(call), self._attachments.attach)
        except (Full, RequestEntityTooLarge) as fault:  # before it was read
            why = ("photo_large", 413) if isinstance(fault, RequestEntityTooLarge) else ("busy", 503)
            page, status = form.unread(self._head(), self._page, *why)
        kind = "text/html" if "text/html" in request.headers.get("Accept", "") else "text/plain"
        return Response(page, status, mimetype=kind)

    def _sealed(self) -> Response:
        try:
            with self._place(0):
                call = self._read(LONGEST)
                answer, status = sealed.send(call, self._lock, self._keeper(call), self._attachments.attach)
        except Full:
            answer, status = sealed.nothing(), sealed.BUSY
        more = {"Retry-After": str(sealed.AGAIN)} if status == sealed.BUSY else {}
        return Response(answer, status, more, mimetype="application/octet-stream")

    def _place(self, patience: float) -> AbstractContextManager[None]:
        """A place among the photos, for a request that may hold one."""
        length = request.content_length
        return nullcontext() if length is not None and length <= SHORT else self._attachments.place(patience)

    def _head(self) -> Call:
        return Call(request.method, request.path, request.query_string, dict(_lowered()), b"")


def _lowered() -> Iterator[tuple[str, str]]:
    return ((name.lower(), value) for name, value in request.headers)


def _file(name: str) -> Response:
    found = send_from_directory("static", name)
    if request.args.get("v") == shelf.FILES.get(name, ""):  # under this address it never changes
        found.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return found


def _there(content: bytes) -> bytes:
    if not content:
        raise NotFound
    return content
