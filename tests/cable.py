"""The cable between a browser and a room, which a test can pull out, or let carry questions and no answers."""

import contextlib
import socket
import threading
from collections.abc import Iterator

WHOLE, DEAF, PULLED = "whole", "deaf", "pulled"


class Cable:
    """Listens on `port` and passes on to `to`, both on this machine. `tried`: connections that found it pulled."""

    def __init__(self, port: int, to: int) -> None:
        self.to, self.state, self.tried, self._open = to, WHOLE, 0, set[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Nothing gets through any more, and what was open is cut off."""
        self.state = PULLED
        for one in [*self._open]:
            _cut(one)

    def deafen(self) -> None:
        """What a browser sends arrives; the answer is lost, and the connection with it."""
        self.state = DEAF

    def mend(self) -> None:
        """All is as before."""
        self.state = WHOLE

    def close(self) -> None:
        _cut(self._listener)
        self.pull()
        self._thread.join(10)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.state == PULLED:
                    self.tried += 1
                    _cut(near)
                    continue
                far = socket.create_connection(("127.0.0.1", self.to))
                self._open |= {near, far}
                for pair in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.state == PULLED or (answers and self.state == DEAF):
                    break
                to.sendall(data)
        for one in (source, to):
            _cut(one)
            self._open.discard(one)


def _cut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def cable(port: int, to: int) -> Iterator[Cable]:
    """A cable, whole at first."""
    made = Cable(port, to)
    try:
        yield made
    finally:
        made.close()
