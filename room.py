"""The private door: put the room's process together and run it. Knows eventlet, so that nothing else has to."""

import warnings

if __name__ == "__main__":  # whoever only builds the room, as tests do, keeps Python's own threads
    # known: only this file and intake.py use it
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

    import eventlet

    eventlet.monkey_patch()

import logging
import os
import resource
import signal
import time
from collections.abc import Callable
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Semaphore
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from dashboard import live as live_module
from dashboard.begun import begin_with, picture_of
from dashboard.equipped import equip
from dashboard.frames import Codec, framed
from dashboard.live import Live
from dashboard.operations import vitals
from dashboard.pace import Pace
from dashboard.pages import prepare
from dashboard.parts import PARTS
from server import logs, settings
from server.callers import ending, sharing
from server.gazetteer.boundaries import load as load_pack
from server.guard import guard
from server.log import Down, Log
from server.pack import Pack
from server.proxies import behind
from server.resumed import keep
from server.settings import Settings
from server.several import own_port
from server.sources.leaving import Leaving
from server.strict import strict
from server.vitals.pulse import begin

BEAT = 2.0  # seconds between two heartbeats
WATCH = 0.5  # seconds between two looks at who may still be here; whoever may not is gone in two
LONGEST_CALL = 600  # seconds for one request and its answer: a table by a bad line takes minutes
PLACES = 2048  # connections that are served at once; each screen has one as long as it is open
SHARE = PLACES // 4  # of one address: behind a proxy, that is everybody
FILES = 2 * PLACES  # a connection is an open file
SILENCE = 60  # seconds until a caller who says nothing is let go; a screen says something each 25
HASHERS = 2  # pass-phrases hashed at once: each takes 64 MiB, and anybody may ask
logger = logging.getLogger("room")
Built = tuple[Flask, SocketIO, Live]


def build(given: Settings, pack: Pack, log: Log, mode: str, offload: Callable[..., Any]) -> Built:
    """The room's web application, its live channel and its follower. `mode` is Socket.IO's: eventlet, or threading."""
    tools = equip(given, pack, log, offload)
    app = Flask("dashboard", static_folder=None, root_path=os.path.join(os.path.dirname(__file__), "dashboard"))
    guard(app, tools)
    prepare(app)
    app.wsgi_app = behind(app.wsgi_app, given.proxies)  # type: ignore[method-assign, assignment]
    for part in PARTS:
        app.register_blueprint(part)
    socketio = SocketIO(
        app,
        async_mode=mode,
        cors_allowed_origins=list(tools.origins),
        transports=["websocket"],
        namespaces=[live_module.SPACE],
        manage_session=False,
        json=Codec,
        async_handlers=False,  # one after the other; and a fault is a line of our log, not a page of the server's
    )
    if mode == "eventlet":
        driver = socketio.server.eio._async
        socketio.server.eio._async = {**driver, "websocket": framed(driver["websocket"])}
    live = Live(tools, socketio, live_module.now)
    app.extensions["live"] = live
    return app, socketio, live


def follow(live: Live) -> None:
    """Fold and push for ever. An outage is waited for, the screens are told; a bug ends the process."""
    pace = Pace(time.monotonic, time.sleep, time.thread_time)
    while True:
        began, facts = time.monotonic(), 0
        try:
            facts = live.step(live_module.LONGEST_WAIT, pace.most)
            live.up = True
        except Down:
            if live.up:
                logger.warning("The record cannot be reached; screens show the last picture and say so.")
            live.up = False
            time.sleep(0.5)
        pace.rest(facts, time.monotonic() - began)


def beat(live: Live) -> None:
    """A heartbeat for ever."""
    while True:
        time.sleep(BEAT)
        live.beat()


def watch(live: Live) -> None:
    """Close the screens of whoever may no longer look, for ever."""
    while True:
        time.sleep(WATCH)
        live.watch()


def heed(leaving: Leaving) -> None:
    """End the process when somebody was forgotten: it begins anew without what they wrote."""
    while not leaving.due():
        time.sleep(1.0)
    logger.info("Somebody was forgotten: the room begins anew.")
    os._exit(0)


def surely(work: Callable[[Any], None], live: Any) -> None:
    """A dead background task must not look like a quiet day: end the process, which is started again."""
    try:
        work(live)
    except BaseException:
        logger.exception("The room's %s died; the room ends and is started again.", work.__name__)
        os._exit(1)


def serve(app: Flask, host: str, port: int) -> None:
    """Open the private door, for ever."""
    from eventlet import greenio, hubs, listen, wsgi

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most) if most >= 0 else FILES, most))
    door = listen((host, port), backlog=SHARE)  # or one who comes with a hundred others waits seconds to come again
    door.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # or the end of an answer waits 40 ms for word of its beginning

    def shut_after(seconds: float, line: Any) -> Any:
        return hubs.get_hub().schedule_call_global(seconds, greenio.shutdown_safe, line)

    wsgi.server(
        door,
        app,
        log=logging.getLogger("eventlet.wsgi"),
        log_output=False,
        debug=False,
        protocol=ending(sharing(strict(wsgi.HttpProtocol, wsgi.ChunkReadError), SHARE), LONGEST_CALL, shut_after),
        max_size=PLACES,
        socket_timeout=SILENCE,
        keepalive=SILENCE / 2,
    )


def main() -> None:
    """Run the room."""
    from eventlet import tpool

    logs.start()
    given = settings.read(settings.environment())
    log, leaving = Log.following(given.record, given.pack, live_module.LONGEST_WAIT), Leaving(given.data_dir)
    turns = Semaphore(HASHERS)

    def aside(work: Callable[..., Any], *args: Any) -> Any:
        with turns:
            return tpool.execute(work, *args)

    app, socketio, live = build(given, load_pack(given.pack, given.data_dir), log, "eventlet", aside)
    kept = picture_of(live, given)
    begin_with(live, kept, given)
    for work in (follow, beat, watch):
        socketio.start_background_task(surely, work, live)
    socketio.start_background_task(heed, leaving)
    socketio.start_background_task(surely, keep, kept)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing of the room lives on disk
    begin(given, "room", lambda: live.room.board.cursor, lambda: vitals(live))
    serve(app, given.room_host, own_port(given.room_port, settings.process_name("room")))


if __name__ == "__main__":
    main()
