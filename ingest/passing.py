"""A connection at the public door: plain calls are served the swift way, all else by the server's own class."""

import socket
from typing import Any

from ingest.swift import LONGEST, Found, Swift


class _Swift:
    """What is put before a server's own class of connections."""

    swift: Swift | None
    request: socket.socket
    conn_state: list[Any]
    close_connection: bool

    def setup(self) -> None:
        """Files are made only for a connection that goes the long way."""
        self._long = False

    def handle(self) -> None:
        """Serve its requests. One plain call that is all there, and ends with its answer, needs no place of its
        address's share: a gateway that carries a nation has more of them at once."""
        if not self._in_passing():
            super().handle()  # type: ignore[misc]

    def _in_passing(self) -> bool:
        try:
            # of the system's own socket: who has said nothing yet is not waited for
            said = getattr(self.request, "fd", self.request).recv(LONGEST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            return False
        found = self.swift.find(said) if said and self.swift else None
        if found is None or found.stays:
            return False
        self.conn_state[2] = "request"  # a server that closes waits for those
        self._serve(found)
        return True

    def handle_one_request(self) -> None:
        """Serve one request, the swift way while all that came on this connection is plain."""
        if self._long:
            super().handle_one_request()  # type: ignore[misc]
            return
        try:
            said = self.request.recv(LONGEST, socket.MSG_PEEK)
        except ConnectionError:
            said = b""
        if not said:
            self.close_connection = True
            return
        found = self.swift.find(said) if self.swift else None
        if found is None:
            self._long = True
            super().setup()  # type: ignore[misc]
            super().handle_one_request()  # type: ignore[misc]
            return
        self.conn_state[2] = "request"  # a server that closes waits for those
        self._serve(found)

    def _serve(self, found: Found) -> None:
        left = found.length
        while left and (some := self.request.recv(left)):
            left -= len(some)
        self.close_connection = not found.stays
        answer = self.swift.answer(found) if self.swift else b""
        try:
            self.request.sendall(answer)
        except ConnectionError:
            self.close_connection = True

    def finish(self) -> None:
        """Let go of the connection."""
        if self._long:
            super().finish()  # type: ignore[misc]


def swiftly(protocol: type) -> Any:
    """A server's class of connections that serves plain calls of gateways itself: `swift` of the class reads and
    answers them; without it all go the long way."""
    return type("Swiftly", (_Swift, protocol), {"swift": None})
