"""The public door as a real process: what it answered with 200 outlives it, and it leaves quietly when asked."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server import seal, settings
from server.log import Log
from tests import doors
from tests.conftest import start_redis

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Process:
    """intake.py with settings of its own."""

    def __init__(self, env: dict[str, str], *, with_: str = "", files: int = 0) -> None:
        """`files`: how many the door may have open at first; the tests themselves hold more than that."""
        self.port = int(env["INTAKE_PORT"])
        changed = f"import intake; {with_}; intake.main()"
        command = [sys.executable, *(["-c", changed] if with_ else ["intake.py"])]
        if files:
            command = ["bash", "-c", f'ulimit -S -n {files}; exec "$@"', "door", *command]
        self.popen = subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stderr=subprocess.PIPE, text=True)
        assert self.popen.stderr
        self.written = ""
        while "is open" not in self.written:
            line = self.popen.stderr.readline()
            assert line, self.written
            self.written += line

    def take(self, call: dict) -> int:
        """The status of its answer to a call."""
        query = f"?{call['query_string']}" if call.get("query_string") else ""
        headers = {**call.get("headers", {}), "Content-Type": call.get("content_type", "")}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(call["method"], call["path"] + query, call.get("data"), headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def end(self, how: signal.Signals) -> str:
        """What it had written when it was gone."""
        self.popen.send_signal(how)
        return self.written + self.popen.communicate(timeout=15)[1]


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "It took too long."
        time.sleep(0.05)


@pytest.fixture
def env():
    with tempfile.TemporaryDirectory(prefix="sr") as folder:  # short: the name of a unix socket has at most 107 bytes
        yield {**doors.ENV, "DATA_DIR": folder, "REDIS_URL": "", "INTAKE_PORT": str(free_port()), "PACK": "kh-2017"}


def test_a_refused_call_goes_into_quarantine_behind_the_door(env):
    process = Process(env)
    kept = Path(env["DATA_DIR"]) / "quarantine" / "kannel"
    assert process.take(doors.kannel(k="wrong")) == 403
    wait_until(lambda: any(kept.glob("*.sealed")))
    process.end(signal.SIGTERM)
    assert not any(b"KD0123" in path.read_bytes() for path in kept.iterdir())


@pytest.mark.survival("R2", "what it held comes with the next")
def test_what_got_200_while_the_record_was_away_survives_a_kill_and_is_there_once(env):
    given = settings.read(env)
    first = Process(env)
    assert [first.take(call()) for call in doors.CALLS.values()] == [200] * 4
    assert "away" in first.end(signal.SIGKILL)
    redis, log = start_redis(given), Log(given.record, given.pack)
    try:
        pair = [Process(env), Process(env)]  # two share the port
        wait_until(lambda: len(log.read()) == 4)
        assert [pair[0].take(call()) for call in doors.CALLS.values()] == [200] * 4
        said = [process.end(signal.SIGTERM) for process in pair]
        assert [process.popen.returncode for process in pair] == [0, 0]
        opener = seal.Opener(given.data_dir / "keys")
        kept = [opener.open(raw.fact().event.sealed) for raw in log.read()]
    finally:
        log.client.close()
        redis.terminate()
        redis.wait(10)
    assert [body["text"] for body in kept] == ["PR KD0123 late"] * 4
    assert {body["sender"] for body in kept} == {"+85512345678"}
    written = "".join(said)
    assert "closed" in written
    assert not [word for word in ("Warning", "12345678", "KD0123", "made-up", "Traceback") if word in written]


COUNTS = (  # at a signal, how many requests are in memory
    "import gc, signal; signal.signal(signal.SIGUSR1, lambda *_: intake.logger.info("
    "'%d requests.', gc.collect() * 0 + sum(type(each) is intake.Caller for each in gc.get_objects())))"
)


def test_nothing_of_a_request_stays_in_memory_behind_its_answer(env):
    process = Process(env, with_=COUNTS)
    assert [process.take(call()) for call in doors.CALLS.values()] == [200] * 4

    def told() -> str:
        process.popen.send_signal(signal.SIGUSR1)
        while "requests." not in (line := process.popen.stderr.readline()):
            pass
        return line

    wait_until(lambda: " 0 requests." in told())
    process.end(signal.SIGTERM)


def test_a_request_in_flight_is_answered_before_the_door_closes(env):
    process = Process(env)
    with socket.create_connection(("127.0.0.1", int(env["INTAKE_PORT"]))) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nBox ")
        time.sleep(0.2)
        process.popen.send_signal(signal.SIGTERM)
        time.sleep(0.8)
        caller.sendall(b"open")
        assert caller.recv(100).startswith(b"HTTP/1.1 200")
    process.popen.communicate(timeout=15)
    assert process.popen.returncode == 0


@pytest.mark.security("S6", "weak secrets")
def test_it_refuses_to_start_with_weak_secrets_and_names_them_all(env):
    weak = os.environ | env | {"KANNEL_SECRET": "", "GENERIC_SECRET": "short"}
    done = subprocess.run([sys.executable, "intake.py"], cwd=ROOT, env=weak, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "KANNEL_SECRET" in done.stderr
    assert "GENERIC_SECRET" in done.stderr


@pytest.mark.security("S28", "no HTTP")
@pytest.mark.security("S48", "no line of the door")
@pytest.mark.security("S52", "no HTTP")
@pytest.mark.parametrize(
    "said",
    [
        b"GET /in/kannel?from=%2B85512345678&text=PR KD0123 late&k=made-up HTTP/1.1\r\n\r\n",  # spaces are no HTTP
        b"GET /in/kannel?from=%2B85512345678&text=KD0123&k=made-up HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nKD0123\r\n",
        b"POST /KD0123 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nX\r\nKD0123\r\n",
        b"KD0123 +85512345678\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_neither_it_nor_its_caller_stands_in_the_log(env, said):
    process = Process(env)
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as caller:
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)
        while caller.recv(1000):
            pass
    written = process.end(signal.SIGTERM).partition("is open")[2].partition("\n")[2]
    assert not [word for word in ("12345678", "KD0123", "made-up", "127.0.0.1", "Traceback") if word in written]


def let_go(caller: socket.socket) -> bool:
    """Whether the door has closed this connection."""
    caller.settimeout(0.002)
    try:
        return caller.recv(1000) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.mark.security("S22", "places at the door")
def test_one_caller_gets_no_more_than_a_share_of_the_places_and_others_come_in(env):
    process = Process(env, with_="intake.Caller.share = 5")
    held = [socket.create_connection(("127.0.0.1", process.port), timeout=5) for _ in range(8)]
    for one in held:
        one.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ")  # and never a word more
    wait_until(lambda: sum(map(let_go, held)) == 3)
    other = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5, source_address=("127.0.0.2", 0))
    other.request("GET", "/")
    assert other.getresponse().status == 200
    other.close()
    for one in held:
        one.close()
    time.sleep(0.2)
    assert process.take({"method": "GET", "path": "/"}) == 200, "who leaves gives the place back"
    process.end(signal.SIGTERM)


@pytest.mark.security("S52", "byte by byte")
@pytest.mark.parametrize("start", [b"POST / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n"])
def test_whoever_says_a_request_byte_by_byte_is_let_go(env, start):
    process = Process(env, with_="intake.LONGEST_CALL = 1")
    with socket.create_connection(("127.0.0.1", process.port), timeout=1) as slow:
        slow.sendall(start)

        def ended() -> bool:
            with contextlib.suppress(OSError):
                slow.sendall(b"a")
            return let_go(slow)

        wait_until(ended, 5)
    assert "Traceback" not in process.end(signal.SIGTERM)


def test_many_callers_at_once_do_not_run_out_of_files(env):
    process = Process(env, files=64)
    held = [socket.create_connection(("127.0.0.1", process.port), timeout=5) for _ in range(100)]
    assert process.take({"method": "GET", "path": "/"}) == 200
    for one in held:
        one.close()
    process.end(signal.SIGTERM)


@pytest.mark.security("S52", "endless line")
def test_a_line_between_chunks_that_does_not_end_is_refused_before_it_fills_the_memory(env):
    process = Process(env)
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 1000)
        assert caller.recv(100).startswith(b"HTTP/1.1 400")
    process.end(signal.SIGTERM)
