"""That the room was locked and unlocked goes on the record, once, as soon as there is one that answers."""

from datetime import datetime
from pathlib import Path

from server import events
from server.locking import state
from server.log import Down, Draft, Log

SUBJECT = "room"


def note_lock(log: Log, data_dir: Path) -> bool:
    """Write down how the room was locked, unless that was done. False when the record is away."""
    lock = state.read(data_dir)
    fact = events.locks.RoomLocked(subject=SUBJECT, how=lock.how, at=lock.at)
    return _note(log, Draft(fact, by=lock.by, once=(f"locked:{lock.at}",)))


def note_unlock(log: Log, way: str, at: datetime) -> bool:
    """Write down that it was unlocked at the console. False when the record is away."""
    fact = events.locks.RoomUnlocked(subject=SUBJECT, way=way, at=at.isoformat(timespec="milliseconds"))
    return _note(log, Draft(fact, by="console"))


def _note(log: Log, draft: Draft) -> bool:
    try:
        log.append_all([draft])
    except Down:
        return False
    return True
