"""Facts about the method: by which rules, words and limits the room works, written down before it does."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class MethodPublished(Event):
    """What is in force from here on. `subject` is the pack."""

    about, wire = "method", "method.published"

    hash: str  # of all that follows (press/document.digest)
    files: str  # name=SHA-256 of each file that rules are in, space-separated, sorted
    limits: str  # JSON: name -> number or list of codes
