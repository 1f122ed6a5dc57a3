"""The addresses of both doors: which are any, and by which of them words would cross a network in clear."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

USUAL = {"http": 80, "https": 443}  # the port that an address of this kind does not name
DOORS = {"room": "ROOM_BASE_URL", "intake": "PUBLIC_BASE_URL"}  # door -> the setting of its address


def port(env: Mapping[str, str], name: str, default: int, faults: list[str]) -> int:
    """The port that a setting names. What is none is added to `faults`."""
    text = env.get(name) or str(default)
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    faults.append(f"{name} is not a port number from 1 to 65535: {text!r}.")
    return default


def address(env: Mapping[str, str], name: str, default: str, faults: list[str]) -> str:
    """The address that a setting names, letter by letter, without a stroke at its end. What is none is added to
    `faults`."""
    said = (env.get(name) or default).rstrip("/")
    try:
        parts = urlsplit(said)
        right = parts.scheme in USUAL and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number: every signed call would fail on it
        right = False
    if not right:
        faults.append(f"{name} is not an address like https://room.example.org: {said!r}.")
    return said


def origin(env: Mapping[str, str], name: str, default: str, faults: list[str]) -> str:
    """The same as browsers name the page that asks: in small letters, without the usual port, and no path."""
    before = len(faults)
    said = address(env, name, default, faults)
    if len(faults) > before:
        return said
    parts = urlsplit(said)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        faults.append(f"{name} has more than a host and a port, and browsers name no more: {said!r}.")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, USUAL[parts.scheme]) else "")


def here(host: str, port: int) -> str:
    """What a door that listens there is called when nobody says otherwise."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def allowed(env: Mapping[str, str], faults: list[str]) -> tuple[str, ...]:
    """The setting IN_CLEAR: the doors that may be reached in clear. What is no door is added to `faults`."""
    doors = {each.strip() for each in env.get("IN_CLEAR", "").split(",") if each.strip()}
    if doors - set(DOORS):
        faults.append(f"IN_CLEAR names something else than {' and '.join(DOORS)}: {', '.join(sorted(doors))!r}.")
    return tuple(sorted(doors))


def plain(hosts: Mapping[str, str], addresses: Mapping[str, str], may: tuple[str, ...]) -> Iterator[str]:
    """A sentence for each door (`room`, `intake`) that a network reaches in clear and that is not one of `may`."""
    for door, host in hosts.items():
        if door in may:
            continue
        if not _here(host):  # whatever stands before it: the door's own port is open beside that
            yield (
                f"{door.upper()}_HOST is not this machine alone ({host!r}): others reach its own port, and words "
                f"would cross a network in clear. Let it be 127.0.0.1 behind a proxy, or name it: IN_CLEAR={door}."
            )
        elif not _closed(addresses[door]):
            yield (
                f"{DOORS[door]} is not https, and others than this machine reach it: words would cross a network in "
                f"clear. Put TLS before the door, or name it: IN_CLEAR={door}."
            )


def _closed(said: str) -> bool:
    """Whether nothing that is sent to this address can be read on its way, as far as the address tells."""
    try:
        called = urlsplit(said)
    except ValueError:
        return True  # it is refused already
    host = called.hostname or ""
    return called.scheme == "https" or host.endswith(".onion") or _here(host)


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
