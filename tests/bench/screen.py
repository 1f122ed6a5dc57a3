"""One open live feed: it keeps its place in the log and fills gaps from /api/v1/changes, as `static/line.js` does."""

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.bench.frames import CLOSE, PING, PONG, TEXT, Line, asked, begun, event

AGAIN = 0.1  # seconds until a page is asked again that lags behind the socket, as line.js waits
HEARTBEAT = 2.0  # the same for a page that was refused


@dataclass(frozen=True)
class Patch:
    """What a screen needs of a patch or of a page of changes; `found`: the reports in it, by their number."""

    after: int
    cursor: int
    raw_cursor: str
    found: Any
    missed: int = 0
    more: bool = False


class Screen:
    """One of a wall of `screens.Screens`."""

    def __init__(self, of: Any, number: int, cookie: str, word: str) -> None:
        self.of, self.number, self.cookie = of, number, cookie
        self.cursor = self.newest = 0
        self.raw_cursor, self.again = "", 0.0
        self.asked = False  # a page is on its way
        self.catching = False
        self.web: Line | None = None
        self.line, self.word = asked(of.feeds.port, of.poll, cookie), word

    def enter(self) -> None:
        """Once all have knocked."""
        begun(self.line, self.word)
        self.of.acts[self.line.register()] = self.hear

    def hear(self) -> None:
        """Read what came by the socket."""
        alive, now = self.line.read(), time.monotonic()
        for kind, packed, body in self.line.frames():
            self.of.seen.frames += 1
            if kind == PING:
                self.line.send(body.decode(), PONG)
            elif kind == CLOSE:
                alive = False
            elif kind == TEXT and not packed and body == b"2":
                self.line.send("3")
            elif kind == TEXT and (patch := self._told(packed, body)):
                self._hear(patch, now)
        if not alive:
            self.of.seen.closed += 1
            del self.of.acts[self.line.socket.fileno()]
            self.line.close()

    def _told(self, packed: bool, body: bytes) -> Patch | None:
        if packed and self.line.alone:
            return self.of.taken_apart(body, lambda raw: _of_event(self.line.unpacked(raw)))
        return self.of.taken_apart(self.line.unpacked(body) if packed else body, _of_event)

    def _hear(self, patch: Patch, now: float) -> None:
        """The rules of line.js."""
        self.newest = max(self.newest, patch.cursor)
        self.cursor = self.cursor or patch.after
        if self.catching:
            return
        if patch.missed or patch.after > self.cursor:
            self.catching, self.again = True, now  # asked at the end of this turn
        elif patch.cursor >= self.cursor:
            self._take(patch, now)

    def _take(self, patch: Patch, now: float) -> None:
        self.cursor, self.raw_cursor = patch.cursor, patch.raw_cursor
        row = self.of.seen.at[self.number]
        fresh = patch.found[row[patch.found] == 0]
        row[fresh] = now

    def _ask(self) -> None:
        if self.web is None:
            self.web = Line(self.of.feeds.port, self.of.poll)
            self.of.acts[self.web.register()] = self.answered
        after = self.raw_cursor or f"{self.cursor // 1_000_000}-{self.cursor % 1_000_000}"
        head = f"GET /api/v1/changes?after={after}&list= HTTP/1.1\r\nHost: 127.0.0.1:{self.of.feeds.port}\r\n"
        self.web.write(f"{head}Cookie: {self.cookie}\r\n\r\n".encode())
        self.asked, self.again = True, 0.0
        self.of.seen.pages += 1

    def answered(self) -> None:
        """Read what came of a page."""
        assert self.web
        alive, now = self.web.read(), time.monotonic()
        if found := self.web.answer():
            self.asked = False
            self._turned(found[1], now) if found[0] == 200 else self._refused(now)
        if not alive:
            self._let_go(now)

    def _turned(self, body: bytes, now: float) -> None:
        page = self.of.taken_apart(body, json.loads)
        assert page
        self._take(page, now)
        if page.more:
            self._ask()
        elif self.newest > self.cursor:
            self.again = now + AGAIN
        else:
            self.catching = False

    def _refused(self, now: float) -> None:
        self.of.seen.refused += 1
        self.catching, self.again = False, now + HEARTBEAT

    def _let_go(self, now: float) -> None:
        assert self.web
        del self.of.acts[self.web.socket.fileno()]
        self.of.seen.bytes += self.web.bytes
        self.web.close()
        self.web = None
        if self.asked:  # its answer was cut off
            self.asked, self.again = False, now + AGAIN

    def tend(self) -> None:
        """Ask again what is due."""
        if self.again and self.again <= time.monotonic() and not self.asked:
            self.catching = True
            self._ask()


def _of_event(text: bytes) -> dict[str, Any] | None:
    found = event(text)
    return found[1] if found and found[0] == "patch" else None
