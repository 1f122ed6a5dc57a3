"""The public door as a process: gateways and the form on INTAKE_PORT, and the spool's delivery behind them."""

import warnings

with warnings.catch_warnings():  # eventlet says at import that it is being retired; the choice was made knowingly
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.wsgi

eventlet.monkey_patch()

import logging
import os
import resource
import signal
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ingest import door, front
from ingest.intake import Intake
from ingest.quarantine import Quarantine
from ingest.signals import Signals
from ingest.spool import Spool
from server import logs, pack, seal
from server import settings as settings_module
from server.log import Log
from server.settings import Settings
from server.texting.outbox import Outbox

LONGEST_WAIT = 1.0  # seconds for the record; gateways give up on us after three
LONGEST_LINE = 64 * 1024  # bytes; a long Khmer message in Kannel's address is past the usual 8 KiB
SILENCE = 30  # seconds until a caller who says nothing is let go
LONGEST_CALL = 60  # seconds for one request, however slowly it comes
LONGEST_PHOTO = 600  # the same with a photo: half a megabyte by a bad line takes minutes
LONGEST_MARK = 256  # bytes of the line before a chunk: a few digits are usual
PLACES = 2048  # connections that are served at once
SHARE = PLACES // 4  # of one address: behind a proxy, that is everybody
FILES = 2 * PLACES  # a connection is an open file, and many systems allow 1024 unless they are asked
BETWEEN = 0.5  # seconds between looks at the spool
logger = logging.getLogger("intake")
inside: Counter[str] = Counter()  # connections of each address that has any


class Caller(eventlet.wsgi.HttpProtocol):
    """One connection. It has its address's share of the places, ends in time, and leaves no line in a log: the
    server's own lines tell who called, and what was said that is no HTTP."""

    def handle(self) -> None:
        """Serve its requests, unless its address has its share already."""
        address = self.client_address[0]
        if inside[address] >= SHARE:
            return
        inside[address] += 1
        try:
            super().handle()
        finally:
            inside[address] -= 1
            if not inside[address]:
                del inside[address]

    def handle_one_request(self) -> None:
        """Serve one request; the socket of whoever takes too long is shut, and the request ends as if they left."""
        self._late = eventlet.spawn_after(LONGEST_CALL, eventlet.greenio.shutdown_safe, self.request)
        try:
            super().handle_one_request()
        finally:
            self._late.cancel()

    def get_environ(self) -> dict[str, Any]:
        """The request as the application gets it, no line of its body without end."""
        environ: dict[str, Any] = super().get_environ()
        environ["eventlet.input"].rfile = Body(self.rfile)
        if environ["PATH_INFO"] in ("/", "/sealed") and int(environ.get("CONTENT_LENGTH") or 0) > front.SHORT:
            self._late.cancel()
            self._late = eventlet.spawn_after(LONGEST_PHOTO, eventlet.greenio.shutdown_safe, self.request)
        return environ

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class Body:
    """The bytes behind a request's head: as they come, but for lines (they stand between chunks) that do not end."""

    def __init__(self, file: Any) -> None:
        self.read, self._line = file.read, file.readline

    def readline(self) -> bytes:
        """The next line. Raises ChunkReadError when it is too long to be one."""
        line: bytes = self._line(LONGEST_MARK)
        if len(line) >= LONGEST_MARK:
            raise eventlet.wsgi.ChunkReadError
        return line


def main() -> None:
    """Run until SIGTERM or SIGINT; then finish the requests in flight and leave with 0."""
    logs.start()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most) if most >= 0 else FILES, most))
    settings = settings_module.read(settings_module.environment())
    intake, signals, quarantine = assemble(settings)
    app = door.build(settings, intake, signals, quarantine)
    listener = eventlet.listen((settings.intake_host, settings.intake_port), reuse_port=True)
    eventlet.spawn(tend, intake, quarantine)
    serving = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        log=logging.getLogger("eventlet.wsgi"),
        log_output=False,  # access lines hold secrets and messages: they stand in the address
        debug=False,
        protocol=Caller,
        max_size=PLACES,
        url_length_limit=LONGEST_LINE,
        socket_timeout=SILENCE,
        keepalive=SILENCE,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: eventlet.spawn_after(0, close, serving, listener))
    logger.info("The public door is open on %s:%d.", settings.intake_host, settings.intake_port)
    serving.wait()
    logger.info("The public door is closed.")


def close(serving: eventlet.greenthread.GreenThread, listener: eventlet.greenio.GreenSocket) -> None:
    """Take no more callers; `serving` ends when those that are in have their answer."""
    serving.kill(SystemExit)
    listener.close()


def assemble(settings: Settings) -> tuple[Intake, Signals, Quarantine]:
    """The intake with what it needs: the public half of the room's key, never the private one."""
    keys = settings.data_dir / "keys"
    if not all((keys / name).exists() for name in ("room.pub", "pepper", "form.key", "outbox.key")):
        seal.make_keys(keys)
    log = Log(settings.record, settings.pack, longest_wait=LONGEST_WAIT)
    spool, sealer = Spool(settings.data_dir / "spool"), seal.Sealer(keys)
    intake = Intake(settings, pack.load(settings.pack).region, sealer, log, spool, lambda: datetime.now(UTC))
    signals = Signals(intake, sealer, log, Outbox(log, keys, intake.clock))
    return intake, signals, Quarantine(settings.data_dir / "quarantine", sealer)


def tend(intake: Intake, quarantine: Quarantine) -> None:
    """Deliver what waits, for ever. A bug here must not leave reports behind in silence: it ends the process."""
    try:
        while True:
            quarantine.tend()
            if not intake.tend():
                eventlet.sleep(BETWEEN)
    except Exception:
        logger.exception("The work behind the door failed; this process ends, to be started again.")
        os._exit(1)


if __name__ == "__main__":
    main()
