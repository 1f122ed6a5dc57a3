"""The swift way of a gateway's call: what it answers and keeps is what the long way answers and keeps, byte by byte."""

import dataclasses
import re
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ingest.gateways import Call
from ingest.lines import drafts_of
from ingest.quarantine import opened
from ingest.swift import Swift
from server import seal
from tests import doors
from tests.test_intake_process import Process, env, let_go, wait_until  # noqa: F401 - a fixture
from tests.test_strict import CORPUS

SWIFT_ALONE = "intake.Strict.get_environ = None"  # whatever goes the long way there ends without an answer
LONG_ALONE = "intake.Swift = lambda *said: None"
FULL = (  # from when the door is open
    "import resource as r; most = r.getrlimit(r.RLIMIT_FSIZE)[1]; "
    "intake.eventlet.spawn_after(0, r.setrlimit, r.RLIMIT_FSIZE, (0, most))"
)
OURS = b"Host: sr.example.org"
ENDS = b"Connection: close"


def raw(call: dict, *lines: bytes, version: bytes = b"1.1") -> bytes:
    """A call of `doors` as it goes over the wire."""
    query = f"?{call['query_string']}" if call.get("query_string") else ""
    body = call.get("data", b"")
    body = body.encode() if isinstance(body, str) else body
    said = [f"{name}: {value}".encode() for name, value in call.get("headers", {}).items()]
    if "content_type" in call:
        said += [f"Content-Type: {call['content_type']}".encode(), b"Content-Length: %d" % len(body)]
    first = f"{call['method']} {call['path']}{query} HTTP/".encode() + version
    return b"\r\n".join([first, *lines, *said, b"", b""]) + body


def kannel(query: str) -> dict:
    return {"method": "GET", "path": "/in/kannel", "query_string": query}


SECRET = f"k={doors.ENV['KANNEL_SECRET']}"
CALLS = {
    **{name: raw(call(), OURS, ENDS) for name, call in doors.CALLS.items()},
    "again": raw(doors.kannel(), OURS, ENDS),
    "a wrong secret": raw(doors.kannel(k="wrong"), OURS, ENDS),
    "a wrong secret, and JSON asked for": raw(doors.kannel(k="wrong"), OURS, ENDS, b"Accept: application/json"),
    "no secret": raw(kannel(""), OURS, ENDS),
    "a secret twice": raw(kannel(f"{SECRET}&{SECRET}&text=x"), OURS, ENDS),
    "nothing but the secret": raw(kannel(SECRET), OURS, ENDS),
    "a receipt": raw(kannel(f"{SECRET}&dlr=1&id=77"), OURS, ENDS),
    "a receipt of nothing": raw(kannel(f"{SECRET}&dlr=99"), OURS, ENDS),
    "no UTF-8": raw(kannel(f"{SECRET}&id=8&text=%ff%00%f0%9f%98%80&from=%2B85512345678"), OURS, ENDS),
    "odd marks": raw(kannel(f"{SECRET}&id=9&text=a%26b?c=d;e&&=x&y"), OURS, ENDS),
    "by POST": raw(
        {"method": "POST", "path": "/in/kannel", "data": f"{SECRET}&text=late&id=10", "content_type": doors.FORM},
        OURS,
        ENDS,
    ),
    "a form of no kind": raw(
        {"method": "POST", "path": "/in/kannel", "query_string": SECRET, "data": "text=late", "content_type": "a/b"},
        OURS,
        ENDS,
    ),
    "a length of nothing": raw(doors.kannel(id="11"), OURS, ENDS, b"Content-Length: 0"),
    "a body nobody asked for": raw(doors.kannel(id="12"), OURS, ENDS, b"Content-Length: 4") + b"abcd",
    "an old version": raw(doors.kannel(id="13"), OURS, version=b"1.0"),
    "names with a line below": raw(doors.kannel(id="14"), OURS, ENDS, b"X_Rehearsal: 1", b"Content_Type: a/b"),
    "a rehearsal": raw(doors.kannel(id="15"), OURS, ENDS, b"X-Rehearsal: made-up-rehearsal-secret"),
    "a rehearsal with no secret": raw(doors.kannel(id="16"), OURS, ENDS, b"X-Rehearsal: no"),
    "a rehearsal said twice": raw(doors.kannel(id="17"), OURS, ENDS, *[b"x-rehearsal: made-up-rehearsal-secret"] * 2),
    "over Tor": raw(doors.kannel(id="18"), b"Host: " + b"a" * 56 + b".onion", ENDS),
    "over Tor, with a port": raw(doors.kannel(id="19"), b"Host: " + b"a" * 56 + b".onion:80", ENDS),
    "odd case": raw(doors.kannel(id="20"), b"hOST:sr.example.org", b"connection: Close"),
    "spaces": raw(doors.kannel(id="21"), b"Host: \t sr.example.org", b"Connection:\tclose"),
}
REFUSED = [  # what is refused is kept as it was read, headers and all
    [b"X_Rehearsal: 1", b"Content_Type: a/b", b"x-one: 1"],
    [b"X-One: 1", b"x-one: 2", b"Cookie: a=b", b"Cookie: c"],
    [b"Content-Type: text/html; charset=x", b"Content-Length: 0"],
    [b"X-Empty:", b"!#$%&'*+.^`|~: odd", b"x-Tab:a\tb"],
    [b"X-Forwarded-For: 203.0.113.9", b"Authorization: Basic bWFkZS11cA==", b"Accept: */*"],
]
CALLS |= {f"refused {n}": raw(doors.kannel(k=f"wrong{n}"), OURS, ENDS, *each) for n, each in enumerate(REFUSED)}
STAYING = {
    "a new version": raw(doors.kannel(id="30"), OURS),
    "who asks to stay": raw(doors.kannel(id="31"), OURS, b"Connection: Keep-Alive"),
    "an old version that asks to stay": raw(doors.kannel(id="32"), OURS, b"Connection: keep-alive", version=b"1.0"),
    "a wrong secret": raw(doors.kannel(k="wrong"), OURS),
}


def answered(port: int, said: bytes) -> bytes:
    """All that is answered until the connection ends, but for the hour and what is by chance."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(said)
        told = b""
        while more := caller.recv(10000):
            told += more
    assert told.startswith(b"HTTP/1.1 ")
    return re.sub(rb"Date: [^\r]+ GMT|[0-9a-f]{8}(?=[)\"])", b"*", told)


def refused(folder: Path) -> list[Call]:
    """What was refused, as it was read."""
    opener = seal.Opener(folder / "keys")
    found = [opened(opener.open(path.read_text()))[0] for path in sorted((folder / "quarantine").rglob("*.sealed"))]
    return sorted(found, key=lambda call: call.query)


def walked(given: dict[str, str], changed: str) -> tuple[list[bytes], list[Call], list[tuple]]:
    """All answers, the calls that were refused, and what was kept."""
    process = Process(given, with_=changed)
    found = [answered(process.port, said) for said in CALLS.values()]
    for said in STAYING.values():  # the last one ends the connection
        found.append(answered(process.port, said * 3 + CALLS["again"]))
    folder, many = Path(given["DATA_DIR"]), len(REFUSED) + 5
    wait_until(lambda: len(list(folder.rglob("*.sealed"))) >= many, 60)  # written behind the answers
    assert "Traceback" not in process.end(signal.SIGTERM)
    calls = refused(folder)
    for path in folder.rglob("*.sealed"):
        path.unlink()
    return found, calls, kept(folder)


def kept(folder: Path) -> list[tuple]:
    """All that waits in a spool, opened."""
    opener, found = seal.Opener(folder / "keys"), []
    for path in sorted((folder / "spool").glob("*.spool")):
        drafts, rest = drafts_of(path.read_bytes())
        assert not rest
        for draft in drafts:
            event = dataclasses.asdict(draft.event) | {"at": ""}
            sealed = event.pop("sealed", None)
            found.append((draft.by, draft.once, event, sealed and opener.open(sealed)))
        path.unlink()
    return found


def test_the_swift_way_answers_reads_and_keeps_exactly_as_the_long_way_does(env):  # noqa: F811
    long, swift = (walked(env, way) for way in (LONG_ALONE, SWIFT_ALONE))
    for name, one, other in zip([*CALLS, *STAYING], long[0], swift[0], strict=True):
        assert one == other, name
    for called, by in zip(long[1], swift[1], strict=True):
        assert [getattr(called, each.name) for each in dataclasses.fields(Call)] == [
            getattr(by, each.name) for each in dataclasses.fields(Call)
        ]
    assert len(long[2]) == len(swift[2]) > 20
    for one, other in zip(long[2], swift[2], strict=True):
        assert one == other
    assert {said[9:12] for said in long[0]} == {b"200", b"403"}


@pytest.mark.parametrize("way", [LONG_ALONE, SWIFT_ALONE])
@pytest.mark.survival("R10", "of each gateway")
def test_where_neither_record_nor_disk_takes_a_report_both_ways_say_the_same(env, way):  # noqa: F811
    process = Process(env, with_=f"{way}; {FULL}")
    coded = raw(doors.kannel(), OURS, ENDS, b"Accept: application/json")
    found = [answered(process.port, said) for said in (CALLS["kannel"], coded)]
    written = process.end(signal.SIGTERM)
    assert [said[:12] for said in found] == [b"HTTP/1.1 503"] * 2
    assert found[0].endswith(b"\r\n\r\nNot saved. Please send it again. (*)\n")
    assert b'"message":"Not saved. Please send it again.","ref":"*"' in found[1]
    assert b"\r\nConnection: close\r\n" in found[0]
    assert "Traceback" not in written


@pytest.fixture
def swift(tmp_path):
    return Swift(doors.build(tmp_path, doors.away()).client.application, 30, time.time)


PLAIN = raw(doors.kannel(), OURS)


def changed(place: bytes, by: bytes) -> bytes:
    assert place in PLAIN
    return PLAIN.replace(place, by, 1)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        PLAIN[:-1],
        PLAIN[:40],
        changed(b"/in/kannel", b"/in/nowhere"),
        changed(b"/in/kannel", b"/in/%6bannel"),
        changed(b"/in/kannel", b"//in/kannel"),
        changed(b"GET", b"PUT"),
        changed(b"GET", b"HEAD"),
        changed(b"HTTP/1.1", b"HTTP/9.9"),
        changed(OURS, b"Host: sr example"),
        changed(OURS + b"\r\n", b""),
        changed(OURS, OURS + b"\r\nExpect: 100-continue"),
        changed(OURS, OURS + b"\r\nConnection: upgrade"),
        changed(OURS, OURS + b"\r\nConnection: close\r\nConnection: close"),
        changed(OURS, OURS + b"\r\nConnection: close "),
        changed(OURS, OURS + b"\r\nContent-Length: 1"),
        changed(OURS, OURS + b"\r\nContent-Length: 70000") + b"x" * 70000,
        changed(OURS, OURS + b"\r\nContent-Type:"),
        changed(OURS, OURS + b"\r\nX: \xff"),
        changed(OURS, OURS + b"\r\nX: " + b"y" * 9000),
        changed(OURS, OURS + b"\r\nX: y" * 50),
        *(each.replace(b"POST /", b"POST /in/kannel", 1) for each in CORPUS.values()),
    ],
)
def test_whatever_is_not_plain_goes_the_long_way(swift, said):
    assert swift.find(PLAIN)
    assert swift.find(said) is None


def test_a_call_is_as_long_as_it_says_and_what_follows_is_the_next(swift):
    call = doors.generic()
    found = swift.find(raw(call, OURS) + PLAIN)
    assert found.call.body == call["data"].encode()
    assert found.length == len(raw(call, OURS))
    assert swift.find((raw(call, OURS) + PLAIN)[found.length :]).call.query == doors.kannel()["query_string"].encode()


def test_a_connection_may_change_from_the_swift_way_to_the_long_one(env):  # noqa: F811
    process = Process(env)
    slow = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    told = answered(process.port, PLAIN + slow)
    assert told.count(b"HTTP/1.1 200") == 2
    assert b"<html" in told
    process.end(signal.SIGTERM)


def test_a_call_that_comes_in_pieces_is_one_report(env):  # noqa: F811
    process = Process(env)
    said = raw({**doors.generic(), "data": urlencode({"from": "012345678", "text": "late", "id": "5"})}, OURS, ENDS)
    with socket.create_connection(("127.0.0.1", process.port), timeout=20) as caller:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(said), 50):
            caller.sendall(said[at : at + 50])
        assert caller.recv(100).startswith(b"HTTP/1.1 200")
    process.end(signal.SIGTERM)
    assert len(kept(Path(env["DATA_DIR"]))) == 1


def test_a_gateway_that_has_its_share_of_the_places_already_is_heard_all_the_same(env):  # noqa: F811
    process = Process(env, with_="intake.Caller.share = 3")
    held = [socket.create_connection(("127.0.0.1", process.port), timeout=5) for _ in range(5)]
    for one in held:
        one.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    wait_until(lambda: sum(map(let_go, held)) == 2)
    with socket.create_connection(("127.0.0.1", process.port), timeout=15) as gateway:
        gateway.sendall(raw(doors.kannel(), b"Host: x", b"Connection: close"))
        assert gateway.recv(12) == b"HTTP/1.1 200", "there was no place for a whole nation's gateway"
    for one in held:
        one.close()
    process.end(signal.SIGTERM)


def test_a_bug_behind_the_swift_way_is_told_with_a_reference_and_no_word_of_it(tmp_path, monkeypatch, caplog):
    door = doors.build(tmp_path, doors.away())

    def broken(message):
        raise RuntimeError("secret words of 012345678")

    monkeypatch.setattr(door.intake, "accept", broken)
    swift = Swift(door.client.application, 30, time.time)
    told = swift.answer(swift.find(PLAIN))
    assert told.startswith(b"HTTP/1.1 500 ")
    assert b"secret words" not in told
    assert re.search(rb"\(([0-9a-f]{8})\)\n$", told)[1].decode() in caplog.text
