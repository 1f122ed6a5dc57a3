"""Who gets in: accounts, sessions, tokens, and the one-time link."""

import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from hmac import new as mac
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server import doubts, events, membership
from server.drawer import Drawer
from server.log import Log
from server.roles import PROGRAM, ROLES, Busy, Person, Refused

IDLE, LONGEST = 30 * 60, 12 * 3600  # seconds a session lives unused, and at most (OWASP ASVS 5.0 7.3)
INVITATION = 15 * 60  # seconds
TRIES, WINDOW = 10, 60  # wrong pass-phrases from one address in so many seconds
SHORTEST, LONGEST_PHRASE = 15, 128  # characters (OWASP ASVS 5.0 6.2)
LONGEST_NAME = 40
HOUR = 3600  # seconds


def hashed(secret: str) -> str:
    """What we keep of a session id or a token: a stolen drawer opens nothing."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _fits(name: str, role: str, organisation: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or ":" in name:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters and no colon.")
    if role not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.")
    membership.named(organisation)


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
        self._salt = secrets.token_bytes(32)  # an address must not be found out from a count that is on the disk
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)  # argon2id
        self._nobody = self._hasher.hash(secrets.token_hex())  # an unknown name takes as long as a wrong phrase

    def open_account(self, name: str, role: str, phrase: str, *, by: str, organisation: str = "") -> str:
        """Let `name` of this member of the coalition sign in with `phrase` in `role`. The fact's id. Raises Refused."""
        name, organisation = name.strip(), organisation.strip()
        _fits(name, role, organisation)
        if not SHORTEST <= len(phrase) <= LONGEST_PHRASE:
            raise Refused(f"A pass-phrase has {SHORTEST} to {LONGEST_PHRASE} characters: four or five words will do.")
        if any("\ud800" <= char <= "\udfff" for char in phrase):
            raise Refused("A pass-phrase is made of characters that can be typed.")
        if name.casefold() in phrase.casefold() and len(name) > 3:
            raise Refused("A pass-phrase does not hold the name.")
        if self._drawer.get("credential", name):
            raise Refused("There is an account of this name already.")
        kept = {"hash": self._offload(self._hasher.hash, phrase)}
        placed = self._log.append(events.AccountOpened(subject=name, role=role, organisation=organisation), by=by)
        self._drawer.put("credential", name, kept)  # last: without it nobody enters, and opening again completes it
        return placed.id

    def close_account(self, name: str, *, by: str) -> str:
        """End an account and its sessions. The fact's id. Raises Refused."""
        if not self._drawer.get("credential", name):
            raise Refused("There is no account of this name.")
        placed = self._log.append(events.AccountClosed(subject=name), by=by)
        for key in self._drawer.keys("session"):  # or they would live again if the name were given to somebody else
            if self._drawer.get("session", key).get("name") == name:
                self._drawer.drop("session", key)
        self._drawer.drop("credential", name)  # last: closing again completes what an outage cut off
        return placed.id

    def accounts(self) -> list[str]:
        """Every name that can sign in."""
        return sorted(self._drawer.keys("credential"))

    def sign_in(self, name: str, phrase: str, address: str) -> str:
        """A new session's id. Raises Refused with the same sentence whatever was wrong, Busy after too many tries."""
        self._prove(name, phrase, address)
        session, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        began = str(int(self._clock().timestamp()))
        self._drawer.put("session", hashed(session), {"name": name, "csrf": csrf, "since": began}, IDLE)
        return session

    def prove(self, person: Person, phrase: str, address: str) -> None:
        """Raises Refused unless it is this person who sits there; Busy after too many tries, signing in or here. After
        too many wrong ones here, from wherever, the session ends: see doubts."""
        if person.program:
            raise Refused("A program has no pass-phrase: this is for people alone.")
        doubts.weigh(self._log, person, lambda: self._prove(person.name, phrase, address))

    def spend(self, what: str, person: Person, most: int) -> None:
        """Count one more of something that each person may do `most` times in an hour of the clock. Raises Busy."""
        hour = int(self._clock().timestamp()) // HOUR
        if self._drawer.add(what, hashed(f"{hour} {person.name}"), HOUR) > most:
            raise Busy(f"This can be done {most} times in an hour: wait for the next one.")

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
        return Person(PROGRAM + token["name"], token["role"], key, "") if token else None

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

    def tokens(self) -> list[tuple[str, str, str]]:
        """Every token's public id, name and role."""
        kept = [self._drawer.get("token", key) for key in self._drawer.keys("token")]
        return sorted((token["id"], token["name"], token["role"]) for token in kept if token)

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
        self._drawer.put(
            "invitation", hashed(word), {"until": str(int(self._clock().timestamp()) + INVITATION)}, INVITATION
        )
        return word

    def invited(self, word: str) -> bool:
        """Whether the word still opens, and nobody came first."""
        return bool(self._drawer.get("invitation", hashed(word))) and not self.accounts()

    def first_administrator(self, word: str, name: str, phrase: str) -> str:
        """Use the one-time word. The fact's id. Raises Refused."""
        until = int(self._drawer.get("invitation", hashed(word)).get("until", 0))
        if not self.invited(word) or not self._drawer.drop("invitation", hashed(word)):
            # of two who come at once, one has dropped it
            raise Refused("This link was used or is older than 15 minutes. Start the room again for a new one.")
        try:
            return self.open_account(name, "administrator", phrase, by="console")
        except Refused:
            left = until - int(self._clock().timestamp())
            if left > 0:
                self._drawer.put("invitation", hashed(word), {"until": str(until)}, left)
            raise

    def _prove(self, name: str, phrase: str, address: str) -> None:
        """Raises Refused, with the same sentence whatever was wrong, or Busy."""
        tries = mac(self._salt, f"{address} {name}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
        if self._drawer.add("tries", tries, WINDOW) > TRIES:  # counted before the slow part: many may come at once
            raise Busy("Too many tries. Wait a minute.")
        kept = self._drawer.get("credential", name).get("hash")
        right = self._offload(self._verify, kept or self._nobody, phrase) and kept is not None
        if not right or self._role_of(name) is None:
            raise Refused("This name and pass-phrase do not match.")
        self._drawer.drop("tries", tries)

    def _verify(self, kept: str, phrase: str) -> bool:
        try:
            return self._hasher.verify(kept, phrase)
        except (VerificationError, InvalidHashError):
            return False
