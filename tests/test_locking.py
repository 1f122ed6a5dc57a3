"""A room is started locked, opened, locked by a press and by a command: who could read what, and what came of it."""

import base64
import contextlib
import os
import re
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server import events
from server.drawer import Drawer
from server.locking import master, state
from server.log import Log
from server.sealing.keys import SECRET, private
from tests import fitted
from tests.canaries import pages
from tests.rig import DOORS, Rig, console, prepared

pytestmark = [pytest.mark.whole, pytest.mark.timeout(500)]  # a whole room starts in it
SENDER = "+85512974613"
MOST = 15.0  # seconds; what is asked for is five, on a machine that does nothing else
SHUT = {"redis", "keeper", "sealed", "shut"}
EACH = 12  # messages by every door while the room is locked


@dataclass
class Seen:
    """What somebody saw who looked at every moment of it."""

    names: dict[str, set[str]] = field(default_factory=dict)  # moment -> names of the processes that ran
    hits: dict[str, set[str]] = field(default_factory=dict)  # moment -> keys that were found in a process's memory
    statuses: Counter[int] = field(default_factory=Counter)  # of what was sent while the room was locked
    pages: list[int] = field(default_factory=list)  # answers at the room's port while it was locked
    line: bytes = b"open"  # what the live line said last
    said: dict[str, str] = field(default_factory=dict)  # command -> what it printed
    readable: list[Path] = field(default_factory=list)  # files in which a text stood, while it was locked
    texts: Counter[str] = field(default_factory=Counter)  # afterwards, on the board
    hours: dict[str, str] = field(default_factory=dict)
    opened: str = ""
    sessions: list[str] = field(default_factory=list)  # that were left
    facts: list[tuple[str, str]] = field(default_factory=list)


def name_of(pid: int) -> str:
    """Its name in the Procfile; "" for another process, or when it is gone."""
    with contextlib.suppress(OSError):
        if found := re.search(rb"HONCHO_PROCESS_NAME=(\w+)\.1", Path(f"/proc/{pid}/environ").read_bytes()):
            return found[1].decode()
    return ""


def names(rig: Rig) -> set[str]:
    """Of all processes of this room."""
    return {name_of(pid) for pid in rig.pids()} - {""}


def remembered(rig: Rig, secrets: dict[str, bytes], *which: str) -> set[str]:
    """Which of these stand in the memory of processes of this room: of all of them, or of those of these names."""
    assert rig.process
    pids = [pid for pid in rig.pids() if not which or name_of(pid) in which]
    found: set[str] = set()
    for pid in pids if which else [rig.process.pid, *pids]:
        with contextlib.suppress(OSError):
            for page in pages(pid):
                found |= {name for name, secret in secrets.items() if secret in page}
    return found


def live_line(rig: Rig, cookie: str) -> socket.socket:
    """A live line of whoever has this cookie, taken up."""
    port = rig.given.room_port
    line = socket.create_connection(("127.0.0.1", port), timeout=MOST)
    key = base64.b64encode(os.urandom(16)).decode()
    asks = [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        f"Cookie: {cookie}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    ]
    line.sendall(("\r\n".join(asks) + "\r\n\r\n").encode())
    assert b" 101 " in line.recv(4096).split(b"\r\n")[0]
    return line


def end_of(line: socket.socket) -> bytes:
    """What comes last on a line: nothing, once it is closed."""
    part = b"more"
    with contextlib.suppress(ConnectionError):
        while part:
            part = line.recv(65536)
    line.close()
    return b""


def send(rig: Rig, seen: Seen, count: int, what: str) -> None:
    """So many messages by every door."""
    for n in range(count):
        door = DOORS[n % len(DOORS)]
        seen.statuses[rig.send(door, SENDER, f"PR KD0123-7 {what} {n}", f"a-message-{what}-{n:04d}")] += 1


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """A room's day: started locked, opened with the key that was kept elsewhere, locked at the desk and at the
    console."""
    folder, made = Path(tempfile.mkdtemp(prefix="sr")), Seen()
    rig = prepared(folder)
    fitted.put(rig.given)
    keys = rig.given.data_dir / "keys"
    secrets = {name: private(keys, name) for name in SECRET} | {"master": master.of(keys)}
    secrets |= {"number": SENDER.removeprefix("+855").encode(), "words": b"PR KD0123-7 locked"}
    try:
        console(rig.env, "master", "copy", str(folder / "stick"))
        made.said["lock"] = console(rig.env, "lock")
        started_locked(rig, made, folder)
        opened(rig, made, folder)
        locked_at_the_desk(rig, made, secrets)
        locked_at_the_console(rig, made, folder)
        yield made
    finally:
        rig.stop()
        shutil.rmtree(folder)


def started_locked(rig: Rig, seen: Seen, folder: Path) -> None:
    """Reports come in all the same; commands that need a key do nothing."""
    rig.start()
    seen.names["started"] = names(rig)
    send(rig, seen, EACH * len(DOORS), "locked")
    seen.statuses[rig.send("kannel", SENDER, "PR KD0123-7 locked 0", "a-message-locked-0000")] += 1
    seen.said["count"] = console(rig.env, "lock-phones", "count")
    files = [path for path in folder.rglob("*") if path.is_file()]
    seen.readable = [path for path in files if b"KD0123-7" in path.read_bytes() or b"12974613" in path.read_bytes()]


def opened(rig: Rig, seen: Seen, folder: Path) -> None:
    """The key comes back, and with it everything that came in."""
    lock = state.read(rig.given.data_dir)
    seen.said["unlock"] = console(rig.env, "unlock", "--file", str(folder / "stick"))

    def is_open() -> bool:
        with contextlib.suppress(OSError):
            return rig.ask(rig.given.room_port, "GET", "/health")[0] == 200
        return False

    rig.until(is_open, 60, "the room")
    token = rig.token("administrator")
    rig.until(lambda: len(rig.cards(token)) >= EACH * len(DOORS), 60, "the reports")
    for card in rig.cards(token):
        seen.texts[card["text"]] += 1
        seen.hours[card["text"]] = card["at"]
    facts = [raw.fact() for raw in Log(rig.given.record, rig.given.pack).read()]
    seen.opened = max(fact.event.at for fact in facts if isinstance(fact.event, events.locks.RoomUnlocked))
    assert lock.at < seen.opened
    rig.until(lambda: "readmit" not in names(rig), 30, "the end of the readmission")


def locked_at_the_desk(rig: Rig, seen: Seen, secrets: dict[str, bytes]) -> None:
    """From an open room to a locked one."""
    rig.account("Sita", "security_lead")
    who = rig.seat("Sita")
    line = live_line(rig, who["Cookie"])
    seen.names["open"], seen.hits["open"] = names(rig), remembered(rig, secrets, "intake", "reader")
    kind = {**who, "Content_Type": "application/x-www-form-urlencoded"}
    assert rig.ask(rig.given.room_port, "POST", "/lock", "", **kind)[0] == 422, "not without saying so"
    with contextlib.suppress(OSError):  # the room may end before it has answered
        rig.ask(rig.given.room_port, "POST", "/lock", "sure=yes", **kind)
    rig.until(lambda: names(rig) == SHUT, MOST, "the end of all that has a key")
    seen.line = end_of(line)
    seen.names["locked"], seen.hits["locked"] = names(rig), remembered(rig, secrets)

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return rig.ask(rig.given.room_port, "GET", "/")[0] == 503
        return False

    rig.until(answers, MOST, "the page that says that it is locked")
    for method, path in (("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/api/v1/cards")):
        seen.pages.append(rig.ask(rig.given.room_port, method, path, Cookie=who["Cookie"])[0])
    send(rig, seen, len(DOORS), "after the press")
    log = Log(rig.given.record, rig.given.pack)
    rig.until(lambda: len(locks(log)) == 3, MOST, "the lock on the record")
    seen.sessions = list(Drawer(log).keys("session"))


def locked_at_the_console(rig: Rig, seen: Seen, folder: Path) -> None:
    """From a room that is just being opened to a locked one."""
    console(rig.env, "unlock", "--file", str(folder / "stick"))
    rig.until(lambda: "intake" in names(rig), 60, "the open door")
    seen.names["opening"] = names(rig)
    seen.said["lock again"] = console(rig.env, "lock")
    rig.until(lambda: names(rig) == SHUT, MOST, "the end of all that has a key")
    log = Log(rig.given.record, rig.given.pack)
    rig.until(lambda: len(locks(log)) == 5, MOST, "the lock on the record")
    seen.facts = locks(log)


def locks(log: Log) -> list[tuple[str, str]]:
    """What the record says of locking, and who did it."""
    facts = [raw.fact() for raw in log.read(count=10000) if "lock" in raw.fields["wire"]]
    return [(fact.event.wire, fact.by) for fact in facts]


@pytest.mark.security("S4", "button")
def test_one_press_ends_every_process_that_has_a_key(seen: Seen) -> None:
    assert {"room", "reader", "courier", "lookout", "learner", "ledger", "intake"} <= seen.names["open"]
    assert seen.names["locked"] == SHUT


@pytest.mark.security("S4", "one command")
def test_one_command_does_too_even_while_the_room_is_being_opened(seen: Seen) -> None:
    assert "intake" in seen.names["opening"], "which has the pepper"
    for said in (seen.said["lock"], seen.said["lock again"]):
        assert "The room is locked." in said
        assert "did not end by themselves" not in said
        assert "still here" not in said, "there is a copy of the key's file, so this one was destroyed"


@pytest.mark.security("S4", "keys are gone")
def test_no_key_number_or_word_of_before_is_left_in_the_memory_of_any_process(seen: Seen) -> None:
    assert {"room.key", "pepper", "number", "words"} <= seen.hits["open"], "whoever looks can find them"
    assert seen.hits["locked"] == set()
    assert "The room is locked" in seen.said["count"], "a command gets none either"


@pytest.mark.security("S4", "screens and sessions end")
def test_the_live_line_is_cut_and_no_session_is_left(seen: Seen) -> None:
    assert seen.line == b""
    assert seen.pages == [503] * 4
    assert seen.sessions == []


@pytest.mark.security("S4", "intake goes on")
def test_every_door_takes_reports_in_and_nothing_of_them_can_be_read(seen: Seen) -> None:
    assert seen.statuses == {200: (EACH + 1) * len(DOORS) + 1}
    assert seen.readable == []


@pytest.mark.security("S26", "started locked")
def test_a_room_that_is_started_locked_stays_so(seen: Seen) -> None:
    assert seen.names["started"] == SHUT


@pytest.mark.security("S4", "all is read after unlocking")
@pytest.mark.security("S26", "all is read after unlocking")
def test_after_unlocking_each_report_is_there_once_with_the_hour_it_came(seen: Seen) -> None:
    assert seen.texts == {f"PR KD0123-7 locked {n}": 1 for n in range(EACH * len(DOORS))}
    assert all(hour < seen.opened for hour in seen.hours.values())


@pytest.mark.security("S25", "locked room")
def test_nothing_that_sends_texts_runs_in_a_locked_room(seen: Seen) -> None:
    assert not seen.names["locked"] & {"courier", "intake"}
    assert not seen.names["started"] & {"courier", "intake"}


def test_locking_and_unlocking_stand_on_the_record_with_who_did_it(seen: Seen) -> None:
    by_console, by_lead = ("room.locked", "console"), ("room.locked", "security_lead:Sita")
    opened = ("room.unlocked", "console")
    assert seen.facts == [by_console, opened, by_lead, opened, by_console]
