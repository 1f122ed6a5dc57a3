"""From the log to every open screen: follow, fold, push. One follower in each room process."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_socketio import SocketIO, join_room

from dashboard import summed, views
from dashboard.heard_events import Heard
from dashboard.present import Present
from server import queries
from server.coalition.terms import WHOLE
from server.guard import Room, cookie, opened_by_us
from server.log import Down, Raw
from server.roles import Eyes, Person
from server.seal import Locked

SPACE = "/live"
LONGEST_WAIT = 1.0  # seconds
BATCH = 1000  # facts
OF_PEOPLE = ("account.", "token.")  # facts after which somebody may have no business here
MOST_CARDS = 100  # in one patch; beyond, a screen gets the number and asks for pages: nobody reads 1,000 cards a second

logger = logging.getLogger(__name__)


Counts = dict[str, dict[str, Any]]  # by role


@dataclass(frozen=True, order=True)
class Page:
    """What all screens with it are sent alike: the eyes that look at it, and the scope of the cards on it."""

    eyes: Eyes
    scope: str

    @property
    def room(self) -> str:
        """The Socket.IO room of those who look at it."""
        return ":".join((self.eyes.role, self.scope, self.eyes.organisation.encode().hex()))


class Live:
    """The room's follower and its screens."""

    def __init__(self, room: Room, socketio: SocketIO, clock: Callable[[], datetime]) -> None:
        self.room, self.socketio, self.clock = room, socketio, clock
        self.up = True
        self._people: dict[str, Person] = {}  # socket -> who looks
        self._pages: dict[str, Page] = {}  # socket -> at which page
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
        if any(raw.fields["wire"].startswith(OF_PEOPLE) for raw in raws):
            self.watch()  # before anything of what came after is told
        few = len(changed) <= MOST_CARDS
        rows = queries.rows_of(board, changed) if few else []
        counts: Counts = {}
        made: dict[Any, list[dict[str, Any]]] = {}
        for page in self._looked_at():
            shares = tuple(board.treaty.of_card(page.eyes, row) for row in rows)
            alike = (page.eyes.role, page.scope, shares)  # of members that are told the same, the same cards
            if alike not in made:
                seen = [self.room.see(row, page.eyes, page.scope) for row in rows]
                made[alike] = [card for card in seen if card is not None]
            cards = made[alike]
            self._emit(page, after, cards, 0 if few else queries.many(board, changed, page.scope), counts)
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

    def beat(self) -> None:
        """Tell every screen where the log is, so that a lost patch is noticed."""
        counts: Counts = {}
        for page in self._looked_at():
            self._emit(page, self.room.board.cursor, [], 0, counts)
        self.present.beat()
        self.reckon()

    def watch(self) -> None:
        """Close the screens of those whose session, account or role ended, in whichever process it did."""
        for socket in list(self._people):
            try:
                still = self.heard.still(socket)
            except Down:
                return
            if still is None:
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
        self, page: Page, after: str, cards: list[dict[str, Any]], missed: int, counts: Counts, to: str = ""
    ) -> None:
        """`counts`: by role, as far as they were counted for another page at this moment."""
        role, cursor = page.eyes.role, self.room.board.cursor
        if role not in counts:
            counts[role] = summed.counts(self.room.board, role, self.room.pack, self.clock())
        patch = {"after": after, "cursor": cursor, "cards": cards, "counts": counts[role], "missed": missed}
        patch["record"] = "down" if not self.up else "up" if role not in views.DESKS or self.room.whole() else "broken"
        self.socketio.emit("patch", patch, to=to or page.room, namespace=SPACE)

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
        page = _page(person, str(asked.get("list") or views.feed(person)))
        self._people[request.sid], self._pages[request.sid] = person, page  # type: ignore[attr-defined]
        join_room(page.room)
        # a first heartbeat of its own, which proves the line: it shows the room as live at once
        self._emit(page, self.room.board.cursor, [], 0, {}, to=request.sid)  # type: ignore[attr-defined]
        return None

    def _disconnect(self, reason: Any = None) -> None:
        # an event of that name must not leave a line open that nobody watches; of a line that ended this does nothing
        self.socketio.server.disconnect(request.sid, namespace=SPACE)  # type: ignore[attr-defined]
        self.present.leave(request.sid)  # type: ignore[attr-defined]
        for known in (self._people, self._pages):
            known.pop(request.sid, None)  # type: ignore[attr-defined]


def _page(person: Person, scope: str) -> Page:
    """Whom no agreement of the members tells apart look at the same, whatever organisation they are of."""
    return Page(Eyes(person.role, "" if person.role in WHOLE else person.organisation), scope)


def now() -> datetime:
    """The wall clock, in UTC, to hand to whoever needs one."""
    return datetime.now(UTC)
