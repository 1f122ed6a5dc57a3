"""Who called, where proxies hand calls on: the word of those that an operator names is taken, and nobody else's."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")  # as some proxies write it
Networks = tuple[IPv4Network | IPv6Network, ...]


def named(text: str, faults: list[str]) -> Networks:
    """The setting PROXY_FROM: addresses and networks, with commas between them. What is none is added to `faults`."""
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        faults.append(f"PROXY_FROM is not a list of addresses and networks, like 127.0.0.1, 10.1.0.0/24: {text!r}.")
        return ()


def caller(peer: str, forwarded: str, ours: Networks) -> str:
    """The nearest address that is no proxy of ours: of `peer`, then from the right of what X-Forwarded-For says.

    What is no address ends the search: whoever handed that on is as far as we know.
    """
    nearest = peer
    for each in (peer, *reversed(forwarded.split(","))):
        found = _address(each)
        if found is None:
            break
        nearest = str(found)
        if not any(found in network for network in ours):
            break
    return nearest


def _address(text: str) -> Address | None:
    said = WITH_PORT.fullmatch(text.strip())
    try:
        found = ip_address((said[1] or said[2]) if said else text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def behind(app: WSGIApplication, ours: Networks) -> WSGIApplication:
    """An application whose REMOTE_ADDR is the caller's address. Nothing else that a proxy says is used."""

    def named_for(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if ours:
            environ["REMOTE_ADDR"] = caller(
                environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), ours
            )
        return app(environ, start)

    return named_for
