"""What people change of their own account: pass-phrases, the second factor, and where they are signed in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from server import events
from server.access import FACTOR, Access
from server.drawer import Drawer
from server.log import Log
from server.people import totp
from server.people.factors import apart
from server.people.phrases import judge
from server.people.proving import APART, FORCED, OWN, THEIRS
from server.roles import Person, Refused

BESIDE = {OWN: FORCED, FORCED: THEIRS, THEIRS: FORCED}  # a pass-phrase -> the second one, as whoever has it sees it
SHOWN_FOR = 10 * 60  # seconds after signing in, in which a second factor may be changed
AGAIN = "Sign in again, with a code, to change the second factor."
SAME = "Take two pass-phrases that differ."
NOT_ASKED = "This account is asked for no code."
SHOWN = 16  # characters of a session's hash, by which its owner names it


class Own:
    """Of one person. Whoever is forced to changes only what the forced pass-phrase opens, and sees all as it is."""

    def __init__(self, log: Log, access: Access, person: Person) -> None:
        self._log, self._access, self._person = log, access, person
        self._drawer, self._name = Drawer(log), person.name

    def rephrase(self, phrase: str, fresh: str) -> str:
        """Another pass-phrase in place of this one; all other sessions end. The fact's id. Raises Refused."""
        field, phrases = self._which(phrase), self._access.phrases
        judge(fresh, self._name)
        if phrases.right(self._kept().get(BESIDE[field]), fresh):
            raise Refused(SAME)
        made = phrases.kept(fresh)
        placed = self._log.append(events.accounts.AccountRephrased(subject=self._name), by=self._person.by)
        self._drawer.amend("credential", self._name, field, made)
        self.end_others()
        return placed.id

    def set_forced(self, phrase: str, fresh: str) -> None:
        """A second pass-phrase, for whoever is forced to sign in. On no record, and no page says that there is one.
        Whoever chooses one while forced gets one more that opens the same as theirs. Raises Refused."""
        field = self._which(phrase)
        judge(fresh, self._name)
        if fresh == phrase:
            raise Refused(SAME)
        if field != THEIRS:
            self._drawer.amend("credential", self._name, BESIDE[field], self._access.phrases.kept(fresh))

    def asked(self) -> dict[str, Any]:
        """What they are asked for beside the pass-phrase: {set, telephone, left}."""
        factors, account = self._access.factors, self._account
        return {"set": factors.has(account), "telephone": factors.telephone(account), "left": factors.left(account)}

    def propose_factor(self, phrase: str) -> tuple[str, str]:
        """A new secret for the telephone: as it is typed, and as an address for a picture. Raises Refused."""
        self._anew()
        self._prove(phrase)
        secret = self._access.factors.propose(self._theirs)
        return totp.written(secret), totp.address(secret, self._name)

    def settle_factor(self, code: str) -> tuple[str, list[str]]:
        """Prove the new secret by its first code. The fact's id, and the recovery codes. Raises Refused."""
        self._as_before()
        codes = self._access.factors.settle(self._theirs, code)
        self._set_up()
        return self._log.append(events.accounts.AccountSecured(subject=self._name), by=self._person.by).id, codes

    def drop_factor(self, phrase: str) -> str:
        """Be asked for no code of a telephone any more. The fact's id. Raises Refused."""
        self._anew()
        self._prove(phrase)
        factors = self._access.factors
        if not factors.telephone(self._account):
            raise Refused(NOT_ASKED)
        placed = self._log.append(events.accounts.AccountUnsecured(subject=self._name), by=self._person.by)
        self._part()
        factors.drop_telephone(self._theirs)
        factors.tidy(self._theirs)
        return placed.id

    def sessions(self) -> list[dict[str, Any]]:
        """Where they are signed in, the newest first: {id, since, here}."""
        found = self._access.sessions.all(self._name)
        told = [
            {
                "id": key[:SHOWN],
                "since": datetime.fromtimestamp(int(kept["since"]), UTC).isoformat(),
                "here": key == self._person.key,
            }
            for key, kept in found.items()
        ]
        return sorted(told, key=lambda each: str(each["since"]), reverse=True)

    def end(self, shown: str) -> None:
        """End one of theirs. Raises Refused."""
        found = [key for key in self._access.sessions.all(self._name) if key[:SHOWN] == shown]
        if not found:
            raise Refused("This session has ended already.")
        self._access.sessions.end(found[0])

    def end_others(self) -> int:
        """End all of theirs but this one: how many there were."""
        return self._access.sessions.end_all(self._name, but=self._person.key)

    @property
    def _theirs(self) -> str:
        """Under which name the second factor lies that they change."""
        return apart(self._name) if self._person.duress else self._name

    @property
    def _account(self) -> str:
        """Under which name the second factor lies that they see."""
        return self._access.proving.whose(self._name, self._person.duress)

    def _set_up(self) -> None:
        """From now on they are asked for what they have just shown: here, and where they sign in again."""
        self._part()
        self.end_others()  # nobody showed it there
        self._access.sessions.mark(self._person.key, FACTOR)

    def _part(self) -> None:
        """Whoever forces changes their own second factor, not the owner's."""
        if self._person.duress:
            if APART not in self._kept():
                self._access.factors.part(self._name)
            self._drawer.amend("credential", self._name, APART, "1")

    def _as_before(self) -> None:
        """Raises Refused where a second factor is set up, and this session began without it."""
        if self._access.factors.has(self._account) and FACTOR not in self._access.sessions.of(self._person.key):
            raise Refused(AGAIN)

    def _anew(self) -> None:
        """The same where it was shown longer ago: who finds a screen open does not keep the account for good."""
        self._as_before()
        if self._access.factors.has(self._account) and self._access.sessions.age(self._person.key) > SHOWN_FOR:
            raise Refused(AGAIN)

    def _prove(self, phrase: str) -> None:
        self._person = replace(self._person, duress=self._access.prove(self._person, phrase))

    def _which(self, phrase: str) -> str:
        """Which of the pass-phrases this is. Raises Refused when it is none."""
        self._prove(phrase)
        kept, right = self._kept(), self._access.phrases.right
        return next((field for field in (OWN, FORCED) if right(kept.get(field), phrase)), THEIRS)

    def _kept(self) -> dict[str, str]:
        return self._drawer.get("credential", self._name)


def unsecure(log: Log, access: Access, name: str, *, by: str) -> str:
    """Ask an account for the pass-phrase alone: its telephone or its passkeys are lost. The fact's id. Raises
    Refused."""
    if not access.factors.has(name):
        raise Refused(NOT_ASKED)
    placed = log.append(events.accounts.AccountUnsecured(subject=name), by=by)
    for each in (name, apart(name)):
        access.factors.drop(each)
    return placed.id
