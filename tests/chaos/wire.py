"""The wire between a room and a Redis of somebody else's: slow, dead without a sign, or cut."""

import contextlib
import socket
import threading
import time


class Wire:
    """Listens on `port` and passes on to `to`, both on this machine. `delay`: seconds before each answer."""

    def __init__(self, port: int, to: int) -> None:
        self.to, self.delay = to, 0.0
        self._open: set[socket.socket] = set()
        self._dead: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def forget(self) -> int:
        """All connections that are open carry nothing any more, and nobody is told; new ones are well. How many."""
        self._dead |= self._open
        return len(self._dead)

    def close(self) -> None:
        """Cut everything."""
        for one in [self._listener, *self._open, *self._dead]:
            _cut(one)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
                except OSError:
                    _cut(near)
                    continue
                far.settimeout(None)
                self._open |= {near, far}
                for pair in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source in self._dead:
                    continue
                if answers and self.delay:
                    time.sleep(self.delay)
                to.sendall(data)
        if source in self._dead:  # whoever is at the other end is not told of this either
            return
        for one in (source, to):
            _cut(one)
            self._open.discard(one)


def _cut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
