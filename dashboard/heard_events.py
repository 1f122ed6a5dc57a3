"""What a screen may send on the live line: by name, for whom and in which shape; who sends it is judged anew each time.

Whatever else comes is dropped and counted; nothing of it is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import NoneType
from typing import Any

from flask import request
from flask_socketio import SocketIO

from server.access import Access
from server.log import Down
from server.roles import DESKS, Person


@dataclass(frozen=True)
class Kind:
    """An event: the roles that may send it, and what its one object holds: field -> types."""

    roles: tuple[str, ...]
    shape: Mapping[str, tuple[type, ...]]

    def fits(self, said: tuple[Any, ...]) -> bool:
        """Whether this is one object of the shape, and nothing beside it."""
        one = said[0] if len(said) == 1 else None
        return (
            isinstance(one, dict)
            and set(one) == set(self.shape)
            and all(isinstance(one[name], types) and _is_text(one[name]) for name, types in self.shape.items())
        )


def _is_text(value: Any) -> bool:
    """Half of a pair, as JSON may write it, is no letter: nothing of ours can keep it."""
    return not (isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value))


EVENTS = {"looking": Kind(DESKS, {"card": (str, NoneType)})}  # which card is open there; None for no card


class Heard:
    """The events of this process's screens. `dropped`: how many were none, or not of whoever sent them."""

    def __init__(self, access: Access, socketio: SocketIO, space: str, people: Mapping[str, Person]) -> None:
        """`people`: socket -> who looks."""
        self.dropped = 0
        self._access, self._socketio, self._space, self._people = access, socketio, space, people
        # the server's own way: Flask's takes an event of this very name for another's
        socketio.server.on("*", self.drop, namespace=space)

    def on(self, name: str, act: Callable[[str, Person, dict[str, Any]], bool]) -> None:
        """Have `act(socket, person, said)` do what this event of EVENTS asks; False when it is not theirs to ask."""
        self._socketio.on_event(name, partial(self._hear, EVENTS[name], act), namespace=self._space)

    def _hear(self, kind: Kind, act: Callable[[str, Person, dict[str, Any]], bool], *said: Any) -> None:
        socket: str = request.sid  # type: ignore[attr-defined]
        try:
            person = self.still(socket)
        except Down:
            return  # the screen says it again
        if person is None or person.role not in kind.roles or not kind.fits(said) or not act(socket, person, said[0]):
            self.drop()

    def drop(self, *_: Any) -> None:
        """Count an event of which nothing is kept."""
        self.dropped += 1

    def still(self, socket: str) -> Person | None:
        """Who looks there, if they may still, and as they did when they came. Raises Down."""
        before = self._people.get(socket)
        now = before and self._access.still(before.key)
        return now if now and before and _who(now) == _who(before) else None

    def ended(self, sockets: Sequence[str]) -> list[str]:
        """Those of them where nobody may look any more as they did; the record is asked once. Raises Down."""
        before = {socket: self._people[socket] for socket in sockets}
        now = self._access.all_still({person.key for person in before.values()})
        return [socket for socket, was in before.items() if not (is_now := now[was.key]) or _who(is_now) != _who(was)]


def _who(person: Person) -> tuple[str, str, str]:
    """What somebody is told depends on."""
    return person.name, person.role, person.organisation
