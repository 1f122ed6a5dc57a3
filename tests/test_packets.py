"""Packets that are none, against a real room: a line ends or stays, the room goes on, and nothing of it is logged."""

import base64
import contextlib
import http.client
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import strategies as st

from server import seal
from server.callers import ending
from tests.rig import free_ports
from tests.test_fuzz import fuzz

ROOT = Path(__file__).parent.parent
PLACES = 40  # of one address
SERVES = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
import sys
from pathlib import Path
from unittest import mock
import room
from server import logs, settings
from server.log import Log
from tests import house
from tests.days import the_pack
logs.start()
folder, record, election, port = sys.argv[1:]
origin = {"ROOM_PORT": port, "ROOM_BASE_URL": f"http://127.0.0.1:{port}"}
real = room.build
with mock.patch.object(room, "build", lambda *given, mode, offload: real(*given, mode="eventlet", offload=offload)):
    made = house.build(Path(folder), the_pack(), Log(record, election), **origin)
print(made.token("analyst"), flush=True)
room.SHARE = 40  # PLACES
room.serve(made.app, "127.0.0.1", int(port))
"""


class Line:
    """A web socket by hand, so that it can say what no library would."""

    def __init__(self, port: int, query: str = "EIO=4&transport=websocket") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        key = base64.b64encode(os.urandom(16)).decode()
        head = [f"GET /socket.io/?{query} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"]
        head += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Origin: http://127.0.0.1:{port}", "", ""]
        self._socket.sendall("\r\n".join(head).encode())
        self.answer = self._socket.recv(4096)

    def say(self, what: bytes, kind: int = 1, last: bool = True) -> None:
        """One frame: kind 1 is text, 2 bytes, 8 the end, 9 and 10 signs of life; others are none."""
        mask, size = os.urandom(4), len(what)
        short = struct.pack(">B", 0x80 | min(size, 126 if size < 65536 else 127) if size > 125 else 0x80 | size)
        long = b"" if size < 126 else struct.pack(">H" if size < 65536 else ">Q", size)
        said = bytes(each ^ mask[n % 4] for n, each in enumerate(what))
        self.raw(struct.pack(">B", (0x80 if last else 0) | kind) + short + long + mask + said)

    def raw(self, what: bytes) -> None:
        """Bytes as they are; a room that has hung up is no matter."""
        try:
            self._socket.sendall(what)
        except OSError:
            return

    def end(self) -> None:
        """Hang up, when the room has read what was said."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
            while self._socket.recv(65536):
                pass
        except OSError:
            return
        finally:
            self._socket.close()


class Running:
    """The room as a process."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token, self.written = port, token, list[str]()

    def look(self) -> None:
        """It still answers, and what it has written tells neither who called nor what they said."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        asked.request("GET", "/sign-in")
        assert asked.getresponse().status == 200
        asked.close()
        said, self.written = "".join(self.written), []
        assert not [word for word in ("127.0.0.1", "Traceback", "looking", "xxxx", self.token) if word in said]
        assert not re.search(r"(live|present|heard_events|guard|access)\.py", said), "a fault of ours"


def until_open(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port)).close()
        time.sleep(0.1)
    raise AssertionError("The room did not open in ten seconds.")


@pytest.fixture(scope="module")
def running(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, [port] = tmp_path_factory.mktemp("packets"), free_ports(1)
    seal.make_keys(folder / "keys")
    command = [sys.executable, "-c", SERVES, str(folder), redis_server, f"packets-{uuid.uuid4()}", str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stderr
        made = Running(port, process.stdout.readline().strip())
        reads = threading.Thread(target=lambda: [made.written.append(line) for line in process.stderr or ()])
        reads.start()
        assert made.token, made.written
        until_open(port)  # it opens a moment after it has told the token
        yield made
        process.kill()
        reads.join()


DEEP = b"[" * 50_000
HELLO = b'40/live,{"token":"%s"}'
PACKETS = {
    "nothing": b"",
    "a letter": b"x",
    "a type that is none": b"9",
    "a sign of life": b"2",
    "an answer to none": b"3",
    "an upgrade": b"5",
    "nothing at all": b"6",
    "the end": b"1",
    "a hello from a client": b'0{"sid":"x"}',
    "an empty message": b"4",
    "a message of no type": b"49",
    "an event without a line": b'42["looking",{"card":null}]',
    "a line elsewhere": b"40/admin,",
    "a line of everything": b"40/*,",
    "a line without a name": b"40/",
    "a hello that is no object": b"40/live,[1]",
    "a hello that is a number": b"40/live,7",
    "a hello with odd words": b'40/live,{"token":{"a":[]},"list":[],"word":{}}',
    "a hello with an odd list": b'40/live,{"token":"%s","list":{"a":1}}',
    "a hello with a list of lists": b'40/live,{"token":"%s","list":[[1]]}',
    "a hello with half a letter": b'40/live,{"token":"\\ud83d","list":"\\ud83d"}',
    "a hello with a long token": b'40/live,{"token":"' + b"x" * 200_000 + b'"}',
    "a hello cut off": b'40/live,{"token":',
    "depth": b"42/live," + DEEP,
    "depth in a hello": b"40/live," + DEEP,
    "a long number": b"42/live," + b"9" * 100_000 + b'["looking"]',
    "a number in JSON that is too long": b'42/live,["looking",' + b"9" * 10_000 + b"]",
    "no name": b"42/live,[]",
    "a name that is none": b'42/live,[{"a":1},2]',
    "a name that is a list": b"42/live,[[]]",
    "an event of the server's own": b'42/live,["connect",{"token":"x"}]',
    "its end as an event": b'42/live,["disconnect","x"]',
    "an error as an event": b'42/live,["connect_error",{}]',
    "not a number": b'42/live,["looking",{"card":NaN}]',
    "a card that is a number": b'42/live,["looking",{"card":1e999}]',
    "half a letter": b'42/live,["looking",{"card":"\\ud83d"}]',
    "a zero byte": b'42/live,["looking",{"card":"\\u0000"}]',
    "more than one": b'42/live,["looking",{"card":null},{"card":null}]',
    "an answer that nobody wanted": b"43/live,99[1]",
    "an answer without a number": b"43/live,[1]",
    "a thousand parts that never come": b'451000-/live,["looking",{"_placeholder":true,"num":0}]',
    "parts below zero": b'45-1-/live,["looking",{"_placeholder":true,"num":-1}]',
    "more parts than digits hold": b"45" + b"9" * 5_000 + b'-/live,["looking"]',
    "a part that is not there": b'451-/live,["looking",{"_placeholder":true,"num":7}]',
    "an error": b'44/live,{"message":"x"}',
    "leaving": b"41/live,",
    "leaving elsewhere": b"41/nowhere,",
    "bytes that are no text": b"42/live,\xff\xfe",
    "letters that separate packets": b"42/live,[]\x1e42/live,[]\x1e",
}


@pytest.mark.security("S53", "odd packets")
@pytest.mark.parametrize("how", PACKETS)
def test_an_odd_packet_hurts_nobody_before_and_after_the_line_is_open(running, how):
    token = running.token.encode()
    packet = PACKETS[how].replace(b"%s", token)
    for hello in ((), (HELLO % token,)):
        for kind in (1, 2):
            line = Line(running.port)
            assert b" 101 " in line.answer
            for each in (*hello, packet):
                line.say(each, 1 if each != packet else kind)
            line.say(b"\0" * 9, 2)
            line.end()
    running.look()


FRAMES = {
    "no mask": b"\x81\x02hi",
    "a kind that is none": b"\x83\x80abcd",
    "marks that are not for us": b"\xf1\x80abcd",
    "a length of the whole world": b"\x82\xff" + b"\xff" * 8 + b"abcd",
    "a length past what is taken": b"\x81\xff" + struct.pack(">Q", 50_000_000) + b"abcd" + b"x" * 100,
    "a long sign of life": b"\x89\xfe\x01\x00abcd" + b"x" * 256,
    "a sign of life in pieces": b"\x09\x80abcd",
    "a piece of nothing": b"\x80\x80abcd",
    "no HTTP and no frame": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "half a frame": b"\x81\xfe",
    "an end with one byte": b"\x88\x81abcdx",
}


@pytest.mark.security("S53", "odd packets")
@pytest.mark.parametrize("how", FRAMES)
def test_an_odd_frame_ends_its_line_and_no_other(running, how):
    line = Line(running.port)
    line.raw(FRAMES[how])
    line.end()
    running.look()


@pytest.mark.security("S53", "odd packets")
def test_a_packet_larger_than_any_that_a_screen_sends_ends_the_line(running):
    line = Line(running.port)
    line.say(HELLO % running.token.encode())
    line.say(b'42/live,["looking",{"card":"' + b"x" * 2_000_000 + b'"}]')
    line.end()
    running.look()


@pytest.mark.security("S53", "odd packets")
@pytest.mark.parametrize(
    "query",
    [
        "EIO=4&transport=polling",
        "EIO=3&transport=websocket",
        "EIO=x",
        "",
        "transport=websocket",
        "EIO=4&transport=websocket&sid=x",
    ]
    + ["EIO=4&transport=websocket&j=0", "EIO=4&transport=polling&sid=../../x&j=<script>", "EIO=4&transport=nothing"],
)
def test_an_odd_way_in_gets_an_answer(running, query):
    line = Line(running.port, query)
    assert line.answer[9:12] in (b"101", b"400", b"404"), line.answer
    line.end()
    running.look()


@pytest.mark.parametrize(
    ("path", "upgrade", "stays"),
    [
        ("/socket.io/", "websocket", True),
        ("/socket.io/", "WebSocket", True),
        ("/socket.io/", "", False),
        ("/sign-in", "websocket", False),
    ],
)
def test_every_call_ends_in_time_but_for_a_live_screen(path, upgrade, stays):
    late, during = mock.Mock(), []

    class Server:
        request = object()

        def get_environ(self):
            return {"PATH_INFO": path, "HTTP_UPGRADE": upgrade}

        def handle_one_request(self):
            self.get_environ()
            during.append(late.cancel.called)
            raise ConnectionError

    shut_after = mock.Mock(return_value=late)
    with pytest.raises(ConnectionError):
        ending(Server, 600, shut_after)().handle_one_request()
    shut_after.assert_called_once_with(600, Server.request)
    assert during == [stays]
    assert late.cancel.called, "a line that is kept open has a new hour for its next call"


@pytest.mark.security("S22", "places at the door")
def test_whoever_opens_lines_and_says_nothing_takes_no_more_than_a_share_of_the_room(running):
    held = [socket.create_connection(("127.0.0.1", running.port), timeout=10) for _ in range(PLACES + 5)]
    gone: set[socket.socket] = set()
    while len(gone) < 5:
        ended = select.select([one for one in held if one not in gone], [], [], 10)[0]
        assert ended, "everybody was let in"
        assert not any(one.recv(1) for one in ended)
        gone |= set(ended)
    other = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20, source_address=("127.0.0.2", 0))
    other.request("GET", "/sign-in")
    assert other.getresponse().status == 200
    other.close()
    for one in held:
        one.close()


TOLD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.security("S53", "odd packets")
def test_no_packets_whatever_make_the_room_fail(running):
    kinds = st.sampled_from(["40/live,", "42/live,", "43/live,1", "451-/live,", "4", "2", ""])

    def holds(said: list[tuple[str, object]]) -> None:
        line = Line(running.port)
        line.say(HELLO % running.token.encode())
        for kind, body in said:
            line.say(f"{kind}{json.dumps(body)}".encode())
        line.end()
        running.look()

    fuzz(st.lists(st.tuples(kinds, TOLD), max_size=5), holds)
