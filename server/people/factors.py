"""The second factor of an account, a telephone or passkeys: set up, asked for; and recovery codes for a lost one."""

import base64
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime

from server.drawer import Drawer
from server.people import totp
from server.people.passkeys import Passkeys, owner_of
from server.people.sessions import hashed
from server.people.signing import Signed
from server.roles import Refused
from server.seal import Forgotten, Locked, Vault

CODES, LETTERS = 10, 16  # recovery codes of an account, and how long one is: 80 bits
MOST, WAIT = 5, 5 * 60  # wrong codes after the right pass-phrase, and for how many seconds none is looked at then
PATIENCE = 15 * 60  # seconds in which a secret that was shown has to be proved
SPENT = 4 * totp.STEP  # seconds; longer than a code is near
NONE, CODE, PASSKEY, RECOVERY = "none", "code", "passkey", "recovery"  # by what somebody proved to be who they are
WRONG = "This code is not the one that the telephone shows now. Look whether its clock is right: here it is {} UTC."


class Factors:
    """Under each name: {sealed}, the secret; and the hashes of its recovery codes. A drawer alone opens none."""

    def __init__(self, drawer: Drawer, vault: Vault | None, clock: Callable[[], datetime]) -> None:
        self._drawer, self._kept, self._clock = drawer, vault, clock
        self.passkeys = Passkeys(drawer, lambda: self._vault, clock)

    def has(self, name: str) -> bool:
        """Whether this account is asked for a code or a passkey."""
        return self.telephone(name) or self.passkeys.has(name)

    def telephone(self, name: str) -> bool:
        """Whether codes of a telephone open this account."""
        return bool(self._drawer.get("factor", name))

    def names(self) -> list[str]:
        """Every account that is asked for a code or a passkey."""
        return sorted(name for name in {*self._drawer.keys("factor"), *self.passkeys.names()} if ":" not in name)

    def propose(self, name: str) -> bytes:
        """A new secret for this account, which counts once it is proved. Raises Locked."""
        secret = totp.fresh()
        sealed = self._vault.seal(owner_of(name), {"secret": base64.b64encode(secret).decode()})
        self._drawer.put("proposed-factor", name, {"sealed": sealed}, PATIENCE)
        return secret

    def settle(self, name: str, given: str) -> list[str]:
        """From now on this account is asked for codes of the secret that was proposed, which a first one proves. Its
        recovery codes, which are shown this once. Raises Refused, Locked."""
        proposed = self._drawer.get("proposed-factor", name)
        if not proposed or not self._once(name, proposed, plain(given)):
            raise Refused(WRONG.format(f"{self._clock():%H:%M:%S}"))
        codes = self.recovery(name)
        self._drawer.put("factor", name, proposed)  # last: without it nobody is asked for one
        self._drawer.drop("proposed-factor", name)
        return codes

    def recovery(self, name: str) -> list[str]:
        """New recovery codes, in place of those before: shown this once."""
        codes = [_grouped(_letters()) for _ in range(CODES)]
        self._drawer.put("recovery", name, {hashed(plain(each)): "1" for each in codes})
        return codes

    def proved(self, name: str, given: str | Signed) -> str:
        """By what: `code`, `passkey` or `recovery`, none of which was used before, or `none` where none is asked for;
        "" when it is wrong. After so many wrong codes in a row the telephone's wait, the others do not. Raises
        Locked."""
        if not self.has(name):
            return NONE
        if isinstance(given, Signed):
            return PASSKEY if self.passkeys.proved(name, given) else ""
        kept, said = self._drawer.get("factor", name), plain(given)
        if len(said) == LETTERS:
            return RECOVERY if self._drawer.clear("recovery", name, hashed(said)) else ""
        if not kept or self._drawer.add("codes", hashed(name), WAIT) > MOST or not self._once(name, kept, said):
            return ""
        self._drawer.drop("codes", hashed(name))
        return CODE

    def left(self, name: str) -> int:
        """How many recovery codes were not used yet."""
        return len(self._drawer.get("recovery", name))

    def drop(self, name: str) -> bool:
        """Ask this account for nothing but the pass-phrase any more. False if it was asked for nothing else."""
        there = [self.passkeys.drop_all(name), self.drop_telephone(name)]
        self.tidy(name)
        return any(there)

    def drop_telephone(self, name: str) -> bool:
        """Let no code of a telephone open this account any more. False if none did."""
        return self._drawer.drop("factor", name)

    def tidy(self, name: str) -> None:
        """Recovery codes go with the last of what they stand for."""
        if not self.has(name):
            self._drawer.drop("recovery", name)

    def part(self, name: str) -> None:
        """Whoever forces this account's owner begins with all that it has, and goes on from there."""
        for kind in ("factor", "recovery", "passkeys"):
            if (kept := self._drawer.get(kind, name)) and not self._drawer.get(kind, apart(name)):
                self._drawer.put(kind, apart(name), kept)

    def _once(self, name: str, kept: dict[str, str], said: str) -> bool:
        """Whether this code of the secret is near, and nobody used it before, in whichever process."""
        try:
            secret = base64.b64decode(self._vault.open(owner_of(name), kept["sealed"])["secret"])
        except Forgotten:
            return False
        step, mine = totp.step_of(secret, said, self._clock().timestamp()), secrets.token_hex(8)
        return step is not None and self._drawer.claim("code", [hashed(f"{name} {step}")], (), mine, SPENT) == [mine]

    @property
    def _vault(self) -> Vault:
        if self._kept is None:
            raise Locked("no vault is at hand")
        return self._kept


def apart(name: str) -> str:
    """Under which name the second factor lies that somebody set up who forced this account's owner. No account has a
    colon in its name."""
    return f"{name}:forced"


def plain(given: str) -> str:
    """A code without the gaps and capitals that people write, in the digits of whichever script they type."""
    digits = (str(unicodedata.digit(char, char)) for char in given)
    return "".join(char for char in digits if char.isalnum()).lower()


def _letters() -> str:
    return base64.b32encode(secrets.token_bytes(LETTERS * 5 // 8)).decode().lower()


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
