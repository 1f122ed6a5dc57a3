"""A room with a crowded day in it, served by this process, for a browser to look at; without a reader or a door."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from server import seal
from server.log import Log
from server.pack import Pack
from tests import crowded
from tests.days import Pen
from tests.house import PHRASE, House, build
from tests.rig import free_ports

BEAT = 0.5  # seconds between two heartbeats


@dataclass
class Crowded:
    """The room, and where it is."""

    house: House
    address: str
    pen: Pen  # writes facts with this room's keys
    port: int  # where it listens itself
    alone: Any  # a lock, for a test that asks the board while the room is open

    def sign_in(self, page, name: str) -> None:  # type: ignore[no-untyped-def]
        """Sign in by the form; the page is live."""
        page.goto(f"{self.address}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=passphrase]", PHRASE)
        page.click("button.primary")
        page.wait_for_selector("[data-testid=line-state][data-state=live]")


@contextlib.contextmanager
def crowded_room(
    redis: str, folder: Path, pack: Pack, people: dict[str, str], incidents: int, reports: int, through: int = 0
) -> Iterator[Crowded]:
    """So many incidents among so many reports; `people`: name -> role. Browsers come `through` another port, if any."""
    seal.make_keys(folder / "keys")
    (port,) = free_ports(1)
    house = build(folder, pack, Log(redis, f"crowded-{port}"), ROOM_PORT=str(through or port), ROOM_BASE_URL="")
    for name, role in people.items():
        house.live.room.access.open_account(name, role, PHRASE, by="console")
    house.fold()
    lock = _one_at_a_time(house)
    crowded.fill(house.live.room.board, pack, incidents, reports)
    ends = threading.Event()
    server = make_server("127.0.0.1", port, house.app, threaded=True)
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=_follow, args=(house, ends))]
    for thread in threads:
        thread.start()
    try:
        yield Crowded(house, f"http://127.0.0.1:{through or port}", Pen(folder), port, lock)
    finally:
        ends.set()
        server.shutdown()
        for thread in threads:
            thread.join(10)


def _one_at_a_time(house: House) -> Any:
    """The room itself has one thread; of two that ask its board, which calls back into Python, both may hang."""
    lock = threading.RLock()

    def alone(of: Any, name: str) -> None:
        work = getattr(of, name)

        def locked(*args: Any, **named: Any) -> Any:
            with lock:
                return work(*args, **named)

        setattr(of, name, locked)

    for of, name in (
        (house.app, "full_dispatch_request"),
        (house.socketio, "_handle_event"),
        (house.live, "push"),
        (house.live, "beat"),
    ):
        alone(of, name)
    return lock


def _follow(house: House, ends: threading.Event) -> None:
    """As the room's own process does."""
    while not ends.is_set():
        if not house.live.step(BEAT):
            house.live.beat()
