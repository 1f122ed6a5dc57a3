"""Facts about the roster: who monitors, and whose reports no longer count."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class MonitorEnrolled(Event):
    """A monitor is on the roster, as written here from now on. `subject`: keyed id of organisation and reference."""

    about, wire = "monitor", "monitor.enrolled"

    organisation: str
    language: str  # of the pack
    replies: bool  # wants answers
    aliases: str  # keyed aliases of all phones, separated by spaces
    rehearsal: bool
    sealed: str  # under the monitor's key: reference, name, phones, stations, supervisor, pin, word, no_signal


@dataclass(frozen=True, kw_only=True)
class MonitorRetired(Event):
    """A monitor is no longer on the roster."""

    about, wire = "monitor", "monitor.retired"


@dataclass(frozen=True, kw_only=True)
class SourceBlocked(Event):
    """What this source sends is kept, and counts nowhere. `subject` is its alias."""

    about, wire = "source", "source.blocked"

    reason: str  # sealed under the source's key


@dataclass(frozen=True, kw_only=True)
class SourceUnblocked(Event):
    """What this source sent and sends counts again."""

    about, wire = "source", "source.unblocked"

    reason: str  # sealed under the source's key
