"""Facts about screens on a wall: who let one show the day's figures, and until when."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class WallMade(Event):
    """A link was made that turns one screen into a wall, once."""

    about, wire = "wall", "wall.made"

    name: str  # where it hangs, in the words of whoever made it
    language: str  # of the pack; "" for each in turn
    theme: str  # dark, light


@dataclass(frozen=True, kw_only=True)
class WallOpened(Event):
    """The link was used, and is worth nothing any more: one screen shows the wall."""

    about, wire = "wall", "wall.opened"


@dataclass(frozen=True, kw_only=True)
class WallEnded(Event):
    """This wall shows nothing any more, and its link opens none."""

    about, wire = "wall", "wall.ended"
