"""From the environment to frozen Settings; refuses to start, naming everything that is missing or weak at once."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from server.wiring import CALLED, FETCHED, GENERIC, OPEN, WIRES

SECRETS = {name: wire.secret for name, wire in WIRES.items()}  # gateway -> the setting that holds its secret
TEXTS = ("off", "dry", "on")
SHORTEST_SECRET = 16  # characters
LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107 for a unix socket


@dataclass(frozen=True)
class Settings:
    """What an operator decides. Read once at start and handed on; no other module reads the environment."""

    data_dir: Path
    redis_url: str = field(repr=False)  # may hold a password
    own_redis: bool
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
    generic: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(repr=False)  # what the open gateways need besides; "" where it is not set
    texts: str  # off: no text is ever sent; dry: all but the sending; on
    texts_by: str  # the gateway that sends where the one by which a report came cannot; "" for none
    signatures: int  # of how many member organisations a statement needs

    @property
    def redis_socket(self) -> str:
        """Where our own Redis listens, by the shorter of its absolute and its relative name."""
        path = self.data_dir / "redis" / "redis.sock"
        return min(str(path.absolute()), os.path.relpath(path), key=len)

    @property
    def record(self) -> str:
        """Where the record is: the operator's Redis URL, or the path of our own socket."""
        return self.redis_url or self.redis_socket

    def sends(self, gateway: str) -> bool:
        """Whether this gateway can send texts: it is open, and all that it needs to send is set."""
        able = gateway in FETCHED or (gateway in CALLED and all(map(self.options.get, WIRES[gateway].sending)))
        return gateway in self.gateways and able


class Unfit(SystemExit):
    """The settings do not allow a safe start. Its text names every fault, one a line."""


def environment(folder: Path | None = None) -> dict[str, str]:
    """The process environment, completed by the checkout's `.env` (the environment wins)."""
    kept = dotenv_values((folder or Path.cwd()) / ".env")
    return {**{name: value for name, value in kept.items() if value is not None}, **os.environ}


def read(env: Mapping[str, str]) -> Settings:
    """`env` as Settings. Raises Unfit with every missing, weak or odd setting by name."""
    faults: list[str] = []
    room_host, intake_host = (env.get(name) or "127.0.0.1" for name in ("ROOM_HOST", "INTAKE_HOST"))
    room_port, intake_port = _port(env, "ROOM_PORT", 5000, faults), _port(env, "INTAKE_PORT", 5001, faults)
    gateways = tuple((env.get("GATEWAYS") or ",".join(OPEN)).replace(" ", "").split(","))
    made = Settings(
        data_dir=Path(env.get("DATA_DIR") or "data"),
        redis_url=env.get("REDIS_URL", ""),
        own_redis=not env.get("REDIS_URL"),
        intake_host=intake_host,
        intake_port=intake_port,
        room_host=room_host,
        room_port=room_port,
        pack=env.get("PACK") or "kh-2017",
        public_base_url=_address(env, "PUBLIC_BASE_URL", f"http://{intake_host}:{intake_port}", faults),
        room_base_url=_address(env, "ROOM_BASE_URL", f"http://{room_host}:{room_port}", faults),
        gateways=gateways,
        rehearsal_secret=_secret(env, "REHEARSAL_SECRET", faults),
        secrets=_secrets(env, gateways, faults),
        generic=_generic(env.get("GENERIC_FIELDS") or "{}", faults),
        options=_options(env, gateways, faults),
        texts=(env.get("TEXTS") or TEXTS[0]).strip(),
        texts_by=env.get("TEXTS_BY", "").strip(),
        signatures=_signatures(env.get("SIGNATURES", "").strip() or "2", faults),
    )
    faults += [*_misplaced(made), *_cannot_send(made)]
    if faults:
        raise Unfit("The settings do not allow a safe start:\n" + "\n".join(f"- {fault}" for fault in faults))
    return made


def _misplaced(made: Settings) -> Iterator[str]:
    if made.room_port == made.intake_port:
        yield "ROOM_PORT and INTAKE_PORT are the same: each door needs a port of its own."
    if made.own_redis and len(made.redis_socket.encode()) > LONGEST_SOCKET_PATH:
        yield f"DATA_DIR is too deep for a unix socket: {len(made.redis_socket)} characters."


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


def _port(env: Mapping[str, str], name: str, default: int, faults: list[str]) -> int:
    text = env.get(name) or str(default)
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    faults.append(f"{name} is not a port number from 1 to 65535: {text!r}.")
    return default


def _signatures(text: str, faults: list[str]) -> int:
    number = int(text) if text in map(str, range(2, 100)) else 0
    faults += [] if number else [f"SIGNATURES is not a number from 2 to 99 (nobody speaks for all alone): {text!r}."]
    return number


def _address(env: Mapping[str, str], name: str, default: str, faults: list[str]) -> str:
    address = (env.get(name) or default).rstrip("/")
    try:
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number: every signed call would fail on it
        right = False
    if not right:
        faults.append(f"{name} is not an address like https://room.example.org: {address!r}.")
    return address


def _secret(env: Mapping[str, str], name: str, faults: list[str]) -> str:
    secret = env.get(name, "")
    if len(secret.strip()) < SHORTEST_SECRET:
        state = "is not set" if not secret else f"has only {len(secret.strip())} characters"
        faults.append(f"{name} {state}: set {SHORTEST_SECRET} or more.")
    return secret


def _secrets(env: Mapping[str, str], gateways: tuple[str, ...], faults: list[str]) -> dict[str, str]:
    faults += [
        f"GATEWAYS names {name!r}, which is not one of {', '.join(SECRETS)}."
        for name in gateways
        if name not in SECRETS
    ]
    return {name: _secret(env, SECRETS[name], faults) for name in gateways if name in SECRETS}


def _options(env: Mapping[str, str], gateways: tuple[str, ...], faults: list[str]) -> dict[str, str]:
    wires = [WIRES[name] for name in gateways if name in WIRES]
    for name in (name for wire in wires for name in wire.more):
        if name.endswith("_SECRET"):
            _secret(env, name, faults)
        elif not env.get(name, "").strip():
            faults.append(f"{name} is not set.")
    if "telegram" in gateways and env.get("TELEGRAM_FETCH") == "yes" and not env.get("TELEGRAM_BOT_TOKEN", "").strip():
        faults.append("TELEGRAM_BOT_TOKEN is not set: TELEGRAM_FETCH needs it.")
    return {name: env.get(name, "").strip() for wire in wires for name in (*wire.more, *wire.sending, *wire.besides)}


def _generic(text: str, faults: list[str]) -> dict[str, str]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        faults.append("GENERIC_FIELDS is not a JSON object of texts.")
        return dict(GENERIC)
    if unknown := set(given) - set(GENERIC):
        faults.append(f"GENERIC_FIELDS names {', '.join(sorted(unknown))}; known are {', '.join(GENERIC)}.")
    fields = {**GENERIC, **given}
    if fields["key_in"] != "basic" and not fields["key_in"].startswith(("header:", "query:")):
        faults.append("GENERIC_FIELDS: key_in must be header:NAME, query:NAME or basic.")
    return fields


def process_name(kind: str) -> str:
    """This process's name in the Procfile's numbering (`reader.1`), the same after a restart."""
    return os.environ.get("HONCHO_PROCESS_NAME") or f"{kind}.1"
