"""What people change of their own passkeys, by the rules of every second factor."""

from typing import Any

from server import events
from server.people.own import Own
from server.people.signing import Signed, Site
from server.roles import Refused


class OwnPasskeys(Own):
    """Of one person, on one site."""

    def all(self) -> list[dict[str, str]]:
        """{id, name, since} of each."""
        return self._access.factors.passkeys.all(self._account)

    def propose(self, phrase: str, site: Site) -> dict[str, Any]:
        """What the browser is to ask a new passkey for. Raises Refused."""
        self._anew()
        self._prove(phrase)
        self._part()
        return self._access.factors.passkeys.propose(self._theirs, self._person.key, site)

    def settle(self, called: str, said: str, site: Site) -> tuple[str, list[str]]:
        """Keep the new passkey, by its first answer. The fact's id, and recovery codes where none are left. Raises
        Refused."""
        self._as_before()
        factors = self._access.factors
        passkey = factors.passkeys.settle(self._theirs, self._person.key, called, Signed(said, b"", site))
        codes = [] if factors.left(self._theirs) else factors.recovery(self._theirs)
        self._set_up()
        event = events.accounts.AccountKeyed(subject=self._name, passkey=passkey)
        return self._log.append(event, by=self._person.by).id, codes

    def remove(self, phrase: str, passkey: str) -> str:
        """A passkey opens nothing any more. The fact's id. Raises Refused."""
        self._anew()
        self._prove(phrase)
        there = [each["id"] for each in self.all()]
        if passkey not in there:
            raise Refused("This passkey is removed already.")
        event = events.accounts.AccountUnkeyed(subject=self._name, passkey=passkey, left=len(there) - 1)
        placed = self._log.append(event, by=self._person.by)
        self._part()
        self._access.factors.passkeys.drop(self._theirs, passkey)
        self._access.factors.tidy(self._theirs)
        return placed.id
