"""Worker: look at all processes and this machine, say what is wrong, and tell whoever measures on this machine."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from server import logs, settings
from server.log import Log
from server.vitals import metrics
from server.vitals.alarms import Alarm, Alarms
from server.vitals.looking import Looking

EVERY = 2.0  # seconds between two looks
WAIT = 1.0  # seconds for the record
HERE = "127.0.0.1"
SAID = {  # an alarm as a line of the log; the pages have words of their own
    "record_away": "The record cannot be reached",
    "record_full": "The record can be read and takes nothing",
    "record_memory": "Redis has taken most of the memory that it may take",
    "missing": "Accepted reports are not accounted for",
    "process_silent": "A process is silent",
    "process_dying": "A process dies again and again",
    "late": "Facts wait too long for a process",
    "spool": "Reports wait in the spool",
    "spool_damaged": "The spool has damaged records",
    "gateway_quiet": "A gateway has brought nothing for half an hour",
    "phone_power": "A gateway's phone has lost its power",
    "phone_battery": "The battery of a gateway's phone is low",
    "disk": "The disk is nearly full",
    "power": "This machine runs on its battery",
}
logger = logging.getLogger(__name__)


class Warden:
    """Looks, judges and tells. `newest` is the last picture, with its alarms."""

    def __init__(self, looking: Looking, alarms: Alarms) -> None:
        self._looking, self._alarms = looking, alarms
        self.newest: dict[str, Any] | None = None

    def step(self) -> list[Alarm]:
        """Look once. Every alarm that there is."""
        picture = self._looking.look()
        every, fresh, over = self._alarms.judge(picture, datetime.fromisoformat(picture["at"]))
        for alarm in fresh:
            logger.error("Alarm: %s%s.", SAID[alarm.kind], _whose(alarm.about))
        for kind, about in over:
            logger.warning("Over: %s%s.", SAID[kind], _whose(about))
        said = [{**asdict(alarm), "since": alarm.since.isoformat(timespec="seconds")} for alarm in every]
        self.newest = {**picture, "alarms": said}
        self._looking.show(self.newest)
        return every


def _whose(about: str) -> str:
    return f" ({about})" if about else ""


def serve(port: int, newest: Callable[[], dict[str, Any] | None]) -> ThreadingHTTPServer:
    """Answer GET /metrics on this machine alone, from a thread of its own."""

    class Metrics(BaseHTTPRequestHandler):
        """One question. A page in a browser, which may be anybody's, has another Host."""

        timeout = 10  # seconds for a whole request

        def do_GET(self) -> None:
            """The newest picture; 503 before there is one."""
            asked, picture = self.headers.get("Host", ""), newest()
            ours = asked.partition(":")[0] in (HERE, "localhost") and self.path == "/metrics"
            status = 404 if not ours else 503 if picture is None else 200
            body = metrics.text(picture).encode() if status == 200 and picture else b""
            self.send_response_only(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: our log has its own lines."""

    server = ThreadingHTTPServer((HERE, port), Metrics)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True, name="metrics").start()
    return server


def main() -> None:
    """Look for ever. A bug ends the process, which is started again."""
    logs.start()
    given = settings.read(settings.environment())
    log = Log(given.record, given.pack, longest_wait=WAIT)
    warden = Warden(Looking(log, given, lambda: datetime.now(UTC), time.monotonic), Alarms(time.monotonic))
    if given.metrics_port:
        serve(given.metrics_port, lambda: warden.newest)
    logger.info("The warden looks.")
    while True:
        began = time.monotonic()
        warden.step()
        time.sleep(max(0.0, EVERY - (time.monotonic() - began)))


if __name__ == "__main__":
    main()
