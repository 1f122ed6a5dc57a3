"""The client by which the record is reached, whichever form it has; a connection that went silent is noticed soon.

All keys of an election stand on one node of a cluster, so that node alone is asked: it is looked for like the primary
that Sentinels name, at each new connection, and again when it says that it is not the one any more.
"""

import socket
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import AskError, ClusterDownError, MovedError, ReadOnlyError, TryAgainError
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool, SentinelManagedConnection, SentinelManagedSSLConnection

from server.redis_addresses import Several, several
from server.redis_users import Mine

QUICK = 0.5  # seconds for a node that is only asked where the record is
AT_ONCE = 4096  # questions of one process: more than a door has places; a hundred and one would look like an outage
KNOCKS = {  # a peer that went away without a word is noticed after four seconds
    "TCP_KEEPIDLE": 2,
    "TCP_KEEPINTVL": 1,
    "TCP_KEEPCNT": 2,
    "TCP_USER_TIMEOUT": 4000,
}
ELSEWHERE = (MovedError, AskError, ClusterDownError, TryAgainError, ReadOnlyError)


def client(address: str, user: str, key: str, longest_wait: float) -> redis.Redis:
    """A client for what has `key`; nothing is asked yet. `user`: whose password opens our own Redis."""
    patience = {"socket_timeout": longest_wait, "socket_connect_timeout": min(longest_wait, 2.0)}
    options: dict[str, Any] = {"decode_responses": True, "max_connections": AT_ONCE, **_plain(), **patience}
    if "://" not in address:
        own: dict[str, Any] = {"unix_socket_path": address, "credential_provider": Mine(Path(address), user)}
        return redis.Redis(**own, **options)
    found = several(address)
    if found is None:
        return redis.from_url(address, **options, **({} if address.startswith("unix:") else _knocking()))
    options |= {**_knocking(), **found.own, **found.tls_options}
    if found.kind == "sentinel":
        return _watched(found, options)
    kind = _NodeOverTls if found.tls else _Node
    finding = _Finding(found, key, options)
    return redis.Redis(connection_pool=redis.ConnectionPool(connection_class=kind, finding=finding, **options))


def _knocking() -> dict[str, Any]:
    known = {getattr(socket, name): value for name, value in KNOCKS.items() if hasattr(socket, name)}
    return {"socket_keepalive": True, "socket_keepalive_options": known}


def _watched(found: Several, options: dict[str, Any]) -> redis.Redis:
    quick = {**_quick(), **found.keepers, **({"ssl": True, **found.tls_options} if found.tls else {})}
    sentinel = Sentinel(found.nodes, sentinel_kwargs=quick)
    kind = SentinelManagedSSLConnection if found.tls else SentinelManagedConnection
    pool = SentinelConnectionPool(found.service, sentinel, connection_class=kind, db=found.db, **options)
    return redis.Redis(connection_pool=pool)


def _quick() -> dict[str, Any]:
    return {
        "socket_timeout": QUICK,
        "socket_connect_timeout": QUICK,
        "decode_responses": True,
        **_plain(),
    }


def _plain() -> dict[str, Any]:
    """Nothing is tried twice, and the library's name is told nowhere: that would be two questions more at each
    connection."""
    return {"retry": Retry(NoBackoff(), 0), "driver_info": None}


class _Finding:
    """Asks the cluster which node has our keys."""

    def __init__(self, found: Several, key: str, options: dict[str, Any]) -> None:
        self._slot, self._nodes = key_slot(key.encode()), list(found.nodes)
        self._options = {**options, **_quick(), **({"ssl": True} if found.tls else {})}

    def node(self) -> tuple[str, int]:
        """Host and port of the primary. Raises redis.ConnectionError."""
        for at in list(self._nodes):
            try:
                with redis.Redis(*at, **self._options) as asked:
                    ranges = asked.execute_command("CLUSTER SLOTS")
            except (redis.RedisError, OSError):
                continue
            if found := self._in(ranges, at):
                return found
        raise redis.ConnectionError("no node of the cluster says where the record is")

    def _in(self, ranges: Any, asked: tuple[str, int]) -> tuple[str, int] | None:
        """The primary of our slot; every node that is named can be asked the next time, this one first."""
        named = [(host or asked[0], port) for each in ranges for host, port, *_ in each[2:]]
        self._nodes = list(dict.fromkeys([asked, *named, *self._nodes]))
        ours = [each[2] for each in ranges if each[0] <= self._slot <= each[1]]
        return (ours[0][0] or asked[0], ours[0][1]) if ours else None


class _Node(redis.Connection):
    """A connection to the node that has our keys; one that has them no longer is left."""

    def __init__(self, *, finding: _Finding, **options: Any) -> None:
        self._finding = finding
        super().__init__(**options)

    def connect(self) -> None:
        """Look for the node first."""
        if not self.is_connected:
            self.host, self.port = self._finding.node()
        super().connect()

    def read_response(self, *args: Any, **options: Any) -> Any:
        """As ever; but "not here" ends the connection, so that the next one is sought anew."""
        try:
            return super().read_response(*args, **options)
        except ELSEWHERE as fault:
            self.disconnect()
            raise redis.ConnectionError("the record is on another node now") from fault


class _NodeOverTls(_Node, redis.SSLConnection):
    """The same by TLS."""
