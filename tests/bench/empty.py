"""The public door's own HTTP server with nothing behind it, to compare with: `python -m tests.bench.empty PORT`."""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

import intake  # brings eventlet, and patches what must be patched


def nothing(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """200, and no word."""
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    intake.eventlet.wsgi.server(
        intake.eventlet.listen(("127.0.0.1", int(sys.argv[1]))),
        nothing,
        log=logging.getLogger("eventlet.wsgi"),
        log_output=False,
        debug=False,
        protocol=intake.Caller,
        max_size=intake.PLACES,
        url_length_limit=intake.LONGEST_LINE,
        socket_timeout=intake.SILENCE,
        keepalive=intake.SILENCE,
    )
