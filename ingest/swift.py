"""The swift way of a gateway's call: read as strictly as any, given to the same hook, answered byte by byte the same.

Whatever is not plain (a head or a body that is not all there yet, chunks, a proxy's odd words, any other address) goes
the long way, untouched. Answers are made by Flask itself, and those that come again and again are kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

from flask import Flask, Response

from ingest.door import HOOKS
from ingest.gateways import Call
from ingest.hook import Hook
from server.strict import fit

LONGEST_HEAD = 8000  # bytes behind the first line
MOST_LINES = 40
LONGEST = 64 * 1024  # bytes that are looked at
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")
ODD = {"transfer-encoding", "expect", "upgrade", "te", "trailer"}
STAYING = {"close", "keep-alive"}


@dataclass(frozen=True, repr=False)
class Found:
    """A plain call: how many bytes it has, whose it is, whether its connection stays and has asked to."""

    length: int
    hook: Hook
    call: Call
    stays: bool
    asked: bool


class Swift:
    """Reads and answers plain calls. `idle`: seconds for which a connection may say nothing; `clock`: Unix seconds."""

    def __init__(self, app: Flask, idle: int, clock: Callable[[], float]) -> None:
        self._app, self._hooks = app, app.extensions[HOOKS]
        self._stays = b"Connection: keep-alive\r\nKeep-Alive: timeout=%d\r\n" % idle
        self._fixed = lru_cache(maxsize=64)(self._framed_text)
        self._clock, self._date = clock, (0, b"")

    def find(self, said: bytes) -> Found | None:
        """The call that stands at the beginning; None when it is to go the long way."""
        head, end, rest = said.partition(b"\r\n\r\n")
        first, _, more = head.partition(b"\r\n")
        words = first.split(b" ")
        if not end or len(words) != 3 or len(more) > LONGEST_HEAD or not head.isascii():
            return None
        address, _, query = words[1].partition(b"?")
        hook = self._hooks.get(address.decode())
        if hook is None or words[0].decode() not in hook.methods:
            return None
        lines = more.split(b"\r\n") if more else []
        if len(lines) > MOST_LINES or any(line.endswith((b" ", b"\t")) for line in lines):  # readers differ about that
            return None
        if not fit(first + b"\r\n", [*(line + b"\r\n" for line in lines), b"\r\n"]):
            return None
        headers = _named(lines)
        length = int(headers.get("content-length", "0"))
        connection, old = headers.get("connection", "").lower(), words[2] == b"HTTP/1.0"
        if not _plain(headers, connection) or length > min(hook.longest, len(rest)):
            return None
        headers.setdefault("content-type", "text/plain")  # as any call without one is read
        call = Call(words[0].decode(), address.decode(), query, headers, rest[:length])
        stays = connection == "keep-alive" or not (old or connection)
        return Found(len(head) + len(end) + length, hook, call, stays, connection == "keep-alive")

    def answer(self, found: Found) -> bytes:
        """The bytes of the answer to a call, which is taken in."""
        try:
            answer = found.hook.take(found.call)
        except Exception as fault:
            head, body = self._framed(found.call, partial(self._app.handle_user_exception, fault))
        else:
            frame = self._fixed if answer.fixed else self._framed_text
            head, body = frame(answer.text, answer.media, found.call.headers["host"])
        stays = (self._stays if found.asked else b"") if found.stays else b"Connection: close\r\n"
        return b"%sDate: %s\r\n%s\r\n%s" % (head, self._now(), stays, body)

    def _framed_text(self, text: str, media: str, host: str) -> tuple[bytes, bytes]:
        call = Call("GET", "/", b"", {"host": host}, b"")
        return self._framed(call, lambda: Response(text, 200, mimetype=media))

    def _framed(self, call: Call, make: Any) -> tuple[bytes, bytes]:
        """What Flask makes of an answer: the head without its last lines, and the body."""
        lines: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            named = (f"{'-'.join(part.capitalize() for part in name.split('-'))}: {value}" for name, value in headers)
            lines.extend(line.encode("latin-1") for line in (f"HTTP/1.1 {status}", *named, ""))

        environ = _environ(call)
        with self._app.request_context(environ):
            body = b"".join(self._app.finalize_request(make())(environ, start))
        return b"\r\n".join(lines), body

    def _now(self) -> bytes:
        """The hour as HTTP writes it."""
        now = int(self._clock())
        if self._date[0] != now:
            self._date = now, formatdate(now, usegmt=True).encode()
        return self._date[1]


def _named(lines: list[bytes]) -> dict[str, str]:
    """Headers by lower-case name, as an application gets them: those with an underscore are nobody's."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode().partition(":")
        name, value = name.lower(), value.strip(" \t")
        if "_" not in name:
            found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _plain(headers: dict[str, str], connection: str) -> bool:
    """Whether nothing in a head needs more than a look; what comes twice has a comma here, and is no host, no word."""
    if connection and connection not in STAYING:
        return False
    if headers.get("content-type") == "" or not ODD.isdisjoint(headers):
        return False
    return HOST.fullmatch(headers.get("host", "")) is not None


def _environ(call: Call) -> dict[str, Any]:
    """A call as Flask is given one."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()}
    said = {"REQUEST_METHOD": call.method, "SCRIPT_NAME": "", "PATH_INFO": call.path, "SERVER_PROTOCOL": "HTTP/1.0"}
    there = {"SERVER_NAME": "door", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": BytesIO()}
    return {**named, **said, **there, "QUERY_STRING": call.query.decode("latin-1")}
