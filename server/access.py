"""Who may do what: accounts, sessions, tokens, and routes that are closed unless they name who may enter."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server import events
from server.drawer import Drawer
from server.log import Log

ROLES = ("administrator", "analyst", "press", "viewer")
ANYONE = "anyone"  # a route that must be reachable before signing in
IDLE, LONGEST = 30 * 60, 12 * 3600  # seconds a session lives unused, and at most (OWASP ASVS 5.0 7.3)
INVITATION = 15 * 60  # seconds
TRIES, WINDOW = 10, 60  # wrong pass-phrases from one address in so many seconds
SHORTEST, LONGEST_PHRASE = 15, 128  # characters (OWASP ASVS 5.0 6.2)
LONGEST_NAME = 40

View = TypeVar("View", bound=Callable[..., Any])


class Refused(Exception):
    """A rule said no. Its text is a sentence for the person who asked."""


class Busy(Refused):
    """Too many tries; later."""


@dataclass(frozen=True)
class Person:
    """Somebody at a desk, or a program with a token."""

    name: str
    role: str
    key: str  # hash of the session or token, never the thing itself
    csrf: str  # "" for a token: a browser does not send tokens by itself

    @property
    def by(self) -> str:
        """How facts name them."""
        return f"{self.role}:{self.name}"


def allow(*roles: str) -> Callable[[View], View]:
    """Name who may use a route."""
    unknown = set(roles) - {*ROLES, ANYONE}
    if unknown or not roles:
        raise ValueError(f"no such role: {unknown or 'none named'}")

    def mark(view: View) -> View:
        view.allowed_roles = roles  # type: ignore[attr-defined]
        return view

    return mark


def hashed(secret: str) -> str:
    """What we keep of a session id or a token: a stolen drawer opens nothing."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Access:
    """Accounts and who is signed in. `role_of` tells a name's role by the record; `offload` runs slow work aside."""

    def __init__(
        self,
        log: Log,
        role_of: Callable[[str], str | None],
        clock: Callable[[], datetime],
        offload: Callable[..., Any] = lambda work, *args: work(*args),
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._log, self._role_of, self._clock, self._offload = log, role_of, clock, offload
        self._drawer = Drawer(log)
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)  # argon2id
        self._nobody = self._hasher.hash(secrets.token_hex())  # an unknown name takes as long as a wrong phrase

    def open_account(self, name: str, role: str, phrase: str, *, by: str) -> str:
        """Let `name` sign in with `phrase` in `role`. The fact's id. Raises Refused."""
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or ":" in name:
            raise Refused(f"A name has 1 to {LONGEST_NAME} characters and no colon.")
        if role not in ROLES:
            raise Refused(f"A role is one of {', '.join(ROLES)}.")
        if not SHORTEST <= len(phrase) <= LONGEST_PHRASE:
            raise Refused(f"A pass-phrase has {SHORTEST} to {LONGEST_PHRASE} characters: four or five words will do.")
        if any("\ud800" <= char <= "\udfff" for char in phrase):
            raise Refused("A pass-phrase is made of characters that can be typed.")
        if name.casefold() in phrase.casefold() and len(name) > 3:
            raise Refused("A pass-phrase does not hold the name.")
        if self._drawer.get("credential", name):
            raise Refused("There is an account of this name already.")
        self._drawer.put("credential", name, {"hash": self._offload(self._hasher.hash, phrase)})
        return self._log.append(events.AccountOpened(subject=name, role=role), by=by).id

    def close_account(self, name: str, *, by: str) -> str:
        """End an account and its sessions. The fact's id. Raises Refused."""
        if not self._drawer.drop("credential", name):
            raise Refused("There is no account of this name.")
        for key in self._drawer.keys("session"):  # or they would live again if the name were given to somebody else
            if self._drawer.get("session", key).get("name") == name:
                self._drawer.drop("session", key)
        return self._log.append(events.AccountClosed(subject=name), by=by).id

    def accounts(self) -> list[str]:
        """Every name that can sign in."""
        return sorted(self._drawer.keys("credential"))

    def sign_in(self, name: str, phrase: str, address: str) -> str:
        """A new session's id. Raises Refused with the same sentence whatever was wrong, Busy after too many tries."""
        tries = f"{hashed(address)}:{hashed(name)}"
        if int(self._drawer.get("tries", tries).get("n", 0)) >= TRIES:
            raise Busy("Too many tries. Wait a minute.")
        kept = self._drawer.get("credential", name).get("hash")
        right = self._offload(self._verify, kept or self._nobody, phrase) and kept is not None
        if not right or self._role_of(name) is None:
            self._drawer.add("tries", tries, WINDOW)
            raise Refused("This name and pass-phrase do not match.")
        session, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        began = str(int(self._clock().timestamp()))
        self._drawer.put("session", hashed(session), {"name": name, "csrf": csrf, "since": began}, IDLE)
        return session

    def sign_out(self, person: Person) -> None:
        """End this session everywhere."""
        self._drawer.drop("session", person.key)

    def by_session(self, session: str) -> Person | None:
        """Whoever holds this session, if it still lives; it lives on by being used."""
        person = self.still(hashed(session)) if session else None
        if person is None or not self._drawer.touch("session", person.key, IDLE):
            return None
        return person

    def still(self, key: str) -> Person | None:
        """Whoever holds the session or token of this hash, judged anew."""
        kept = self._drawer.get("session", key)
        if kept and self._clock().timestamp() - int(kept["since"]) < LONGEST:
            role = self._role_of(kept["name"])
            return Person(kept["name"], role, key, kept["csrf"]) if role else None
        token = self._drawer.get("token", key)
        return Person(token["name"], token["role"], key, "") if token else None

    def by_token(self, token: str) -> Person | None:
        """Whoever holds this token."""
        return self.still(hashed(token)) if token else None

    def issue_token(self, name: str, role: str, *, by: str) -> tuple[str, str]:
        """A new token and its public id. The token is shown once and kept only as a hash. Raises Refused."""
        if role not in ROLES:
            raise Refused(f"A role is one of {', '.join(ROLES)}.")
        token = secrets.token_urlsafe(32)
        public = secrets.token_hex(4)
        self._drawer.put("token", hashed(token), {"name": name, "role": role, "id": public})
        self._log.append(events.TokenIssued(subject=public, name=name, role=role), by=by)
        return token, public

    def revoke_token(self, public: str, *, by: str) -> None:
        """End a token by its public id. Raises Refused."""
        for key in self._drawer.keys("token"):
            if self._drawer.get("token", key).get("id") == public:
                self._drawer.drop("token", key)
                self._log.append(events.TokenRevoked(subject=public), by=by)
                return
        raise Refused("There is no token of this id.")

    def invite(self) -> str:
        """A one-time word, good for 15 minutes, that lets its bearer create the first administrator."""
        word = secrets.token_urlsafe(24)
        self._drawer.put("invitation", hashed(word), {"role": "administrator"}, INVITATION)
        return word

    def invited(self, word: str) -> bool:
        """Whether the word still opens, and nobody came first."""
        return bool(self._drawer.get("invitation", hashed(word))) and not self.accounts()

    def first_administrator(self, word: str, name: str, phrase: str) -> str:
        """Use the one-time word. The fact's id. Raises Refused."""
        spent = "This link was used or is older than 15 minutes. Start the room again for a new one."
        if not self.invited(word) or not self._drawer.drop("invitation", hashed(word)):
            raise Refused(spent)  # of two who come at once, one has dropped it
        try:
            return self.open_account(name, "administrator", phrase, by="console")
        except Refused:
            self._drawer.put("invitation", hashed(word), {"role": "administrator"}, INVITATION)
            raise

    def _verify(self, kept: str, phrase: str) -> bool:
        try:
            return self._hasher.verify(kept, phrase)
        except (VerificationError, InvalidHashError):
            return False
