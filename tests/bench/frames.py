"""The little of HTTP, WebSocket and Socket.IO that a bench's screen needs, on a socket that never waits."""

import json
import os
import select
import socket
import zlib
from collections.abc import Callable, Iterator
from typing import Any

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
ROOM = 1 << 20  # bytes that are read at once
SPACE = "/live"


class Line:
    """One connection: what came is handed out whole, as frames or as an HTTP answer; it may come in pieces."""

    def __init__(self, port: int, poll: select.epoll) -> None:
        self._poll, self._heard = poll, bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._inflate = zlib.decompressobj(-15)
        self.alone = False  # whether each message is packed by itself, so that the same words are the same bytes
        self.packed, self.bytes = "", 0

    def register(self) -> int:
        """From now on it never waits. Its number in the poll."""
        self.socket.setblocking(False)
        self._poll.register(self.socket, select.EPOLLIN)
        return self.socket.fileno()

    def close(self) -> None:
        """Close it."""
        self._poll.unregister(self.socket)
        self.socket.close()

    def read(self) -> bool:
        """Take in what is there. False when the other side has closed."""
        try:
            some = self.socket.recv(ROOM)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.bytes += len(some)
        self._heard += some
        return bool(some)

    def answer(self) -> tuple[int, bytes] | None:
        """A whole HTTP answer with its length named; None until it is there."""
        head, found, rest = bytes(self._heard[:4096]).partition(b"\r\n\r\n")
        if not found:
            return None
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        begins, ends = len(head) + 4, len(head) + 4 + int(length or 0)
        if len(self._heard) < ends:
            return None
        body = bytes(self._heard[begins:ends])
        del self._heard[:ends]
        return int(head[9:12]), body

    def frames(self) -> Iterator[tuple[int, bool, bytes]]:
        """Each frame that is whole: its kind, whether it is packed, what it holds."""
        at = 0
        while len(self._heard) - at >= 2:
            first, length, begins = self._heard[at], self._heard[at + 1] & 127, at + 2
            if length > 125:
                begins += 2 if length == 126 else 8
                if len(self._heard) < begins:
                    break
                length = int.from_bytes(self._heard[at + 2 : begins], "big")
            if len(self._heard) < begins + length:
                break
            yield first & 15, bool(first & 64), bytes(self._heard[begins : begins + length])
            at = begins + length
        del self._heard[:at]

    def unpacked(self, body: bytes) -> bytes:
        """What a packed frame holds."""
        if self.alone:
            return zlib.decompress(body + b"\x00\x00\xff\xff\x03\x00", -15)
        return self._inflate.decompress(body + b"\x00\x00\xff\xff")

    def send(self, text: str, kind: int = TEXT) -> None:
        """A short text frame, masked as a browser does."""
        mask, body = os.urandom(4), text.encode()
        length = bytes([128 | len(body)]) if len(body) < 126 else bytes([254]) + len(body).to_bytes(2, "big")
        masked = bytes(one ^ mask[n % 4] for n, one in enumerate(body))
        self.write(bytes([128 | kind]) + length + mask + masked)

    def write(self, raw: bytes) -> None:
        """Something so short that the kernel takes it at once."""
        self.socket.sendall(raw)


def asked(port: int, poll: select.epoll, cookie: str) -> Line:
    """A line of somebody who is signed in, asked for as Chromium asks; `begun` waits until it is there."""
    line = Line(port, poll)
    said = [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        f"Cookie: {cookie}",
    ]
    line.write(("\r\n".join(said) + "\r\n\r\n").encode())
    return line


def begun(line: Line, word: str) -> None:
    """Wait until the room has opened it, and enter; `word`: the page's own."""
    head = _until(line, lambda: b"\r\n\r\n" in line._heard)
    assert head.startswith(b"HTTP/1.1 101"), head
    line.alone = b"server_no_context_takeover" in head
    line.packed = "not" if b"permessage-deflate" not in head else "each alone" if line.alone else "with what was before"
    line.send(f"40{SPACE}," + json.dumps({"list": "", "word": word}))


def _until(line: Line, there: Callable[[], bool]) -> bytes:
    while not there():
        assert line.read(), "the room closed the line"
    head, _, rest = bytes(line._heard).partition(b"\r\n\r\n")
    line._heard[:] = rest
    return head


def event(text: bytes) -> tuple[str, Any] | None:
    """The event of a Socket.IO message of the live line; None for any other message."""
    before = f"42{SPACE},".encode()
    if not text.startswith(before):
        return None
    name, *rest = json.loads(text[len(before) :])
    return name, rest[0] if rest else None
