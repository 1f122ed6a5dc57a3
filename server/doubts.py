"""Wrong pass-phrases where a session is open: after so many, whoever holds it is not its owner, and it ends."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from server import events
from server.drawer import Drawer
from server.log import Log
from server.roles import Busy, Person, Refused

Told = TypeVar("Told")
MOST, WITHIN = 10, 3600  # wrong ones of one account in so many seconds, from wherever they came


def weigh(log: Log, person: Person, prove: Callable[[], Told]) -> Told:
    """Let `prove` ask for the pass-phrase, which raises Refused when it is wrong, and Busy when it did not look. With
    the last wrong one this session ends, and no other: its owner signs in again. What `prove` says, and raises
    what it raises."""
    drawer, name = Drawer(log), sha256(person.name.encode()).hexdigest()
    wrong = drawer.add("doubts", name, WITHIN)  # counted before the slow part: many may come at once
    try:
        said = prove()
    except Busy:
        drawer.add("doubts", name, WITHIN, -1)
        raise
    except Refused:
        if wrong < MOST:
            raise
    else:
        drawer.add("doubts", name, WITHIN, -1)
        return said
    drawer.drop("session", person.key)
    log.append(events.AccountDoubted(subject=person.name, tries=wrong), by="room")
    raise Refused("Too many wrong pass-phrases: this session has ended. Sign in again.")
