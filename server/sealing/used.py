"""What the room was started with, and that the console used one of its keys, goes on the record."""

from dataclasses import fields
from hashlib import sha256
from hmac import new as mac

from server import events
from server.log import Log
from server.seal import Vault
from server.settings import Settings

SHOWN = 16  # hexadecimal digits of a value's hash


def started(given: Settings, vault: Vault) -> events.records.RoomStarted:
    """The fact of a start: every setting by name, its value as a keyed hash; those with secrets are left out."""
    key = vault.secret("settings")
    told = {one.name.upper(): repr(getattr(given, one.name)) for one in fields(given) if one.repr}
    hashed = (f"{name}={mac(key, value.encode(), sha256).hexdigest()[:SHOWN]}" for name, value in sorted(told.items()))
    return events.records.RoomStarted(subject="room", settings=" ".join(hashed))


def note(log: Log, key: str, act: str) -> None:
    """Say that a command of the console is about to use a key. Raises log.Down: then it does not."""
    log.append(events.records.KeyUsed(subject=key, act=act), by="console")
