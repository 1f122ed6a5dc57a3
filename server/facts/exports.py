"""Facts about what somebody takes out of the room in a file."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class ExportTaken(Event):
    """Whoever wrote this took a file out. `subject` is the mark that the file carries."""

    about, wire = "export", "export.taken"

    what: str  # its address in the room
