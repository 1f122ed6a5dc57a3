"""Who gets in: accounts, and the one place where desks and doors ask about sessions, tokens and the one-time link."""

import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher

from server import doubts, events, membership
from server.drawer import Drawer
from server.log import Down, Log
from server.people.factors import NONE, Factors, apart
from server.people.invitations import Invitations
from server.people.joining import Joining
from server.people.phrases import Phrases, judge
from server.people.proving import CHANGED, OWN, TAINTED, Proved, Proving
from server.people.sessions import Sessions, hashed
from server.people.signing import Signed
from server.people.tokens import Tokens
from server.people.tries import Tries
from server.roles import PROGRAM, ROLES, Busy, Person, Refused
from server.seal import Vault

LONGEST_NAME = 40
HOUR = 3600  # seconds
FACTOR, DURESS = "factor", "duress"  # what a session is marked with: a code was asked for; its owner is forced


def _fits(name: str, role: str, organisation: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or ":" in name:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters and no colon.")
    if role not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.")
    membership.named(organisation)


def _mark_of(proved: Proved) -> str:
    return CHANGED if proved.changed else DURESS


class Access:
    """Accounts and who is signed in. `role_of` tells a name's role by the record; `offload` runs slow work aside.
    Without a vault nobody signs in who is asked for a code. `required`: nobody enters without a second factor."""

    def __init__(
        self,
        log: Log,
        role_of: Callable[[str], str | None],
        clock: Callable[[], datetime],
        offload: Callable[..., Any] = lambda work, *args: work(*args),
        hasher: PasswordHasher | None = None,
        vault: Vault | None = None,
        required: bool = False,
        organisation_of: Callable[[str], str] = lambda name: "",
    ) -> None:
        self._log, self.role_of, self._clock, self._organisation_of = log, role_of, clock, organisation_of
        self._drawer, self._vault, self._required = Drawer(log), vault, required
        self.phrases = Phrases(offload, hasher)
        self.sessions, self.tokens = Sessions(self._drawer, clock), Tokens(log, self._drawer)
        self.factors, self.joining = Factors(self._drawer, vault, clock), Joining(self._drawer)
        self.tries = Tries(self._drawer, vault.secret("tries") if vault else secrets.token_bytes(32), clock)
        self.proving = Proving(log, self.phrases, self.factors, self.tries, role_of)
        self._invitations = Invitations(self._drawer, clock)

    def check(self, name: str, role: str, organisation: str) -> None:
        """Raises Refused unless an account like this could be opened."""
        _fits(name, role, organisation)
        if self._drawer.get("credential", name):
            raise Refused("There is an account of this name already.")

    def open_account(
        self, name: str, role: str, phrase: str, *, by: str, organisation: str = "", tainted: bool = False
    ) -> str:
        """Let `name` of this member of the coalition sign in with `phrase` in `role`; `tainted`: whoever opens it is
        forced to, and so is whoever signs in there. The fact's id. Raises Refused."""
        name, organisation = name.strip(), organisation.strip()
        _fits(name, role, organisation)
        judge(phrase, name, organisation)
        self.check(name, role, organisation)
        kept = {OWN: self.phrases.kept(phrase), **({TAINTED: "1"} if tainted else {})}
        placed = self._log.append(events.AccountOpened(subject=name, role=role, organisation=organisation), by=by)
        self._drawer.put("credential", name, kept)  # last: without it nobody enters, and opening again completes it
        return placed.id

    def close_account(self, name: str, *, by: str) -> str:
        """End an account and its sessions. The fact's id. Raises Refused."""
        if not self._drawer.get("credential", name):
            raise Refused("There is no account of this name.")
        placed = self._log.append(events.AccountClosed(subject=name), by=by)
        self.sessions.end_all(name)  # or they would live again if the name were given to somebody else
        for each in (name, apart(name)):
            self.factors.drop(each)
        self._drawer.drop("credential", name)  # last: closing again completes what an outage cut off
        return placed.id

    def taint(self, name: str) -> None:
        """Somebody who is forced is about to change this account: whoever signs in there is taken for one who is."""
        if CHANGED not in self._drawer.get("credential", name):  # the role before the first change is the true one
            self._drawer.amend("credential", name, CHANGED, self.role_of(name) or "")

    def accounts(self) -> list[str]:
        """Every name that can sign in."""
        return sorted(self._drawer.keys("credential"))

    def sign_in(self, name: str, phrase: str, address: str, code: str | Signed = "", known: str = "") -> str:
        """A new session's id. Raises Refused with the same sentence whatever was wrong, Busy after too many tries.
        `known`: what this browser was given when the name signed in there before."""
        proved = self.proving.at_the_door(name, phrase, address, code, known)
        marks = [FACTOR] if proved.by != NONE else []
        if proved.forced:
            self._tell_forced(name)
            marks.append(_mark_of(proved))
        return self.sessions.begin(name, *marks)

    def prove(self, person: Person, phrase: str) -> bool:
        """Raises Refused unless it is this person who sits there; Busy after too many tries, signing in or here. After
        too many wrong ones here, from wherever, the session ends: see doubts. Whether they are forced to."""
        if person.program:
            raise Refused("A program has no pass-phrase: this is for people alone.")
        proved = doubts.weigh(self._log, person, lambda: self.proving.inside(person.name, phrase, person.key))
        if proved.forced and (not person.duress or (person.changed and not proved.changed)):
            self._tell_forced(person.name)  # first: whoever was marked already is not told of again
            self.sessions.mark(person.key, _mark_of(proved))
        return proved.forced or person.duress

    def spend(self, what: str, person: Person, most: int) -> None:
        """Count one more of something that each person may do `most` times in an hour of the clock. Raises Busy."""
        hour = int(self._clock().timestamp()) // HOUR
        if self._drawer.add(what, hashed(f"{hour} {person.name}"), HOUR) > most:
            raise Busy(f"This can be done {most} times in an hour: wait for the next one.")

    def by_session(self, session: str, used: bool = True) -> Person | None:
        """Whoever holds this session, if it still lives; it lives on by being `used`: not by what a page does alone."""
        person = self.still(hashed(session)) if session else None
        return person if person and (not used or self.sessions.use(person.key)) else None

    def entering(self, session: str, used: bool = True) -> Person | None:
        """The same, even if they still have to set up a second factor."""
        person = self._holder(hashed(session), self.sessions.of(hashed(session))) if session else None
        return person if person and (not used or self.sessions.use(person.key)) else None

    def still(self, key: str) -> Person | None:
        """Whoever holds the session or token of this hash, judged anew."""
        return self.all_still([key])[key]

    def all_still(self, keys: Collection[str]) -> dict[str, Person | None]:
        """The same of each hash; the record is asked once for all."""
        kept = self.sessions.all_of(keys)
        tokens = self.tokens.all_of([key for key in keys if not kept[key]])
        return {key: self._judged(key, kept[key], tokens.get(key, {})) for key in keys}

    def by_token(self, token: str) -> Person | None:
        """Whoever holds this token."""
        return self.still(hashed(token)) if token else None

    def is_administrator(self, by: str) -> bool:
        """Whether this is an administrator now, as facts name people."""
        role, _, name = by.partition(":")
        return role == "administrator" and self.role_of(name) == role

    def invite(self) -> str:
        """A one-time word, good for 15 minutes, that lets its bearer create the first administrator."""
        return self._invitations.make()

    def invited(self, word: str) -> bool:
        """Whether the word still opens, and nobody came first."""
        return bool(self._invitations.until(word)) and not self.accounts()

    def first_administrator(self, word: str, name: str, phrase: str) -> str:
        """Use the one-time word. The fact's id. Raises Refused."""
        until = self._invitations.until(word)
        if not self.invited(word) or not self._invitations.take(word):
            raise Refused("This link was used or is older than 15 minutes. Start the room again for a new one.")
        try:
            return self.open_account(name, "administrator", phrase, by="console")
        except Exception:
            with suppress(Down):
                self._invitations.give_back(word, until)
            raise

    def _judged(self, key: str, kept: dict[str, str], token: dict[str, str]) -> Person | None:
        if kept:
            return None if self._required and FACTOR not in kept else self._holder(key, kept)
        return Person(PROGRAM + token["name"], token["role"], key, "") if token else None

    def _holder(self, key: str, kept: dict[str, str]) -> Person | None:
        role = self.role_of(kept["name"]) if kept else None
        of = self._organisation_of(kept["name"]) if role else ""
        forced, changed = DURESS in kept, CHANGED in kept
        seen = (forced or changed, of, changed and not forced)
        return Person(kept["name"], role, key, kept["csrf"], *seen) if role else None

    def _tell_forced(self, name: str) -> None:
        if self._vault:
            sealed = self._vault.seal("room", {"name": name})
            self._log.append(events.accounts.AccountForced(subject=secrets.token_hex(8), sealed=sealed), by="room")
