"""The address of the record, taken apart: one Redis, one that Sentinels watch over, or a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urldefrag, urlsplit

PORTS = {"sentinel": 26379, "cluster": 6379}  # of a node that names none
SINGLE = ("redis", "rediss", "unix")
FORMS = (
    "redis://, rediss://, unix://, redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST (with TLS: rediss+…)"
)
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Several:
    """Where the record is among several. `nodes`: the Sentinels, or nodes of the cluster, to ask; `service`: what the
    Sentinels call the set; `keepers`: name and password for Sentinels, `own` for Redis, each only where it is said."""

    kind: str
    tls: bool
    nodes: tuple[tuple[str, int], ...]
    service: str = ""
    db: int = 0
    own: Mapping[str, str] = field(default_factory=dict, repr=False)
    keepers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls_options: Mapping[str, str] = field(default_factory=dict)


def several(address: str) -> Several | None:
    """An address of several, taken apart; None for one Redis. Raises ValueError, with a sentence."""
    parts = urlsplit(address)
    scheme, _, kind = parts.scheme.partition("+")
    if kind not in PORTS or scheme not in ("redis", "rediss"):
        if parts.scheme not in (*SINGLE, ""):  # a path alone is a socket
            raise ValueError(f"REDIS_URL is none of {FORMS}.")
        return None
    who, _, hosts = parts.netloc.rpartition("@")
    name, _, password = who.partition(":")
    own = {key: unquote(said) for key, said in (("username", name), ("password", password)) if said}
    service, _, db = parts.path.strip("/").partition("/")
    options = dict(parse_qsl(parts.query))
    keepers = {key: options.pop(f"sentinel_{key}") for key in ("username", "password") if f"sentinel_{key}" in options}
    _check(kind, service, db, options)
    nodes = tuple(_node(host, PORTS[kind]) for host in hosts.split(","))
    return Several(kind, scheme == "rediss", nodes, service, int(db or 0), own, keepers, options)


def _check(kind: str, service: str, db: str, options: Mapping[str, str]) -> None:
    if kind == "sentinel" and not service:
        raise ValueError("REDIS_URL does not say what the Sentinels call the set: redis+sentinel://HOST,HOST/NAME.")
    if kind == "cluster" and service:
        raise ValueError("REDIS_URL names a database, and a cluster has one only.")
    if not (db or "0").isdecimal():
        raise ValueError("REDIS_URL names a database that is no number.")
    if strange := sorted(name for name in options if not name.startswith("ssl_")):
        raise ValueError(f"REDIS_URL says what is not known here: {', '.join(strange)}.")


def _node(said: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{said}")
    if not parts.hostname:
        raise ValueError("REDIS_URL names no host.")
    return parts.hostname, parts.port or port


def with_replicas(url: str, replicas: int) -> str:
    """An address that also says how many replicas must have a fact before it is answered."""
    return f"{url}#replicas={replicas}" if url and replicas else url


def without_replicas(address: str) -> tuple[str, int]:
    """The same the other way."""
    if "://" not in address:
        return address, 0
    url, said = urldefrag(address)
    return url, int(said.removeprefix("replicas=") or 0)


def in_clear(url: str) -> bool:
    """Whether what is asked of the record would cross a network in clear. Raises ValueError, with a sentence."""
    found = several(url)
    if found:
        return not found.tls and any(host not in HERE for host, _ in found.nodes)
    return url.startswith("redis://") and urlsplit(url).hostname not in HERE
