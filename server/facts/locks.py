"""Facts about the room as a whole: it was locked, it was unlocked."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class RoomLocked(Event):
    """Screens, sessions and keys went; from then on reports were taken in sealed."""

    about, wire = "room", "room.locked"

    how: str  # command, button, phones, start (no key was there), key (its file was taken away)
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, kw_only=True)
class RoomUnlocked(Event):
    """Somebody gave the master key again."""

    about, wire = "room", "room.unlocked"

    way: str  # file, phrase, shares
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, kw_only=True)
class RoomPhoneNamed(Event):
    """This phone may lock the room from now on, together with another one."""

    about, wire = "room", "room.phone_named"

    source: str  # keyed alias


@dataclass(frozen=True, kw_only=True)
class RoomPhoneDropped(Event):
    """This phone locks nothing any more."""

    about, wire = "room", "room.phone_dropped"

    source: str  # keyed alias


@dataclass(frozen=True, kw_only=True)
class RoomLockAsked(Event):
    """Somebody who knew the word asked for it from such a phone; a second phone within ten minutes locks the room."""

    about, wire = "room", "room.lock_asked"

    source: str  # keyed alias
    at: str  # when the message came: ISO 8601, UTC
