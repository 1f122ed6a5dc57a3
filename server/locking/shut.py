"""What stands at the room's port while the room is locked: one plain page, the same for everybody."""

import logging
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from server import logs, settings

PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Locked</title>
<p>This room is locked. Reports still come in. Whoever keeps its key opens it at the console.</p></html>
"""
JSON = b'{"error": {"code": "locked", "message": "This room is locked.", "ref": "00000000"}}\n'
SILENCE = 10  # seconds until a caller who says nothing is let go
logger = logging.getLogger("shut")


class Page(BaseHTTPRequestHandler):
    """Answers 503 to whatever is asked, and writes no line about it."""

    timeout = SILENCE
    server_version, sys_version = "room", ""

    def _answer(self) -> None:
        page, kind = (JSON, "application/json") if self.path.startswith("/api/") else (PAGE, "text/html; charset=utf-8")
        self.send_response(503)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(page)),
            "Cache-Control": "no-store",
            "Connection": "close",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Clear-Site-Data": '"cache", "cookies", "storage"',
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer

    def log_message(self, *words: object) -> None:
        """Say nothing: a line would tell who called."""


class Door(ThreadingHTTPServer):
    """The room's port, as soon as the room has let go of it."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """A caller who leaves is no fault of ours."""


def main() -> None:
    """Run until the room opens."""
    logs.start()
    given = settings.read(settings.environment())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    door = None
    while door is None:
        try:
            Door.address_family = socket.AF_INET6 if ":" in given.room_host else socket.AF_INET
            door = Door((given.room_host, given.room_port), Page)
        except OSError:
            time.sleep(0.1)
    logger.info("The room's port says that it is locked.")
    door.serve_forever()


if __name__ == "__main__":
    main()
