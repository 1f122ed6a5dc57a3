"""The passkeys of accounts: kept sealed, several for each, asked with a challenge that is good once."""

import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from server.drawer import Drawer
from server.people import signing
from server.people.sessions import hashed
from server.people.signing import Signed, Site
from server.roles import Refused
from server.seal import Forgotten, Vault

MOST, LONGEST_NAME = 10, 40  # passkeys of an account; characters of what its owner calls one
PATIENCE = 5 * 60  # seconds from our challenge to its answer
SHOWN = 16  # characters of the hash of a passkey's id, by which it is named
WRONG = "This passkey could not be added. Begin again."


def owner_of(name: str) -> str:
    """Whose key in the vault closes what belongs to an account."""
    return f"account:{name.partition(':')[0]}"  # what was set up by force lies under a name with a colon: see factors


class Passkeys:
    """Under each name, by the hash of a passkey's id: {id, key, name, since}, sealed; how often it signed, apart."""

    def __init__(self, drawer: Drawer, vault: Callable[[], Vault], clock: Callable[[], datetime]) -> None:
        self._drawer, self._vault, self._clock = drawer, vault, clock

    def has(self, name: str) -> bool:
        """Whether this account has any."""
        return bool(self._drawer.get("passkeys", name))

    def names(self) -> list[str]:
        """Every account that has any."""
        return self._drawer.keys("passkeys")

    def all(self, name: str) -> list[dict[str, str]]:
        """Those of an account, the oldest first: {id, name, since}, `id` its hash. Raises Locked."""
        mine = [{"id": shown, "name": kept["name"], "since": kept["since"]} for shown, kept in self._all(name).items()]
        return sorted(mine, key=lambda each: each["since"])

    def propose(self, name: str, session: str, site: Site) -> dict[str, Any]:
        """What a browser is to ask a new passkey for, in the session of this hash alone. Raises Refused, Locked."""
        there, challenge = [kept["id"] for kept in self._all(name).values()], secrets.token_bytes(32)
        if len(there) >= MOST:
            raise Refused(f"An account has {MOST} passkeys at most: remove one first.")
        self._drawer.put("proposed-passkey", session, {"challenge": challenge.hex()}, PATIENCE)
        return signing.wanted(site, name.partition(":")[0], self._mark(f"whose {name}"), challenge, there)

    def settle(self, name: str, session: str, called: str, signed: Signed) -> str:
        """Keep the passkey that was proposed in this session, whose first answer this is. Its hash. Raises Refused,
        Locked."""
        called = called.strip()
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise Refused(f"What you call a passkey has 1 to {LONGEST_NAME} characters.")
        challenge = bytes.fromhex(self._drawer.get("proposed-passkey", session).get("challenge", ""))
        if not self._drawer.drop("proposed-passkey", session):  # of two who answer at once one is heard
            raise Refused(WRONG)
        new = signing.made(replace(signed, challenge=challenge))
        if new is None:
            raise Refused(WRONG)
        since = self._clock().astimezone(UTC).isoformat()
        kept = {"id": new.credential, "key": new.key, "name": called, "since": since}
        sealed, shown = self._vault().seal(owner_of(name), kept), hashed(new.credential)[:SHOWN]
        if self._drawer.fill("passkeys", name, shown, sealed)[shown] != sealed:
            raise Refused(WRONG)
        self._counted(name, shown, new.count)
        return shown

    def ask(self) -> str:
        """A challenge for whoever signs in. It says its own hour, and is kept only when it was answered: nobody without
        a pass-phrase fills the drawer. Raises Locked."""
        word = f"{secrets.token_urlsafe(24)}.{int(self._clock().timestamp())}"
        return f"{word}.{self._mark(f'challenge {word}').hex()}"

    def proved(self, name: str, signed: Signed) -> bool:
        """Whether a passkey of this account signed a challenge of ours that is not old, and nobody used it before.
        Raises Locked."""
        shown = hashed(signing.credential_of(signed))[:SHOWN]
        kept = self._all(name).get(shown)
        if kept is None or not self._ours(signed.challenge):
            return False
        before = int(self._drawer.get("passkey-count", _of(name, shown)).get("n", 0))
        count, mine = signing.count_of(signed, kept["key"], before), secrets.token_hex(8)
        once = hashed(signed.challenge.decode())
        if count is None or self._drawer.claim("challenge", [once], (), mine, 2 * PATIENCE) != [mine]:
            return False
        self._counted(name, shown, count)
        return True

    def drop(self, name: str, shown: str) -> bool:
        """Remove one by its hash. False if there was none."""
        self._drawer.drop("passkey-count", _of(name, shown))
        return self._drawer.clear("passkeys", name, shown)

    def drop_all(self, name: str) -> bool:
        """Remove all. False if there was none."""
        return any([self.drop(name, shown) for shown in self._drawer.get("passkeys", name)])

    def _all(self, name: str) -> dict[str, dict[str, str]]:
        found = {}
        for shown, sealed in self._drawer.get("passkeys", name).items():
            with suppress(Forgotten):
                found[shown] = self._vault().open(owner_of(name), sealed)
        return found

    def _counted(self, name: str, shown: str, count: int) -> None:
        self._drawer.put("passkey-count", _of(name, shown), {"n": str(count)})

    def _ours(self, challenge: bytes) -> bool:
        word, _, mark = challenge.decode(errors="replace").rpartition(".")
        if not hmac.compare_digest(self._mark(f"challenge {word}").hex().encode(), mark.encode()):
            return False
        hour = word.rpartition(".")[2]
        return hour.isdecimal() and abs(self._clock().timestamp() - int(hour)) < PATIENCE

    def _mark(self, word: str) -> bytes:
        return hmac.digest(self._vault().secret("passkeys"), word.encode(), "sha256")


def _of(name: str, shown: str) -> str:
    return hashed(f"{name} {shown}")
