"""Facts about the record's own house: how it was set up, which keys were used, to whom its signed heads are told."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class RoomStarted(Event):
    """The room began to work with these settings."""

    about, wire = "room", "room.started"

    settings: str  # NAME=keyed hash of its value, space-separated: an equal hash is an equal value; no secrets


@dataclass(frozen=True, kw_only=True)
class KeyUsed(Event):
    """Somebody at the console had a key of the room do something. `subject` is the key's name."""

    about, wire = "key", "key.used"

    act: str  # the command as it is called, without what was typed: "publish", "trace", "roster import"


@dataclass(frozen=True, kw_only=True)
class ContactNamed(Event):
    """Somebody outside is told the short form of signed heads from now on. `subject`: keyed alias of their number."""

    about, wire = "contact", "contact.named"

    sealed: str  # under the contact's key: number


@dataclass(frozen=True, kw_only=True)
class ContactDropped(Event):
    """This contact is told nothing any more."""

    about, wire = "contact", "contact.dropped"


@dataclass(frozen=True, kw_only=True)
class ClockStepped(Event):
    """The machine's clock was set while a door was open: hours before and after are not of one clock, the order is.
    `subject`: "door"."""

    about, wire = "clock", "clock.stepped"

    seconds: int  # by how many; below zero: back
    at: str  # what it said after it; ISO 8601, UTC
