"""Where no gateway can reach us we fetch; nothing is marked as fetched before our own door says that it is safe."""

import contextlib
import imaplib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from ingest import fetch
from ingest.spool import Full
from server import settings
from tests import doors
from tests.callers.email import mail
from tests.rig import free_ports

ROOT = Path(__file__).parent.parent
USER, PASSWORD = "room@example.org", "a made-up mailbox password"
TOKEN = "123456:made-up-bot-token"


@contextlib.contextmanager
def listening(app, port: int):
    """The door on a port."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


# a real IMAP server, with TLS before it


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for this machine, with its key in the same file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def tls_before(port: int, certificate: Path):
    """A port that speaks TLS, and hands on to a plain one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    outside = socket.create_server(("127.0.0.1", 0))

    def hand_on(taken: socket.socket) -> None:
        with (
            taken,
            contextlib.suppress(OSError),
            context.wrap_socket(taken, server_side=True) as caller,
            socket.create_connection(("127.0.0.1", port)) as inside,
        ):
            back = threading.Thread(target=pump, args=(inside, caller), daemon=True)
            back.start()
            pump(caller, inside)
            back.join()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=hand_on, args=outside.accept()[:1], daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield outside.getsockname()[1]
    finally:
        outside.close()


@pytest.fixture(scope="module")
def imap():
    """The plain port of pymap, a real IMAP server, with one mailbox in memory."""
    [port] = free_ports(1)
    command = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    command += ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(10)


@contextlib.contextmanager
def mailbox(port: int):
    with imaplib.IMAP4("127.0.0.1", port) as server:
        server.login(USER, PASSWORD)
        server.select("INBOX")
        yield server


def unread(port: int) -> int:
    with mailbox(port) as server:
        return len(server.uid("SEARCH", "UNSEEN")[1][0].split())


def put(port: int, *mails: bytes) -> None:
    """Only these in the mailbox, unread."""
    with mailbox(port) as server:
        server.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
        server.expunge()
        for raw in mails:
            server.append("INBOX", "", "", raw.replace(b"\n", b"\r\n"))


@pytest.fixture
def post(tmp_path, log, imap, certificate, monkeypatch):
    """The door, its port, the mailbox's fetcher."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    [port] = free_ports(1)
    with tls_before(imap, certificate) as secure:
        env = {"GATEWAYS": "email", "INTAKE_PORT": str(port), "EMAIL_HOST": f"localhost:{secure}", "EMAIL_USER": USER}
        env |= {"EMAIL_PASSWORD": PASSWORD}
        door = doors.build(tmp_path, log, **env)
        given = settings.read({**doors.ENV, "DATA_DIR": str(tmp_path), **env})
        yield door, port, fetch.Mailbox(given, fetch.Door(given, lambda: datetime.now(UTC))), env


def test_unread_mails_become_reports_and_are_read_only_once_they_are_safe(post, imap):
    door, port, box, _ = post
    put(imap, mail("first", id="f-1"), mail("ខ្ញុំ", id="f-2"))
    with pytest.raises(OSError):  # noqa: PT011 - the door is not open yet
        box.step()
    assert unread(imap) == 2
    with listening(door.client.application, port):
        box.step()
        assert unread(imap) == 0
        put(imap, mail("third", id="f-3"))
        box.step()
        box.step()
    assert [body["text"] for body in door.bodies()] == ["first", "ខ្ញុំ", "third"]
    assert len(door.reports()) == 3


def test_what_the_door_cannot_keep_stays_unread_and_does_not_stand_before_the_rest(post, imap, monkeypatch):
    door, port, box, _ = post
    put(imap, mail("bad", id="g-1"), mail("good", id="g-2"))
    accept = door.intake.accept

    def full(message):
        if message.text == "bad":
            raise Full
        return accept(message)

    monkeypatch.setattr(door.intake, "accept", full)
    with listening(door.client.application, port):
        with pytest.raises(fetch.Kept):
            box.step()
        assert (unread(imap), [body["text"] for body in door.bodies()]) == (1, ["good"])


def test_a_very_long_mail_is_cut_and_does_not_block_the_mailbox(post, imap):
    door, port, box, _ = post
    put(imap, mail("long", id="h-1") + b"x" * (fetch.email.LONGEST_BODY + 1000), mail("short", id="h-2"))
    with listening(door.client.application, port):
        box.step()
    assert unread(imap) == 0
    assert door.bodies()[1]["text"] == "short"


@pytest.mark.security("S20", "certificates")
def test_a_mailbox_whose_certificate_is_not_trusted_is_not_asked(post, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    with pytest.raises(ssl.SSLError):
        post[2].step()


# Telegram, as a fake of our own that keeps updates as getUpdates does


class FakeTelegram(BaseHTTPRequestHandler):
    """Not Telegram: hands out `updates` from the asked offset on, notes the offsets; 409 when there is a webhook."""

    updates: list[dict]
    offsets: list[int]
    webhook = False

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server asks for
        asked = urlsplit(self.path)
        offset = int(parse_qs(asked.query)["offset"][0])
        self.offsets.append(offset)
        right = asked.path == f"/bot{TOKEN}/getUpdates"
        status = 409 if self.webhook else 200 if right else 401
        body = json.dumps(
            {"ok": status == 200, "result": [u for u in self.updates if u["update_id"] >= offset]}
        ).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def update(number: int, text: str) -> dict:
    person = {"id": 77, "is_bot": False, "first_name": "A"}
    said = {
        "message_id": number,
        "from": person,
        "chat": {"id": 77, "type": "private"},
        "date": 1496547600,
        "text": text,
    }
    return {"update_id": 1000 + number, "message": said}


@pytest.fixture
def bot(tmp_path, log, monkeypatch):
    """The door, its port, the fake, the fetcher."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fake = type("Fake", (FakeTelegram,), {"updates": [update(n, f"late {n}") for n in range(3)], "offsets": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    [port] = free_ports(1)
    env = {"GATEWAYS": "telegram", "INTAKE_PORT": str(port), "TELEGRAM_FETCH": "yes", "TELEGRAM_BOT_TOKEN": TOKEN}
    env |= {"TELEGRAM_API": f"http://127.0.0.1:{server.server_port}"}
    door = doors.build(tmp_path, log, **env)
    given = settings.read({**doors.ENV, "DATA_DIR": str(tmp_path), **env})
    yield door, port, fake, fetch.Telegram(given, fetch.Door(given, lambda: datetime.now(UTC))), env
    server.shutdown()
    server.server_close()


def test_telegram_is_asked_for_the_next_message_only_when_the_last_is_safe(bot):
    door, port, fake, source, _ = bot
    with pytest.raises(OSError):  # noqa: PT011 - the door is not open yet
        source.step()
    with listening(door.client.application, port):
        source.step()
        fake.updates.append(update(3, "late 3"))
        source.step()
        source.step()
    assert fake.offsets == [0, 0, 1003, 1004]
    assert [body["text"] for body in door.bodies()] == [f"late {n}" for n in range(4)]
    assert {report.gateway for report in door.reports()} == {"telegram"}


def test_an_update_that_is_too_long_does_not_stand_before_all_others(bot, caplog):
    door, port, fake, source, _ = bot
    fake.updates.insert(1, {"update_id": 1000, "message": {"text": "x" * 70_000}})
    with listening(door.client.application, port):
        source.step()
    assert [body["text"] for body in door.bodies()] == [f"late {n}" for n in range(3)]
    assert "too long for the door" in caplog.text


def test_a_bot_that_has_a_webhook_is_said_so_without_its_token(bot, caplog):
    _, _, fake, source, _ = bot
    fake.webhook = True
    with pytest.raises(OSError):  # noqa: PT011 - as urllib tells it
        source.step()
    assert "this bot has a webhook" in caplog.text
    assert TOKEN not in caplog.text


# as a process


def test_the_fetcher_as_a_process_brings_messages_and_leaves_when_told(bot, tmp_path):
    door, port, fake, _, env = bot
    whole = {**os.environ, **doors.ENV, "DATA_DIR": str(tmp_path), **env}
    with listening(door.client.application, port):
        process = subprocess.Popen([sys.executable, "-m", "ingest.fetch"], cwd=ROOT, env=whole, stderr=subprocess.PIPE)
        late = time.monotonic() + 60
        while not fake.offsets or fake.offsets[-1] != 1003:
            assert process.poll() is None
            assert time.monotonic() < late
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 0
    assert len(door.reports()) == 3
    assert "Messages of telegram are fetched." in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("env", "found"),
    [
        ({"GATEWAYS": "kannel"}, set()),
        ({"GATEWAYS": "telegram"}, set()),
        ({"GATEWAYS": "telegram,email", "TELEGRAM_FETCH": "yes", "TELEGRAM_BOT_TOKEN": TOKEN}, {"telegram", "email"}),
    ],
)
def test_only_what_is_set_up_is_fetched(env, found):
    assert set(fetch.sources(settings.read({**doors.ENV, **env}))) == found


def test_fetching_from_telegram_needs_the_bots_token():
    with pytest.raises(SystemExit, match="TELEGRAM_BOT_TOKEN is not set: TELEGRAM_FETCH needs it"):
        settings.read({**doors.ENV, "GATEWAYS": "telegram", "TELEGRAM_FETCH": "yes"})


def test_a_mailbox_that_answers_a_search_with_nothing_at_all_is_empty(post, monkeypatch):
    """Some servers leave out the line that would say so."""
    monkeypatch.setattr(imaplib.IMAP4, "uid", lambda self, *words: ("OK", [None]))
    post[2].step()


@pytest.mark.security("S20", "no redirect when fetching")
def test_nobody_is_followed_to_another_address_with_the_bots_token(bot, monkeypatch):
    *_, fake, source, _ = bot

    def elsewhere(self) -> None:
        self.offsets.append(-1)
        self.send_response(302)
        self.send_header("Location", self.path if len(self.offsets) < 5 else "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(fake, "do_GET", elsewhere)
    with pytest.raises(OSError):  # noqa: PT011 - as urllib tells it
        source.step()
    assert len(fake.offsets) == 1
