"""From the log to every open screen: follow, fold, push. One follower in each room process."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_socketio import SocketIO, join_room

from dashboard import views
from dashboard.frames import Told, written
from dashboard.heard_events import Heard
from dashboard.made import Made, Page, page_of
from dashboard.pace import CROWD
from dashboard.present import Present
from dashboard.turns import Turns
from server import queries
from server.guard import Room, cookie, opened_by_us
from server.log import Down, Raw
from server.roles import Person
from server.seal import Locked

SPACE = "/live"
LONGEST_WAIT = 1.0  # seconds
BATCH = 600  # facts; nobody is answered while they are folded
TO_DESKS = ("broken", "newer")  # what of the record desks alone are told
OF_PEOPLE = ("account.", "token.")  # facts after which somebody may have no business here
MOST_CARDS = 500  # in one patch; beyond, a screen gets the number and asks for pages
MOST_WAITING = 24  # packets for one screen; while it reads none, others are left out: it sees that, and catches up

logger = logging.getLogger(__name__)


class Live:
    """The room's follower and its screens."""

    def __init__(self, room: Room, socketio: SocketIO, clock: Callable[[], datetime]) -> None:
        self.room, self.socketio, self.clock = room, socketio, clock
        self.up = True
        self._people: dict[str, Person] = {}  # socket -> who looks
        self._pages: dict[str, Page] = {}  # socket -> at which page
        self.made, self._turns = Made(room, clock), Turns()
        self.heard = Heard(room.access, socketio, SPACE, self._people)
        self.present = Present(room, socketio, clock, SPACE, self._people, self.heard)
        socketio.on_event("connect", self._connect, namespace=SPACE)
        socketio.on_event("disconnect", self._disconnect, namespace=SPACE)

    def catch_up(self) -> int:
        """Fold all facts that there are, before anybody looks. How many. Raises Down."""
        folded = 0
        while raws := self.room.log.read(self.room.board.cursor, BATCH):
            self._fold(raws)
            folded += len(raws)
        return folded

    def step(self, wait: float = 0.01, most: int = 0) -> int:
        """Wait for facts, fold them, so many at most, and tell every screen. How many there were. Raises Down."""
        raws = self.room.log.follow(self.room.board.cursor, wait, most or BATCH)
        if raws:
            self.push(raws)
        return len(raws)

    def push(self, raws: list[Raw]) -> None:
        """Fold facts and send each role what it may see of the change."""
        board = self.room.board
        after = board.cursor
        changed = self._fold(raws)
        if any(raw.fields["wire"].startswith(OF_PEOPLE) for raw in raws):
            self.watch()  # before anything of what came after is told
        few = len(changed) <= MOST_CARDS
        rows, record, slow = queries.rows_of(board, changed) if few else [], self._record(), self._slow()
        for page in self._looked_at():
            cards, missed = self.made.cards(page, rows), 0 if few else queries.many(board, changed, page.scope)
            self._emit(page, after, cards, missed, record, slow)
        self._tell_press(board.statements.take())

    def _tell_press(self, changed: list[str]) -> None:
        """Name the statements that changed to every screen of those who may read drafts."""
        if changed:
            told = {"statements": changed, "cursor": self.room.board.cursor}
            for page in self._looked_at():
                if page.eyes.role in views.DRAFTS:
                    self.socketio.emit("statements", told, to=page.room, namespace=SPACE)

    def _fold(self, raws: list[Raw]) -> set[str]:
        try:
            return self.room.board.fold(raws)
        except Locked as fault:
            raise Down("the vault cannot be used") from fault
        finally:
            self.made.forget(crowd=len(raws) > CROWD)

    def beat(self) -> None:
        """Tell every screen where the log is, so that a lost patch is noticed, and the figures as they are now."""
        self.made.forget()
        record, slow = self._record(), self._slow()
        for page in self._looked_at():
            self._emit(page, self.room.board.cursor, "", 0, record, slow)
        if within := self._turns.moved(len(self._pages)):
            self.socketio.emit("turn", {"within": within}, namespace=SPACE)
        self.present.beat()
        self.reckon()

    def watch(self) -> None:
        """Close the screens of those whose session, account or role ended, in whichever process it did."""
        try:
            ended = self.heard.ended(list(self._people))
        except Down:
            return
        for socket in ended:
            self.socketio.emit("bye", to=socket, namespace=SPACE)
            self.socketio.server.disconnect(socket, namespace=SPACE)

    def reckon(self) -> None:
        """Look whether every accepted report is accounted for; not while the record is away."""
        try:
            self.room.reckoning.look(self.clock())
        except Down:
            if self.up:  # else that is said already
                logger.warning("The record could not be asked how many reports it accepted.")

    def _emit(
        self, page: Page, after: str, cards: str, missed: int, record: str, slow: list[str], to: str = ""
    ) -> None:
        """`cards`: as JSON, one behind the other; `slow`: sockets that are left out."""
        said = {"after": after, "cursor": self.room.board.cursor, "missed": missed}
        said["record"] = "up" if record in TO_DESKS and page.eyes.role not in views.DESKS else record
        patch = Told(f'{written(said)[:-1]},"cards":[{cards}],"counts":{self.made.counts(page.eyes.role)}}}')
        self.socketio.emit("patch", patch, to=to or page.room, namespace=SPACE, skip_sid=slow)

    def _record(self) -> str:
        """How the record is: up, down, or one of TO_DESKS."""
        if not self.up:
            return "down"
        return "broken" if not self.room.whole() else "newer" if self.room.board.newer else "up"

    def _slow(self) -> list[str]:
        """Screens that did not read what they were sent: more of it would only fill our memory."""
        server = self.socketio.server
        lines = (
            (sid, server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, SPACE))) for sid in list(self._pages)
        )
        return [sid for sid, line in lines if line and line.queue.qsize() > MOST_WAITING]

    def _looked_at(self) -> list[Page]:
        """The pages that somebody looks at just now."""
        return sorted(set(self._pages.values()))

    def _connect(self, auth: Any = None) -> bool | None:
        if request.sid in self._people:  # type: ignore[attr-defined]
            self.heard.drop()  # an event of that name, of a line that is open
            return None
        asked = auth if isinstance(auth, dict) else {}
        token = asked.get("token", "")
        try:
            access = self.room.access
            given = str(token) if token else request.cookies.get(cookie(), "")
            person = access.by_token(given) if token else access.by_session(given, used=False)
        except Down:
            return False
        if person is None or not (token or opened_by_us(person, asked.get("word"))):
            return False
        if asked.get("list", "") and not views.may_list(person.role, asked["list"]):
            return False
        page = page_of(person, str(asked.get("list") or views.feed(person)))
        self._people[request.sid], self._pages[request.sid] = person, page  # type: ignore[attr-defined]
        join_room(page.room)
        turn = {"turn": self._turns.next(), "within": self._turns.within(len(self._pages))}
        self.socketio.emit("turn", turn, to=request.sid, namespace=SPACE)  # type: ignore[attr-defined]
        # a first heartbeat of its own, which proves the line: it shows the room as live at once
        self._emit(page, self.room.board.cursor, "", 0, self._record(), [], to=request.sid)  # type: ignore[attr-defined]
        return None

    def _disconnect(self, reason: Any = None) -> None:
        # an event of that name must not leave a line open that nobody watches; of a line that ended this does nothing
        self.socketio.server.disconnect(request.sid, namespace=SPACE)  # type: ignore[attr-defined]
        self.present.leave(request.sid)  # type: ignore[attr-defined]
        for known in (self._people, self._pages):
            known.pop(request.sid, None)  # type: ignore[attr-defined]


def now() -> datetime:
    """The wall clock, in UTC, to hand to whoever needs one."""
    return datetime.now(UTC)
