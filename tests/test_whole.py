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
from pathlib import Path

import pytest

from server import ledger, settings
from tests import fitted
from tests.conftest import settings_in, start_redis
from tests.rig import DOORS, ROOT, Rig, prepared, whole_room

pytestmark = pytest.mark.whole


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: unix sockets have short names."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    yield made
    shutil.rmtree(made)


def texts(rig: Rig, token: str) -> Counter[str]:
    """How often each text stands on the board."""
    return Counter(card["text"] for card in rig.cards(token))


def test_a_report_answered_with_200_is_there_once_after_every_process_was_killed(folder: Path) -> None:
    with whole_room(folder) as rig:
        token = rig.token("administrator")
        sent = [f"PR KD0123-7 queue number {n} of the morning" for n in range(len(DOORS))]
        for door, text in zip(DOORS, sent, strict=True):
            assert rig.send(door, "+85512345678", text, f"one-time-id-{door:->16}") == 200
        rig.kill()
        rig.start()
        for door, text in zip(DOORS, sent, strict=True):
            status = rig.send(door, "+85512345678", text, f"one-time-id-{door:->16}")
            assert status == 200, "gateways send again what they are unsure of"
        rig.until(lambda: len(rig.cards(token)) >= len(sent), 10, "the reports")
        time.sleep(1)
        assert texts(rig, token) == Counter(sent)
        assert all(card["kind"] != "raw" for card in rig.cards(token))


def test_while_redis_is_away_doors_answer_and_afterwards_nothing_is_lost_or_doubled(folder: Path) -> None:
    away = 4.0
    redis_home = settings_in(folder / "r")
    redis = start_redis(redis_home)
    with whole_room(folder, REDIS_URL=f"unix://{Path(redis_home.record).absolute()}") as rig:
        token = rig.token("administrator")
        answers: list[tuple[str, int]] = []
        done = threading.Event()

        def traffic() -> None:
            n = 0
            while not done.is_set():
                text = f"LC KD0123-7 lights out, message {n}"
                answers.append((text, rig.send(("kannel", "generic")[n % 2], f"+855123{n:05d}", text)))
                n += 1
                time.sleep(0.02)

        thread = threading.Thread(target=traffic)
        thread.start()
        time.sleep(1)
        redis.terminate()
        redis.wait(10)
        time.sleep(away)
        redis = start_redis(redis_home)
        time.sleep(1)
        done.set()
        thread.join()
        assert {status for _, status in answers} == {200}
        rig.until(lambda: len(rig.cards(token)) >= len(answers), 30, "what waited in the spool")
        time.sleep(1)
        assert texts(rig, token) == Counter(text for text, _ in answers)
    redis.terminate()
    redis.wait(10)


def forms_of(number: str) -> list[bytes]:
    """A number as somebody might look for it: international, bare, local, swapped digits of a phone's PDU, base64."""
    bare = number.removeprefix("+")
    swapped = "".join(bare[i : i + 2][::-1] for i in range(0, len(bare), 2))
    local = "0" + bare.removeprefix("855")
    plain = [number, bare, local, swapped, bare.removeprefix("855")]
    return [form.encode() for form in plain] + [base64.b64encode(form.encode()).rstrip(b"=")[:-1] for form in plain]


def test_no_number_and_no_text_can_be_read_on_disk_or_in_logs(folder: Path) -> None:
    people = [f"+8551{n % 9}{(n * 7919) % 10000000:07d}" for n in range(60)]
    with whole_room(folder) as rig:
        words = [f"canary{n:03d}zebra walks over the roof of station" for n in range(len(people))]
        for n, (number, text) in enumerate(zip(people, words, strict=True)):
            assert rig.send(DOORS[n % len(DOORS)], number, text) == 200
        token = rig.token("administrator")
        rig.until(lambda: len(rig.cards(token)) >= len(people), 20, "the reports")
        redis_pid = next(pid for pid in rig.pids() if b"valkey" in cmdline(pid) or b"redis-server" in cmdline(pid))
        assert not any(b"canary" in cmdline(pid) for pid in rig.pids())
        os.kill(redis_pid, signal.SIGTERM)  # it writes what it has, and is started again
        time.sleep(2)
    needles = [form for number in people for form in forms_of(number)] + [text[:15].encode() for text in words]
    needles += [base64.b64encode(text.encode())[:16] for text in words]
    found = [path for path in folder.rglob("*") if path.is_file()]
    files = {path: path.read_bytes() for path in found if path.parent.name != "models"}  # put there before any report
    assert any("facts.jsonl" in path.name for path in files)
    assert any(".aof" in path.name for path in files)
    hits = [(path.name, needle) for path, kept in files.items() for needle in needles if needle in kept]
    assert hits == []
    assert ledger.verify(folder / "data" / "ledger")[0] >= 2 * len(people)


def cmdline(pid: int) -> bytes:
    """A process's arguments."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def limits_of(pids: list[int]) -> Iterator[str]:
    """What the kernel holds these processes to; of those that are still there."""
    for pid in pids:
        with contextlib.suppress(OSError):
            yield Path(f"/proc/{pid}/limits").read_text()


def test_files_are_for_their_owner_alone_and_a_crash_leaves_no_core(folder: Path) -> None:
    open_to_all = os.umask(0)
    try:
        with whole_room(folder, fits=True) as rig:
            rig.account("Amina", "analyst")
            assert rig.send("kannel", "+85512345678", "PR KD0123-7 late opening") == 200
            limits = list(limits_of(rig.pids()))
            assert len(limits) in (8, 9), "the ninth fits the first model and ends"
            assert all(re.search(r"Max core file size +0 +0 ", limit) for limit in limits)
            rig.until(lambda: len(list((folder / "data").rglob("*.aof"))) > 0, 10, "the files")
            rig.until(lambda: b"with the program is fitted" in rig.output.read_bytes(), 60, "the first model")
            assert len(list((folder / "data" / "models").iterdir())) == 1
            written = [folder / "data", *(folder / "data").rglob("*")]
            assert {
                path.name: oct(path.stat().st_mode & 0o077) for path in written if path.stat().st_mode & 0o077
            } == {}
    finally:
        os.umask(open_to_all)


def test_stopping_in_the_middle_of_starting_leaves_no_process_behind(folder: Path) -> None:
    rig = prepared(folder)
    fitted.put(rig.given)
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


@pytest.fixture(scope="module")
def room() -> Iterator[Rig]:
    """One room for the tests from here on, which leave it as it was."""
    made = Path(tempfile.mkdtemp(prefix="sr"))
    with whole_room(made) as rig:
        yield rig
    assert rig.pids() == [], "stopping leaves no process behind"
    shutil.rmtree(made)


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


def test_a_process_that_dies_is_started_again_and_the_line_goes_on(room: Rig) -> None:
    token = room.token("administrator")
    for pid in room.pids():
        if b"server.reader" in cmdline(pid):
            os.kill(pid, signal.SIGKILL)
    assert room.send("kannel", "+85512345678", "PR KD0123-7 late opening") == 200
    room.until(lambda: [card["kind"] for card in room.cards(token)] == ["incident"], 20, "the reading")


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


def test_many_sign_ins_at_once_do_not_fill_the_memory(room: Rig) -> None:
    process = next(pid for pid in room.pids() if b"room.py" in cmdline(pid))
    kind = {"Content_Type": "application/x-www-form-urlencoded"}

    def sign_in(n: int) -> None:
        body = f"name=nobody{n}&passphrase=anything"
        assert room.ask(room.given.room_port, "POST", "/sign-in", body, **kind)[0] == 403

    callers = [threading.Thread(target=sign_in, args=(n,)) for n in range(16)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert most
    assert int(most[1]) < 500_000, "a hash takes 64 MiB, and sixteen of them a gigabyte"
