"""The public door as a process: gateways and the form on INTAKE_PORT, and the spool's delivery behind them."""

import warnings

with warnings.catch_warnings():  # eventlet says at import that it is being retired; the choice was made knowingly
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.tpool
    import eventlet.wsgi

eventlet.monkey_patch()

import logging
import os
import resource
import signal
import socket
import time
from datetime import UTC, datetime
from typing import Any

from ingest import door, front
from ingest.held import Held
from ingest.intake import UNREAD, Intake
from ingest.passing import swiftly
from ingest.quarantine import Quarantine
from ingest.signals import Signals
from ingest.spool import Spool
from ingest.swift import Swift
from server import logs, pack, seal
from server import settings as settings_module
from server.callers import Unread, sharing
from server.locking.state import locked
from server.log import Log
from server.settings import Settings
from server.steps import Steps
from server.strict import strict
from server.texting.outbox import Outbox
from server.vitals.pulse import begin

LONGEST_WAIT = 0.7  # seconds for the record; gateways give up on us after three
LONGEST_LINE = 64 * 1024  # bytes; a long Khmer message in Kannel's address is past the usual 8 KiB
SILENCE = 30  # seconds until a caller who says nothing is let go
LONGEST_CALL = 60  # seconds for one request, however slowly it comes
LONGEST_PHOTO = 600  # the same with a photo: half a megabyte by a bad line takes minutes
PLACES = 4096  # connections that are served at once
SHARE = PLACES // 4  # of one address: behind a proxy, that is everybody
FILES = 2 * PLACES  # a connection is an open file, and many systems allow 1024 unless they are asked
BETWEEN = 0.5  # seconds between looks at the spool
OFTEN = 0.1  # seconds between looks at the keys that are left
logger = logging.getLogger("intake")
Strict = strict(eventlet.wsgi.HttpProtocol, eventlet.wsgi.ChunkReadError)
Swiftly: Any = swiftly(sharing(Strict, SHARE))


class Caller(Swiftly):
    """One connection. It ends in time, and all that linger have their address's share of the places."""

    def handle_one_request(self) -> None:
        """Serve one request; the socket of whoever takes too long is shut, and the request ends as if they left."""
        self._late = _shut_after(LONGEST_CALL, self.request)
        try:
            super().handle_one_request()
        finally:
            self._late.cancel()

    def get_environ(self) -> dict[str, Any]:
        """The request as the application gets it; one with a photo has more time."""
        environ: dict[str, Any] = super().get_environ()
        if environ["PATH_INFO"] in ("/", "/sealed") and int(environ.get("CONTENT_LENGTH") or 0) > front.SHORT:
            self._late.cancel()
            self._late = _shut_after(LONGEST_PHOTO, self.request)
        return environ


def _shut_after(seconds: float, line: Any) -> Any:
    """Shut this socket then, unless that is cancelled. A green thread that is cancelled would keep the request, which
    its own end remembers, until that hour."""
    return eventlet.hubs.get_hub().schedule_call_global(seconds, eventlet.greenio.shutdown_safe, line)


def main() -> None:
    """Run until SIGTERM or SIGINT; then finish the requests in flight and leave with 0."""
    logs.start()
    _allow_files()
    settings = settings_module.read(settings_module.environment())
    app, intake, quarantine = put_together(settings)
    Caller.unread, Caller.swift = intake.unread, Swift(app, SILENCE, time.time)
    listener = _listener(settings)
    eventlet.spawn(tend, intake, quarantine)
    if isinstance(intake, Intake):
        eventlet.spawn(stock_up, intake)
        begin(settings, "intake", told=lambda: {"counts": intake.counts()})
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
    logger.info("The public door is open on %s:%d%s.", settings.intake_host, settings.intake_port, _how(intake))
    serving.wait()
    logger.info("The public door is closed.")


def _allow_files() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most) if most >= 0 else FILES, most))


def _listener(settings: Settings) -> eventlet.greenio.GreenSocket:
    """Where callers come in. The system hands each over with the first word: most need no turn of the event loop more,
    and a crowd waits there, where nobody is turned away."""
    listener = eventlet.listen((settings.intake_host, settings.intake_port), backlog=PLACES, reuse_port=True)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
    return listener


def close(serving: eventlet.greenthread.GreenThread, listener: eventlet.greenio.GreenSocket) -> None:
    """Take no more callers; `serving` ends when those that are in have their answer."""
    serving.kill(SystemExit)
    listener.close()


def put_together(settings: Settings) -> tuple[Any, Intake | Held, Quarantine]:
    """The door, what it keeps reports with, and where it puts calls that it refused; without any secret key while the
    room is locked."""
    if not locked(settings.data_dir):
        intake, signals, quarantine = assemble(settings)
        return door.build(settings, intake, signals, quarantine), intake, quarantine
    closer = seal.Closer(settings.data_dir / "keys")
    held = Held(settings, closer, lambda: datetime.now(UTC))
    quarantine = Quarantine(settings.data_dir / "quarantine", closer)
    return door.build_locked(settings, held, quarantine), held, quarantine


def _how(intake: Intake | Held) -> str:
    return ", and seals what comes: the room is locked" if isinstance(intake, Held) else ""


def assemble(settings: Settings) -> tuple[Intake, Signals, Quarantine]:
    """The intake with what it needs: the public half of the room's key, never the private one."""
    keys = settings.data_dir / "keys"
    if not all((keys / name).exists() for name in ("room.pub", "pepper", "form.key", "outbox.key")):
        seal.make_keys(keys)
    log = Log(settings.record, settings.pack, longest_wait=LONGEST_WAIT)
    spool, sealer = Spool(settings.data_dir / "spool"), seal.Sealer(keys)
    intake = Intake(settings, pack.load(settings.pack).region, sealer, log, spool, lambda: datetime.now(UTC))
    signals = Signals(intake, sealer, log, Outbox(log, keys, intake.clock), eventlet.spawn_n)
    intake.unread = Unread(lambda: signals.heard(UNREAD, "refused"))
    return intake, signals, Quarantine(settings.data_dir / "quarantine", sealer)


def tend(intake: Intake | Held, quarantine: Quarantine) -> None:
    """Deliver what waits, for ever. A bug here must not leave reports behind in silence: it ends the process."""
    steps = Steps(lambda: datetime.now(UTC))
    try:
        while True:
            if stepped := steps.look():
                intake.stepped(stepped)
            quarantine.tend()
            if not intake.tend():
                eventlet.sleep(BETWEEN)
    except Exception:
        logger.exception("The work behind the door failed; this process ends, to be started again.")
        os._exit(1)


def stock_up(intake: Intake) -> None:
    """Make keys in a crowded hour, for ever: a thread of the system waits for the disk, and no caller."""
    while True:
        intake.stock_up(eventlet.tpool.execute)
        eventlet.sleep(OFTEN)


if __name__ == "__main__":
    main()
