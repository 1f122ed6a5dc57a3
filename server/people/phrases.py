"""Pass-phrases: which will do, how they are kept, and whether one is right."""

import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from server.roles import Refused

SHORTEST, LONGEST = 15, 128  # characters (OWASP ASVS 5.0 6.2)
EASIEST = 10  # a phrase takes at least ten to this power guesses, by zxcvbn's count: its highest mark
OURS = ("election", "electionday", "observer", "monitor", "situation", "situationroom", "coalition", "vote", "ballot")


def judge(phrase: str, *words: str) -> None:
    """Raises Refused unless the phrase will do for an account that has to do with these words: name, organisation."""
    if not SHORTEST <= len(phrase) <= LONGEST:
        raise Refused(f"A pass-phrase has {SHORTEST} to {LONGEST} characters: four or five words will do.")
    if any("\ud800" <= char <= "\udfff" for char in phrase):
        raise Refused("A pass-phrase is made of characters that can be typed.")
    if any(word.casefold() in phrase.casefold() for word in words if len(word) > 3):
        raise Refused("A pass-phrase does not hold the name or the organisation.")
    guessed = zxcvbn(phrase, user_inputs=[*OURS, *words], max_length=LONGEST)["guesses_log10"]
    if guessed < EASIEST:
        raise Refused("This pass-phrase is easy to guess: take four or five words that do not belong together.")


class Phrases:
    """Hashes with argon2id (OWASP ASVS 5.0 11.4.2); `offload` runs that aside, since it takes 64 MiB and its time."""

    def __init__(self, offload: Callable[..., Any], hasher: PasswordHasher | None = None) -> None:
        self._offload = offload
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)
        self._nobody = self._hasher.hash(secrets.token_hex())  # an unknown name takes as long as a wrong phrase

    def kept(self, phrase: str) -> str:
        """What is kept of a phrase."""
        return self._offload(self._hasher.hash, phrase)

    def right(self, kept: str | None, phrase: str) -> bool:
        """Whether this is the phrase of which that is kept; nothing is kept of somebody unknown."""
        return bool(self._offload(self._verify, kept or self._nobody, phrase)) and kept is not None

    def _verify(self, kept: str, phrase: str) -> bool:
        try:
            return self._hasher.verify(kept, phrase)
        except (VerificationError, InvalidHashError):
            return False
