"""Reads HTTP as strictly as the strictest program on a request's way, so that all of them see the same requests."""

import re
from collections.abc import Callable
from typing import Any

from server.callers import Unread

FIRST = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ /[\x21-\x7e\x80-\xff]* HTTP/1\.[01]\r\n")
LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\r\n")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[\t\x20-\x7e\x80-\xff]*)?\r\n")
ONCE = {"host", "content-length", "transfer-encoding", "content-type", "authorization", "origin", "x-csrf"}
LONGEST_MARK = 256  # bytes of a line before or behind chunks: a few digits are usual
REFUSED = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def fit(first: bytes, lines: list[bytes]) -> bool:
    """Whether a head (its first line, and those behind it with the empty one) means the same to whoever reads it."""
    found = [LINE.fullmatch(line) for line in lines[:-1]]
    if not FIRST.fullmatch(first) or lines[-1:] != [b"\r\n"] or not all(found):
        return False
    named = [(each[1].decode().lower(), each[2]) for each in found if each]
    names = [name for name, _ in named if name in ONCE]
    said = dict(named)
    length, coding = said.get("content-length"), said.get("transfer-encoding")
    if length is not None and not re.fullmatch(rb"[0-9]{1,15}", length):
        return False
    if coding is not None and (coding.lower() != b"chunked" or length is not None or b"HTTP/1.0" in first[-10:]):
        return False
    return len(names) == len(set(names))


class Chunks:
    """The bytes behind a head that come in chunks; raises what `fault` makes where there is none, and ever after."""

    def __init__(self, file: Any, fault: Callable[[], Exception]) -> None:
        self._file, self._fault = file, fault
        self._left = 0  # bytes of this chunk that are not read yet
        self._next = "size"  # what the next line is: size, end (of a chunk), last (behind all chunks), none

    def read(self, length: int) -> bytes:
        """Up to `length` bytes of this chunk."""
        data: bytes = self._file.read(length)
        self._left -= len(data)
        return data

    def readline(self, length: int = -1) -> bytes:
        """The line that stands before, behind or after chunks; or part of the chunk at hand."""
        if self._left:
            data: bytes = self._file.readline(length)
            self._left -= len(data)
            return data
        line: bytes = self._file.readline(LONGEST_MARK)
        self._next = self._after(line)
        if self._next == "none":
            raise self._fault()
        return line

    def _after(self, line: bytes) -> str:
        if self._next == "size" and (found := SIZE.fullmatch(line)):
            self._left = int(found[1], 16)
            return "end" if self._left else "last"
        if self._next == "last" and (line == b"\r\n" or LINE.fullmatch(line)):
            return "last"
        return "size" if self._next == "end" and line == b"\r\n" else "none"


class Nowhere:
    """Where a server may write what it likes: of a line that ended oddly it writes who called."""

    def write(self, text: str) -> int:
        """Nothing is written."""
        return len(text)

    def flush(self) -> None:
        """Nothing is there."""


class _Heard:
    """A file that remembers the lines that were read from it."""

    def __init__(self, file: Any) -> None:
        self._file, self.lines = file, list[bytes]()

    def readline(self, size: int = -1) -> bytes:
        """The next line."""
        line: bytes = self._file.readline(size)
        self.lines.append(line)
        return line


class _Strict:
    """What is put before a server's own class of connections."""

    rfile: Any
    wfile: Any
    raw_requestline: bytes
    fault: type[Exception]
    unread: Unread

    def handle_one_request(self) -> None:
        """Serve one request. What does not become one is counted, also where the server itself refuses it."""
        self._is_read = False
        super().handle_one_request()  # type: ignore[misc]
        if self.raw_requestline and not self._is_read:
            self.unread.one()

    def parse_request(self) -> bool:
        """Read a request's head. Whether it is to be answered."""
        heard = self.rfile = _Heard(self.rfile)
        if not super().parse_request():  # type: ignore[misc]
            return False
        if fit(self.raw_requestline, heard.lines):
            return True
        self.send_error()
        return False

    def send_error(self, *words: object) -> None:
        """Refuse; the server's own page says again what was said, and what we run on."""
        self.close_connection = True
        self.wfile.write(REFUSED)

    def get_environ(self) -> dict[str, Any]:
        """The request as the application gets it."""
        self._is_read = True
        environ: dict[str, Any] = super().get_environ()  # type: ignore[misc]
        environ["wsgi.errors"] = Nowhere()
        given = environ["eventlet.input"]
        if given.chunked_input:
            given.rfile = Chunks(self.rfile, self._broken)
        return environ

    def _broken(self) -> Exception:
        self.unread.one()
        self.close_connection = True  # nobody knows where the next request begins
        return self.fault()

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def strict(protocol: type, fault: type[Exception]) -> Any:
    """The server's class of connections, so that it answers 400 to what is not `fit`, closes, and writes no line in a
    log: its own tell who called, and what was said. `fault`: what it raises when chunks are none. `unread` of the class
    counts what was refused so."""
    return type("Strict", (_Strict, protocol), {"fault": fault, "unread": Unread()})
