"""Screens that hang there for all: a link that opens one once, and the session that it then has, which only looks."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new as mac

from server import events
from server.access import LONGEST_NAME
from server.drawer import Drawer
from server.log import Log
from server.people.invitations import INVITATION
from server.people.sessions import hashed
from server.people.tries import MOST, WINDOW
from server.roles import WALL, Busy, Person, Refused

LONGEST = 24 * 3600  # seconds that a wall shows at most, and however long nobody touches it
THEMES = ("dark", "light")
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that are taken for others: a word may have to be typed
GROUPS, GROUP = 3, 4  # of a word: 60 bits, which are good for minutes
SPENT = "This link was used, ended, or is older than 15 minutes. Ask an administrator for a new one."


class Walls:
    """The walls. `languages` are the pack's, `clock` is aware. Every method raises server.log.Down without a record."""

    def __init__(self, log: Log, languages: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._log, self._languages, self._clock = log, languages, clock
        self._drawer = Drawer(log)
        self._salt = secrets.token_bytes(32)

    def make(self, name: str, language: str, theme: str, *, by: str) -> tuple[str, str]:
        """A new wall that nobody has opened: its word, which is told once, and its public id. Raises Refused."""
        name = name.strip()
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise Refused(f"Say where the wall hangs, in 1 to {LONGEST_NAME} characters.")
        if language not in ("", *self._languages) or theme not in THEMES:
            raise Refused("A wall has a language of the pack or all of them in turn, and is dark or light.")
        word, public = _word(), secrets.token_hex(4)
        self._log.append(events.WallMade(subject=public, name=name, language=language, theme=theme), by=by)
        kept = {"id": public, "name": name, "language": language, "theme": theme, "since": self._now()}
        self._drawer.put("wall-link", hashed(_plain(word)), kept, INVITATION)
        return word, public

    def open(self, word: str, address: str) -> str:
        """Use the word up: the session of the screen that brought it. Raises Refused, or Busy after too many tries."""
        tries = mac(self._salt, f"wall {address}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
        if self._drawer.add("tries", tries, WINDOW) > MOST:
            raise Busy("Too many tries. Wait a minute.")
        key = hashed(_plain(word))
        kept = self._drawer.get("wall-link", key)
        live = kept and int(self._now()) - int(kept["since"]) < INVITATION
        if not live or not self._drawer.drop("wall-link", key):  # of two who come at once, one has dropped it
            raise Refused(SPENT)
        self._drawer.drop("tries", tries)
        self._log.append(events.WallOpened(subject=kept["id"]), by=f"{WALL}:{kept['id']}")
        session = secrets.token_urlsafe(32)
        self._drawer.put("wall", hashed(session), {**kept, "since": self._now()}, LONGEST)
        return session

    def by_session(self, session: str) -> Person | None:
        """The wall that holds this session, if it was not ended."""
        kept = self._drawer.get("wall", hashed(session)) if session else {}
        return Person(kept["id"], WALL, hashed(session), "") if kept and self._lives(kept) else None

    def look(self, person: Person) -> dict[str, str]:
        """How this wall is to look: `language` ("": each in turn), `theme`."""
        kept = self._drawer.get("wall", person.key)
        return {"language": kept.get("language", ""), "theme": kept.get("theme", THEMES[0])}

    def all(self) -> list[dict[str, str]]:
        """Every wall that can be opened or shows: `id`, `name`, `language`, `theme`, `opened` and `until` (ISO 8601,
        UTC; `opened` is "" until it is)."""
        links = (self._drawer.get("wall-link", key) for key in self._drawer.keys("wall-link"))
        shown = (self._drawer.get("wall", key) for key in self._drawer.keys("wall"))
        found = [{**kept, "opened": "", "until": _later(kept, INVITATION)} for kept in links if kept]
        found += [{**kept, "opened": _later(kept, 0), "until": _later(kept, LONGEST)} for kept in shown if kept]
        for kept in found:
            kept.pop("since")
        return sorted(found, key=lambda kept: (kept["name"], kept["id"]))

    def end(self, public: str, *, by: str) -> str:
        """Let a wall show nothing any more, or its link open none. The fact's id. Raises Refused."""
        of = [
            (kind, key)
            for kind in ("wall-link", "wall")
            for key in self._drawer.keys(kind)
            if self._drawer.get(kind, key).get("id") == public
        ]
        if not of:
            raise Refused("There is no wall of this id, or it has ended.")
        placed = self._log.append(events.WallEnded(subject=public), by=by)
        for kind, key in of:  # last: ending it again completes what an outage cut off
            self._drawer.drop(kind, key)
        return placed.id

    def _lives(self, kept: dict[str, str]) -> bool:
        return int(self._now()) - int(kept["since"]) < LONGEST

    def _now(self) -> str:
        return str(int(self._clock().timestamp()))


def _word() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def _plain(word: str) -> str:
    """A word as it is compared, however it was typed."""
    return "".join(char for char in word.upper() if char in LETTERS)


def _later(kept: dict[str, str], seconds: int) -> str:
    return datetime.fromtimestamp(int(kept["since"]) + seconds, UTC).isoformat(timespec="seconds")
