"""From the log to every open screen: follow, fold, push. One follower in each room process."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_socketio import SocketIO, join_room

from dashboard import views
from dashboard.present import Present
from server import queries
from server.guard import Room, cookie
from server.log import Down, Raw
from server.roles import Person
from server.seal import Locked

SPACE = "/live"
LONGEST_WAIT = 1.0  # seconds
BATCH = 1000  # facts
MOST_CARDS = 100  # in one patch; beyond, a screen gets the number and asks for pages: nobody reads 1,000 cards a second

Page = tuple[str, str]  # the role of whoever looks at it, and the scope of the cards on it
logger = logging.getLogger(__name__)


class Live:
    """The room's follower and its screens."""

    def __init__(self, room: Room, socketio: SocketIO, clock: Callable[[], datetime]) -> None:
        self.room, self.socketio, self.clock = room, socketio, clock
        self.up = True
        self._people: dict[str, Person] = {}  # socket -> who looks
        self._pages: dict[str, Page] = {}  # socket -> at which page
        self.present = Present(room, socketio, clock, SPACE, self._people)
        socketio.on_event("connect", self._connect, namespace=SPACE)
        socketio.on_event("disconnect", self._disconnect, namespace=SPACE)

    def catch_up(self) -> int:
        """Fold all facts that there are, before anybody looks. How many. Raises Down."""
        folded = 0
        while raws := self.room.log.read(self.room.board.cursor, BATCH):
            self._fold(raws)
            folded += len(raws)
        return folded

    def step(self, wait: float = 0.01) -> int:
        """Wait for facts, fold them, tell every screen. How many facts there were. Raises Down."""
        raws = self.room.log.follow(self.room.board.cursor, wait, BATCH)
        if raws:
            self.push(raws)
        return len(raws)

    def push(self, raws: list[Raw]) -> None:
        """Fold facts and send each role what it may see of the change."""
        board = self.room.board
        after = board.cursor
        changed = self._fold(raws)
        few = len(changed) <= MOST_CARDS
        rows = queries.rows_of(board, changed) if few else []
        for page in self._looked_at():
            seen = [self.room.see(row, *page) for row in rows]
            cards = [card for card in seen if card is not None]
            self._emit(page, after, cards, 0 if few else queries.many(board, changed, page[1]))
        self._tell_press(board.statements.take())

    def _tell_press(self, changed: list[str]) -> None:
        """Name the statements that changed to every screen of those who may read drafts."""
        if changed:
            told = {"statements": changed, "cursor": self.room.board.cursor}
            for page in self._looked_at():
                if page[0] in views.DRAFTS:
                    self.socketio.emit("statements", told, to=_room(page), namespace=SPACE)

    def _fold(self, raws: list[Raw]) -> set[str]:
        try:
            return self.room.board.fold(raws)
        except Locked as fault:
            raise Down("the vault cannot be used") from fault

    def beat(self) -> None:
        """Tell every screen where the log is, so that a lost patch is noticed, and close those whose session ended."""
        for page in self._looked_at():
            self._emit(page, self.room.board.cursor, [], 0)
        self.present.beat()
        self.reckon()
        for socket, person in list(self._people.items()):
            try:
                still = self.room.access.still(person.key)
            except Down:
                return
            if still is None or still.role != person.role:
                self.socketio.emit("bye", to=socket, namespace=SPACE)
                self.socketio.server.disconnect(socket, namespace=SPACE)

    def reckon(self) -> None:
        """Look whether every accepted report is accounted for; not while the record is away."""
        try:
            self.room.reckoning.look(self.clock())
        except Down:
            logger.debug("The record cannot be reached to count what was accepted.")

    def _emit(self, page: Page, after: str, cards: list[dict[str, Any]], missed: int, to: str = "") -> None:
        counts = views.counts(self.room.board, page[0], self.room.pack, self.clock())
        patch = {"after": after, "cursor": self.room.board.cursor, "cards": cards, "counts": counts, "missed": missed}
        patch["record"] = "up" if self.up else "down"
        self.socketio.emit("patch", patch, to=to or _room(page), namespace=SPACE)

    def _looked_at(self) -> list[Page]:
        """The pages that somebody looks at just now."""
        return sorted(set(self._pages.values()))

    def _connect(self, auth: Any = None) -> bool | None:
        asked = auth if isinstance(auth, dict) else {}
        token = asked.get("token", "")
        try:
            access = self.room.access
            given = str(token) if token else request.cookies.get(cookie(), "")
            person = access.by_token(given) if token else access.by_session(given)
        except Down:
            return False
        if person is None or (asked.get("list", "") and not views.may_list(person.role, asked["list"])):
            return False
        page = (person.role, str(asked.get("list") or views.SCOPE[person.role]))
        self._people[request.sid], self._pages[request.sid] = person, page  # type: ignore[attr-defined]
        join_room(_room(page))
        # a first heartbeat of its own, which proves the line: it shows the room as live at once
        self._emit(page, self.room.board.cursor, [], 0, to=request.sid)  # type: ignore[attr-defined]
        return None

    def _disconnect(self, reason: Any = None) -> None:
        self.present.leave(request.sid)  # type: ignore[attr-defined]
        for known in (self._people, self._pages):
            known.pop(request.sid, None)  # type: ignore[attr-defined]


def _room(page: Page) -> str:
    """The Socket.IO room of those who look at a page."""
    return ":".join(page)


def now() -> datetime:
    """The wall clock, in UTC, to hand to whoever needs one."""
    return datetime.now(UTC)
