"""What a proxy could read otherwise than we do is refused whole, by both doors: one answer, and the connection ends.

And nginx before the doors, as docs/samples has it, speaks TLS alone, keeps nothing, and splits no request.
"""

import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.callers import Unread
from server.strict import REFUSED, Chunks, fit
from tests import doors
from tests.rig import free_ports

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "docs" / "samples"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PUBLIC, ROOM = "sr.example.org", "room.example.org"  # names that nginx answers to
WORDS = "canary zebra over the roof"
NEXT = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"  # the request that hides behind
BODY = b"5\r\ntext=\r\n0\r\n\r\n"
SERVES = """
import eventlet
eventlet.monkey_patch()
import eventlet.wsgi, sys
from server.strict import strict
def app(environ, start):
    body = environ["wsgi.input"].read()
    start("200 OK", [("X-Length", str(len(body)))])
    return [b"fine"]
listener = eventlet.listen(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
caller = strict(eventlet.wsgi.HttpProtocol, eventlet.wsgi.ChunkReadError)
eventlet.wsgi.server(listener, app, log_output=False, debug=False, protocol=caller)
"""


def head(*lines: bytes, first: bytes = b"POST / HTTP/1.1", end: bytes = b"\r\n") -> bytes:
    return end.join([first, b"Host: x", *lines, b"", b""])


LENGTH, CHUNKED = b"Content-Length: 5", b"Transfer-Encoding: chunked"
CORPUS = {
    "a length and chunks": head(LENGTH, CHUNKED) + BODY,
    "chunks and a length": head(CHUNKED, LENGTH) + BODY,
    "two lengths": head(LENGTH, b"Content-Length: 50") + b"text=",
    "the same length twice": head(LENGTH, LENGTH) + b"text=",
    "a list of lengths": head(b"Content-Length: 5, 5") + b"text=",
    "a length with a sign": head(b"Content-Length: +5") + b"text=",
    "a length below zero": head(b"Content-Length: -5") + b"text=",
    "a length with a line in it": head(b"Content-Length: 0_5") + b"text=",
    "a length in sixteens": head(b"Content-Length: 0x5") + b"text=",
    "a length in other digits": head("Content-Length: ٥".encode()) + b"text=",
    "no length at all": head(b"Content-Length:") + b"text=",
    "two ways of chunks": head(CHUNKED, CHUNKED) + BODY,
    "chunks of another kind": head(b"Transfer-Encoding: xchunked") + BODY,
    "chunks and more": head(b"Transfer-Encoding: chunked, identity") + BODY,
    "chunks last": head(b"Transfer-Encoding: gzip, chunked") + BODY,
    "chunks behind a tab": head(b"Transfer-Encoding:\x0bchunked") + BODY,
    "chunks in quotes": head(b'Transfer-Encoding: "chunked"') + BODY,
    "chunks in an old request": head(CHUNKED, first=b"POST / HTTP/1.0") + BODY,
    "a space before the colon": head(b"Transfer-Encoding : chunked") + BODY,
    "a space before the name": head(b" Transfer-Encoding: chunked") + BODY,
    "a folded line": head(b"X: y\r\n Transfer-Encoding: chunked") + BODY,
    "no name": head(b": chunked") + BODY,
    "no colon": head(b"Transfer-Encoding chunked") + BODY,
    "a line end alone": head(b"X: y\nTransfer-Encoding: chunked") + BODY,
    "a return alone": head(b"X: y\rTransfer-Encoding: chunked") + BODY,
    "line ends alone": head(LENGTH, end=b"\n") + b"text=",
    "a zero byte in a value": head(b"X: \0", LENGTH) + b"text=",
    "a zero byte in a name": head(b"Content\0-Length: 5") + b"text=",
    "two hosts": head(b"Host: y", LENGTH) + b"text=",
    "two kinds of content": head(b"Content-Type: text/plain", b"Content-Type: text/html", LENGTH) + b"text=",
    "two authorizations": head(b"Authorization: Bearer a", b"Authorization: Bearer b"),
    "two origins": head(b"Origin: https://a", b"Origin: https://b"),
    "two spaces in the first line": head(LENGTH, first=b"POST  / HTTP/1.1") + b"text=",
    "a tab in the first line": head(LENGTH, first=b"POST\t/ HTTP/1.1") + b"text=",
    "a space in the address": head(LENGTH, first=b"POST / x HTTP/1.1") + b"text=",
    "an address with a host": head(LENGTH, first=b"POST http://y/ HTTP/1.1") + b"text=",
    "another version": head(LENGTH, first=b"POST / HTTP/1.01") + b"text=",
    "no version": b"GET /\r\n",
    "a method that is none": head(first=b"G(T / HTTP/1.1"),
    "an empty line first": b"\r\n" + head(LENGTH) + b"text=",
}
WRONG_CHUNKS = {
    "a size with a sign": b"+5\r\ntext=\r\n0\r\n\r\n",
    "a size below zero": b"-5\r\ntext=\r\n0\r\n\r\n",
    "a size with 0x": b"0x5\r\ntext=\r\n0\r\n\r\n",
    "a size with a line in it": b"0_5\r\ntext=\r\n0\r\n\r\n",
    "a size behind a space": b" 5\r\ntext=\r\n0\r\n\r\n",
    "no size": b"\r\ntext=\r\n0\r\n\r\n",
    "a size of twenty digits": b"f" * 20 + b"\r\ntext=\r\n0\r\n\r\n",
    "a size's line end alone": b"5\ntext=\r\n0\r\n\r\n",
    "an extension with a line end": b"5;a\nb\r\ntext=\r\n0\r\n\r\n",
    "more than its size": b"5\r\ntext=more\r\n0\r\n\r\n",
    "a chunk's line end alone": b"5\r\ntext=\n0\r\n\r\n",
    "what is no field behind all": b"5\r\ntext=\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
    "a last line end alone": b"5\r\ntext=\r\n0\r\n\n",
}


def said_to(port: int, raw: bytes) -> bytes:
    """All that is answered until the door closes; a door that does not close fails here."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(raw)
        found = b""
        while more := caller.recv(65536):
            found += more
    return found


@pytest.fixture(scope="module")
def bare() -> Iterator[int]:
    """The server as both doors run it, with an application that answers 200 to all."""
    command = [sys.executable, "-W", "ignore", "-c", SERVES]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.kill()


@pytest.fixture(scope="module")
def public() -> Iterator[int]:
    """The public door as a process; its record is away."""
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="sr") as folder:
        env = {**doors.ENV, "DATA_DIR": folder, "REDIS_URL": "", "INTAKE_PORT": str(port), "PACK": "kh-2017"}
        process = subprocess.Popen(
            [sys.executable, "intake.py"], cwd=ROOT, env=os.environ | env, stderr=subprocess.PIPE
        )
        assert process.stderr
        assert any(b"is open" in line for line in process.stderr)
        assert said_to(port, CORPUS["two lengths"]) == REFUSED  # it tells the log of this one, whatever is tested
        yield port
        process.send_signal(signal.SIGTERM)
        written = process.communicate(timeout=15)[1]
        assert b"Traceback" not in written
        assert b"127.0.0.1" not in written
        assert b"could not be read" in written


@pytest.mark.security("S52", "smuggling")
@pytest.mark.parametrize("how", CORPUS)
def test_an_odd_request_gets_one_400_and_what_hides_behind_it_none(bare, public, how):
    for port in (bare, public):
        answer = said_to(port, CORPUS[how] + NEXT)
        assert answer == REFUSED or (how == "an empty line first" and not answer)


@pytest.mark.security("S52", "smuggling")
@pytest.mark.parametrize("how", WRONG_CHUNKS)
def test_what_hides_behind_odd_chunks_is_no_request(bare, public, how):
    for port in (bare, public):
        answer = said_to(port, head(CHUNKED) + WRONG_CHUNKS[how] + NEXT)
        assert answer.count(b"HTTP/1.") == 1
        assert answer[9:12] in (b"400", b"500")  # the bare application knows nothing of faults
        if port == public:
            assert answer.startswith(b"HTTP/1.1 400")


def test_what_cannot_be_read_is_counted_and_told_and_nothing_of_it(bare, public):
    def counted() -> int:
        with urlopen(f"http://127.0.0.1:{public}/health") as answer:
            return json.load(answer)["unread"]

    before = counted()
    odd = [CORPUS["two lengths"], head(CHUNKED) + WRONG_CHUNKS["no size"], b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n"]
    for raw in odd:
        said_to(public, raw)
    assert counted() - before == len(odd)


def test_the_log_is_told_of_what_cannot_be_read_once_a_minute(caplog):
    hour, noted = [0.0], []
    unread = Unread(lambda: noted.append(1), lambda: hour[0])
    for at in (0, 1, 59, 60, 61, 200):
        hour[0] = at
        unread.one()
    assert [record.getMessage().split()[0] for record in caplog.records] == ["1", "3", "2"]
    assert unread.count == len(noted) == 6


@pytest.mark.security("S52", "smuggling")
def test_both_doors_read_alike():
    for name in ("intake.py", "room.py"):
        text = (ROOT / name).read_text()
        assert text.count("wsgi.HttpProtocol") == text.count("strict(eventlet.wsgi.HttpProtocol") + text.count(
            "strict(wsgi.HttpProtocol"
        )
        assert "wsgi.HttpProtocol" in text


def test_what_is_right_is_read_one_by_one(bare):
    fine = head(LENGTH) + b"text=" + head(CHUNKED) + b"5;a=b\r\ntext=\r\n3 \r\nabc\r\n0\r\nX-Last: y\r\n\r\n" + head()
    ends = head(b"Connection: close", b"Content-Length: 0", b"X: \xe9\tz", first=b"POST /\xe9 HTTP/1.1")
    answer = said_to(bare, fine + ends)
    lengths = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"X-Length")]
    assert lengths == [b"5", b"8", b"0", b"0"]


PARTS = (
    *CORPUS.values(),
    head(LENGTH),
    NEXT,
    LENGTH + b"\r\n",
    CHUNKED + b"\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b":",
    b" ",
    b"\0",
)


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=8), max_size=8).map(b"".join))
@settings(max_examples=200)
def test_a_head_that_fits_has_one_length_and_no_line_that_another_would_read_otherwise(raw):
    first, *lines = raw.split(b"\n\n")[0].splitlines(keepends=True) or [b""]
    if fit(first, lines):
        whole = b"".join([first, *lines])
        assert whole.count(b"\n") == whole.count(b"\r\n") == whole.count(b"\r")
        names = [line.partition(b":")[0].lower() for line in lines]
        assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1


class Wire:
    """A file of these bytes, as a socket's."""

    def __init__(self, raw: bytes) -> None:
        file = BytesIO(raw)
        self.read, self.readline = file.read, file.readline


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5))
def test_chunks_that_are_right_are_read_whole(parts):
    raw = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    chunks, found = Chunks(Wire(raw), ValueError), []
    while size := int(chunks.readline(), 16):
        found.append(chunks.read(size))
        assert chunks.readline() == b"\r\n"
    assert found == parts


@dataclass(frozen=True)
class Front:
    """nginx with the public door behind it, and no room. `folder`: all that it could write to."""

    port: int
    folder: Path

    def tls(self, name: str = PUBLIC, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLSocket:
        """A connection of that version alone."""
        asks = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        asks.set_ciphers("ALL:@SECLEVEL=0")
        asks.minimum_version = asks.maximum_version = version
        return asks.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname=name)

    def says(self, raw: bytes, name: str = PUBLIC) -> bytes:
        """All that is answered until the connection ends."""
        found = b""
        with self.tls(name) as line:
            line.sendall(raw)
            while more := line.recv(65536):
                found += more
        return found


def certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, names = datetime.datetime.now(datetime.UTC), [x509.DNSName(each) for each in (PUBLIC, ROOM)]
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=True)
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def configuration(folder: Path, ports: dict[str, int]) -> Path:
    """The sample with names, ports and folders of this test."""
    text = (SAMPLES / "nginx.conf").read_text().replace("PUBLIC_NAME", PUBLIC).replace("ROOM_NAME", ROOM)
    text = re.sub(r"/etc/ssl/\w+\.pem", str(folder / "cert.pem"), text)
    text = re.sub(r"/etc/ssl/\w+\.key", str(folder / "key.pem"), text)
    for usual, port in ports.items():
        text = text.replace(usual, usual.replace(usual.split(":")[-1].split()[-1], str(port)))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    text = text.replace("http {", f"http {{ {paths}").replace("/run/nginx.pid", f"{folder}/pid")
    path = folder / "nginx.conf"
    path.write_text(text.replace("worker_processes auto", "worker_processes 1"))
    return path


@pytest.fixture(scope="module")
def front(public: int) -> Iterator[Front]:
    if NGINX is None:
        assert os.environ.get("CI") != "true", "CI has no nginx: these tests would be skipped."
        pytest.skip("There is no nginx on this machine.")
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="ng") as folder, socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else begins to
        nowhere = held.getsockname()[1]
        certificate(Path(folder))
        path = configuration(Path(folder), {"listen 443": port, "127.0.0.1:5001": public, "127.0.0.1:5000": nowhere})
        command = [NGINX, "-e", "stderr", "-c", str(path), "-g", "daemon off;"]
        nginx = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert nginx.stdout
        while not (Path(folder) / "pid").exists():
            assert nginx.poll() is None, nginx.stdout.read()
            time.sleep(0.01)
        yield Front(port, Path(folder))
        nginx.send_signal(signal.SIGTERM)
        said = nginx.communicate(timeout=15)[0]
        assert b"127.0.0.1" not in said
        assert b"canary" not in said


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
@pytest.mark.security("S51", "TLS")
def test_the_doors_speak_tls_of_today_and_nothing_else(front):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with front.tls(version=version) as line:
            assert line.version() == version.name.replace("_", ".")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.tls(version=ssl.TLSVersion.TLSv1_1)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.tls("another.example.org")
    answer = front.says(b"GET / HTTP/1.1\r\nHost: sr.example.org\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Strict-Transport-Security: max-age=31536000\r\n" in answer
    with socket.create_connection(("127.0.0.1", front.port), timeout=20) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: sr.example.org\r\n\r\n")
        assert plain.recv(12) == b"HTTP/1.1 400"


@pytest.mark.security("S48", "proxy")
def test_what_stands_before_the_doors_keeps_neither_who_called_nor_what_was_said(front):
    form = f"text={WORDS.replace(' ', '+')}".encode()
    size = str(len(form) + 200_000).encode()
    call = b"POST / HTTP/1.1\r\nHost: sr.example.org\r\nAccept: text/plain\r\nConnection: close\r\nContent-Length: "
    answer = front.says(
        call + size + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + form + b"+" * 200_000
    )
    assert b" 413 " in answer[:20] or b" 200 " in answer[:20]
    assert b" 200 " in front.says(call + str(len(form)).encode() + b"\r\n\r\n" + form)[:20]
    assert b" 502 " in front.says(b"GET /?canary HTTP/1.1\r\nHost: room.example.org\r\nConnection: close\r\n\r\n", ROOM)
    written = [path for path in front.folder.rglob("*") if path.is_file()]
    assert {path.name for path in written} == {"cert.pem", "key.pem", "nginx.conf", "pid"}
    assert not [path for path in written if b"canary" in path.read_bytes()]


@pytest.mark.security("S48", "proxy")
def test_no_sample_of_a_proxy_writes_a_line():
    nginx, caddy = (SAMPLES / "nginx.conf").read_text(), (SAMPLES / "Caddyfile").read_text()
    assert re.findall(r"^\s*(?:access|error)_log (.*);", nginx, re.M) == ["/dev/null emerg", "off"]
    assert re.findall(r"^\s*log .*\{\s*output (.*)$", caddy, re.M) == ["discard"]
    assert len(re.findall(r"\blog\b.*\{", caddy)) == 1
    assert re.findall(r"keepalive (\d+)s\n", caddy) == ["20", "20"], "the doors close after 30"
    assert caddy.count("protocols tls1.2 tls1.3") == caddy.count("tls /etc/ssl/") == 2
    assert {"proxy_request_buffering off;", "proxy_max_temp_file_size 0;"} <= {
        line.strip() for line in nginx.splitlines()
    }
    for said in (nginx, caddy):
        assert not re.search(r"listen (80|\[::\]:80)|http://(PUBLIC|ROOM)_NAME", said)


def test_one_address_holds_forty_calls_of_a_door_and_the_room_gets_none_in_part(front):
    half = b"POST / HTTP/1.1\r\nHost: room.example.org\r\nConnection: close\r\nContent-Length: 9\r\n\r\nhalf"
    with contextlib.ExitStack() as open_calls:
        for _ in range(40):
            open_calls.enter_context(front.tls(ROOM)).sendall(half)
        assert b" 503 " in front.says(half + b" end.", ROOM)[:20]
        fine = b"GET / HTTP/1.1\r\nHost: sr.example.org\r\nConnection: close\r\n\r\n"
        assert b" 200 " in front.says(fine)[:20], "the other door counts for itself"


@pytest.mark.security("S52", "smuggling")
def test_no_odd_request_through_it_becomes_two(front):
    fine = b"GET /away HTTP/1.1\r\nHost: sr.example.org\r\nConnection: close\r\n\r\n"
    usual = front.says(fine).partition(b"\r\n\r\n")[2]
    assert usual
    hidden = NEXT.replace(b"/health", b"/smuggled")
    for odd in (*CORPUS.values(), *(head(CHUNKED) + raw for raw in WRONG_CHUNKS.values())):
        said = front.says(odd.replace(b"Host: x", b"Host: sr.example.org") + hidden + fine)
        assert said.count(b"HTTP/1.1 ") <= 1 or said.endswith(usual), odd
        assert front.says(fine).partition(b"\r\n\r\n")[2] == usual, odd
