"""Who is looking at a card just now: told to whoever has the same card open, kept in the drawer alone, briefly."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_socketio import SocketIO

from dashboard.heard_events import EVENTS, Heard
from server import queries
from server.drawer import Drawer
from server.guard import Room
from server.log import Down
from server.roles import Person
from server.seal import Locked
from server.work.ladder import LEAD

KIND = "looking"  # in the drawer, by card: socket -> since when, in which role, who; sealed
FRESH = 12  # seconds after which somebody is no longer there, unless their screen says so again
EVENT = "present"


class Present:
    """The cards that this process's screens have open. Other processes tell of theirs by the drawer."""

    def __init__(
        self,
        room: Room,
        socketio: SocketIO,
        clock: Callable[[], datetime],
        space: str,
        people: Mapping[str, Person],
        heard: Heard,
    ) -> None:
        """`people`: socket -> who looks."""
        self._room, self._socketio, self._clock, self._space, self._people = room, socketio, clock, space, people
        self._drawer = Drawer(room.log)
        self._open: dict[str, str] = {}  # socket -> the card that it has open
        self._told: dict[str, list[str]] = {}  # socket -> the names that it knows
        heard.on(KIND, self._looking)

    def leave(self, socket: str) -> None:
        """A screen closed its card, or itself."""
        card = self._open.pop(socket, "")
        self._told.pop(socket, None)
        if card:
            try:
                self._drawer.clear(KIND, self._key(card), socket)
            except (Down, Locked):
                return  # it is forgotten by itself

    def beat(self) -> None:
        """Tell every screen who else has its card open, if that changed."""
        for card in sorted(set(self._open.values())):
            row = queries.row_of(self._room.board, card, "all")
            for socket in [socket for socket, other in self._open.items() if other == card]:
                if row is None or not self._may(row, socket):
                    self.leave(socket)
            try:
                self._tell(card, bool(row and row["restricted"]))
            except (Down, Locked):
                return

    def _looking(self, socket: str, person: Person, said: dict[str, Any]) -> bool:
        """Somebody opened this card, or none. Whether it is one that they may see."""
        card = said["card"]
        row = queries.row_of(self._room.board, card, "all") if card else None
        if row is None or not self._may(row, socket):
            self.leave(socket)
            return card is None
        if self._open.get(socket) != row["id"]:
            self.leave(socket)
            self._open[socket] = row["id"]
        told = {"since": int(self._clock().timestamp()), "role": person.role, "name": person.name}
        try:
            # a drawer is written to the disk, too
            self._drawer.mark(KIND, self._key(row["id"]), socket, self._room.vault.seal("room", told), FRESH)
            self._tell(row["id"], bool(row["restricted"]))
        except (Down, Locked):
            return True  # the screen says it again
        return True

    def _may(self, row: queries.Row, socket: str) -> bool:
        person = self._people.get(socket)
        seen = person and self._room.see(row, person)
        return bool(seen and not seen.get("gone") and person and person.role in EVENTS[KIND].roles)

    def _tell(self, card: str, restricted: bool) -> None:
        names = self._names(card, restricted)
        for socket in [socket for socket, other in self._open.items() if other == card]:
            others = sorted(names - {self._people[socket].name})
            if self._told.get(socket, []) != others:
                self._told[socket] = others
                self._socketio.emit(EVENT, {"card": card, "names": others}, to=socket, namespace=self._space)

    def _names(self, card: str, restricted: bool) -> set[str]:
        """Who has it open, in any process. Of a restricted card only security leads."""
        now, names = self._clock().timestamp(), set()
        for sealed in self._drawer.get(KIND, self._key(card)).values():
            told = self._room.vault.open("room", sealed)
            if now - told["since"] <= FRESH and (told["role"] == LEAD or not restricted):
                names.add(told["name"])
        return names

    def _key(self, card: str) -> str:
        return self._room.sealer.identity(KIND, card)
