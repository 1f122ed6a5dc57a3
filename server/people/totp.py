"""Codes of a second factor, which a telephone and the room make anew each half minute from one secret (RFC 6238)."""

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP, DIGITS = 30, 6  # seconds; what every authenticator app takes without being told
ISSUER = "Work"  # what the app calls it by: whoever looks through a telephone learns nothing of us
NEAR = 1  # steps before and after this one: clocks of telephones are a little off


def fresh() -> bytes:
    """A new secret: 160 bits, as the standard wants."""
    return secrets.token_bytes(20)


def code(secret: bytes, step: int) -> str:
    """The code of one half minute, counted from 1970."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, given: str, now: float) -> int | None:
    """Of which half minute this code is, if of one that is near; `now` in seconds since 1970."""
    this = int(now) // STEP
    steps = range(this - NEAR, this + NEAR + 1)
    # each is compared, whichever fits, so that the time taken tells nothing
    found = [step for step in steps if hmac.compare_digest(code(secret, step).encode(), given.encode(errors="replace"))]
    return found[-1] if found else None


def written(secret: bytes) -> str:
    """The secret as a person types it into an app."""
    return base64.b32encode(secret).decode()


def address(secret: bytes, name: str) -> str:
    """The secret as an app reads it from a picture."""
    asked = urlencode({"secret": written(secret), "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{name}', safe='')}?{asked}"
