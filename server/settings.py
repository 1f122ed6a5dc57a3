"""From the environment to frozen Settings; refuses to start, naming everything that is missing or weak at once."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from server.addresses import address, allowed, here, origin, plain, port
from server.gateway_secrets import SECRETS as SECRETS
from server.gateway_secrets import SHORTEST_SECRET as SHORTEST_SECRET
from server.gateway_secrets import former, options, secret, secrets
from server.proxies import Networks, named
from server.redis_addresses import in_clear, with_replicas
from server.several import counted, number, ports, taken_twice
from server.wiring import CALLED, FETCHED, OPEN, WIRES, generic

TEXTS = ("off", "dry", "on")
FACTORS = ("asked", "required")
AMOUNTS = {"RETENTION_DAYS": range(366), "REPLICAS": range(6)}  # numbers that are 0 unless they are set
LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107 for a unix socket


@dataclass(frozen=True)
class Settings:
    """What an operator decides. Read once at start and handed on; no other module reads the environment."""

    data_dir: Path
    redis_url: str = field(repr=False)  # may hold a password
    own_redis: bool
    replicas: int  # of the operator's Redis that must have a fact before it is answered
    intake_host: str
    intake_port: int
    room_host: str
    room_port: int
    pack: str
    public_base_url: str
    room_base_url: str
    gateways: tuple[str, ...]
    rehearsal_secret: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    former: Mapping[str, str] = field(repr=False)  # setting -> the secret that it held before, good until taken away
    generic: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(repr=False)  # what the open gateways need besides; "" where it is not set
    texts: str  # off: no text is ever sent; dry: all but the sending; on
    texts_by: str  # the gateway that sends where the one by which a report came cannot; "" for none
    proxies: Networks  # whose word on who called is taken
    in_clear: tuple[str, ...]  # the doors (room, intake) that may be reached over a network without TLS
    signatures: int  # of how many member organisations a statement needs
    retention_days: int  # after the election until all that people sent is destroyed; 0: it is not, by itself
    second_factor: str  # asked: of whoever set one up; required: nobody enters the room without one
    intakes: int  # how many processes of each kind run here
    readers: int
    rooms: int
    metrics_port: int  # where this machine alone may ask for measurements; 0: nowhere

    @property
    def redis_socket(self) -> str:
        """Where our own Redis listens, by the shorter of its absolute and its relative name."""
        path = self.data_dir / "redis" / "redis.sock"
        return min(str(path.absolute()), os.path.relpath(path), key=len)

    @property
    def room_ports(self) -> list[int]:
        """The port of each room process, the first one's first."""
        return ports(self.room_port, self.rooms)

    @property
    def record(self) -> str:
        """Where the record is: the operator's Redis URL and what is asked of its replicas, or our own socket."""
        return with_replicas(self.redis_url, self.replicas) or self.redis_socket

    def sends(self, gateway: str) -> bool:
        """Whether this gateway can send texts: it is open, and all that it needs to send is set."""
        able = gateway in FETCHED or (gateway in CALLED and all(map(self.options.get, WIRES[gateway].sending)))
        return gateway in self.gateways and able

    def before(self, gateway: str) -> "Settings | None":
        """These settings with the secrets that this gateway had before; None when it had no others."""
        wire = WIRES[gateway]
        if not set(self.former) & {wire.secret, *wire.more}:
            return None
        secrets = {**self.secrets, gateway: self.former.get(wire.secret, self.secrets[gateway])}
        return replace(self, secrets=secrets, options={**self.options, **self.former})


class Unfit(SystemExit):
    """The settings do not allow a safe start. Its text names every fault, one a line."""


def environment(folder: Path | None = None) -> dict[str, str]:
    """The process environment, completed by the checkout's `.env` (the environment wins). Raises Unfit when others can
    read that file."""
    path = (folder or Path.cwd()) / ".env"
    if path.exists() and path.stat().st_mode & 0o077:
        raise Unfit(f"{path.name} holds secrets, and others can read it: chmod 600 {path.name}")
    kept = dotenv_values(path)
    return {**{name: value for name, value in kept.items() if value is not None}, **os.environ}


def read(env: Mapping[str, str]) -> Settings:
    """`env` as Settings. Raises Unfit with every missing, weak or odd setting by name."""
    faults: list[str] = []
    gateways = tuple((env.get("GATEWAYS") or ",".join(OPEN)).replace(" ", "").split(","))
    made = Settings(
        data_dir=Path(env.get("DATA_DIR") or "data"),
        redis_url=env.get("REDIS_URL", ""),
        own_redis=not env.get("REDIS_URL"),
        pack=env.get("PACK") or "kh-2017",
        **_where(env, faults),
        gateways=gateways,
        rehearsal_secret=secret(env, "REHEARSAL_SECRET", faults),
        secrets=secrets(env, gateways, faults),
        former=former(env, gateways, faults),
        generic=generic(env.get("GENERIC_FIELDS") or "{}", faults),
        options=options(env, gateways, faults),
        **_wanted(env),
        **_amounts(env, faults),
    )
    if faults := [*faults, *_misplaced(made), *_cannot_send(made)]:
        raise Unfit("The settings do not allow a safe start:\n" + "\n".join(f"- {fault}" for fault in faults))
    return made


def _where(env: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    room_host, intake_host = (env.get(name) or "127.0.0.1" for name in ("ROOM_HOST", "INTAKE_HOST"))
    room_port, intake_port = port(env, "ROOM_PORT", 5000, faults), port(env, "INTAKE_PORT", 5001, faults)
    return {
        "intake_host": intake_host,
        "intake_port": intake_port,
        "room_host": room_host,
        "room_port": room_port,
        "public_base_url": address(env, "PUBLIC_BASE_URL", here(intake_host, intake_port), faults),
        "room_base_url": origin(env, "ROOM_BASE_URL", here(room_host, room_port), faults),
        "proxies": named(env.get("PROXY_FROM", ""), faults),
        "in_clear": allowed(env, faults),
    }


def _wanted(env: Mapping[str, str]) -> dict[str, Any]:
    texts = {"texts": (env.get("TEXTS") or TEXTS[0]).strip(), "texts_by": env.get("TEXTS_BY", "").strip()}
    return {**texts, "second_factor": (env.get("SECOND_FACTOR") or FACTORS[0]).strip()}


def _amounts(env: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    signatures = number(env, "SIGNATURES", 2, range(2, 100), faults)  # nobody speaks for all alone
    days, replicas = (number(env, name, 0, most, faults) for name, most in AMOUNTS.items())
    return {"signatures": signatures, "retention_days": days, "replicas": replicas, **counted(env, faults)}


def _misplaced(made: Settings) -> Iterator[str]:
    hosts = {"room": made.room_host, "intake": made.intake_host}
    yield from plain(hosts, {"room": made.room_base_url, "intake": made.public_base_url}, made.in_clear)
    yield from taken_twice(made.room_ports, made.intake_port, made.metrics_port)
    yield from _recorded(made)
    if made.own_redis and len(made.redis_socket.encode()) > LONGEST_SOCKET_PATH:
        yield f"DATA_DIR is too deep for a unix socket: {len(made.redis_socket)} characters."
    if made.second_factor not in FACTORS:
        yield f"SECOND_FACTOR is not one of {', '.join(FACTORS)}: {made.second_factor!r}."


def _recorded(made: Settings) -> Iterator[str]:
    try:
        if made.redis_url and in_clear(made.redis_url):
            yield "REDIS_URL crosses a network in clear: use rediss:// (or rediss+…), or a unix socket."
    except ValueError as fault:
        yield str(fault)
    if made.own_redis and made.replicas:
        yield "REPLICAS is set, and our own Redis has none: it needs REDIS_URL."


def _cannot_send(made: Settings) -> Iterator[str]:
    if made.texts not in TEXTS:
        yield f"TEXTS is not one of {', '.join(TEXTS)}: {made.texts!r}."
    for name in set(CALLED) & set(made.gateways):
        given = {option: made.options.get(option, "") for option in WIRES[name].sending}
        url = given[WIRES[name].sending[0]]
        if any(given.values()) and not all(given.values()):
            yield f"{', '.join(key for key, value in given.items() if not value)} is not set: {name} needs it to send."
        if url and not url.startswith(("http://", "https://")):
            yield f"{WIRES[name].sending[0]} is not an address like https://gateway.example.org."
    if made.texts_by and not made.sends(made.texts_by):
        wire = WIRES.get(made.texts_by)
        needs = ", ".join(wire.sending) if wire and made.texts_by in CALLED else f"one of {', '.join(CALLED + FETCHED)}"
        yield f"TEXTS_BY names {made.texts_by!r}, which cannot send: it must stand in GATEWAYS and needs {needs}."
    if made.texts == "on" and not made.texts_by:
        yield "TEXTS_BY is not set: say which gateway sends, or set TEXTS to dry or off."


def process_name(kind: str) -> str:
    """This process's name in the Procfile's numbering (`reader.1`), the same after a restart."""
    return os.environ.get("HONCHO_PROCESS_NAME") or f"{kind}.1"
