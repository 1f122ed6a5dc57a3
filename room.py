"""The private door: put the room's process together and run it. Knows eventlet, so that nothing else has to."""

import warnings

if __name__ == "__main__":  # whoever only builds the room, as tests do, keeps Python's own threads
    # known: only this file and intake.py use it
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

    import eventlet

    eventlet.monkey_patch()

import logging
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Semaphore
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from dashboard import live as live_module
from dashboard.live import Live
from dashboard.pages import frame, prepare
from dashboard.parts import PARTS
from dashboard.spoken import told
from dashboard.untold import untold
from dashboard.views import card
from ingest.handed import Hand
from ingest.spool import Spool
from server import grammar, logs, seal, settings
from server.access import Access
from server.board import Board
from server.classify import Classifier
from server.gazetteer.boundaries import load as load_pack
from server.guard import Room, guard
from server.log import Down, Log
from server.measures.accounted import Reckoning
from server.model import examples
from server.model.fitting import version_of
from server.model.shelf import Shelf
from server.outage import wait_out
from server.pack import Pack
from server.photos import Photos
from server.places import Gazetteer
from server.press.checks.surroundings import Surroundings
from server.press.proof import means
from server.reading.grounds import grounds
from server.settings import Settings
from server.walls import Walls

TICK = 0.1  # seconds between two patches
BEAT = 2.0  # seconds between two heartbeats
HASHERS = 2  # pass-phrases hashed at once: each takes 64 MiB, and anybody may ask
logger = logging.getLogger("room")
Built = tuple[Flask, SocketIO, Live]


def build(given: Settings, pack: Pack, log: Log, mode: str, offload: Callable[..., Any]) -> Built:
    """The room's web application, its live channel and its follower. `mode` is Socket.IO's: eventlet, or threading."""
    tools = equip(given, pack, log, offload)
    app = Flask("dashboard", static_folder=None, root_path=os.path.join(os.path.dirname(__file__), "dashboard"))
    guard(app, tools)
    prepare(app)
    for part in PARTS:
        app.register_blueprint(part)
    socketio = SocketIO(
        app,
        async_mode=mode,
        cors_allowed_origins=list(tools.origins),
        transports=["websocket"],
        namespaces=[live_module.SPACE],
        manage_session=False,
    )
    return app, socketio, Live(tools, socketio, live_module.now)


def judging(pack: Pack) -> tuple[Callable[[str], bool], Callable[[str, str], list[str]]]:
    """Whether words may be restricted, and which of them make a code so; by rules alone."""
    classifier = Classifier(pack)

    def suspect(text: str) -> bool:
        return classifier.read(text, grammar.parse(text, pack.taxonomy, pack.prefixes)).restricted

    def why(text: str, sub: str) -> list[str]:
        return grounds(text, sub, pack, classifier)

    return suspect, why


def equip(given: Settings, pack: Pack, log: Log, offload: Callable[..., Any]) -> Room:
    """What the room works with, its board still empty."""
    vault, gazetteer, keys = seal.Vault(given.data_dir), Gazetteer(pack), given.data_dir / "keys"
    suspect, why = judging(pack)
    opener, sealer = seal.Opener(keys), seal.Sealer(keys)
    board = Board(opener, vault, suspect, pack)
    thin = partial(untold, board.attendance, pack)
    return Room(
        log=log,
        board=board,
        access=Access(log, board.people.role_of, live_module.now, offload),
        walls=Walls(log, pack.languages, live_module.now),
        reckoning=Reckoning(board, log, Spool(given.data_dir / "spool").waiting),
        vault=vault,
        pack=pack,
        gazetteer=gazetteer,
        sealer=sealer,
        press=means(given.data_dir, board, pack, given.signatures, Surroundings(board, pack).check),
        hand=Hand(given, sealer),
        offload=offload,
        see=lambda row, role, scope="": card(row, role, gazetteer, thin, scope, why),
        look=lambda photo: Photos(given.data_dir).open(photo, opener),
        shelf=Shelf(given.data_dir, vault),
        first_model=version_of(pack, examples.read(pack)),
        clock=live_module.now,
        told=told,
        frame=frame,
        **settled(given),
    )


def settled(given: Settings) -> dict[str, Any]:
    """What of a room its settings say outright."""
    origins = {given.room_base_url, f"http://localhost:{given.room_port}", f"http://127.0.0.1:{given.room_port}"}
    secure = given.room_base_url.startswith("https://")
    texts = (given.texts, given.texts_by)
    return {"texts": texts, "origins": tuple(origins), "port": given.room_port, "secure": secure}


def follow(live: Live) -> None:
    """Fold and push for ever. An outage is waited for, the screens are told; a bug ends the process."""
    while True:
        began = time.monotonic()
        try:
            live.step(live_module.LONGEST_WAIT)
            live.up = True
        except Down:
            if live.up:
                logger.warning("The record cannot be reached; screens show the last picture and say so.")
            live.up = False
            time.sleep(0.5)
        time.sleep(max(0.0, TICK - (time.monotonic() - began)))


def beat(live: Live) -> None:
    """A heartbeat for ever."""
    while True:
        time.sleep(BEAT)
        live.beat()


def surely(work: Callable[[Live], None], live: Live) -> None:
    """A dead background task must not look like a quiet day: end the process, which is started again."""
    try:
        work(live)
    except BaseException:
        logger.exception("The room's %s died; the room ends and is started again.", work.__name__)
        os._exit(1)


def main() -> None:
    """Run the room."""
    from eventlet import tpool, wsgi

    logs.start()
    given = settings.read(settings.environment())
    log = Log.following(given.record, given.pack, live_module.LONGEST_WAIT)
    turns = Semaphore(HASHERS)

    def aside(work: Callable[..., Any], *args: Any) -> Any:
        with turns:
            return tpool.execute(work, *args)

    app, socketio, live = build(given, load_pack(given.pack, given.data_dir), log, "eventlet", aside)
    while True:
        try:
            logger.info("The room has folded %s facts.", live.catch_up())
            break
        except Down:
            wait_out(log, "room")
    for work in (follow, beat):
        socketio.start_background_task(surely, work, live)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing of the room lives on disk
    # the server's own lines quote callers, and its own error pages quote us: it writes neither
    caller = type("Caller", (wsgi.HttpProtocol,), {"log_message": lambda *_: None})
    log_of = logging.getLogger("eventlet.wsgi")
    door = eventlet.listen((given.room_host, given.room_port))
    door.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # or the end of an answer waits 40 ms for word of its beginning
    wsgi.server(door, app, log=log_of, log_output=False, debug=False, protocol=caller)


if __name__ == "__main__":
    main()
