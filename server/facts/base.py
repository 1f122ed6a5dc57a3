"""What a fact is: something that happened to one subject, frozen, with an explicit name on the wire."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one subject, in the past tense. It does nothing."""

    about: ClassVar[str]
    wire: ClassVar[str]
    v: ClassVar[int] = 1

    subject: str

    @property
    def of(self) -> str:
        """The subject with its kind, as versions are counted: `incident:0b1c…`."""
        return f"{self.about}:{self.subject}"
