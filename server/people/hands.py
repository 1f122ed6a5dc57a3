"""Whether somebody's hand made a request, or a page by itself; and the token that it brings, if any. Pure."""

from collections.abc import Mapping

SAFE = {"GET", "HEAD", "OPTIONS"}
HAND = "X-Hand"  # what our pages send with the first request after a key or a finger: see dashboard/static/used.js


def by_hand(method: str, headers: Mapping[str, str]) -> bool:
    """Whether somebody sits there: they changed something, went to a page, or touched the one that asks."""
    return method not in SAFE or HAND in headers or _navigates(headers)


def token_of(headers: Mapping[str, str]) -> str | None:
    """The token of a program; None where there is none: what a proxy asks for before us, Basic and the like, is not
    ours."""
    kind, _, token = headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _navigates(headers: Mapping[str, str]) -> bool:
    mode = headers.get("Sec-Fetch-Mode")  # browsers say it where there is TLS, or on the own machine
    if not mode:
        return "text/html" in headers.get("Accept", "")
    return mode == "navigate" and headers.get("Sec-Fetch-User") == "?1"  # a script that loads its page anew says none
