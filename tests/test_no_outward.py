"""We ask no address that came from outside: who may call out is a list, and nobody who reads a report ever does."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from server import events
from tests import doors
from tests.callers import SENDER, samples
from tests.test_line import FILES, imports

CALLS_OUT = {  # module -> where the address comes from
    "ingest.fetch": "settings: TELEGRAM and MAIL; our own door",
    "ingest.handed": "settings: our own door",
    "ingest.crowd": "settings: our own door, for a rehearsal",
    "ingest.replay": "settings: our own doors",
    "ingest.gammu_folder": "the command line: our own door",
    "server.locking.shutting": "settings: our own doors, whether they answer",
    "server.texting.drivers": "settings: the gateway that sends",
}
NO_CALL = {
    "room": "options of its own socket",
    "intake": "the same",
    "ingest.passing": "how to look at what came on a caller's line",
    "server.reached": "options of the connection to the record",
    "server.alone": "a lock between rooms of this machine",
    "server.locking.keeping": "a file's name: who keeps the keys",
    "server.locking.keeper": "the same",
    "server.locking.shut": "its own listener, while the room is locked",
}
TOOLS = {
    *(
        "socket",
        "ssl",
        "http.client",
        "urllib.request",
        "ftplib",
        "imaplib",
        "poplib",
        "smtplib",
        "nntplib",
        "telnetlib",
    ),
    *("xmlrpc.client", "asyncio", "requests", "httpx", "urllib3", "aiohttp", "websocket", "dns", "webbrowser"),
}
SAMPLES = samples()


def places(port: int) -> list[str]:
    """Addresses of this machine in all the ways that hide what they are, and names that lead to it."""
    hosts = ["127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"]
    hosts += ["localhost", "rebind.example.org", "169.254.169.254", "user:word@127.0.0.1", "127.0.0.1.nip.io"]
    return [f"{scheme}://{host}:{port}/x.jpg" for host in hosts for scheme in ("http", "https", "ftp", "gopher")]


heard: list[list[Any]] = []


def _hook(event: str, details: tuple[Any, ...]) -> None:
    if heard and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen"):
        address = details[1] if event == "socket.connect" else details[0]
        if not isinstance(address, str) or event != "socket.connect":  # the record is a file's name
            heard[-1].append((event, address))


sys.addaudithook(_hook)


@contextmanager
def hearing() -> Iterator[list[Any]]:
    """Every address that this process asks for meanwhile, but the record's."""
    heard.append([])
    try:
        yield heard[-1]
    finally:
        heard.pop()


@pytest.mark.security("S20", "who may call out")
def test_only_named_modules_can_call_out_at_all():
    found = {name for name, path in FILES.items() if imports(path) & TOOLS}
    assert found == {*CALLS_OUT, *NO_CALL}


@pytest.mark.security("S20", "who may call out")
def test_no_process_that_opens_reports_loads_what_calls_out():
    """The reader and the door, and all that they are made of."""
    seen, waiting = set(), ["server.reader", "intake"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [each for each in imports(FILES[name]) if each in FILES]
    assert {
        "server.reading.readings",
        "ingest.gateways.telnyx" if "ingest.gateways.telnyx" in seen else "ingest.door",
    } <= seen
    assert not seen & set(CALLS_OUT)


@pytest.mark.security("S20", "a listener hears nothing")
def test_a_listener_named_in_every_field_of_every_gateway_is_never_asked(tmp_path, log, new_reader):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        where, env = places(port), {}
        for sample in SAMPLES.values():
            env |= sample.SETTINGS
        door = doors.build(tmp_path, log, GATEWAYS=",".join(SAMPLES), **env)
        reader = new_reader()
        with hearing() as asked:
            for number, (name, sample) in enumerate(sorted(SAMPLES.items())):
                words = f"PR KD0123 {' '.join(where)} <img src={where[0]}>"
                for call in (
                    sample.call(words, SENDER, f"m-{number}"),
                    sample.call("PR KD0123", where[number % len(where)], f"n-{number}"),
                    sample.call("PR KD0123", SENDER, where[number % len(where)]),
                ):
                    assert door.client.open(**call).status_code < 500, name
            media = {f"MediaUrl{n}": each for n, each in enumerate(where)} | {"NumMedia": str(len(where))}
            assert door.client.open(**doors.twilio(**media, MessageSid="mms")).status_code == 200
            form = {"text": where[0], "station": where[1], "phone": where[2], "lang": where[3], "pin": where[4]}
            assert door.client.post("/", data=form).status_code == 200
            while reader.step():
                pass
        assert asked == []
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    facts = [raw.fact().event for raw in log.read(count=10**6)]
    assert sum(isinstance(fact, events.ReportRead) for fact in facts) >= len(SAMPLES)


def test_the_ear_hears_what_is_asked():
    with hearing() as asked, socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname()).close()
    assert {event for event, _ in asked} == {"socket.connect", "socket.getaddrinfo"}
