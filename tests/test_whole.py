"""Everything as `make run` starts it: what was answered with 200 is there once, and nothing can be read."""

import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server import ledger, settings
from tests.rig import DOORS, ROOT, Rig, prepared

pytestmark = pytest.mark.whole
AWAY = 4.0  # seconds
PEOPLE = [f"+8551{n % 9}{(n * 7919) % 10000000:07d}" for n in range(60)]
WORDS = [f"canary{n:03d}zebra walks over the roof of station" for n in range(len(PEOPLE))]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: unix sockets have short names."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def room() -> Iterator[Rig]:
    """One room for the tests of this file, which leave it running; begun by somebody whose files all may read."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    rig, kept = prepared(made), os.umask(0)
    try:
        rig.start()
    finally:
        os.umask(kept)
    try:
        yield rig
    finally:
        rig.stop()
    assert rig.pids() == [], "stopping leaves no process behind"
    shutil.rmtree(made)


def texts(rig: Rig, token: str, word: str) -> Counter[str]:
    """How often each text with this word stands on the board."""
    return Counter(card["text"] for card in rig.cards(token) if word in card["text"])


def cmdline(pid: int) -> bytes:
    """A process's arguments; none when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def redis_of(rig: Rig) -> list[int]:
    """Its own Redis."""
    return [pid for pid in rig.pids() if re.search(rb"valkey|redis-server", cmdline(pid).split(b"\0")[0])]


@pytest.mark.survival("R4", "every call answered", "nothing lost or doubled")
def test_while_redis_is_away_doors_answer_and_afterwards_nothing_is_lost_or_doubled(room: Rig) -> None:
    token, answers, done = room.token("administrator"), [], threading.Event()

    def traffic() -> None:
        while not done.is_set():
            n = len(answers)
            text = f"LC KD0123-7 lights out, message {n}"
            answers.append((text, room.send(("kannel", "generic")[n % 2], f"+855123{n:05d}", text)))
            time.sleep(0.04)

    thread = threading.Thread(target=traffic)
    thread.start()
    time.sleep(0.5)
    late = time.monotonic() + AWAY
    while time.monotonic() < late:  # as often as it comes back
        for pid in redis_of(room):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    room.until(lambda: redis_of(room), 10, "Redis")
    time.sleep(1)
    done.set()
    thread.join()
    assert {status for _, status in answers} == {200}
    as_program = {"Authorization": f"Bearer {token}"}
    room.until(
        lambda: room.ask(room.given.room_port, "GET", "/api/v1/counts", **as_program)[0] == 200, 30, "the record"
    )
    room.until(lambda: texts(room, token, "lights out").total() >= len(answers), 30, "what waited in the spool")
    time.sleep(1)
    assert texts(room, token, "lights out") == Counter(text for text, _ in answers)


def limits_of(pids: list[int]) -> Iterator[str]:
    """What the kernel holds these processes to; of those that are still there."""
    for pid in pids:
        with contextlib.suppress(OSError):
            yield Path(f"/proc/{pid}/limits").read_text()


@pytest.mark.security("S39", "owner's files and no core")
def test_files_are_for_their_owner_alone_and_a_crash_leaves_no_core(room: Rig) -> None:
    room.account("Amina", "analyst")
    assert room.send("kannel", "+85512345678", "PR KD0123-7 late opening") == 200
    limits = list(limits_of(room.pids()))
    assert len(limits) in (10, 11), "the eleventh fits the first model and ends"
    assert all(re.search(r"Max core file size +0 +0 ", limit) for limit in limits)
    home = room.given.data_dir
    room.until(lambda: len(list(home.rglob("*.aof"))) > 0, 10, "the files")
    room.until(lambda: b"with the program is fitted" in room.output.read_bytes(), 60, "the first model")
    assert len(list((home / "models").iterdir())) == 1
    written = [home, *home.rglob("*")]
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in written if path.stat().st_mode & 0o077} == {}


def test_stopping_in_the_middle_of_starting_leaves_no_process_behind(folder: Path) -> None:
    rig = prepared(folder)
    for after in (0.4, 0.9, 1.6):
        begun = subprocess.Popen(
            [sys.executable, "-m", "server.run"],
            cwd=ROOT,
            env={**os.environ, **rig.env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after)
        begun.send_signal(signal.SIGINT)
        begun.wait(30)
        time.sleep(0.2)
        assert rig.pids() == [], f"after {after} s"


def test_a_pack_that_does_not_exist_is_refused_with_a_sentence(folder: Path) -> None:
    names = [*settings.SECRETS.values(), "REHEARSAL_SECRET"]
    env = {**os.environ, **dict.fromkeys(names, "a secret of more than sixteen"), "PACK": "nowhere"}
    command = [sys.executable, "-m", "server.run"]
    tried = subprocess.run(command, env={**env, "DATA_DIR": str(folder)}, capture_output=True, text=True, timeout=30)
    assert tried.returncode != 0
    assert "The pack nowhere cannot be used" in tried.stderr
    assert "Traceback" not in tried.stderr


def test_a_second_run_in_the_same_folder_or_on_the_same_ports_is_refused_with_a_sentence(room: Rig) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "server.run"],
        env={**os.environ, **room.env},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode != 0
    assert "already" in second.stderr
    other = {**os.environ, **room.env, "DATA_DIR": str(room.folder / "other")}
    third = subprocess.run([sys.executable, "-m", "server.run"], env=other, capture_output=True, text=True, timeout=30)
    assert third.returncode != 0, "two rooms on one port would share the reports between them"
    assert f"INTAKE_PORT: 127.0.0.1:{room.given.intake_port}" in third.stderr


@pytest.mark.survival("R3", "every other process too")
def test_a_process_that_dies_is_started_again_and_the_line_goes_on(room: Rig) -> None:
    token = room.token("administrator")
    for pid in room.pids():
        if b"server.reader" in cmdline(pid):
            os.kill(pid, signal.SIGKILL)
    assert room.send("kannel", "+85512345678", "PR KD0123-7 the box is out of order") == 200

    def kinds() -> list[str]:
        return [card["kind"] for card in room.cards(token) if "out of order" in card["text"]]

    room.until(lambda: kinds() == ["incident"], 20, "the reading")


@pytest.mark.security("S28", "odd calls")
@pytest.mark.security("S29", "odd calls")
def test_the_room_repeats_nothing_of_an_odd_call_to_its_caller_or_its_log(room: Rig) -> None:
    upgrade = b"GET /socket.io/?EIO=4&transport=websocket%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
    websocket = upgrade + b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    odd = [
        b"POST /sign-in?name=canary and a space HTTP/1.1\r\n\r\n",
        websocket % b"" + b"\r\n",
        websocket % b"&sid=canary%0a2017+INFO+room:+all+is+well"
        + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        websocket.replace(b"13", b"canary") % b"" + b"\r\n",
    ]
    began = room.output.stat().st_size
    for call in odd:
        with socket.create_connection(("127.0.0.1", room.given.room_port), timeout=5) as caller:
            caller.sendall(call)
            caller.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in caller.recv(10000)
    time.sleep(0.5)
    written = room.output.read_bytes()[began:]
    assert not [word for word in (b"canary", b"all is well", b"127.0.0.1 -", b"Traceback") if word in written]


@pytest.mark.security("S14", "many at once")
def test_many_sign_ins_at_once_do_not_fill_the_memory(room: Rig) -> None:
    process = next(pid for pid in room.pids() if b"room.py" in cmdline(pid))
    kind = {"Content_Type": "application/x-www-form-urlencoded"}

    def sign_in(n: int) -> None:
        body = f"name=nobody{n}&passphrase=anything"
        assert room.ask(room.given.room_port, "POST", "/sign-in", body, **kind)[0] == 403

    callers = [threading.Thread(target=sign_in, args=(n,)) for n in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert most
    assert int(most[1]) < 500_000, "a hash takes 64 MiB, and eight of them half a gigabyte, besides what the room has"


@dataclass
class Killed:
    """What was seen of a room whose processes were all killed at once."""

    arguments: list[bytes]  # of its processes before
    files: dict[Path, bytes]  # when it was dead
    sealed: int  # facts in the sealed copy then
    statuses: set[int]  # of what gateways sent again
    texts: Counter[str]  # afterwards
    kinds: set[str]  # of its cards


@pytest.fixture(scope="module")
def killed(room: Rig) -> Killed:
    """Sixty people write, by every door; the plug is pulled; and gateways send again what they are unsure of."""
    token = room.token("administrator")
    sent = [
        (DOORS[n % len(DOORS)], *each, f"one-time-id-{n:08}") for n, each in enumerate(zip(PEOPLE, WORDS, strict=True))
    ]
    assert {room.send(*one) for one in sent} == {200}
    room.until(lambda: texts(room, token, "canary").total() >= len(sent), 20, "the reports")
    arguments = [cmdline(pid) for pid in room.pids()]
    os.kill(redis_of(room)[0], signal.SIGTERM)  # it writes what it has, and is started again
    home = room.given.data_dir
    room.until(lambda: ledger.verify(home / "ledger")[0] >= 2 * len(sent), 20, "the sealed copy")
    room.kill()
    sealed = ledger.verify(home / "ledger")[0]
    found = [path for path in room.folder.rglob("*") if path.is_file()]
    files = {path: path.read_bytes() for path in found if path.parent.name != "models"}  # fitted before any report
    room.start()
    statuses = {room.send(*one) for one in sent}
    room.until(lambda: texts(room, token, "canary").total() >= len(sent), 20, "the reports")
    time.sleep(1)
    cards = [card for card in room.cards(token) if "canary" in card["text"]]
    return Killed(arguments, files, sealed, statuses, texts(room, token, "canary"), {card["kind"] for card in cards})


@pytest.mark.survival("R41", "a whole room")
def test_a_report_answered_with_200_is_there_once_after_every_process_was_killed(killed: Killed) -> None:
    assert killed.statuses == {200}
    assert killed.texts == Counter(WORDS)
    assert "raw" not in killed.kinds


def forms_of(number: str) -> list[bytes]:
    """A number as somebody might look for it: international, bare, local, swapped digits of a phone's PDU, base64."""
    bare = number.removeprefix("+")
    swapped = "".join(bare[i : i + 2][::-1] for i in range(0, len(bare), 2))
    local = "0" + bare.removeprefix("855")
    plain = [number, bare, local, swapped, bare.removeprefix("855")]
    return [form.encode() for form in plain] + [base64.b64encode(form.encode()).rstrip(b"=")[:-1] for form in plain]


@pytest.mark.security("S1", "whole room on disk")
@pytest.mark.security("S27", "not in arguments")
@pytest.mark.security("S38", "texts and numbers")
def test_no_number_and_no_text_can_be_read_on_disk_or_in_logs(killed: Killed, room: Rig) -> None:
    secrets = [*room.given.secrets.values(), room.given.rehearsal_secret]
    assert not [said for said in killed.arguments if b"canary" in said or any(s.encode() in said for s in secrets)]
    needles = [form for number in PEOPLE for form in forms_of(number)] + [text[:15].encode() for text in WORDS]
    needles += [base64.b64encode(text.encode())[:16] for text in WORDS]
    assert any("facts.jsonl" in path.name for path in killed.files)
    assert any(".aof" in path.name for path in killed.files)
    hits = [(path.name, needle) for path, kept in killed.files.items() for needle in needles if needle in kept]
    assert hits == []
    assert killed.sealed >= 2 * len(PEOPLE)
