"""Sends many requests to one door, each at its time and a few at once, counts the answers and shows how far it is."""

import http.client
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self, TextIO, cast

from ingest.callers import Request
from server.settings import Settings

AT_ONCE = 8  # requests in flight
PATIENCE = 15.0  # seconds for an answer
TRIES, PAUSE = 3, 0.5  # a gateway that gets no answer tries again, after so many seconds
NO_ANSWER = 0  # in place of a status
ENOUGH = 50  # messages without an answer after which nobody is there any more
ACCEPTED = 200
BY_HAND = 130  # the exit status of what Ctrl-C ended


@dataclass(frozen=True)
class Job:
    """One request to make: `due` seconds after the start, through `door`; `hour` is shown while it is the newest.

    `again`: a gateway's repetition of an earlier one.
    """

    due: float
    door: str
    hour: str
    make: Callable[[], Request]
    again: bool = False


@dataclass
class Answers:
    """How many of which status, by door, so far, and how many of them were repetitions.

    `wanted`: of how many; `stopped`: why the rest was not sent.
    """

    wanted: int
    by_door: dict[str, Counter[int]] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    by_hand: bool = False

    def count(self, status: int | None = None) -> int:
        """Answers with this status; all without one."""
        return sum(n for each in self.by_door.values() for code, n in each.items() if status in (None, code))

    def faults(self) -> int:
        """Answers that say our side failed."""
        return sum(n for each in self.by_door.values() for status, n in each.items() if status >= 500)

    def fine(self) -> bool:
        """Whether everything was sent and accepted."""
        return self.count() == self.count(ACCEPTED) == self.wanted


class Wire:
    """Connections to the public door, one for each thread, kept open between requests."""

    def __init__(self, settings: Settings) -> None:
        host = "127.0.0.1" if settings.intake_host in ("0.0.0.0", "") else settings.intake_host  # noqa: S104 - replaced
        self.host, self.port = host, settings.intake_port
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        for connection in self._all:
            connection.close()

    def must_be_open(self) -> None:
        """Exits with a sentence when nobody answers there as our door does."""
        if self.send(Request("GET", "/health")) != ACCEPTED:
            sys.exit(f"The room does not answer at {self.host}:{self.port}. Start it with `make run`, then try again.")

    def send(self, request: Request) -> int:
        """The status of the answer; NO_ANSWER when there is none after some tries. Trying again is harmless."""
        for again in range(TRIES):
            if again:
                time.sleep(PAUSE)
            try:
                return self._once(request)
            except (OSError, http.client.HTTPException):
                self._connection().close()  # it opens again by itself
        return NO_ANSWER

    def _once(self, request: Request) -> int:
        connection = self._connection()
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        with connection.getresponse() as answer:
            answer.read()
            return answer.status

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
            self._all.append(self._own.connection)
        return cast(http.client.HTTPConnection, self._own.connection)


class Crowd:
    """A few threads that send jobs. `send` gives the status of one request."""

    def __init__(self, send: Callable[[Request], int], out: TextIO) -> None:
        self.send, self.out = send, out
        self.answers = Answers(0)
        self._lock = threading.Lock()
        self._room = threading.Semaphore(2 * AT_ONCE)  # so that a slow door does not let jobs pile up here
        self._began = self._shown = time.monotonic()
        self._hour = ""

    def send_all(self, jobs: Iterable[Job], total: int) -> Answers:
        """Send jobs in their order. Ctrl-C, or a door that no longer answers, ends it early."""
        self.answers.wanted = total
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            for job in jobs:
                self._wait(job.due)
                self._room.acquire()
                if self.answers.count(NO_ANSWER) >= ENOUGH:
                    self.answers.stopped = "The door no longer answers; the rest was not sent."
                    break
                pool.submit(self._do, job).add_done_callback(self._done)
        except KeyboardInterrupt:
            self.answers.stopped, self.answers.by_hand = "Stopped by hand; the rest was not sent.", True
        finally:
            pool.shutdown(cancel_futures=bool(self.answers.stopped))
        self._show(end="\n")
        return self.answers

    def _wait(self, due: float) -> None:
        """Until a job is due; a person is shown the line once a second."""
        while True:
            now = time.monotonic()
            if self.out.isatty() and now - self._shown >= 1:
                self._show()
                self._shown = now
            if (left := self._began + due - now) <= 0:
                return
            time.sleep(min(left, 1))

    def _do(self, job: Job) -> None:
        status = self.send(job.make())
        with self._lock:
            self.answers.by_door.setdefault(job.door, Counter())[status] += 1
            self.answers.again[job.door] += job.again
            self._hour = max(self._hour, job.hour)

    def _done(self, future: Future[None]) -> None:
        self._room.release()
        if not future.cancelled():
            future.result()

    def _show(self, end: str = "") -> None:
        sent, accepted = self.answers.count(), self.answers.count(ACCEPTED)
        rate = sent / max(time.monotonic() - self._began, 0.001)
        hour = f"{self._hour}  " if self._hour else ""
        line = (
            f"{hour}sent {sent} of {self.answers.wanted}  accepted {accepted}  refused {sent - accepted}  {rate:.0f}/s"
        )
        print(f"\r{line:<76}", end=end, file=self.out, flush=True)
