"""Sends prepared requests to one door, each at its time whatever became of the others, and notes each answer.

A process of its own (run by `started`): a pickled `Order` comes in, it says `ready`, the pickled moment at
which to begin comes in, pickled `Answers` go out. An answer's time counts from the moment at which its request was due,
so that a generator or a door that falls behind is seen.
"""

import pickle
import select
import socket
import sys
import time
from dataclasses import dataclass, field

NO_ANSWER, CUT = 0, 1  # in place of a status: none within PATIENCE; the door let the connection go
PATIENCE = 15.0  # seconds for an answer
AT_ONCE = 32  # requests that are begun before answers are looked at again


@dataclass(frozen=True)
class Order:
    """What to send where, `rate` a second; `kept`: on connections that stay."""

    port: int
    requests: list[bytes]
    rate: float
    kept: bool


@dataclass
class Answers:
    """For each request: its status, seconds from when it was due to its answer, and by how many it was begun late."""

    statuses: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    opened: int = 0  # connections
    ended: float = 0.0  # when the last answer came


@dataclass
class Call:
    """A request on its way."""

    n: int
    line: socket.socket
    heard: bytes = b""
    unsent: bytes = b""
    fresh: bool = True  # whether nothing was asked on this connection before


class Generator:
    """Sends what an order says."""

    def __init__(self, order: Order, start: float) -> None:
        """The first is due at `start` (time.monotonic)."""
        self.order, self.start, many = order, start, len(order.requests)
        self.answers = Answers([NO_ANSWER] * many, [PATIENCE] * many, [0.0] * many)
        self._poll, self._calls, self._idle = select.epoll(), dict[int, Call](), list[socket.socket]()

    def run(self) -> Answers:
        """Until each request has its answer, or was given up."""
        order, n = self.order, 0
        while n < len(order.requests) or self._calls:
            begun = 0
            while n < len(order.requests) and begun < AT_ONCE and self._due(n) <= time.monotonic():
                self._begin(n)
                n, begun = n + 1, begun + 1
            wait = self._due(n) - time.monotonic() if n < len(order.requests) else 0.1
            for number, _ in self._poll.poll(max(0.0, min(wait, 0.1))):
                self._go_on(self._calls[number])
            if not begun:
                self._give_up()
        for line in self._idle:
            line.close()
        return self.answers

    def _due(self, n: int) -> float:
        return self.start + n / self.order.rate

    def _begin(self, n: int) -> None:
        self.answers.late[n] = time.monotonic() - self._due(n)
        self._ask(n, self._idle.pop() if self._idle else None)

    def _ask(self, n: int, kept: socket.socket | None) -> None:
        line = kept or self._opened()
        call = self._calls[line.fileno()] = Call(n, line, unsent=self.order.requests[n], fresh=kept is None)
        try:
            self._send(call)
            self._poll.register(line, select.EPOLLIN | (select.EPOLLOUT if call.unsent else 0))
        except OSError:
            self._end(call, CUT, known=False)

    def _opened(self) -> socket.socket:
        line = socket.socket()
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.connect_ex(("127.0.0.1", self.order.port))
        self.answers.opened += 1
        return line

    def _send(self, call: Call) -> None:
        try:
            call.unsent = call.unsent[call.line.send(call.unsent) :]
        except BlockingIOError:
            return

    def _go_on(self, call: Call) -> None:
        try:
            if call.unsent:
                self._send(call)
                if not call.unsent:
                    self._poll.modify(call.line, select.EPOLLIN)
                return
            some = call.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            some = b""
        call.heard += some
        if not call.heard and not call.fresh:
            self._anew(call)
        elif not some or b"\r\n\r\n" in call.heard:
            whole = call.heard[9:12].isdigit() and b"\r\n\r\n" in call.heard
            self._end(call, int(call.heard[9:12]) if whole else CUT)

    def _end(self, call: Call, status: int, known: bool = True) -> None:
        now = self.answers.ended = time.monotonic()
        self.answers.statuses[call.n], self.answers.took[call.n] = status, now - self._due(call.n)
        del self._calls[call.line.fileno()]
        if known:
            self._poll.unregister(call.line)
        if self.order.kept and status > CUT and _stays(call.heard.lower()):
            self._idle.append(call.line)
        else:
            call.line.close()

    def _anew(self, call: Call) -> None:
        """The door let a connection go that was not used for long: every gateway opens another one, then."""
        del self._calls[call.line.fileno()]
        self._poll.unregister(call.line)
        call.line.close()
        self._ask(call.n, None)

    def _give_up(self) -> None:
        """Whoever waited too long."""
        for call in list(self._calls.values()):
            if time.monotonic() - self._due(call.n) < PATIENCE:
                return  # they stand in the order in which they were begun
            self._end(call, NO_ANSWER)


def _stays(head: bytes) -> bool:
    """Whether the connection can be used again: the answer is whole, and the door does not hang up."""
    return b"\r\ncontent-length: 0\r\n" in head and b"\r\nconnection: close\r\n" not in head


def main() -> None:
    """Do as standard input says."""
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    start = pickle.load(sys.stdin.buffer)  # noqa: S301 - the same
    pickle.dump(Generator(order, start).run(), sys.stdout.buffer)
    sys.stdout.buffer.flush()
    sys.stdin.buffer.read()  # until we are let go: what we took is looked at before
