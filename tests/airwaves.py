"""What lies between a phone and the door: a test can take the signal away, or let a stranger's network answer."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

PORTAL = b"<!doctype html><title>Free Wi-Fi</title><p>Please sign in to use the internet."
Start = Callable[[str, list[tuple[str, str]]], Any]


class Quiet(WSGIRequestHandler):
    """Writes no line for a request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@dataclass
class Air:
    """`state`: "clear" lets everything through; "silent" ends every connection; "portal" and "noise" answer 200 in the
    door's place; "busy" answers 503; "swapped" lets through all but the pages that a phone keeps; "lost" lets the call
    through and the answer not."""

    app: Any
    state: str = "clear"
    url: str = ""
    calls: list[tuple[str, str, int, int]] = field(default_factory=list)  # method, path, bytes in, bytes out

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """One request, as WSGI."""
        if self.state == "silent":
            self._cut(environ)
        swapped = self.state == "swapped" and "kept" in environ["QUERY_STRING"]
        if swapped or self.state in ("portal", "noise", "busy"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("503 Busy" if self.state == "busy" else "200 OK", [("Content-Type", "text/html")])
            return [os.urandom(256) if self.state == "noise" else PORTAL]
        pieces = self.app(environ, start)
        answer = b"".join(pieces)
        pieces.close()
        said = (environ["REQUEST_METHOD"], environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0), len(answer))
        self.calls.append(said)
        if self.state == "lost":
            self._cut(environ)
        return [answer]

    def _cut(self, environ: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError

    def sent(self) -> list[int]:
        """How long the sealed envelopes were that came through."""
        return [length for method, path, length, _ in self.calls if (method, path) == ("POST", "/sealed")]


@contextlib.contextmanager
def on_air(app: Any) -> Iterator[Air]:
    """`app` where a browser can reach it, over the air."""
    air = Air(app)
    server = make_server("127.0.0.1", 0, air, threaded=True, request_handler=Quiet)
    air.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield air
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
