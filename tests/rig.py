"""A whole room as `make run` starts it, on ports of its own, for tests and measurements that need every process."""

import contextlib
import hmac
import http.client
import io
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from server import seal, settings
from server.alone import MARK
from server.settings import Settings
from tests import fitted

ROOT = Path(__file__).resolve().parent.parent
PHRASE = "seven green boats on a quiet lake"


class Typed:
    """Lines that somebody sends by standard input, each when it is asked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return next((f"{line}\n" for line in self._lines), "")


def console(env: Mapping[str, str], *words: str, said: Iterable[str] = ()) -> str:
    """What a command printed, also when it was refused: run here, where all that it needs is loaded already."""
    from server.__main__ import main  # a program

    out = io.StringIO()
    with (
        mock.patch.dict(os.environ, env),
        mock.patch("sys.stdin", Typed(said)),
        mock.patch("server.__main__.keep_inside"),
        contextlib.redirect_stdout(out),
    ):
        try:
            main(list(words))
        except SystemExit as refusal:
            print(refusal)
    return out.getvalue()


def _own_ports() -> Iterator[int]:
    """Ports of this process of tests alone, again and again: below those that the system gives to callers, of which one
    that was free is somebody's a moment later."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    block = 11_000 + 2_000 * (int(worker or os.getpid()) % 10)
    for n in itertools.count(os.getpid()):
        yield block + n % 2_000


_ports = _own_ports()


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on just now."""
    found: list[int] = []
    while len(found) < n:
        port = next(_ports)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
    return found


@dataclass
class Rig:
    """One room: its settings, its process, what it printed."""

    folder: Path
    env: dict[str, str]
    given: Settings
    process: subprocess.Popen[bytes] | None = None
    output: Path = field(init=False)

    def __post_init__(self) -> None:
        self.output = self.folder / "output.log"

    def start(self) -> None:
        """Start, and wait for the banner."""
        command = [sys.executable, "-m", "server.run"]
        with self.output.open("ab") as out:
            begun = self.output.stat().st_size
            environ = {**os.environ, **self.env}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out)
        self.until(lambda: b"Ctrl-C stops everything" in self.output.read_bytes()[begun:], 60, "the banner")

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def pids(self) -> list[int]:
        """Every process of this room but the one that runs them."""
        mark = f"{MARK}={self.given.data_dir.absolute()}\0".encode()
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in environ.read_bytes():
                    found.append(int(environ.parent.name))
        return found

    def kill(self) -> None:
        """As a pulled plug does: every process at once, the runner first."""
        assert self.process
        self.process.kill()
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def ask(self, port: int, method: str, path: str, body: bytes | str = "", **headers: str) -> tuple[int, bytes]:
        """One request on a new connection; header names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body.encode() if isinstance(body, str) else body, named)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def token(self, role: str) -> str:
        """A token from the console."""
        return console(self.env, "tokens", "add", "--role", role).split("token ")[1].strip()

    def account(self, name: str, role: str, organisation: str = "") -> None:
        """An account from the console, with PHRASE."""
        words = ("users", "add", name, "--role", role, "--organisation", organisation, "--password-stdin")
        assert "can sign in" in console(self.env, *words, said=[PHRASE])

    def cards(self, token: str) -> list[dict[str, Any]]:
        """Every card that the token's role may see."""
        found, before = [], ""
        while True:
            query = urlencode({"limit": 200, "before": before})
            port = self.given.room_port
            status, body = self.ask(port, "GET", f"/api/v1/cards?{query}", Authorization=f"Bearer {token}")
            assert status == 200, body
            page = json.loads(body)
            found += page["cards"]
            before = page["next"]
            if not before:
                return found

    def seat(self, name: str) -> dict[str, str]:
        """The headers of somebody who signed in by the form: whose requests are a person's, not a program's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.given.room_port, timeout=60)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", urlencode({"name": name, "passphrase": PHRASE}), kind)
        cookie = (connection.getresponse().getheader("Set-Cookie") or "").partition(";")[0]
        connection.close()
        page = self.ask(self.given.room_port, "GET", "/", Cookie=cookie)[1].decode()
        return {"Cookie": cookie, "X_CSRF": page.partition('name="csrf" content="')[2].partition('"')[0]}

    def tick(self, card: str, who: dict[str, str], *steps: str) -> None:
        """Steps of verification, written down as done by whoever has these headers, so that the room knows them."""
        port, path = self.given.room_port, f"/api/v1/incidents/{card}"
        kind = {**who, "Content_Type": "application/json"}
        for step in steps:
            body = json.dumps({"step": step, "outcome": "done"})
            assert self.ask(port, "POST", f"{path}/checks", body, **kind)[0] == 202

        def known() -> bool:
            page = json.loads(self.ask(port, "GET", path, **kind)[1])
            return set(steps) <= set(page["card"]["steps"])

        self.until(known, 10, "the steps that were taken")

    def until(self, holds: Any, seconds: float, what: str) -> None:
        """Wait until something holds."""
        late = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < late, (
                f"{what} did not come within {seconds} s:\n{self.output.read_text()[-3000:]}"
            )
            time.sleep(0.05)

    def send(self, door: str, sender: str, text: str, message_id: str = "") -> int:
        """Send a message through one of the doors, as its gateway would. The HTTP status."""
        message_id = message_id or str(uuid.uuid4())
        return getattr(self, f"_{door}")(sender, text, message_id)

    def _kannel(self, sender: str, text: str, message_id: str) -> int:
        secret = self.given.secrets["kannel"]
        query = urlencode(
            {"from": sender, "to": "1234", "text": text, "id": message_id, "charset": "UTF-8", "k": secret}
        )
        return self.ask(self.given.intake_port, "GET", f"/in/kannel?{query}")[0]

    def _twilio(self, sender: str, text: str, message_id: str) -> int:
        fields = {"MessageSid": message_id, "AccountSid": "AC1", "From": sender, "To": "1234", "Body": text}
        signer = RequestValidator(self.given.secrets["twilio"])  # as the vendor's own package signs
        signed = signer.compute_signature(f"{self.given.public_base_url}/in/twilio", fields)
        kind = {"Content_Type": "application/x-www-form-urlencoded", "X_Twilio_Signature": signed}
        return self.ask(self.given.intake_port, "POST", "/in/twilio", urlencode(fields), **kind)[0]

    def _smsgate(self, sender: str, text: str, message_id: str) -> int:
        payload = {"messageId": "1", "message": text, "sender": sender, "receivedAt": "2026-06-22T07:16:11.000+07:00"}
        body = json.dumps({"deviceId": message_id, "event": "sms:received", "id": message_id, "payload": payload})
        at = str(int(time.time()))
        signed = hmac.new(self.given.secrets["smsgate"].encode(), (body + at).encode(), sha256).hexdigest()
        kind = {"Content_Type": "application/json", "X_Timestamp": at, "X_Signature": signed}
        return self.ask(self.given.intake_port, "POST", "/in/smsgate", body, **kind)[0]

    def _generic(self, sender: str, text: str, message_id: str) -> int:
        fields = urlencode({"from": sender, "text": text, "id": message_id})
        kind = {"Content_Type": "application/x-www-form-urlencoded", "X_Secret": self.given.secrets["generic"]}
        return self.ask(self.given.intake_port, "POST", "/in/generic", fields, **kind)[0]

    def _form(self, sender: str, text: str, message_id: str) -> int:
        fields = urlencode({"text": text, "phone": sender, "id": message_id})
        kind = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        return self.ask(self.given.intake_port, "POST", "/", fields, **kind)[0]


DOORS = ("kannel", "twilio", "smsgate", "generic", "form")


@contextlib.contextmanager
def whole_room(folder: Path, fits: bool = False, **more: str) -> Iterator[Rig]:
    """A room in `folder`, started and, in the end, stopped. `fits`: whether it fits its first model itself."""
    rig = prepared(folder, **more)
    if not fits:
        fitted.put(rig.given)
    rig.start()
    try:
        yield rig
    finally:
        if rig.process and rig.process.poll() is None:
            rig.stop()


def prepared(folder: Path, **more: str) -> Rig:
    """A room that is set up, on ports of its own, and not started yet."""
    room_port, intake_port = free_ports(2)
    secrets = {name: f"a secret for {name.lower()} only" for name in [*settings.SECRETS.values(), "REHEARSAL_SECRET"]}
    ports = {"ROOM_PORT": str(room_port), "INTAKE_PORT": str(intake_port)}
    unset = {"REDIS_URL": "", "PUBLIC_BASE_URL": "", "ROOM_BASE_URL": "", "GENERIC_FIELDS": "", "GATEWAYS": ""}
    unset |= {"TEXTS": "", "TEXTS_BY": "", "PYTHONDONTWRITEBYTECODE": ""}  # compiled once, not by each process
    env = {**unset, **secrets, **ports, "DATA_DIR": str(folder / "data"), **more}
    rig = Rig(folder, env, settings.read(env))
    kept = os.umask(0o077)  # as commands have it
    seal.make_keys(rig.given.data_dir / "keys")
    os.umask(kept)
    return rig
