"""Two of each kind behind nginx as deploy/ has it: one of each is killed under load, and nobody misses anything."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from server import several
from tests.rig import PHRASE, Rig, console, free_ports, whole_room
from tests.test_strict import NGINX, PUBLIC, ROOM, certificate

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]
SAMPLE = Path(__file__).parent.parent.parent / "deploy" / "nginx.conf"
REPORTS = 300
PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Several:
    """A room of several processes, and nginx before it."""

    rig: Rig
    port: int
    folder: Path

    def ask(self, name: str, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes, str]:
        """One call by TLS: status, body, the cookies that were set."""
        asks = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=asks)
        line.sock = asks.wrap_socket(line._create_connection(("127.0.0.1", self.port), 20), server_hostname=name)
        try:
            line.request(method, path, body, {"Host": name, **{k.replace("_", "-"): v for k, v in headers.items()}})
            answer = line.getresponse()
            cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])
            return answer.status, answer.read(), cookies
        finally:
            line.close()

    def send(self, n: int) -> bool:
        """Send a report as Kannel does: until it is answered 200."""
        secret = self.rig.given.secrets["kannel"]
        said = {"from": f"+8551{n:07d}", "to": "1", "text": f"PR KD0123-7 report {n}", "id": f"m{n}", "k": secret}
        late = time.monotonic() + PATIENCE
        while time.monotonic() < late:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask(PUBLIC, "GET", f"/in/kannel?{urlencode({**said, 'charset': 'UTF-8'})}")[0] == 200:
                    return True
            time.sleep(0.1)
        return False

    def pid(self, name: str) -> int:
        """The process of this name in the Procfile's numbering."""
        for pid in self.rig.pids():
            with contextlib.suppress(OSError):
                if f"HONCHO_PROCESS_NAME={name}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes():
                    return pid
        return 0


@pytest.fixture(scope="module")
def room() -> Iterator[Several]:
    """Two intakes, two readers, two rooms, and nginx."""
    if NGINX is None:
        pytest.skip("There is no nginx on this machine.")
    folder = Path(tempfile.mkdtemp(prefix="sv"))
    [port, metrics] = free_ports(2)
    first = next(each for each in free_ports(60) if each < 60_000)
    more = {"INTAKES": "2", "READERS": "2", "ROOMS": "2", "ROOM_PORT": str(first), "METRICS_PORT": str(metrics)}
    more |= {"PROXY_FROM": "127.0.0.1", "PUBLIC_BASE_URL": f"https://{PUBLIC}", "ROOM_BASE_URL": f"https://{ROOM}"}
    with whole_room(folder, **more) as rig, before(rig, port, folder):
        yield Several(rig, port, folder)
    shutil.rmtree(folder)


@contextlib.contextmanager
def before(rig: Rig, port: int, folder: Path) -> Iterator[None]:
    """nginx by the sample, with names, ports and folders of this test."""
    certificate(folder)
    text = SAMPLE.read_text().replace("PUBLIC_NAME", PUBLIC).replace("ROOM_NAME", ROOM)
    text = re.sub(r"/etc/ssl/\w+\.pem", str(folder / "cert.pem"), text)
    text = re.sub(r"/etc/ssl/\w+\.key", str(folder / "key.pem"), text)
    ports = {"listen 443": f"listen {port}", ":5001 ": f":{rig.given.intake_port} "}
    ports |= {f":{5000 + several.NEXT * n} ": f":{own} " for n, own in enumerate(rig.given.room_ports)}
    for usual, own in ports.items():
        assert usual in text
        text = text.replace(usual, own)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(text.replace("http {", f"http {{ {paths}").replace("/run/nginx.pid", f"{folder}/pid"))
    command = [str(NGINX), "-e", "stderr", "-c", str(path)]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    nginx = subprocess.Popen([*command, "-g", "daemon off;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rig.until(lambda: (folder / "pid").exists(), 15, "nginx")
    try:
        yield
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait(15)


@pytest.mark.survival("R2", "two behind a proxy")
@pytest.mark.survival("R3", "another takes over")
def test_one_of_each_kind_is_killed_under_load_and_every_report_is_on_both_boards_once(room: Several) -> None:
    rig, sent, turn = room.rig, [], iter(range(REPORTS))
    assert all(room.pid(f"{kind}.{n}") for kind in several.KINDS for n in (1, 2))

    def callers() -> None:
        for n in turn:
            sent.append((n, room.send(n)))

    threads = [threading.Thread(target=callers) for _ in range(3)]
    for each in threads:
        each.start()
    for share, name in ((4, "intake.2"), (2, "reader.1"), (1.5, "room.2")):
        rig.until(lambda share=share: len(sent) > REPORTS / 2 / share, PATIENCE * 2, "half of the reports")
        os.kill(room.pid(name), signal.SIGKILL)
    for each in threads:
        each.join(PATIENCE * 3)
    assert sorted(n for n, accepted in sent if accepted) == list(range(REPORTS))
    token = rig.token("analyst")
    wanted = {f"PR KD0123-7 report {n}" for n in range(REPORTS)}
    for own in rig.given.room_ports:
        rig.until(lambda own=own: texts(rig, own, token) == sorted(wanted), PATIENCE * 2, f"every report on {own}")


def texts(rig: Rig, port: int, token: str) -> list[str]:
    """What the cards of the room at this port say; nothing while it is away."""
    found, before_ = [], ""
    while True:
        query = urlencode({"limit": 200, "before": before_})
        try:
            status, body = rig.ask(port, "GET", f"/api/v1/cards?{query}", Authorization=f"Bearer {token}")
        except OSError:
            return []
        if status != 200:
            return []
        page = json.loads(body)
        found += [card["text"] for card in page["cards"] if card["kind"] == "incident"]
        before_ = page["next"]
        if not before_:
            return sorted(found)


@pytest.mark.survival("R27", "the same picture")
def test_whoever_signed_in_by_the_proxy_goes_on_when_their_room_is_killed(room: Several) -> None:
    rig = room.rig
    rig.account("Amina", "analyst")
    kind = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{ROOM}"}
    body = urlencode({"name": "Amina", "passphrase": PHRASE})
    rig.until(lambda: room.ask(ROOM, "GET", "/sign-in")[0] == 200, PATIENCE, "the page to sign in")
    status, _, cookies = room.ask(ROOM, "POST", "/sign-in", body, **kind)
    assert status == 303
    before_ = room.ask(ROOM, "GET", "/api/v1/counts", Cookie=cookies)[1]
    for name in ("room.1", "room.2"):
        first = room.pid(name)
        os.kill(first, signal.SIGKILL)
        rig.until(lambda: room.ask(ROOM, "GET", "/api/v1/counts", Cookie=cookies)[0] == 200, 5, "the other room")
        rig.until(lambda name=name, first=first: room.pid(name) not in (0, first), PATIENCE, f"{name} again")
        own = rig.given.room_ports[int(name[-1]) - 1]
        rig.until(lambda own=own: answers(rig, own), PATIENCE, f"{name} answering")
    after = json.loads(room.ask(ROOM, "GET", "/api/v1/counts", Cookie=cookies)[1])
    assert after["total"] == json.loads(before_)["total"]


def answers(rig: Rig, port: int) -> bool:
    """Whether a room answers there."""
    try:
        return rig.ask(port, "GET", "/health")[0] == 200
    except OSError:
        return False


@pytest.mark.survival("R2", "two behind a proxy")
def test_a_lock_ends_all_of_each_kind_and_unlocking_brings_all_back(room: Several) -> None:
    rig, stick = room.rig, room.folder / "stick"
    console(rig.env, "master", "copy", str(stick))
    console(rig.env, "lock")
    names = [f"{kind}.{n}" for kind in several.KINDS for n in (1, 2)]
    rig.until(lambda: room.pid("sealed.1") and not any(map(room.pid, names)), PATIENCE, "the lock")
    assert room.send(REPORTS + 1), "it is kept, sealed"
    opens = partial(console, rig.env, "unlock", "--file", str(stick))
    rig.until(lambda: "The room opens" in opens(), PATIENCE, "the keeper, which takes the key")
    rig.until(lambda: all(map(room.pid, names)) and not room.pid("sealed.1"), PATIENCE * 2, "all of each kind")
    token = rig.token("analyst")
    for own in rig.given.room_ports:
        rig.until(lambda own=own: f"PR KD0123-7 report {REPORTS + 1}" in texts(rig, own, token), PATIENCE, "the report")


@pytest.mark.survival("R3", "one that stops is an alarm")
def test_every_process_beats_and_one_that_is_stopped_is_an_alarm_until_it_goes_on(room: Several) -> None:
    rig, token = room.rig, room.rig.token("security_lead")

    def operations() -> dict[str, object]:
        body = rig.ask(rig.given.room_port, "GET", "/api/v1/operations", Authorization=f"Bearer {token}")[1]
        found: dict[str, object] = json.loads(body)
        return found

    def state(name: str) -> str:
        rows = operations().get("processes", [])
        return next((row["state"] for row in rows if row["name"] == name), "")  # type: ignore[attr-defined]

    kinds = {"intake": 2, "reader": 2, "room": 2, "courier": 1, "lookout": 1, "ledger": 1, "learner": 1}
    names = [f"{kind}.{n}" for kind, most in kinds.items() for n in range(1, most + 1)]
    rig.until(lambda: all(state(name) == "lively" for name in names), PATIENCE, "every beat")
    pid = room.pid("reader.2")
    os.kill(pid, signal.SIGSTOP)
    try:
        rig.until(lambda: state("reader.2") == "silent", PATIENCE, "the alarm")
        alarms = operations()["alarms"]
        assert ("process_silent", "reader.2") in [(each["kind"], each["about"]) for each in alarms]  # type: ignore[attr-defined]
        metrics = rig.ask(rig.given.metrics_port, "GET", "/metrics")[1].decode()
        assert 'situationroom_process_up{process="reader.2"} 0' in metrics
        assert 'situationroom_process_up{process="reader.1"} 1' in metrics
    finally:
        os.kill(pid, signal.SIGCONT)
    rig.until(lambda: state("reader.2") == "lively", PATIENCE, "the beat")
